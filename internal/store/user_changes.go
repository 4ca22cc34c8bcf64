package store

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/internal/auth"
	"daypass/models"
)

// Each change writes the account before it looks at the sign-ins: one that is under way (see [Store.CreateSession]) is
// either kept before, and ended here, or finds the account changed.

// ChangePassword implements [auth.Store].
func (s *Store) ChangePassword(
	ctx context.Context, verified *models.User, newHash string, session *models.RefreshToken, change auth.Change,
) (revoked []models.Revocation, err error) {
	err = s.runInTransaction(ctx, "change password", func(tx *gorm.DB) error {
		changed := asVerified(tx, verified).UpdateColumns(map[string]any{
			"password_hash": newHash, "sign_ins": gorm.Expr("sign_ins + 1"), "updated_at": change.At,
		})
		if err := unlessChanged(changed); err != nil {
			return err
		}
		if revoked, err = revokeAll(tx, verified.ID, models.RevokedByPasswordChange, change); err != nil {
			return err
		}
		if err := insertSession(tx, session); err != nil {
			return err
		}
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

// DeleteUser implements [auth.Store].
func (s *Store) DeleteUser(ctx context.Context, verified *models.User, change auth.Change) (revoked []models.Revocation, err error) {
	err = s.runInTransaction(ctx, "delete user", func(tx *gorm.DB) error {
		user, err := lockUser(tx, verified.ID)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return auth.ErrUserChanged
		}
		if err != nil {
			return err
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return err
		}
		if err := unlessChanged(asVerified(tx, verified).Delete(&models.User{})); err != nil {
			return err
		}
		if revoked, err = revokeAll(tx, verified.ID, models.RevokedByUserDisable, change); err != nil {
			return err
		}
		if err := tx.Where("user_id = ?", verified.ID).Delete(&models.RefreshToken{}).Error; err != nil {
			return err
		}
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

// asVerified is the account, if it still is as it was verified.
func asVerified(tx *gorm.DB, verified *models.User) *gorm.DB {
	return tx.Model(&models.User{}).
		Where("id = ? AND disabled_at IS NULL AND password_hash = ?", verified.ID, verified.PasswordHash)
}

func unlessChanged(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return auth.ErrUserChanged
	}
	return done.Error
}

// SetRole implements [auth.Store].
func (s *Store) SetRole(
	ctx context.Context, id models.UserID, role models.Role, change auth.Change,
) (revoked []models.Revocation, err error) {
	err = s.runInTransaction(ctx, "set role", func(tx *gorm.DB) error {
		revoked = nil
		user, err := lockUser(tx, id)
		if err != nil || user.Role == role {
			return err
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return err
		}
		if err := tx.Model(user).UpdateColumns(map[string]any{"role": role, "updated_at": change.At}).Error; err != nil {
			return err
		}
		revoked = []models.Revocation{{UserID: id, Role: role, ExpiresAt: change.AccessUntil}}
		if err := tx.Create(&revoked).Error; err != nil {
			return err
		}
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

// DisableUser implements [auth.Store].
func (s *Store) DisableUser(ctx context.Context, id models.UserID, change auth.Change) (revoked []models.Revocation, err error) {
	err = s.runInTransaction(ctx, "disable user", func(tx *gorm.DB) error {
		revoked = nil
		user, err := lockUser(tx, id)
		if err != nil || user.Disabled() {
			return err
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return err
		}
		disabled := map[string]any{"disabled_at": change.At, "updated_at": change.At}
		if err := tx.Model(user).UpdateColumns(disabled).Error; err != nil {
			return err
		}
		if revoked, err = revokeAll(tx, id, models.RevokedByUserDisable, change); err != nil {
			return err
		}
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

// EnableUser implements [auth.Store].
func (s *Store) EnableUser(ctx context.Context, id models.UserID, change auth.Change) error {
	return s.runInTransaction(ctx, "enable user", func(tx *gorm.DB) error {
		user, err := lockUser(tx, id)
		if err != nil || !user.Disabled() {
			return err
		}
		enabled := map[string]any{"disabled_at": nil, "updated_at": change.At}
		if err := tx.Model(user).UpdateColumns(enabled).Error; err != nil {
			return err
		}
		return insertEvent(tx, change.Event)
	})
}

// lockUser reads the account and keeps it as it is until the transaction ends. On SQLite the transaction holds the
// database's one write lock already.
func lockUser(tx *gorm.DB, id models.UserID) (*models.User, error) {
	var user models.User
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(&user).Error
	return &user, err
}

// keepAnAdmin returns [auth.ErrLastAdmin] when no open ADMIN would be left without the user. All who take one away write
// one row, so that of two at the same moment the second sees what the first did, on a cluster too.
func keepAnAdmin(tx *gorm.DB, user *models.User) error {
	if user.Role != models.RoleAdmin || user.Disabled() {
		return nil
	}
	write := tx.Model(&models.Lock{}).Where("name = ?", models.LockAdmins).UpdateColumn("version", gorm.Expr("version + 1"))
	if write.Error != nil {
		return write.Error
	}
	var others []models.UserID
	err := tx.Model(&models.User{}).Where("role = ? AND disabled_at IS NULL AND id <> ?", models.RoleAdmin, user.ID).
		Limit(1).Pluck("id", &others).Error
	if err == nil && len(others) == 0 {
		return auth.ErrLastAdmin
	}
	return err
}
