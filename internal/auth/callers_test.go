package auth_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/models"
)

// as is the context of a request that came with the pair's access token and was let pass.
func (w *world) as(t *testing.T, pair *auth.Pair) context.Context {
	t.Helper()
	ctx, err := w.service.Authorize(
		auth.WithRequest(t.Context(), auth.Request{AccessToken: pair.AccessToken, IP: "192.0.2.7", UserAgent: "Käferbrowser/1.0"}),
		models.RoleUser,
	)
	require.NoError(t, err)
	return ctx
}

// admin makes an account of role ADMIN and signs it in.
func (w *world) admin(t *testing.T, username string) *auth.Pair {
	t.Helper()
	_, err := w.service.AddUser(t.Context(), username, testPassword, models.RoleAdmin)
	require.NoError(t, err)
	return w.login(t, username)
}

// requireOut holds that none of the pair's tokens is of use any more.
func (w *world) requireOut(t *testing.T, pair *auth.Pair) {
	t.Helper()
	_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
	w.requireRefused(t, pair)
}

// requireRefused holds that the access token opens nothing any more.
func (w *world) requireRefused(t *testing.T, pair *auth.Pair) {
	t.Helper()
	_, err := w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
	require.ErrorIs(t, err, auth.ErrUnauthenticated)
}

// history returns the events of an account, oldest first, but for those that sign it up and in.
func (w *world) history(t *testing.T, id models.UserID) []models.SecurityEvent {
	t.Helper()
	all, err := w.store.Events(t.Context(), auth.EventPage{UserID: &id, Limit: 1000})
	require.NoError(t, err)
	var events []models.SecurityEvent
	for _, event := range slices.Backward(all) {
		if event.Kind != models.EventSignedUp && event.Kind != models.EventSignedIn {
			events = append(events, event)
		}
	}
	return events
}

func kinds(events []models.SecurityEvent) []models.EventKind {
	all := make([]models.EventKind, len(events))
	for i := range events {
		all[i] = events[i].Kind
	}
	return all
}
