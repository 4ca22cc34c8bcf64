package auth

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/models"
)

// ending is a session whose end and whose caller's wait for it come together.
type ending struct {
	service    *Service
	session    models.SessionID
	authorized context.Context
	revoked    []models.Revocation
}

func newEnding(t *testing.T, service *Service, round int) ending {
	t.Helper()
	caller := Caller{
		UserID: models.UserID{1}, SessionID: models.SessionID{byte(round), byte(round >> 8)}, ExpiresAt: service.now().Add(time.Minute),
	}
	authorized, leave := context.WithCancel(context.WithValue(t.Context(), callerKey{}, caller))
	t.Cleanup(leave)
	return ending{service: service, session: caller.SessionID, authorized: authorized, revoked: []models.Revocation{
		{ID: uint64(round), SessionID: &caller.SessionID, ExpiresAt: service.now().Add(time.Hour)},
	}}
}

// requireTold holds that by now the end was told once.
func (e ending) requireTold(t *testing.T, told <-chan *SessionEnd, err error) {
	t.Helper()
	require.NoError(t, err)
	select {
	case end := <-told:
		require.Equal(t, e.session, end.SessionID)
	default:
		require.Fail(t, "the end was missed")
	}
	_, more := <-told
	require.False(t, more, "it was told twice")
	require.Zero(t, e.service.waiting.count)
	require.Empty(t, e.service.waiting.bySession)
	require.Empty(t, e.service.waiting.byUser)
}

func newIdleService() *Service {
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	return New(Config{Now: func() time.Time { return at }}, nil, nil, nil)
}

func TestNoEndIsMissedAroundTheBeginningOfTheWait(t *testing.T) {
	service := newIdleService()
	for round := range 1_000 {
		e := newEnding(t, service, round)
		var told <-chan *SessionEnd
		var err error
		var both sync.WaitGroup
		both.Go(func() { told, err = service.SessionEnded(e.authorized) })
		both.Go(func() {
			service.revoked.add(e.revoked)
			service.revoked.add(e.revoked) // as it is read again
		})
		both.Wait()
		e.requireTold(t, told, err)
	}
}

// The test holds the door, so that the session ends, and all who wait are told, right before the caller is one of them.
func TestNoEndIsMissedAtTheDoor(t *testing.T) {
	service := newIdleService()
	for round := range 200 {
		e := newEnding(t, service, round)
		var told <-chan *SessionEnd
		var err error
		var joined sync.WaitGroup
		service.waiting.mu.Lock()
		joined.Go(func() { told, err = service.SessionEnded(e.authorized) })
		for range round { // sometimes it stands there by now
			runtime.Gosched()
		}
		service.revoked.keep(e.revoked)
		service.waiting.mu.Unlock()
		joined.Wait()
		e.requireTold(t, told, err)
	}
}
