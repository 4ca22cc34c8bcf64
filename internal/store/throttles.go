package store

import (
	"bytes"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/models"
)

// Throttles implements [auth.Store].
func (s *Store) Throttles(ctx context.Context, keys []models.ThrottleKey) ([]models.Throttle, error) {
	var found []models.Throttle
	err := s.run(ctx, "read throttles", func(db *gorm.DB) error {
		found = nil
		return db.Where("id IN ?", keys).Find(&found).Error
	})
	return inOrder(keys, found), err
}

func inOrder(keys []models.ThrottleKey, found []models.Throttle) []models.Throttle {
	ordered := make([]models.Throttle, len(keys))
	for i, key := range keys {
		ordered[i] = models.Throttle{ID: key}
		if at := slices.IndexFunc(found, func(t models.Throttle) bool { return t.ID == key }); at >= 0 {
			ordered[i] = found[at]
		}
	}
	return ordered
}

// UpdateThrottles implements [auth.Store]. The rows are made before they are locked: a lock on a row that is not there
// would keep nobody from making it. All lock them in one order.
func (s *Store) UpdateThrottles(
	ctx context.Context, keys []models.ThrottleKey, update func([]models.Throttle) []models.SecurityEvent,
) error {
	return s.runInTransaction(ctx, "update throttles", func(tx *gorm.DB) error {
		blank := blankThrottles(keys)
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&blank).Error; err != nil {
			return err
		}
		var locked []models.Throttle
		err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Where("id IN ?", keys).Order("id").Find(&locked).Error
		if err != nil {
			return err
		}
		counted := inOrder(keys, locked)
		events := update(counted)
		for i := range counted {
			if err := tx.Save(&counted[i]).Error; err != nil {
				return err
			}
		}
		if len(events) == 0 {
			return nil
		}
		return tx.Create(&events).Error
	})
}

func blankThrottles(keys []models.ThrottleKey) []models.Throttle {
	blank := make([]models.Throttle, len(keys))
	for i, key := range keys {
		blank[i] = models.Throttle{ID: key, ClearsAt: time.Unix(0, 0).UTC(), BlockedUntil: time.Unix(0, 0).UTC()}
	}
	slices.SortFunc(blank, func(a, b models.Throttle) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return blank
}

// ForgetThrottles implements [auth.Store].
func (s *Store) ForgetThrottles(ctx context.Context, keys []models.ThrottleKey) error {
	return s.run(ctx, "forget throttles", func(db *gorm.DB) error {
		return db.Where("id IN ?", keys).Delete(&models.Throttle{}).Error
	})
}
