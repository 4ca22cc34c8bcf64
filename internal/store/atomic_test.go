package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// TestWhatCannotBeToldIsNotDone gives each call that keeps an event one that the database refuses.
func TestWhatCannotBeToldIsNotDone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		createAdmin(t, s, "root")
		admin, shut, newcomer := createAdmin(t, s, "ada"), createUser(t, s, "shut"), newUser(t, "grace")
		session := createSession(t, s, admin)
		_, err := s.DisableUser(ctx, shut.ID, changeAt(t, morning))
		require.NoError(t, err)

		change := changeAt(t, morning)
		change.Event.Detail = strings.Repeat("x", 65)
		move := rotationOf(1, morning)
		move.Move = &auth.Move{IP: "192.0.2.1", UserAgent: "elsewhere", Event: change.Event}
		before := contents(t, s)
		for name, call := range map[string]func() error{
			"CreateUser": func() error { return s.CreateUser(ctx, newcomer, change.Event) },
			"CreateUserWithSession": func() error {
				return s.CreateUserWithSession(ctx, newcomer, newSession(t, newcomer), change.Event)
			},
			"ChangePassword": func() error {
				_, err := s.ChangePassword(ctx, admin, "$argon2id$new", newSession(t, admin), change)
				return err
			},
			"SetRole":     func() error { _, err := s.SetRole(ctx, admin.ID, models.RoleUser, change); return err },
			"DisableUser": func() error { _, err := s.DisableUser(ctx, admin.ID, change); return err },
			"EnableUser":  func() error { return s.EnableUser(ctx, shut.ID, change) },
			"DeleteUser":  func() error { _, err := s.DeleteUser(ctx, admin, change); return err },
			"CreateSession, the limit reached": func() error {
				_, err := s.CreateSession(ctx, newSession(t, admin), admin, 1, change)
				return err
			},
			"Rotate with a move": func() error { _, err := s.Rotate(ctx, session.Key(), move); return err },
			"Revoke":             func() error { _, err := s.Revoke(ctx, session.Key(), models.RevokedByUser, change); return err },
			"RevokeAll":          func() error { _, err := s.RevokeAll(ctx, admin.ID, models.RevokedByUser, change); return err },
			"UpdateThrottles": func() error {
				return s.UpdateThrottles(ctx, throttleKeys(2), func(throttles []models.Throttle) []models.SecurityEvent {
					throttles[0].ClearsAt = morning
					return []models.SecurityEvent{newEvent(t, morning), change.Event}
				})
			},
		} {
			require.Error(t, call(), name)
			require.Equal(t, before, contents(t, s), name)
		}
	})
}
