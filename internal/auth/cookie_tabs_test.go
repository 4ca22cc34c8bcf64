package auth_test

import (
	"cmp"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
)

// moment is something that happens after a while.
type moment struct {
	after time.Duration
	do    func()
}

// happen lets all moments come in their order.
func (w *world) happen(moments []moment) {
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Compare(a.after, b.after) })
	began := w.clock.now()
	for _, m := range moments {
		w.clock.advance(m.after - w.clock.now().Sub(began))
		m.do()
	}
}

// TestTabsThatRestoreInABurstStaySignedIn opens 20 tabs of a browser within two seconds. Each refreshes by the cookie as
// it finds it, without taking turns, and uses what it got; requests and answers overtake one another on the way. A
// quarter of an hour later the browser comes back with whatever cookie the last answer left.
func TestTabsThatRestoreInABurstStaySignedIn(t *testing.T) {
	const bursts, tabs = 25, 20
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		w := newWorld(t, db, newClock())
		w.register(t, "ada")
		b, pair := w.signedIn(t)
		random := rand.New(rand.NewSource(1))
		within := func(limit time.Duration) time.Duration { return time.Duration(random.Int63n(int64(limit))) }
		for range bursts {
			w.clock.advance(15 * time.Minute)
			var moments []moment
			for range tabs {
				moments = append(moments, w.tab(t, b, within(2*time.Second), within(time.Second), within(time.Second))...)
			}
			w.happen(moments)
		}
		record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		require.EqualValues(t, 1+bursts, record.Generation, "one rotation a burst")
	})
}

// tab is what becomes of one tab: its request leaves, is served, and its answer arrives.
func (w *world) tab(t *testing.T, b *browser, opened, there, back time.Duration) []moment {
	t.Helper()
	var e *exchange
	var pair *auth.Pair
	return []moment{
		{opened, func() { e = b.send() }},
		{opened + there, func() {
			var err error
			pair, err = w.service.RefreshByCookie(e.context(t.Context()))
			require.NoError(t, err)
		}},
		{opened + there + back, func() {
			e.arrive()
			require.True(t, admitted(t, w, pair))
			confirm(t, w)
		}},
	}
}

// TestALateAnswerThatRotatedNothingLeavesTheNewerCookie has a tab hold the cookie at the end of the grace and another one
// rotate it just after, whose answer is the faster one.
func TestALateAnswerThatRotatedNothingLeavesTheNewerCookie(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		w.register(t, "ada")
		b, _ := w.signedIn(t)
		refreshed := func() *exchange {
			e := b.send()
			require.NoError(t, w.refreshByCookie(t, e))
			return e
		}
		refreshed().arrive()
		w.clock.advance(9990 * time.Millisecond)
		slow := refreshed()
		require.Empty(t, slow.changes)
		w.clock.advance(20 * time.Millisecond)
		e := b.send()
		pair, err := w.service.RefreshByCookie(e.context(t.Context()))
		require.NoError(t, err)
		e.arrive()
		require.True(t, admitted(t, w, pair))
		confirm(t, w)
		slow.arrive()

		w.clock.advance(15 * time.Minute)
		refreshed()
	})
}
