package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
)

func TestALimitedRefreshCostsNeitherStatementNorToken(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newWorldWith(t, db, clock, cheap, func(cfg *auth.Config) { cfg.Limits.RefreshesPerAddress = 3 })
		pair := w.register(t, "ada")
		refresh := func(ip, refreshToken string) (*auth.Pair, error) {
			return w.service.Refresh(from(t.Context(), ip), refreshToken)
		}
		for range 3 {
			var err error
			pair, err = refresh(home, pair.RefreshToken)
			require.NoError(t, err)
		}
		record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		for _, token := range []string{pair.RefreshToken, "noise"} {
			_, err = refresh(home, token)
			requireWait(t, 20*time.Second, err)
		}
		after, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		require.Equal(t, record, after)

		_, err = refresh(elsewhere, pair.RefreshToken)
		require.NoError(t, err, "the token is as good as before")
		clock.advance(19 * time.Second)
		_, err = refresh(home, pair.RefreshToken)
		requireWait(t, time.Second, err)
		clock.advance(time.Second)
		_, err = refresh(home, pair.RefreshToken)
		require.NoError(t, err)

		require.NoError(t, w.store.Close())
		_, err = refresh(home, pair.RefreshToken)
		requireWait(t, 20*time.Second, err)
		clock.advance(20 * time.Second)
		_, err = refresh(home, pair.RefreshToken)
		require.NotErrorAs(t, err, new(*auth.RateLimitedError), "now it does ask the database")
	})
}

func TestRefreshesOfOneAddressAreCountedTogether(t *testing.T) {
	w := newWorldWith(t, testdb.SQLite(t), newClock(), cheap, func(cfg *auth.Config) { cfg.Limits.RefreshesPerAddress = 50 })
	token := w.register(t, "ada").RefreshToken
	errs := make([]error, 200)
	together(len(errs), func(i int) {
		_, errs[i] = w.service.Refresh(from(t.Context(), fmt.Sprintf("2001:db8::%x", i)), token)
	})
	served := 0
	for _, err := range errs {
		if err == nil {
			served++
			continue
		}
		require.ErrorAs(t, err, new(*auth.RateLimitedError))
	}
	require.Equal(t, 50, served)
}
