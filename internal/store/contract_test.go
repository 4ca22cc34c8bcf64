package store_test

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// The contract of auth.Store, on both databases. This file holds what its stories share; each other one is a story.

func TestMain(m *testing.M) { testdb.Main(m) }

// morning is the moment at which the stories begin. Its fraction ends in a digit that a coarser column would lose.
var morning = time.Date(2026, 1, 31, 8, 30, 0, 7*int(time.Millisecond), time.UTC)

func newUser(t testing.TB, username string) *models.User {
	t.Helper()
	id, err := models.NewUserID(morning)
	require.NoError(t, err)
	return &models.User{
		ID: id, Username: username, PasswordHash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", Role: models.RoleUser,
		CreatedAt: morning, UpdatedAt: morning,
	}
}

func newSession(t testing.TB, user *models.User) *models.RefreshToken {
	t.Helper()
	return newSessionAt(t, user, morning)
}

func newSessionAt(t testing.TB, user *models.User, at time.Time) *models.RefreshToken {
	t.Helper()
	id, err := models.NewSessionID(at)
	require.NoError(t, err)
	return &models.RefreshToken{
		ID: id, UserID: user.ID, NonceHash: bytes.Repeat([]byte{0xff}, 32), Generation: 1,
		RotatedAt: at, IdleExpiresAt: at.Add(24 * time.Hour), ExpiresAt: at.Add(30 * 24 * time.Hour),
		IP: "2001:db8::1", UserAgent: "Käferbrowser/1.0 🐞", CreatedAt: at,
	}
}

func newEvent(t testing.TB, at time.Time) models.SecurityEvent {
	t.Helper()
	id, err := models.NewEventID(at)
	require.NoError(t, err)
	return models.SecurityEvent{ID: id, Kind: models.EventSignedIn, IP: "2001:db8::1", UserAgent: "Käferbrowser/1.0 🐞", CreatedAt: at}
}

func changeAt(t testing.TB, at time.Time) auth.Change {
	t.Helper()
	return auth.Change{At: at, AccessUntil: at.Add(16 * time.Minute), Event: newEvent(t, at)}
}

func createUser(t testing.TB, s *store.Store, username string) *models.User {
	t.Helper()
	user := newUser(t, username)
	require.NoError(t, s.CreateUser(t.Context(), user, newEvent(t, morning)))
	return user
}

func createSession(t testing.TB, s *store.Store, user *models.User) *models.RefreshToken {
	t.Helper()
	return keepSession(t, s, user, newSession(t, user))
}

// keepSession signs the account in, with as many sessions as it likes.
func keepSession(t testing.TB, s *store.Store, user *models.User, session *models.RefreshToken) *models.RefreshToken {
	t.Helper()
	_, err := s.CreateSession(t.Context(), session, user, 1_000_000, changeAt(t, session.CreatedAt))
	require.NoError(t, err)
	return session
}

// wellUsed is the account as it is read when it has signed in so often that a sign-in has to look for room.
func wellUsed(user *models.User) *models.User {
	often := *user
	often.SignIns = 1_000_000
	return &often
}

func readSession(t testing.TB, s *store.Store, key models.SessionKey) *models.RefreshToken {
	t.Helper()
	session, err := s.SessionWithUser(t.Context(), key)
	require.NoError(t, err)
	return session
}

func everyModel() []any {
	return []any{
		&models.User{}, &models.RefreshToken{}, &models.Revocation{}, &models.SecurityEvent{}, &models.Throttle{}, &models.Lock{},
	}
}

// contents returns all rows of all tables, to see what a call changed, or that it changed nothing.
func contents(t testing.TB, s *store.Store) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, model := range everyModel() {
		var rows []map[string]any
		require.NoError(t, s.GORM().Model(model).Find(&rows).Error)
		for _, row := range rows {
			table := fmt.Sprintf("%T", model)
			all[table] = append(all[table], fmt.Sprint(row))
		}
	}
	for _, rows := range all {
		slices.Sort(rows)
	}
	return all
}

// history returns all events, newest first.
func history(t testing.TB, s *store.Store) []models.SecurityEvent {
	t.Helper()
	events, err := s.Events(t.Context(), auth.EventPage{Limit: 100_000})
	require.NoError(t, err)
	return events
}

// feed returns all revocations, oldest first.
func feed(t testing.TB, s *store.Store) []models.Revocation {
	t.Helper()
	revocations, err := s.Revocations(t.Context(), 0, time.Time{}, 100_000)
	require.NoError(t, err)
	return revocations
}

// together starts n calls at one moment and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = call(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}

func requireNoErrors(t testing.TB, errs []error) {
	t.Helper()
	for i, err := range errs {
		require.NoError(t, err, "call %d", i)
	}
}
