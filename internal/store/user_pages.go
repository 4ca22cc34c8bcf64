package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// afterNames sorts behind every character that a username may have, in every collation here.
const afterNames = "~"

// Users implements [auth.Store]. An id begins with the time when it was made, so their order is that of age.
func (s *Store) Users(ctx context.Context, page auth.UserPage) ([]models.User, error) {
	var users []models.User
	err := s.runLatest(ctx, "list users", func(db *gorm.DB) error {
		users = nil
		return pageOfUsers(db, page).Limit(page.Limit).Find(&users).Error
	})
	if page.Backward {
		slices.Reverse(users)
	}
	return users, err
}

func pageOfUsers(db *gorm.DB, page auth.UserPage) *gorm.DB {
	if page.Prefix != "" {
		return pageByName(namesFrom(db, page.Prefix), page)
	}
	if page.After != nil {
		db = db.Where("id < ?", page.After.ID)
	}
	if page.Before != nil {
		db = db.Where("id > ?", page.Before.ID)
	}
	return db.Order(order("id", !page.Backward))
}

func pageByName(db *gorm.DB, page auth.UserPage) *gorm.DB {
	if page.After != nil {
		db = db.Where("username > ?", page.After.Username)
	}
	if page.Before != nil {
		db = db.Where("username < ?", page.Before.Username)
	}
	return db.Order(order("username", page.Backward))
}

// namesFrom is a range of the index, where LIKE would need escapes that not every database reads alike.
func namesFrom(db *gorm.DB, prefix string) *gorm.DB {
	return db.Where("username >= ? AND username < ?", prefix, prefix+afterNames)
}

func order(column string, descending bool) string {
	if descending {
		return column + " DESC"
	}
	return column
}

// CountUsers implements [auth.Store].
func (s *Store) CountUsers(ctx context.Context, prefix string, limit int) (int, error) {
	var count int64
	err := s.runLatest(ctx, "count users", func(db *gorm.DB) error {
		some := db.Session(&gorm.Session{}).Model(&models.User{}).Select("id").Limit(limit)
		if prefix != "" {
			some = namesFrom(some, prefix)
		}
		return db.Table("(?) AS some", some).Count(&count).Error
	})
	return int(count), err
}
