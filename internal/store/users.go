package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/internal/auth"
	"daypass/models"
)

// CreateUser implements [auth.Store].
func (s *Store) CreateUser(ctx context.Context, user *models.User) error {
	return s.run(ctx, "create user", func(db *gorm.DB) error { return insertUser(db, user) })
}

// CreateUserWithSession implements [auth.Store].
func (s *Store) CreateUserWithSession(ctx context.Context, user *models.User, session *models.RefreshToken) error {
	return s.runInTransaction(ctx, "create user with session", func(tx *gorm.DB) error {
		if err := insertUser(tx, user); err != nil {
			return err
		}
		return insertSession(tx, session)
	})
}

func insertUser(db *gorm.DB, user *models.User) error {
	row := *user
	err := db.Create(&row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return auth.ErrUsernameTaken
	}
	return err
}

// UserByID implements [auth.Store].
func (s *Store) UserByID(ctx context.Context, id models.UserID) (*models.User, error) {
	return s.user(ctx, "read user", "id = ?", id)
}

// UserByUsername implements [auth.Store]. The column's collation leaves case aside.
func (s *Store) UserByUsername(ctx context.Context, username string) (*models.User, error) {
	return s.user(ctx, "read user by name", "username = ?", username)
}

func (s *Store) user(ctx context.Context, doing, condition string, value any) (*models.User, error) {
	var user models.User
	err := s.run(ctx, doing, func(db *gorm.DB) error { return db.Where(condition, value).Take(&user).Error })
	if err != nil {
		return nil, err
	}
	return &user, nil
}

// Users implements [auth.Store]. An id begins with the time when it was made, so their order is that of age.
func (s *Store) Users(ctx context.Context, after models.UserID, limit int) ([]models.User, error) {
	var users []models.User
	err := s.run(ctx, "list users", func(db *gorm.DB) error {
		return db.Where("id > ?", after).Order("id").Limit(limit).Find(&users).Error
	})
	return users, err
}

// ReplacePasswordHash implements [auth.Store].
func (s *Store) ReplacePasswordHash(ctx context.Context, id models.UserID, oldHash, newHash string) error {
	return s.run(ctx, "replace password hash", func(db *gorm.DB) error {
		return db.Model(&models.User{}).
			Where("id = ? AND password_hash = ?", id, oldHash).
			UpdateColumn("password_hash", newHash).Error
	})
}

// SetRole implements [auth.Store].
func (s *Store) SetRole(ctx context.Context, id models.UserID, role models.Role, at time.Time) error {
	return s.updateUser(ctx, "set role", id, map[string]any{"role": role, "updated_at": at})
}

// EnableUser implements [auth.Store].
func (s *Store) EnableUser(ctx context.Context, id models.UserID, at time.Time) error {
	return s.updateUser(ctx, "enable user", id, map[string]any{"disabled_at": nil, "updated_at": at})
}

func (s *Store) updateUser(ctx context.Context, doing string, id models.UserID, columns map[string]any) error {
	return s.run(ctx, doing, func(db *gorm.DB) error {
		update := db.Model(&models.User{}).Where("id = ?", id).UpdateColumns(columns)
		if update.Error == nil && update.RowsAffected == 0 {
			return auth.ErrNotFound
		}
		return update.Error
	})
}

// DisableUser implements [auth.Store]. It locks the account first, which [Store.CreateSession] writes: a sign-in that is
// under way is either kept before, and revoked here, or finds the account disabled.
func (s *Store) DisableUser(ctx context.Context, id models.UserID, at time.Time) error {
	return s.runInTransaction(ctx, "disable user", func(tx *gorm.DB) error {
		user, err := lockUser(tx, id)
		if err != nil || user.Disabled() {
			return err
		}
		disabled := map[string]any{"disabled_at": at, "updated_at": at}
		if err := tx.Model(user).UpdateColumns(disabled).Error; err != nil {
			return err
		}
		return tx.Model(&models.RefreshToken{}).
			Where("user_id = ? AND revoked_at IS NULL", id).
			UpdateColumns(revocation(models.RevokedByUserDisable, at)).Error
	})
}

// lockUser reads the account and keeps it as it is until the transaction ends. On SQLite the transaction holds the
// database's one write lock already.
func lockUser(tx *gorm.DB, id models.UserID) (*models.User, error) {
	var user models.User
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(&user).Error
	return &user, err
}
