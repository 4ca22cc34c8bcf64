package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestAnAccountSeesItsOwnHistoryAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, ada, grace := w.admin(t, "root"), w.register(t, "ada"), w.register(t, "grace")
		w.clock.advance(time.Second)
		_, err := w.service.SetRole(w.as(t, admin), ada.User.ID, models.RoleAdmin)
		require.NoError(t, err)
		_, err = w.service.SetRole(w.as(t, admin), ada.User.ID, models.RoleUser)
		require.NoError(t, err)

		// Whose history it is says the token; what the page asks for does not matter.
		for name, page := range map[string]auth.EventPage{
			"plain": {Limit: 10}, "somebody else's": {Limit: 10, UserID: &grace.User.ID, Kind: models.EventSignedUp},
		} {
			events, err := w.service.SecurityEvents(w.as(t, ada), page)
			require.NoError(t, err)
			require.Equal(t, []models.EventKind{models.EventRoleChanged, models.EventRoleChanged, models.EventSignedUp}, kinds(events), name)
			for _, event := range events[:2] {
				require.Nil(t, event.ActorID, "who the ADMIN is, and where, is not told")
				require.Empty(t, event.IP+event.UserAgent)
			}
		}

		all, err := w.service.AllSecurityEvents(w.as(t, admin), auth.EventPage{Limit: 100})
		require.NoError(t, err)
		require.Equal(t, admin.User.ID, *all[0].ActorID)
		require.Equal(t, "192.0.2.7", all[0].IP)
		for name, test := range map[string]struct {
			ctx   context.Context
			id    models.EventID
			found bool
		}{
			"one's own":                  {ctx: w.as(t, ada), id: all[0].ID, found: true},
			"another's":                  {ctx: w.as(t, grace), id: all[0].ID},
			"another's, by an ADMIN":     {ctx: w.as(t, admin), id: all[0].ID, found: true},
			"an ADMIN's":                 {ctx: w.as(t, ada), id: signedUp(t, w, admin.User.ID)},
			"none that there is":         {ctx: w.as(t, admin), id: models.EventID{1}},
			"none that there is, a USER": {ctx: w.as(t, ada), id: models.EventID{}},
		} {
			event, err := w.service.SecurityEvent(test.ctx, test.id)
			if !test.found {
				require.ErrorIs(t, err, auth.ErrNotFound, name)
				continue
			}
			require.NoError(t, err, name)
			require.Equal(t, test.id, event.ID, name)
		}
		own, err := w.service.SecurityEvent(w.as(t, ada), all[0].ID)
		require.NoError(t, err)
		require.Nil(t, own.ActorID)
		require.Empty(t, own.IP)
	})
}

// signedUp returns the event by which the account began.
func signedUp(t *testing.T, w *world, id models.UserID) models.EventID {
	t.Helper()
	events, err := w.store.Events(t.Context(), auth.EventPage{UserID: &id, Kind: models.EventSignedUp, Limit: 1})
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0].ID
}

