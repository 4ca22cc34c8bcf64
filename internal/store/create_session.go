package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// newSession is a sign-in that somebody asks for. It has records of its own: whoever asked may leave before they are written.
type newSession struct {
	session  models.RefreshToken
	verified models.User
	limit    int
	change   auth.Change
}

// errNotForAll is why those who came together part: an account among theirs changed, or has perhaps no room.
var errNotForAll = errors.New("an account has changed, or has perhaps no room")

// CreateSession implements [auth.Store]. It writes to the account, if it still is as it was verified: whoever disables
// it, or changes its password, comes before and stops the sign-in, or comes after and sees it. Sign-ins that come together
// share their statements and their commit.
func (s *Store) CreateSession(
	ctx context.Context, session *models.RefreshToken, verified *models.User, limit int, change auth.Change,
) ([]models.Revocation, error) {
	asked := &newSession{*session, *verified, limit, change}
	var revoked []models.Revocation
	err := s.persist(ctx, "create session", func() (err error) {
		if s.MayLag() || !asked.mayHaveRoom() {
			revoked, err = s.createAlone(ctx, asked)
			return err
		}
		revoked, err = s.signIn.newSessions.ask(ctx, asked)
		return err
	})
	if err != nil {
		return nil, err
	}
	return revoked, nil
}

// gatherNewSessions gathers the sign-ins that have room by the account alone. Before the commit nothing took effect, so each may
// ask again, alone.
func (s *Store) gatherNewSessions() *gathering[*newSession, []models.Revocation] {
	return &gathering[*newSession, []models.Revocation]{
		answer:     s.createSessions,
		sameRecord: func(a, b *newSession) bool { return a.verified.ID == b.verified.ID },
		final:      func(err error, _ bool) bool { return errors.Is(err, errInDoubt) || hasLeft(err) },
		parted:     func(ctx context.Context, err error) { s.tookBack(ctx, "create sessions", err) },
		most:       startedMost,
		turns:      2,
	}
}

// mayHaveRoom goes by what was read of the account before. It spares a vain question, no more: others may have signed in since.
func (n *newSession) mayHaveRoom() bool {
	return n.verified.SignIns < n.verified.EndedSignIns+uint64(n.limit) //nolint:gosec // at least 1
}

// createSessions says of each which sessions it ended.
func (s *Store) createSessions(ctx context.Context, asked []*newSession) (map[*newSession][]models.Revocation, error) {
	if len(asked) == 1 {
		revoked, err := s.createAlone(ctx, asked[0])
		return map[*newSession][]models.Revocation{asked[0]: revoked}, err
	}
	if err := s.createTogether(ctx, asked); err != nil {
		return nil, err
	}
	ended := make(map[*newSession][]models.Revocation, len(asked))
	for _, n := range asked {
		ended[n] = nil
	}
	return ended, nil
}

// createTogether creates all of them, or none. It goes on when the one who asks for all leaves: the others stay.
func (s *Store) createTogether(ctx context.Context, asked []*newSession) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), retryTotal)
	defer cancel()
	k, last := s.signIn, len(asked)-1
	if err := s.prepare(ctx, k.countIfRoom[last], k.insertSessions[last], k.insertEvents[last]); err != nil {
		return err
	}
	committing := false
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		counted, err := s.countIfRoom(ctx, tx, asked...)
		if err == nil && counted < len(asked) {
			err = errNotForAll
		}
		if err == nil {
			err = s.insertNewSessions(ctx, tx, asked...)
		}
		committing = err == nil
		return err
	})
	if committing && err != nil {
		err = fmt.Errorf("%w: %w", errInDoubt, err)
	}
	return err
}

// createAlone makes room if need be.
func (s *Store) createAlone(ctx context.Context, asked *newSession) (revoked []models.Revocation, err error) {
	k := s.signIn
	err = s.prepare(ctx,
		k.countIfRoom[0], k.countSignIn, k.listOldest, k.countOpen, k.noteEnded, k.insertSessions[0], k.insertEvents[0])
	if err != nil {
		return nil, err
	}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if revoked, err = s.countAlone(ctx, tx, asked); err != nil {
			return err
		}
		return s.insertNewSessions(ctx, tx, asked)
	})
	return revoked, err
}

func (s *Store) countAlone(ctx context.Context, tx *gorm.DB, asked *newSession) ([]models.Revocation, error) {
	if asked.mayHaveRoom() {
		if counted, err := s.countIfRoom(ctx, tx, asked); err != nil || counted > 0 {
			return nil, err
		}
	}
	return s.countAndMakeRoom(ctx, tx, asked)
}

// prepare comes before a transaction, since to prepare a statement for all connections may take another one. On Galera they go
// as text: see [Store.in].
func (s *Store) prepare(ctx context.Context, statements ...*statement) error {
	if s.MayLag() {
		return nil
	}
	for _, statement := range statements {
		if err := statement.prepare(ctx, s.pool); err != nil && !isUnprepared(err) {
			return err
		}
	}
	return nil
}

// countIfRoom counts the sign-ins of those whose account is as it was verified and tells by itself that there is room for one
// more. It returns how many.
func (s *Store) countIfRoom(ctx context.Context, tx *gorm.DB, asked ...*newSession) (int, error) {
	return changedRows(s.execIn(ctx, tx, s.signIn.countIfRoom[len(asked)-1], countValues(asked)...))
}

// countValues are what the text for so many wants.
func countValues(asked []*newSession) []any {
	var ids, guards []any
	for _, n := range asked {
		ids = append(ids, n.verified.ID)
		guards = append(guards, n.verified.ID, n.verified.PasswordHash, n.limit)
	}
	if len(asked) == 1 {
		return guards
	}
	return append(ids, guards...)
}

func (s *Store) insertNewSessions(ctx context.Context, tx *gorm.DB, asked ...*newSession) error {
	var sessions, events []any
	for _, n := range asked {
		sessions = append(sessions, sessionValues(&n.session)...)
		events = append(events, eventValues(&n.change.Event)...)
	}
	if _, err := s.execIn(ctx, tx, s.signIn.insertSessions[len(asked)-1], sessions...); err != nil {
		return err
	}
	_, err := s.execIn(ctx, tx, s.signIn.insertEvents[len(asked)-1], events...)
	return err
}

// sessionValues are what insertSessions wants for one.
func sessionValues(t *models.RefreshToken) []any {
	return []any{
		t.ID, t.UserID, t.NonceHash, t.Generation, t.ConfirmedGeneration, t.RotatedAt, t.ReplayedAt, t.IdleExpiresAt,
		t.ExpiresAt, t.RevokedAt, t.RevokedReason, t.IP, t.UserAgent, t.CreatedAt,
	}
}

// eventValues are what insertEvents wants for one.
func eventValues(e *models.SecurityEvent) []any {
	return []any{e.ID, e.Kind, e.UserID, e.ActorID, e.SessionID, e.Detail, e.IP, e.UserAgent, e.CreatedAt}
}
