package stage_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/bench/load"
	"daypass/bench/stage"
	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/testdb"
	"daypass/internal/token"
	"daypass/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// TestThePopulationCanBeServed loads one and has the domain refresh its sessions, which are in the place of the bench.
func TestThePopulationCanBeServed(t *testing.T) {
	db := testdb.MySQL(t)
	records := db.OpenStore(t)
	population, err := stage.NewPopulation(200, 40, 10)
	require.NoError(t, err)
	require.NoError(t, population.Load(t.Context(), db.SQL(t)))

	keys, err := token.NewKeySet([]string{stage.Secret}, nil)
	require.NoError(t, err)
	codec, err := token.NewCodec(token.Config{Issuer: "daypass", Audience: "daypass", Keys: keys, Now: time.Now})
	require.NoError(t, err)
	hasher, err := password.NewHasher(password.Config{})
	require.NoError(t, err)
	service := auth.New(auth.Config{
		AccessTokenTTL: time.Minute, RefreshTokenTTL: time.Hour, SessionTTL: 24 * time.Hour, Log: slog.New(slog.DiscardHandler),
	}, records, codec, hasher)
	require.NoError(t, service.LoadRevocations(t.Context()))
	ctx := auth.WithRequest(t.Context(), auth.Request{IP: "127.0.0.1", UserAgent: load.UserAgent})

	for _, i := range []int{40, 41, 199} {
		raw, err := population.RefreshToken(i)
		require.NoError(t, err)
		pair, err := service.Refresh(ctx, raw)
		require.NoError(t, err)
		require.EqualValues(t, 2, pair.Session.Generation)
	}
	raw, err := population.RefreshToken(39)
	require.NoError(t, err)
	_, err = service.Refresh(ctx, raw)
	require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)

	access, err := population.AccessToken(3, models.RoleUser)
	require.NoError(t, err)
	ctx, err = service.Authorize(auth.WithRequest(ctx, auth.Request{AccessToken: access}), models.RoleUser)
	require.NoError(t, err)
	events, err := service.SecurityEvents(ctx, auth.EventPage{Limit: 100})
	require.NoError(t, err)
	require.Len(t, events, 10, "one a session, and none of the refreshes")
	sessions, err := service.Sessions(ctx)
	require.NoError(t, err)
	require.Len(t, sessions, 8, "two of the ten are over")
}
