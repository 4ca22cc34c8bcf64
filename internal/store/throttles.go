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

// UpdateThrottles implements [auth.Store].
func (s *Store) UpdateThrottles(
	ctx context.Context, keys []models.ThrottleKey, update func([]models.Throttle) []models.SecurityEvent,
) error {
	return s.runInTransaction(ctx, "update throttles", func(tx *gorm.DB) error {
		throttles, err := lockThrottles(tx, keys)
		if err != nil {
			return err
		}
		events := update(throttles)
		rows := toRows(throttles)
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error; err != nil {
			return err
		}
		if len(events) == 0 {
			return nil
		}
		return tx.Create(&events).Error
	})
}

// lockThrottles keeps everybody else from the counters until the transaction ends. It makes those that are missing
// first, for a lock on a row that is not there would keep nobody from making it. All lock them in one order.
func lockThrottles(tx *gorm.DB, keys []models.ThrottleKey) ([]models.Throttle, error) {
	missing := toRows(inOrder(keys, nil))
	slices.SortFunc(missing, func(a, b models.Throttle) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if err := tx.Clauses(orKeep("clears_at")).Create(&missing).Error; err != nil {
		return nil, err
	}
	var locked []models.Throttle
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("id IN ?", keys).Order("id").Find(&locked).Error
	return inOrder(keys, locked), err
}

// orKeep leaves a row that is there as it is. The column is not the key, which tells the shard: Vitess lets nobody assign
// that, be it to itself.
func orKeep(column string) clause.OnConflict {
	itself := clause.Column{Name: column}
	return clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Set{{Column: itself, Value: itself}},
	}
}

// inOrder returns the counters as the keys ask for them; those that have no row are zero.
func inOrder(keys []models.ThrottleKey, rows []models.Throttle) []models.Throttle {
	byKey := make(map[models.ThrottleKey]models.Throttle, len(rows))
	for _, row := range rows {
		row.ClearsAt, row.BlockedUntil = fromColumn(row.ClearsAt), fromColumn(row.BlockedUntil)
		byKey[row.ID] = row
	}
	ordered := make([]models.Throttle, len(keys))
	for i, key := range keys {
		ordered[i] = byKey[key]
		ordered[i].ID = key
	}
	return ordered
}

func toRows(throttles []models.Throttle) []models.Throttle {
	rows := slices.Clone(throttles)
	for i := range rows {
		rows[i].ClearsAt, rows[i].BlockedUntil = toColumn(rows[i].ClearsAt), toColumn(rows[i].BlockedUntil)
	}
	return rows
}

// never is how the zero time is kept: MySQL has no year 1.
func never() time.Time { return time.Unix(0, 0).UTC() }

func toColumn(moment time.Time) time.Time {
	if moment.IsZero() {
		return never()
	}
	return moment
}

func fromColumn(moment time.Time) time.Time {
	if moment.Equal(never()) {
		return time.Time{}
	}
	return moment
}

// ForgetThrottles implements [auth.Store].
func (s *Store) ForgetThrottles(ctx context.Context, keys []models.ThrottleKey) error {
	return s.run(ctx, "forget throttles", func(db *gorm.DB) error {
		return db.Where("id IN ?", keys).Delete(&models.Throttle{}).Error
	})
}
