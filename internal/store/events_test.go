package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestAnEventIsReadAsItWasWritten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user, actor := newUser(t, "ada"), newUser(t, "root")
		session := newSession(t, user)
		full := newEvent(t, morning.Add(time.Second))
		full.Kind, full.UserID, full.ActorID, full.SessionID, full.Detail = models.EventRevoked, &user.ID, &actor.ID, &session.ID, "ADMIN"
		bare := models.SecurityEvent{ID: newEvent(t, morning).ID, Kind: models.EventSignInFailed, CreatedAt: morning}
		given := full
		require.NoError(t, s.AppendEvent(t.Context(), full))
		require.NoError(t, s.AppendEvent(t.Context(), bare))
		require.Equal(t, given, full, "the caller's record is left alone")
		require.Equal(t, []models.SecurityEvent{full, bare}, history(t, s))
	})
}

func TestAnEventIsFoundInTheHistoryOfItsAccount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		ada, grace := newUser(t, "ada").ID, newUser(t, "grace").ID
		hers, nobodys := newEvent(t, morning), newEvent(t, morning)
		hers.UserID = &ada
		require.NoError(t, s.AppendEvent(ctx, hers))
		require.NoError(t, s.AppendEvent(ctx, nobodys))
		for _, tt := range []struct {
			of   *models.UserID
			id   models.EventID
			want *models.SecurityEvent
		}{
			{of: &ada, id: hers.ID, want: &hers},
			{of: &grace, id: hers.ID},
			{of: &ada, id: nobodys.ID},
			{id: hers.ID, want: &hers},
			{id: nobodys.ID, want: &nobodys},
			{id: newEvent(t, morning).ID},
		} {
			found, err := s.EventByID(ctx, tt.of, tt.id)
			require.Equal(t, tt.want, found)
			if tt.want == nil {
				require.ErrorIs(t, err, auth.ErrNotFound)
			}
		}
	})
}

// pastOf keeps events of few accounts, kinds and addresses, so that each filter finds some, and returns them newest first.
func pastOf(t *testing.T, s *store.Store, users []models.UserID) []models.SecurityEvent {
	t.Helper()
	kinds := []models.EventKind{models.EventSignedIn, models.EventSignInFailed, models.EventThrottled}
	random := rand.New(rand.NewPCG(1, 2))
	var events []models.SecurityEvent
	for i := range 60 {
		event := newEvent(t, morning.Add(time.Duration(i/2)*time.Second))
		event.Kind, event.IP = kinds[random.IntN(3)], fmt.Sprintf("192.0.2.%d", random.IntN(3))
		if n := random.IntN(len(users) + 1); n < len(users) {
			event.UserID = &users[n]
		}
		require.NoError(t, s.AppendEvent(t.Context(), event))
		events = append(events, event)
	}
	slices.Reverse(events)
	return events
}

func TestEventsAreFilteredAndPaged(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		users := []models.UserID{newUser(t, "ada").ID, newUser(t, "grace").ID}
		events := pastOf(t, s, users)
		for filter := range 1 << 5 {
			var page auth.EventPage
			if filter&1 != 0 {
				page.UserID = &users[0]
			}
			if filter&2 != 0 {
				page.Kind = models.EventSignInFailed
			}
			if filter&4 != 0 {
				page.IP = "192.0.2.1"
			}
			if filter&8 != 0 {
				page.Since = events[44].CreatedAt
			}
			if filter&16 != 0 {
				page.Until = events[10].CreatedAt
			}
			requireEventPages(t, s, page, slices.DeleteFunc(slices.Clone(events), func(event models.SecurityEvent) bool {
				return page.UserID != nil && (event.UserID == nil || *event.UserID != *page.UserID) ||
					page.Kind != "" && event.Kind != page.Kind || page.IP != "" && event.IP != page.IP ||
					event.CreatedAt.Before(page.Since) || !page.Until.IsZero() && !event.CreatedAt.Before(page.Until)
			}))
		}
	})
}

// requireEventPages turns the pages of a list in both directions, and asks for the piece between two of it.
func requireEventPages(t *testing.T, s *store.Store, page auth.EventPage, want []models.SecurityEvent) {
	t.Helper()
	require.NotEmpty(t, want)
	events := func(page auth.EventPage) []models.SecurityEvent {
		found, err := s.Events(t.Context(), page)
		require.NoError(t, err)
		return found
	}
	page.Limit = 7
	var forward []models.SecurityEvent
	for part := events(page); len(part) > 0; part = events(page) {
		forward = append(forward, part...)
		page.After = part[len(part)-1].ID
	}
	require.Equal(t, want, forward, "%+v", page)

	page.After, page.Backward = models.EventID{}, true
	var backward []models.SecurityEvent
	for part := events(page); len(part) > 0; part = events(page) {
		backward = append(part, backward...)
		page.Before = part[0].ID
	}
	require.Equal(t, want, backward, "%+v", page)

	page.After, page.Before, page.Backward, page.Limit = want[0].ID, want[len(want)-1].ID, false, 100
	require.Equal(t, append([]models.SecurityEvent(nil), want[1:max(1, len(want)-1)]...), append([]models.SecurityEvent(nil), events(page)...))
}

func TestAnEventIsAppendedOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user, other := newUser(t, "ada"), newUser(t, "grace")
		session, another := newSession(t, user), newSession(t, user)
		replayed := func(at time.Time) models.SecurityEvent {
			event := newEvent(t, at)
			event.Kind, event.UserID, event.SessionID, event.Detail = models.EventReplayed, &user.ID, &session.ID, "7"
			return event
		}
		first := replayed(morning)
		require.NoError(t, s.AppendEventOnce(ctx, first, morning.Add(-time.Hour)))
		require.NoError(t, s.AppendEventOnce(ctx, replayed(morning.Add(time.Minute)), morning), "since that very moment")
		require.Equal(t, []models.SecurityEvent{first}, history(t, s))

		for name, change := range map[string]func(event *models.SecurityEvent){
			"another kind":    func(event *models.SecurityEvent) { event.Kind = models.EventSignedIn },
			"another session": func(event *models.SecurityEvent) { event.SessionID = &another.ID },
			"another detail":  func(event *models.SecurityEvent) { event.Detail = "8" },
			"another account": func(event *models.SecurityEvent) { event.UserID = &other.ID },
		} {
			before, event := len(history(t, s)), replayed(morning.Add(time.Minute))
			change(&event)
			require.NoError(t, s.AppendEventOnce(ctx, event, morning))
			require.Len(t, history(t, s), before+1, name)
		}
		before, later := len(history(t, s)), replayed(morning.Add(time.Hour))
		require.NoError(t, s.AppendEventOnce(ctx, later, morning.Add(time.Millisecond)))
		require.Len(t, history(t, s), before+1, "the first was before")
	})
}
