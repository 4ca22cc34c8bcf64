package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// TakeLock implements [auth.Store].
func (s *Store) TakeLock(ctx context.Context, name string, at, until time.Time) (taken bool, err error) {
	err = s.run(ctx, "take lock", func(db *gorm.DB) error {
		// Nobody holds it for longer than that: whoever wrote it has a clock that is far ahead.
		longest := until.Add(until.Sub(at))
		done := db.Model(&models.Lock{}).Where("name = ? AND (held_until <= ? OR held_until > ?)", name, at, longest).
			UpdateColumns(map[string]any{"version": gorm.Expr("version + 1"), "held_until": until})
		taken = done.RowsAffected == 1
		return done.Error
	})
	return taken && err == nil, err
}

// DeleteExpired implements [auth.Store]. It reads the keys by the index and then deletes by them, so that it locks no
// more than it deletes.
func (s *Store) DeleteExpired(ctx context.Context, expired auth.Expired, limit int) (int, error) {
	most := 0
	for _, batch := range []struct {
		model  any
		column string
		before time.Time
	}{
		{&models.RefreshToken{}, "expires_at", expired.At},
		{&models.Revocation{}, "expires_at", expired.At},
		{&models.Throttle{}, "clears_at", expired.At},
		{&models.SecurityEvent{}, "created_at", expired.EventsBefore},
	} {
		deleted, err := s.deleteBefore(ctx, batch.model, batch.column, batch.before, limit)
		if err != nil {
			return most, err
		}
		most = max(most, deleted)
	}
	return most, nil
}

func (s *Store) deleteBefore(ctx context.Context, model any, column string, before time.Time, limit int) (int, error) {
	var deleted int64
	err := s.run(ctx, "clean up", func(db *gorm.DB) error {
		var ids []any
		if err := db.Model(model).Where(column+" < ?", before).Order(column).Limit(limit).Pluck("id", &ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		done := db.Where("id IN ? AND "+column+" < ?", ids, before).Delete(model)
		deleted = done.RowsAffected
		return done.Error
	})
	return int(deleted), err
}

// DeleteIdleSessions implements [auth.Store].
func (s *Store) DeleteIdleSessions(
	ctx context.Context, after models.SessionID, idleBefore time.Time, limit int,
) (last models.SessionID, err error) {
	err = s.run(ctx, "clean up idle sessions", func(db *gorm.DB) error {
		var looked []models.RefreshToken
		err := db.Select("id", "idle_expires_at").Where("id > ?", after).Order("id").Limit(limit).Find(&looked).Error
		if err != nil {
			return err
		}
		last = models.SessionID{}
		var idle []models.SessionID
		for i := range looked {
			last = looked[i].ID
			if looked[i].IdleExpiresAt.Before(idleBefore) {
				idle = append(idle, looked[i].ID)
			}
		}
		if len(idle) == 0 {
			return nil
		}
		return db.Where("id IN ? AND idle_expires_at < ?", idle, idleBefore).Delete(&models.RefreshToken{}).Error
	})
	return last, err
}
