package store_test

import (
	"context"
	"maps"
	"reflect"
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
// Each works on an account and a session of its own. What comes after the name of the method tells several apart.
func everyCall(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	calls := map[string]func() error{}
	maps.Copy(calls, readCalls(t, ctx, s))
	maps.Copy(calls, userCalls(t, ctx, s))
	maps.Copy(calls, adminCalls(t, ctx, s))
	maps.Copy(calls, sessionCalls(t, ctx, s))
	maps.Copy(calls, recordCalls(t, ctx, s))
	called := map[string]bool{}
	for name := range calls {
		method, _, _ := strings.Cut(strings.TrimPrefix(name, "read: "), " ")
		called[method] = true
	}
	for method := range reflect.TypeFor[auth.Store]().Methods() {
		if method.Name != "MayLag" && method.Name != "Era" { // they ask nobody
			require.Contains(t, called, method.Name)
		}
	}
	return calls
}

// eventOf is a line in the history of the account.
func eventOf(t *testing.T, user *models.User) models.SecurityEvent {
	t.Helper()
	event := newEvent(t, morning)
	event.UserID = &user.ID
	return event
}

func changeOf(t *testing.T, user *models.User) auth.Change {
	t.Helper()
	change := changeAt(t, morning)
	change.Event.UserID = &user.ID
	return change
}

func readCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	user, other := createUser(t, s, "reader"), createUser(t, s, "other_reader")
	session := createSession(t, s, user)
	event := eventOf(t, user)
	require.NoError(t, s.AppendEvent(t.Context(), event))
	events := func(page auth.EventPage) func() error {
		page.Limit = 10
		return func() error { _, err := s.Events(ctx, page); return err }
	}
	return map[string]func() error{
		"read: UserByID":                func() error { _, err := s.UserByID(ctx, user.ID); return err },
		"read: UserByUsername":          func() error { _, err := s.UserByUsername(ctx, user.Username); return err },
		"read: UsersByID":               func() error { _, err := s.UsersByID(ctx, []models.UserID{user.ID, other.ID}); return err },
		"read: Users":                   func() error { _, err := s.Users(ctx, auth.UserPage{Limit: 10}); return err },
		"read: Users by prefix":         func() error { _, err := s.Users(ctx, auth.UserPage{Prefix: "r", Limit: 10}); return err },
		"read: CountUsers":              func() error { _, err := s.CountUsers(ctx, "", 10); return err },
		"read: CountUsers by prefix":    func() error { _, err := s.CountUsers(ctx, "a", 10); return err },
		"read: SessionWithUser":         func() error { _, err := s.SessionWithUser(ctx, session.Key()); return err },
		"read: LatestSessionWithUser":   func() error { _, err := s.LatestSessionWithUser(ctx, session.Key()); return err },
		"read: LatestUserByID":          func() error { _, err := s.LatestUserByID(ctx, user.ID); return err },
		"read: LiveSessions":            func() error { _, err := s.LiveSessions(ctx, user.ID, morning, 10); return err },
		"read: Revocations":             func() error { _, err := s.Revocations(ctx, 0, morning, 10); return err },
		"read: Events":                  events(auth.EventPage{}),
		"read: Events by kind and IP":   events(auth.EventPage{Kind: models.EventSignedIn, IP: "192.0.2.1", Since: morning, Until: morning}),
		"read: Events of one account":   events(auth.EventPage{UserID: &user.ID, Kind: models.EventSignedIn, IP: "192.0.2.1", After: event.ID}),
		"read: EventByID":               func() error { _, err := s.EventByID(ctx, nil, event.ID); return err },
		"read: EventByID of an account": func() error { _, err := s.EventByID(ctx, &user.ID, event.ID); return err },
		"read: CountEvents": func() error {
			_, err := s.CountEvents(ctx, morning, morning.Add(time.Hour), time.Minute)
			return err
		},
		"read: Throttles":   func() error { _, err := s.Throttles(ctx, throttleKeys(2)); return err },
		"read: CheckSchema": func() error { return s.CheckSchema(ctx) },
		"Ping":              func() error { return s.Ping(ctx) },
	}
}

func userCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	alone, signedIn := newUser(t, "CreateUser"), newUser(t, "CreateUserWithSession")
	first := newSession(t, signedIn)
	rehashed, changed := createUser(t, s, "ReplacePasswordHash"), createUser(t, s, "ChangePassword")
	promoted, shut := createUser(t, s, "SetRole"), createUser(t, s, "DisableUser")
	opened, leaver := createUser(t, s, "EnableUser"), createUser(t, s, "DeleteUser")
	for _, user := range []*models.User{changed, shut, leaver} {
		createSession(t, s, user)
	}
	_, err := s.DisableUser(t.Context(), opened.ID, changeOf(t, opened))
	require.NoError(t, err)
	return map[string]func() error{
		"CreateUser": func() error { return s.CreateUser(ctx, alone, eventOf(t, alone)) },
		"CreateUserWithSession": func() error {
			return s.CreateUserWithSession(ctx, signedIn, first, eventOf(t, signedIn))
		},
		"ReplacePasswordHash": func() error {
			return s.ReplacePasswordHash(ctx, rehashed.ID, rehashed.PasswordHash, "$argon2id$new")
		},
		"ChangePassword": func() error {
			_, err := s.ChangePassword(ctx, changed, "$argon2id$new", newSession(t, changed), changeOf(t, changed))
			return err
		},
		"SetRole": func() error {
			_, err := s.SetRole(ctx, promoted.ID, models.RoleAdmin, changeOf(t, promoted))
			return err
		},
		"DisableUser": func() error { _, err := s.DisableUser(ctx, shut.ID, changeOf(t, shut)); return err },
		"EnableUser":  func() error { return s.EnableUser(ctx, opened.ID, changeOf(t, opened)) },
		"DeleteUser":  func() error { _, err := s.DeleteUser(ctx, leaver, changeOf(t, leaver)); return err },
	}
}

// adminCalls take an ADMIN away; another one is always left.
func adminCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	createAdmin(t, s, "root")
	demoted, shut, leaver := createAdmin(t, s, "demoted_admin"), createAdmin(t, s, "shut_admin"), createAdmin(t, s, "left_admin")
	return map[string]func() error{
		"SetRole of an ADMIN": func() error {
			_, err := s.SetRole(ctx, demoted.ID, models.RoleUser, changeOf(t, demoted))
			return err
		},
		"DisableUser of an ADMIN": func() error { _, err := s.DisableUser(ctx, shut.ID, changeOf(t, shut)); return err },
		"DeleteUser of an ADMIN":  func() error { _, err := s.DeleteUser(ctx, leaver, changeOf(t, leaver)); return err },
	}
}

func sessionCalls(t *testing.T, ctx context.Context, s *store.Store) map[string]func() error {
	t.Helper()
	user, crowd, all := createUser(t, s, "sessions"), createUser(t, s, "CreateSession"), createUser(t, s, "RevokeAll")
	rotated, moved, ended := createSession(t, s, user), createSession(t, s, user), createSession(t, s, user)
	replayed, crowded := createSession(t, s, user), createSession(t, s, crowd)
	createSession(t, s, all)
	return map[string]func() error{
		"CreateSession": func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), user, 1000, changeOf(t, user))
			return err
		},
		"CreateSession that looks for room": func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), wellUsed(user), 1000, changeOf(t, user))
			return err
		},
		"CreateSession that ends another": func() error {
			_, err := s.CreateSession(ctx, newSession(t, crowd), crowd, 1, changeOf(t, crowd))
			return err
		},
		"Rotate": func() error { _, err := s.Rotate(ctx, rotated.Key(), rotationOf(1, morning)); return err },
		"Rotate with a move": func() error {
			rotation := rotationOf(1, morning)
			rotation.Move = &auth.Move{IP: "192.0.2.1", Event: eventOf(t, user)}
			_, err := s.Rotate(ctx, moved.Key(), rotation)
			return err
		},
		"NoteReplay": func() error {
			_, err := s.NoteReplay(ctx, replayed.Key(), 1, morning)
			return err
		},
		"Confirm": func() error {
			return s.Confirm(ctx, map[models.SessionKey]uint64{rotated.Key(): 1, crowded.Key(): 1})
		},
		"Revoke": func() error {
			_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeOf(t, user))
			return err
		},
		"RevokeAll": func() error {
			_, err := s.RevokeAll(ctx, all.ID, models.RevokedByLogoutAll, changeOf(t, all))
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
	once := eventOf(t, user)
	once.SessionID = &idle.ID
	require.NoError(t, s.UpdateThrottles(t.Context(), throttleKeys(4)[2:], countOne)) // expired long ago
	return map[string]func() error{
		"AppendEvent":           func() error { return s.AppendEvent(ctx, eventOf(t, user)) },
		"AppendEvent of nobody": func() error { return s.AppendEvent(ctx, newEvent(t, morning)) },
		"AppendEventOnce":       func() error { return s.AppendEventOnce(ctx, once, morning) },
		"UpdateThrottles":       func() error { return s.UpdateThrottles(ctx, throttleKeys(2), countOne) },
		"UpdateThrottles with events": func() error {
			return s.UpdateThrottles(ctx, throttleKeys(2), func(throttles []models.Throttle) []models.SecurityEvent {
				countOne(throttles)
				return []models.SecurityEvent{eventOf(t, user), newEvent(t, morning)}
			})
		},
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
