package store_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// everyCall returns a call of each method of the contract that has something to do, whatever others were made before.
// Each works on an account and a session of its own.
func everyCall(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	calls := map[string]func() error{}
	maps.Copy(calls, readCalls(t, ctx, s))
	maps.Copy(calls, userCalls(t, ctx, s))
	maps.Copy(calls, sessionCalls(t, ctx, s))
	maps.Copy(calls, recordCalls(t, ctx, s))
	names := strings.Join(slices.Collect(maps.Keys(calls)), " ")
	for method := range reflect.TypeFor[auth.Store]().Methods() {
		require.Contains(t, names, method.Name)
	}
	return calls
}

func readCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	user := createUser(t, s, "reader")
	session := createSession(t, s, user)
	event := newEvent(t, morning)
	require.NoError(t, s.AppendEvent(t.Context(), event))
	return map[string]func() error{
		"read: UserByID":        func() error { _, err := s.UserByID(ctx, user.ID); return err },
		"read: UserByUsername":  func() error { _, err := s.UserByUsername(ctx, user.Username); return err },
		"read: Users":           func() error { _, err := s.Users(ctx, auth.UserPage{Limit: 10}); return err },
		"read: CountUsers":      func() error { _, err := s.CountUsers(ctx, "a", 10); return err },
		"read: SessionWithUser": func() error { _, err := s.SessionWithUser(ctx, session.ID); return err },
		"read: LiveSessions":    func() error { _, err := s.LiveSessions(ctx, user.ID, morning, 10); return err },
		"read: Revocations":     func() error { _, err := s.Revocations(ctx, 0, morning, 10); return err },
		"read: Events":          func() error { _, err := s.Events(ctx, auth.EventPage{Limit: 10}); return err },
		"read: CountEvents": func() error {
			_, err := s.CountEvents(ctx, morning, morning.Add(time.Hour), time.Minute)
			return err
		},
		"read: EventByID":   func() error { _, err := s.EventByID(ctx, event.ID); return err },
		"read: UsersByID":   func() error { _, err := s.UsersByID(ctx, []models.UserID{user.ID}); return err },
		"read: Throttles":   func() error { _, err := s.Throttles(ctx, throttleKeys(1)); return err },
		"read: CheckSchema": func() error { return s.CheckSchema(ctx) },
	}
}

func userCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	alone, signedIn := newUser(t, "CreateUser"), newUser(t, "CreateUserWithSession")
	first := newSession(t, signedIn)
	rehashed, changed := createUser(t, s, "ReplacePasswordHash"), createUser(t, s, "ChangePassword")
	promoted, shut := createUser(t, s, "SetRole"), createUser(t, s, "DisableUser")
	opened, leaver := createUser(t, s, "EnableUser"), createUser(t, s, "DeleteUser")
	_, err := s.DisableUser(t.Context(), opened.ID, changeAt(t, morning))
	require.NoError(t, err)
	return map[string]func() error{
		"CreateUser":            func() error { return s.CreateUser(ctx, alone, newEvent(t, morning)) },
		"CreateUserWithSession": func() error { return s.CreateUserWithSession(ctx, signedIn, first, newEvent(t, morning)) },
		"ReplacePasswordHash": func() error {
			return s.ReplacePasswordHash(ctx, rehashed.ID, rehashed.PasswordHash, "$argon2id$new")
		},
		"ChangePassword": func() error {
			_, err := s.ChangePassword(ctx, changed, "$argon2id$new", newSession(t, changed), changeAt(t, morning))
			return err
		},
		"SetRole": func() error {
			_, err := s.SetRole(ctx, promoted.ID, models.RoleAdmin, changeAt(t, morning))
			return err
		},
		"DisableUser": func() error { _, err := s.DisableUser(ctx, shut.ID, changeAt(t, morning)); return err },
		"EnableUser":  func() error { return s.EnableUser(ctx, opened.ID, changeAt(t, morning)) },
		"DeleteUser":  func() error { _, err := s.DeleteUser(ctx, leaver, changeAt(t, morning)); return err },
	}
}

func sessionCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	user, all := createUser(t, s, "sessions"), createUser(t, s, "RevokeAll")
	rotated, moved, ended := createSession(t, s, user), createSession(t, s, user), createSession(t, s, user)
	replayed := createSession(t, s, user)
	createSession(t, s, all)
	return map[string]func() error{
		"CreateSession": func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), user, 1000, changeAt(t, morning))
			return err
		},
		"Rotate": func() error { _, err := s.Rotate(ctx, rotated.ID, rotationOf(1, morning)); return err },
		"Rotate with a move": func() error {
			rotation := rotationOf(1, morning)
			rotation.Move = &auth.Move{IP: "192.0.2.1", Event: newEvent(t, morning)}
			_, err := s.Rotate(ctx, moved.ID, rotation)
			return err
		},
		"NoteReplay": func() error {
			_, err := s.NoteReplay(ctx, replayed.ID, 1, morning)
			return err
		},
		"Confirm": func() error { return s.Confirm(ctx, map[models.SessionID]uint64{rotated.ID: 1}) },
		"Revoke": func() error {
			_, err := s.Revoke(ctx, ended.ID, models.RevokedByLogout, changeAt(t, morning))
			return err
		},
		"RevokeAll": func() error {
			_, err := s.RevokeAll(ctx, all.ID, models.RevokedByLogoutAll, changeAt(t, morning))
			return err
		},
	}
}

func recordCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	user, yesterday := createUser(t, s, "records"), morning.Add(-24*time.Hour)
	idle := newSessionAt(t, user, yesterday)
	idle.IdleExpiresAt = yesterday
	keepSession(t, s, user, idle) // leaves an event of yesterday, too
	once := newEvent(t, morning)
	once.UserID, once.SessionID = &user.ID, &idle.ID
	return map[string]func() error{
		"AppendEvent":     func() error { return s.AppendEvent(ctx, newEvent(t, morning)) },
		"AppendEventOnce": func() error { return s.AppendEventOnce(ctx, once, morning) },
		"UpdateThrottles": func() error { return s.UpdateThrottles(ctx, throttleKeys(2), countOne) },
		"ForgetThrottles": func() error { return s.ForgetThrottles(ctx, throttleKeys(2)) },
		"TakeLock":        func() error { _, err := s.TakeLock(ctx, models.LockCleanUp, morning, morning); return err },
		"DeleteExpired": func() error {
			_, err := s.DeleteExpired(ctx, auth.Expired{At: yesterday, EventsBefore: morning}, 500)
			return err
		},
		"DeleteIdleSessions": func() error {
			_, err := s.DeleteIdleSessions(ctx, models.SessionID{}, morning, 500)
			return err
		},
	}
}

func TestACallAfterItsContextChangesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		ctx, cancel := context.WithCancel(t.Context())
		calls := everyCall(t, ctx, s)
		before := contents(t, s)
		cancel()
		for name, call := range calls {
			require.ErrorIs(t, call(), context.Canceled, name)
		}
		require.Equal(t, before, contents(t, s))
	})
}
