package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// signIn are the statements of a sign-in. They go without GORM and are prepared as those of [byKey] are: beside hashes,
// which fill all caches, whatever is done for a statement takes several times as long, and a sign-in makes seven.
type signIn struct {
	readUser *statement
	// readThrottles are for so many counters.
	readThrottles []*statement

	countIfRoom, countSignIn, listOldest, countOpen, noteEnded, insertSession, insertEvent *statement
}

// throttlesMost is how many counters an attempt has at most.
const throttlesMost = 3

// surelyOver is for how long a sign-in must have expired to count as over. A refresh that came before, or at a process whose
// clock is behind, may still be under way and prolong it.
const surelyOver = time.Hour

// oldestMost bounds how many sign-ins another one ends; it takes a lower limit than before to make that more than one.
const oldestMost = 1000

const countedSignIn = "UPDATE users SET sign_ins = sign_ins + 1 WHERE " + asVerified

func newSignIn() *signIn {
	k := &signIn{
		readUser:    &statement{keys: 1, text: "SELECT " + userColumns + " FROM users WHERE username = ?"},
		countIfRoom: &statement{keys: 1, text: countedSignIn + " AND sign_ins < ended_sign_ins + ?"},
		countSignIn: &statement{keys: 1, text: countedSignIn},
		listOldest: &statement{keys: 1, text: "SELECT id FROM refresh_tokens WHERE " + liveOfUser +
			" ORDER BY id DESC LIMIT ? OFFSET ?"},
		countOpen: &statement{keys: 1, text: "SELECT COUNT(*) FROM refresh_tokens WHERE " + liveOfUser},
		noteEnded: &statement{keys: 1, text: "UPDATE users SET ended_sign_ins = sign_ins - ? WHERE id = ? AND sign_ins >= ?"},
		insertSession: &statement{keys: 1, text: `INSERT INTO refresh_tokens (id, user_id, nonce_hash, generation,
			confirmed_generation, rotated_at, replayed_at, idle_expires_at, expires_at, revoked_at, revoked_reason, ip,
			user_agent, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		insertEvent: &statement{keys: 1, text: `INSERT INTO security_events (id, kind, user_id, actor_id, session_id, detail,
			ip, user_agent, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
	}
	for _, keys := range []int{1, throttlesMost} {
		k.readThrottles = append(k.readThrottles, &statement{
			keys: keys, text: "SELECT id, clears_at, blocked_until FROM throttles WHERE id IN (?" + strings.Repeat(", ?", keys-1) + ")",
		})
	}
	return k
}

// UserByUsername implements [auth.Store]. The column's collation leaves case aside. It is always the latest that is read:
// a read again of what was not found would tell by its time which names there are.
func (s *Store) UserByUsername(ctx context.Context, username string) (*models.User, error) {
	if s.MayLag() {
		return s.user(ctx, "read user by name", "username = ?", username)
	}
	var user *models.User
	values := []any{username}
	err := s.runPrepared(ctx, "read user by name", s.signIn.readUser.text, values, func() error {
		user = nil
		return s.signIn.readUser.query(ctx, s.pool, values, func(rows *sql.Rows) error {
			user = new(models.User)
			return rows.Scan(userFields(user)...)
		})
	})
	if err == nil && user == nil {
		err = auth.ErrNotFound
	}
	return user, err
}

// Throttles implements [auth.Store].
func (s *Store) Throttles(ctx context.Context, keys []models.ThrottleKey) ([]models.Throttle, error) {
	statement := forSoMany(s.signIn.readThrottles, len(keys))
	values := make([]any, statement.keys)
	for i := range values {
		values[i] = keys[min(i, len(keys)-1)]
	}
	var found []models.Throttle
	err := s.runPrepared(ctx, "read throttles", statement.text, values, func() error {
		found = nil
		return statement.query(ctx, s.pool, values, func(rows *sql.Rows) error {
			var throttle models.Throttle
			err := rows.Scan(&throttle.ID, &throttle.ClearsAt, &throttle.BlockedUntil)
			found = append(found, throttle)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return inOrder(keys, found), nil
}

// CreateSession implements [auth.Store]. It writes to the account, if it still is as it was verified: whoever disables
// it, or changes its password, comes before and stops the sign-in, or comes after and sees it.
func (s *Store) CreateSession(
	ctx context.Context, session *models.RefreshToken, verified *models.User, limit int, change auth.Change,
) ([]models.Revocation, error) {
	var revoked []models.Revocation
	err := s.run(ctx, "create session", func(db *gorm.DB) error {
		if err := s.prepareSignIn(ctx); err != nil {
			return err
		}
		return db.Transaction(func(tx *gorm.DB) (err error) {
			revoked, err = s.createSession(ctx, tx, session, verified, limit, change)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return revoked, nil
}

// prepareSignIn comes before the transaction, since to prepare a statement for all connections may take another one. On
// Galera they go as text: see [Store.in].
func (s *Store) prepareSignIn(ctx context.Context) error {
	if s.MayLag() {
		return nil
	}
	k := s.signIn
	for _, statement := range []*statement{
		k.countIfRoom, k.countSignIn, k.listOldest, k.countOpen, k.noteEnded, k.insertSession, k.insertEvent,
	} {
		if err := statement.prepare(ctx, s.pool); err != nil && !isUnprepared(err) {
			return err
		}
	}
	return nil
}

func (s *Store) createSession(
	ctx context.Context, tx *gorm.DB, session *models.RefreshToken, verified *models.User, limit int, change auth.Change,
) ([]models.Revocation, error) {
	counted, err := s.countIfRoom(ctx, tx, verified, limit)
	if err != nil {
		return nil, err
	}
	var revoked []models.Revocation
	if !counted {
		if revoked, err = s.countAndMakeRoom(ctx, tx, verified, limit, change); err != nil {
			return nil, err
		}
	}
	if _, err := s.execIn(ctx, tx, s.signIn.insertSession, sessionValues(session)...); err != nil {
		return nil, err
	}
	_, err = s.execIn(ctx, tx, s.signIn.insertEvent, eventValues(&change.Event)...)
	return revoked, err
}

// countIfRoom counts the sign-in when it can tell by the account alone that there is room for one more. What was read of
// the account before spares a vain question, no more: others may have signed in since.
func (s *Store) countIfRoom(ctx context.Context, tx *gorm.DB, verified *models.User, limit int) (bool, error) {
	if verified.SignIns >= verified.EndedSignIns+uint64(limit) { //nolint:gosec // at least 1
		return false, nil
	}
	counted, err := changedRows(s.execIn(ctx, tx, s.signIn.countIfRoom, verified.ID, verified.PasswordHash, limit))
	return counted > 0, err
}

// countAndMakeRoom counts the sign-in, and looks whether there is room for it.
func (s *Store) countAndMakeRoom(
	ctx context.Context, tx *gorm.DB, verified *models.User, limit int, change auth.Change,
) ([]models.Revocation, error) {
	counted, err := changedRows(s.execIn(ctx, tx, s.signIn.countSignIn, verified.ID, verified.PasswordHash))
	if err == nil && counted == 0 {
		err = auth.ErrUserChanged
	}
	if err != nil {
		return nil, err
	}
	return s.makeRoom(ctx, tx, verified.ID, limit, change)
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

// sessionValues are what insertSession wants.
func sessionValues(t *models.RefreshToken) []any {
	return []any{
		t.ID, t.UserID, t.NonceHash, t.Generation, t.ConfirmedGeneration, t.RotatedAt, t.ReplayedAt, t.IdleExpiresAt,
		t.ExpiresAt, t.RevokedAt, t.RevokedReason, t.IP, t.UserAgent, t.CreatedAt,
	}
}

// eventValues are what insertEvent wants.
func eventValues(e *models.SecurityEvent) []any {
	return []any{e.ID, e.Kind, e.UserID, e.ActorID, e.SessionID, e.Detail, e.IP, e.UserAgent, e.CreatedAt}
}
