package store

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// surelyOver is for how long a sign-in must have expired to count as over. A refresh that came before, or at a process whose
// clock is behind, may still be under way and prolong it.
const surelyOver = time.Hour

// oldestMost bounds how many sign-ins another one ends; it takes a lower limit than before to make that more than one.
const oldestMost = 1000

// countAndMakeRoom counts the sign-in, and looks whether there is room for it.
func (s *Store) countAndMakeRoom(ctx context.Context, tx *gorm.DB, asked *newSession) ([]models.Revocation, error) {
	verified := &asked.verified
	counted, err := changedRows(s.execIn(ctx, tx, s.signIn.countSignIn, verified.ID, verified.PasswordHash))
	if err == nil && counted == 0 {
		err = auth.ErrUserChanged
	}
	if err != nil {
		return nil, err
	}
	return s.makeRoom(ctx, tx, verified.ID, asked.limit, asked.change)
}

// makeRoom ends the oldest live sign-ins of the account, so that one more makes no more than limit.
func (s *Store) makeRoom(
	ctx context.Context, tx *gorm.DB, userID models.UserID, limit int, change auth.Change,
) ([]models.Revocation, error) {
	oldest, err := s.oldestSessions(ctx, tx, userID, limit-1, change.At)
	if err != nil {
		return nil, err
	}
	if len(oldest) == 0 {
		return nil, s.noteEnded(ctx, tx, userID, limit, change.At)
	}
	return s.revoke(tx, userID, s.sessions(tx, userID, oldest...), models.RevokedBySessionLimit, change)
}

// noteEnded keeps how many sign-ins are over for sure, if that spares the next one the look.
func (s *Store) noteEnded(ctx context.Context, tx *gorm.DB, userID models.UserID, limit int, at time.Time) error {
	open, before := 1, at.Add(-surelyOver) // with the one that begins
	err := s.queryIn(ctx, tx, s.signIn.countOpen, []any{userID, before, before}, func(rows *sql.Rows) error {
		var others int
		err := rows.Scan(&others)
		open += others
		return err
	})
	if err != nil || open >= limit {
		return err
	}
	_, err = s.execIn(ctx, tx, s.signIn.noteEnded, open, userID, open)
	return err
}

// oldestSessions are the live ones but for so many of the newest.
func (s *Store) oldestSessions(
	ctx context.Context, tx *gorm.DB, userID models.UserID, newest int, at time.Time,
) ([]models.SessionID, error) {
	var oldest []models.SessionID
	err := s.queryIn(ctx, tx, s.signIn.listOldest, []any{userID, at, at, oldestMost, newest}, func(rows *sql.Rows) error {
		var id models.SessionID
		err := rows.Scan(&id)
		oldest = append(oldest, id)
		return err
	})
	return oldest, err
}