func TestAnAdminFiltersTheHistoryOfAll(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		began := w.clock.now()
		admin := w.admin(t, "root")
		w.clock.advance(time.Minute)
		ada := w.register(t, "ada")
		w.clock.advance(time.Minute)
		mapped := auth.WithRequest(t.Context(), auth.Request{IP: "2001:db8::7"})
		_, err := w.service.Login(mapped, auth.Credentials{Username: "ada", Password: testPassword})
		require.NoError(t, err)

		signedUp, signedIn := models.EventSignedUp, models.EventSignedIn
		for name, test := range map[string]struct {
			page auth.EventPage
			want []models.EventKind
		}{
			"all":                 {want: []models.EventKind{signedIn, signedUp, signedIn, signedUp}},
			"kind":                {page: auth.EventPage{Kind: signedUp}, want: []models.EventKind{signedUp, signedUp}},
			"account":             {page: auth.EventPage{UserID: &ada.User.ID}, want: []models.EventKind{signedIn, signedUp}},
			"kind and account":    {page: auth.EventPage{UserID: &ada.User.ID, Kind: signedIn}, want: []models.EventKind{signedIn}},
			"address":             {page: auth.EventPage{IP: "2001:db8::7"}, want: []models.EventKind{signedIn}},
			"address, spelt long": {page: auth.EventPage{IP: "2001:0DB8:0:0::7"}, want: []models.EventKind{signedIn}},
			"address of nobody":   {page: auth.EventPage{IP: "::ffff:192.0.2.1"}},
			"since":               {page: auth.EventPage{Since: began.Add(2 * time.Minute)}, want: []models.EventKind{signedIn}},
			"until":               {page: auth.EventPage{Until: began.Add(time.Minute)}, want: []models.EventKind{signedIn, signedUp}},
			"long ago":            {page: auth.EventPage{Until: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)}},
			"far ahead":           {page: auth.EventPage{Since: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}},
			"backward":            {page: auth.EventPage{Backward: true}, want: []models.EventKind{signedIn, signedUp, signedIn, signedUp}},
		} {
			test.page.Limit = 10
			events, err := w.service.AllSecurityEvents(w.as(t, admin), test.page)
			require.NoError(t, err, name)
			require.Equal(t, append([]models.EventKind{}, test.want...), kinds(events), name)
		}
		_, err = w.service.AllSecurityEvents(w.as(t, admin), auth.EventPage{IP: "daypass.example", Limit: 1})
		var input *auth.InputError
		require.ErrorAs(t, err, &input)
		require.NotEmpty(t, input.Fields["ipAddress"])
	})
}

func TestTheOverviewCountsByKindAndTime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin := w.admin(t, "root")
		since := w.clock.now().Add(time.Minute)
		w.clock.advance(time.Minute)
		w.register(t, "ada")
		w.clock.advance(59 * time.Second)
		w.login(t, "ada")
		w.login(t, "ada")
		w.clock.advance(61 * time.Second)
		w.login(t, "ada")

		whole := since.Truncate(time.Second)
		counts, err := w.service.SecurityOverview(w.as(t, admin), since, since.Add(time.Hour), time.Minute)
		require.NoError(t, err)
		require.Equal(t, []auth.EventCount{
			{Kind: models.EventSignedIn, From: whole, Count: 2},
			{Kind: models.EventSignedUp, From: whole, Count: 1},
			{Kind: models.EventSignedIn, From: whole.Add(2 * time.Minute), Count: 1},
		}, counts)
		counts, err = w.service.SecurityOverview(w.as(t, admin), since, since.Add(2*time.Minute), 24*time.Hour)
		require.NoError(t, err)
		require.Equal(t, []auth.EventCount{
			{Kind: models.EventSignedIn, From: whole, Count: 2}, {Kind: models.EventSignedUp, From: whole, Count: 1},
		}, counts, "what is not over counts not")

		for name, test := range map[string]struct {
			until     time.Time
			bucket    time.Duration
			wantField string
		}{
			"a week of hours":     {until: whole.Add(7 * 24 * time.Hour), bucket: time.Hour},
			"the finest":          {until: whole.Add(168 * time.Minute), bucket: time.Minute},
			"too fine":            {until: whole.Add(168*time.Minute + time.Millisecond), bucket: time.Minute, wantField: "bucket"},
			"too fine by far":     {until: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), bucket: 24 * time.Hour, wantField: "bucket"},
			"no bucket":           {until: since.Add(time.Hour), wantField: "bucket"},
			"a part of a second":  {until: since.Add(time.Hour), bucket: 1500 * time.Millisecond, wantField: "bucket"},
			"nothing":             {until: whole, bucket: time.Hour, wantField: "until"},
			"the other way round": {until: since.Add(-time.Hour), bucket: time.Hour, wantField: "until"},
		} {
			_, err := w.service.SecurityOverview(w.as(t, admin), since, test.until, test.bucket)
			if test.wantField == "" {
				require.NoError(t, err, name)
				continue
			}
			var input *auth.InputError
			require.ErrorAs(t, err, &input, name)
			require.NotEmpty(t, input.Fields[test.wantField], name)
		}
	})
}
