package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

func insertEvent(db *gorm.DB, event models.SecurityEvent) error { return db.Create(&event).Error }

// AppendEvent implements [auth.Store].
func (s *Store) AppendEvent(ctx context.Context, event models.SecurityEvent) error {
	return s.run(ctx, "append event", func(db *gorm.DB) error { return insertEvent(db, event) })
}

// AppendEventOnce implements [auth.Store].
func (s *Store) AppendEventOnce(ctx context.Context, event models.SecurityEvent, since time.Time) error {
	return s.run(ctx, "append event once", func(db *gorm.DB) error {
		var same []models.EventID
		err := db.Model(&models.SecurityEvent{}).
			Where("user_id = ? AND id >= ?", event.UserID, models.FirstEventID(since)).
			Where("session_id = ? AND "+unindexed("kind")+" = ? AND detail = ?", event.SessionID, event.Kind, event.Detail).
			Limit(1).Pluck("id", &same).Error
		if err != nil || len(same) > 0 {
			return err
		}
		return insertEvent(db, event)
	})
}

// EventByID implements [auth.Store].
func (s *Store) EventByID(ctx context.Context, userID *models.UserID, id models.EventID) (*models.SecurityEvent, error) {
	var event models.SecurityEvent
	err := s.runLatest(ctx, "read event", func(db *gorm.DB) error {
		if userID != nil {
			db = db.Where("user_id = ?", userID)
		}
		return db.Where("id = ?", id).Take(&event).Error
	})
	if err != nil {
		return nil, err
	}
	return &event, nil
}

// Events implements [auth.Store]. An id begins with the time of the event, so one order serves for both.
func (s *Store) Events(ctx context.Context, page auth.EventPage) ([]models.SecurityEvent, error) {
	var events []models.SecurityEvent
	err := s.runLatest(ctx, "list events", func(db *gorm.DB) error {
		events = nil
		return pageOfEvents(db, page).Order(order("id", !page.Backward)).Limit(page.Limit).Find(&events).Error
	})
	if page.Backward {
		slices.Reverse(events)
	}
	return events, err
}

func pageOfEvents(db *gorm.DB, page auth.EventPage) *gorm.DB {
	filtered := false
	filter := func(column string, value any) {
		if filtered {
			column = unindexed(column)
		}
		db, filtered = db.Where(column+" = ?", value), true
	}
	if page.UserID != nil {
		filter("user_id", page.UserID)
	}
	if page.IP != "" {
		filter("ip", page.IP)
	}
	if page.Kind != "" {
		filter("kind", page.Kind)
	}
	if !page.Since.IsZero() {
		db = db.Where("id >= ?", models.FirstEventID(page.Since))
	}
	if !page.Until.IsZero() {
		db = db.Where("id < ?", models.FirstEventID(page.Until))
	}
	if page.After != (models.EventID{}) {
		db = db.Where("id < ?", page.After)
	}
	if page.Before != (models.EventID{}) {
		db = db.Where("id > ?", page.Before)
	}
	return db
}

// unindexed is the column without its index. Of several filters the one that leaves the fewest events, newest first,
// is the one to go by: that of an account, else of an address. A database may guess otherwise, and sort.
func unindexed(column string) string { return "COALESCE(" + column + ", '')" }

// CountEvents implements [auth.Store].
func (s *Store) CountEvents(ctx context.Context, since, until time.Time, bucket time.Duration) ([]auth.EventCount, error) {
	var rows []struct {
		Kind   models.EventKind
		Bucket int64
		Count  int
	}
	err := s.runLatest(ctx, "count events", func(db *gorm.DB) error {
		rows = nil
		return db.Raw("SELECT kind, "+s.backend.bucket("created_at")+" AS bucket, COUNT(*) AS count FROM security_events"+
			" WHERE created_at >= ? AND created_at < ? GROUP BY kind, bucket ORDER BY bucket, kind",
			since, bucket.Milliseconds(), since, until).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	counts := make([]auth.EventCount, len(rows))
	for i, row := range rows {
		counts[i] = auth.EventCount{Kind: row.Kind, From: since.Add(time.Duration(row.Bucket) * bucket), Count: row.Count}
	}
	return counts, nil
}
