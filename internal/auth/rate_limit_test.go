package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func (w *world) registerFrom(t *testing.T, ip, username string) error {
	t.Helper()
	_, err := w.service.Register(from(t.Context(), ip), username, testPassword)
	return err
}

func TestOneAddressRegistersTwentyAnHour(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newLimitedWorld(t, db, clock), newLimitedWorld(t, db, clock)
		for range 30 {
			require.ErrorAs(t, here.registerFrom(t, home, "!"), new(*auth.InputError), "bad input costs nothing")
		}
		require.NoError(t, here.registerFrom(t, home, "ada"))
		for range 9 {
			require.ErrorIs(t, there.registerFrom(t, home, "Ada"), auth.ErrUsernameTaken, "whatever becomes of it")
		}
		for i := range 10 {
			require.NoError(t, here.registerFrom(t, home, fmt.Sprintf("user-%d", i)))
		}
		before := written(t, db)
		requireWait(t, 3*time.Minute, there.registerFrom(t, home, "late"))
		require.Equal(t, before, written(t, db), "who is refused writes nothing")
		require.ErrorAs(t, here.registerFrom(t, home, "!"), new(*auth.InputError), "and is told first what is wrong")
		require.NoError(t, here.registerFrom(t, elsewhere, "grace"))
		_, err := here.service.AddUser(t.Context(), "operator", testPassword, models.RoleAdmin)
		require.NoError(t, err)

		for i := range 3 {
			clock.advance(3 * time.Minute)
			require.NoError(t, there.registerFrom(t, home, fmt.Sprintf("patient-%d", i)))
			requireWait(t, 3*time.Minute, here.registerFrom(t, home, "late"))
		}
		told := here.eventsOf(t, models.EventThrottled)
		require.Len(t, told, 1)
		require.Equal(t, "REGISTRATION", told[0].Detail)
		require.Nil(t, told[0].UserID)
		here.guessTimes(t, 1, home, "ada")
	})
}

func TestABurstOfRegistrationsCannotOutrunTheCounter(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		worlds := []*world{newLimitedWorld(t, db, clock), newLimitedWorld(t, db, clock)}
		errs := make([]error, 60)
		together(len(errs), func(i int) { errs[i] = worlds[i%2].registerFrom(t, home, fmt.Sprintf("user-%d", i)) })
		registered := 0
		for _, err := range errs {
			if err == nil {
				registered++
				continue
			}
			require.ErrorAs(t, err, new(*auth.RateLimitedError))
		}
		require.Equal(t, 20, registered)

		clock.advance(3 * time.Minute)
		require.NoError(t, worlds[0].registerFrom(t, home, "patient"), "those who were refused do not count")
		requireWait(t, 3*time.Minute, worlds[1].registerFrom(t, home, "late"))
	})
}
