package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/models"
)

// sessions are those of the account with the given ids, each found by its primary key.
func (s *Store) sessions(db *gorm.DB, userID models.UserID, ids ...models.SessionID) *gorm.DB {
	return db.Model(&models.RefreshToken{}).Table(s.backend.byKey("refresh_tokens")).
		Where("user_id = ? AND id IN ?", userID, ids)
}

func insertSession(tx *gorm.DB, session *models.RefreshToken) error {
	row := *session
	return tx.Omit(clause.Associations).Create(&row).Error
}

// SessionWithUser implements [auth.Store]: two look-ups by primary key in one statement.
func (s *Store) SessionWithUser(ctx context.Context, key models.SessionKey) (*models.RefreshToken, error) {
	var session *models.RefreshToken
	err := s.runPrepared(ctx, "read session", s.byKey.readSession[0].text, []any{key.UserID, key.SessionID}, func() (err error) {
		session, err = s.byKey.sessions.ask(ctx, key)
		return err
	})
	if s.misses(err) {
		return s.LatestSessionWithUser(ctx, key)
	}
	return session, err
}

// LatestSessionWithUser implements [auth.Store].
func (s *Store) LatestSessionWithUser(ctx context.Context, key models.SessionKey) (*models.RefreshToken, error) {
	if !s.MayLag() {
		return s.SessionWithUser(ctx, key)
	}
	var session models.RefreshToken
	err := s.runLatest(ctx, "read session", func(db *gorm.DB) error {
		return db.InnerJoins("User").Where("refresh_tokens.user_id = ? AND refresh_tokens.id = ?", key.UserID, key.SessionID).
			Take(&session).Error
	})
	if err != nil {
		return nil, err
	}
	return &session, nil
}

// LiveSessions implements [auth.Store]. An id begins with the time when it was made, so their order is that of age.
func (s *Store) LiveSessions(ctx context.Context, userID models.UserID, at time.Time, limit int) ([]models.RefreshToken, error) {
	var sessions []models.RefreshToken
	err := s.runLatest(ctx, "list sessions", func(db *gorm.DB) error {
		sessions = nil
		return liveSessions(db, userID, at).Limit(limit).Find(&sessions).Error
	})
	return sessions, err
}

// liveOfUser holds for the sign-ins of an account that can still be used; it takes the account, and twice the time.
const liveOfUser = "user_id = ? AND revoked_at IS NULL AND idle_expires_at > ? AND expires_at > ?"

func liveSessions(db *gorm.DB, userID models.UserID, at time.Time) *gorm.DB {
	return db.Where(liveOfUser, userID, at, at).Order("id DESC")
}

// NoteReplay implements [auth.Store].
func (s *Store) NoteReplay(
	ctx context.Context, key models.SessionKey, generation uint64, at time.Time,
) (noted bool, err error) {
	err = s.run(ctx, "note replay", func(db *gorm.DB) error {
		done := s.sessions(db, key.UserID, key.SessionID).
			Where("generation = ? AND revoked_at IS NULL", generation).UpdateColumn("replayed_at", at)
		noted = done.RowsAffected == 1
		return done.Error
	})
	return noted && err == nil, err
}

// Confirm implements [auth.Store]. The accounts are named twice: with each sign-in, whose they must be, and all together,
// so that no shard is asked that has none of them.
func (s *Store) Confirm(ctx context.Context, generations map[models.SessionKey]uint64) error {
	if len(generations) == 0 {
		return nil
	}
	var cases strings.Builder
	var values []any
	userIDs, ids := make([]models.UserID, 0, len(generations)), make([]models.SessionID, 0, len(generations))
	for key, generation := range generations {
		cases.WriteString(" WHEN user_id = ? AND id = ? AND confirmed_generation < ? AND generation >= ? THEN ?")
		values = append(values, key.UserID, key.SessionID, generation, generation, generation)
		userIDs, ids = append(userIDs, key.UserID), append(ids, key.SessionID)
	}
	values = append(values, userIDs, ids)
	update := "UPDATE " + s.backend.byKey("refresh_tokens") + " SET confirmed_generation = CASE" + cases.String() +
		" ELSE confirmed_generation END WHERE user_id IN ? AND id IN ?"
	return s.run(ctx, "confirm sessions", func(db *gorm.DB) error { return db.Exec(update, values...).Error })
}
