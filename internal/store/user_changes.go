package store

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/internal/auth"
	"daypass/models"
)

// Each change locks and writes the account before it looks at the sign-ins: one that is under way (see
// [Store.CreateSession]) is either kept before, and ended here, or finds the account changed.

// ChangePassword implements [auth.Store].
func (s *Store) ChangePassword(
	ctx context.Context, verified *models.User, newHash string, session *models.RefreshToken, change auth.Change,
) ([]models.Revocation, error) {
	return s.revokeInTransaction(ctx, "change password", func(tx *gorm.DB) ([]models.Revocation, error) {
		err := updateVerified(tx, verified, map[string]any{
			"password_hash": newHash, "sign_ins": gorm.Expr("sign_ins + 1"), "updated_at": change.At,
		})
		if err != nil {
			return nil, err
		}
		revoked, err := s.revoke(tx, verified.ID, tx.Where("user_id = ?", verified.ID), models.RevokedByPasswordChange, change)
		if err != nil {
			return nil, err
		}
		if err := insertSession(tx, session); err != nil {
			return nil, err
		}
		return revoked, insertEvent(tx, change.Event)
	})
}

// asVerified holds for an account that is as it was verified; it takes its id and its password hash.
const asVerified = "id = ? AND disabled_at IS NULL AND password_hash = ?"

// updateVerified writes to the account, or returns [auth.ErrUserChanged] when it is not as it was verified.
func updateVerified(tx *gorm.DB, verified *models.User, columns map[string]any) error {
	done := tx.Model(&models.User{}).
		Where(asVerified, verified.ID, verified.PasswordHash).
		UpdateColumns(columns)
	if done.Error == nil && done.RowsAffected == 0 {
		return auth.ErrUserChanged
	}
	return done.Error
}

// DeleteUser implements [auth.Store].
func (s *Store) DeleteUser(ctx context.Context, verified *models.User, change auth.Change) ([]models.Revocation, error) {
	return s.revokeInTransaction(ctx, "delete user", func(tx *gorm.DB) ([]models.Revocation, error) {
		user, err := lockUser(tx, verified.ID)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil, auth.ErrUserChanged
		}
		if err != nil {
			return nil, err
		}
		if user.Disabled() || user.PasswordHash != verified.PasswordHash {
			return nil, auth.ErrUserChanged
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return nil, err
		}
		if err := tx.Delete(user).Error; err != nil {
			return nil, err
		}
		revoked, err := deleteSessions(tx, user.ID, change)
		if err != nil {
			return nil, err
		}
		return revoked, insertEvent(tx, change.Event)
	})
}

func deleteSessions(tx *gorm.DB, userID models.UserID, change auth.Change) ([]models.Revocation, error) {
	sessions, err := lockUnrevoked(tx.Where("user_id = ?", userID))
	if err != nil {
		return nil, err
	}
	if err := tx.Where("user_id = ?", userID).Delete(&models.RefreshToken{}).Error; err != nil {
		return nil, err
	}
	return insertRevocations(tx, sessions, change)
}

// SetRole implements [auth.Store].
func (s *Store) SetRole(
	ctx context.Context, id models.UserID, role models.Role, change auth.Change,
) ([]models.Revocation, error) {
	return s.revokeInTransaction(ctx, "set role", func(tx *gorm.DB) ([]models.Revocation, error) {
		user, err := lockUser(tx, id)
		if err != nil || user.Role == role {
			return nil, err
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return nil, err
		}
		err = tx.Model(user).UpdateColumns(map[string]any{"role": role, "updated_at": change.At}).Error
		if err != nil {
			return nil, err
		}
		revoked := []models.Revocation{{UserID: id, Role: role, ExpiresAt: change.AccessUntil}}
		if err := tx.Create(&revoked).Error; err != nil {
			return nil, err
		}
		return revoked, insertEvent(tx, change.Event)
	})
}

// DisableUser implements [auth.Store].
func (s *Store) DisableUser(ctx context.Context, id models.UserID, change auth.Change) ([]models.Revocation, error) {
	return s.revokeInTransaction(ctx, "disable user", func(tx *gorm.DB) ([]models.Revocation, error) {
		user, err := lockUser(tx, id)
		if err != nil || user.Disabled() {
			return nil, err
		}
		if err := keepAnAdmin(tx, user); err != nil {
			return nil, err
		}
		err = tx.Model(user).UpdateColumns(map[string]any{"disabled_at": change.At, "updated_at": change.At}).Error
		if err != nil {
			return nil, err
		}
		revoked, err := s.revoke(tx, id, tx.Where("user_id = ?", id), models.RevokedByUserDisable, change)
		if err != nil {
			return nil, err
		}
		return revoked, insertEvent(tx, change.Event)
	})
}

// EnableUser implements [auth.Store].
func (s *Store) EnableUser(ctx context.Context, id models.UserID, change auth.Change) error {
	return s.runInTransaction(ctx, "enable user", func(tx *gorm.DB) error {
		user, err := lockUser(tx, id)
		if err != nil || !user.Disabled() {
			return err
		}
		err = tx.Model(user).UpdateColumns(map[string]any{"disabled_at": nil, "updated_at": change.At}).Error
		if err != nil {
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
