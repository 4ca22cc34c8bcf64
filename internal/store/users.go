package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// CreateUser implements [auth.Store].
func (s *Store) CreateUser(ctx context.Context, user *models.User, event models.SecurityEvent) error {
	return s.runInTransaction(ctx, "create user", func(tx *gorm.DB) error {
		if err := insertUser(tx, user); err != nil {
			return err
		}
		return insertEvent(tx, event)
	})
}

// CreateUserWithSession implements [auth.Store].
func (s *Store) CreateUserWithSession(
	ctx context.Context, user *models.User, session *models.RefreshToken, event models.SecurityEvent,
) error {
	return s.runInTransaction(ctx, "create user with session", func(tx *gorm.DB) error {
		if err := insertUser(tx, user); err != nil {
			return err
		}
		if err := insertSession(tx, session); err != nil {
			return err
		}
		return insertEvent(tx, event)
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
	var user *models.User
	err := s.runPrepared(ctx, "read user", s.byKey.readUser[0].text, []any{id}, func() (err error) {
		user, err = s.byKey.users.ask(ctx, id)
		return err
	})
	if s.misses(err) {
		return s.LatestUserByID(ctx, id)
	}
	return user, err
}

// LatestUserByID implements [auth.Store].
func (s *Store) LatestUserByID(ctx context.Context, id models.UserID) (*models.User, error) {
	if !s.MayLag() {
		return s.UserByID(ctx, id)
	}
	return s.user(ctx, "read user", "id = ?", id)
}

// UsersByID implements [auth.Store].
func (s *Store) UsersByID(ctx context.Context, ids []models.UserID) ([]models.User, error) {
	var users []models.User
	err := s.runLatest(ctx, "read users", func(db *gorm.DB) error {
		users = nil
		return db.Where("id IN ?", ids).Find(&users).Error
	})
	return users, err
}

func (s *Store) user(ctx context.Context, doing, condition string, value any) (*models.User, error) {
	var user models.User
	err := s.runLatest(ctx, doing, func(db *gorm.DB) error { return db.Where(condition, value).Take(&user).Error })
	if err != nil {
		return nil, err
	}
	return &user, nil
}

// ReplacePasswordHash implements [auth.Store].
func (s *Store) ReplacePasswordHash(ctx context.Context, id models.UserID, oldHash, newHash string) error {
	return s.run(ctx, "replace password hash", func(db *gorm.DB) error {
		return db.Model(&models.User{}).
			Where("id = ? AND password_hash = ?", id, oldHash).
			UpdateColumn("password_hash", newHash).Error
	})
}
