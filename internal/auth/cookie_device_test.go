package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
)

func TestACookieKeepsTheDeviceKnown(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	w.register(t, "ada")
	b := &browser{}
	e := b.send()
	pair := w.loginByCookie(t, e, "ada")
	e.arrive()
	require.Empty(t, pair.DeviceToken, "the cookie has it")
	require.Equal(t, 365*24*time.Hour, e.device.lifetime)
	device := deviceOf(t, w, b.device)

	for _, work := range []func(e *exchange) error{
		func(e *exchange) error { return w.refreshByCookie(t, e) },
		func(e *exchange) error { return w.service.Logout(e.context(t.Context()), "") },
		func(e *exchange) error {
			ctx := e.context(t.Context())
			_, err := w.service.ByCookie(ctx, func() (*auth.Pair, error) {
				return w.service.Login(ctx, auth.Credentials{Username: "ada", Password: "wrong"})
			})
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
			return nil
		},
	} {
		e = b.send()
		require.NoError(t, work(e))
		e.arrive()
		require.Empty(t, e.device.changes, "it outlives the session")
	}

	before := b.device
	w.clock.advance(time.Second)
	e = b.send()
	w.loginByCookie(t, e, "ada")
	e.arrive()
	require.NotEqual(t, before, b.device)
	require.Equal(t, device, deviceOf(t, w, b.device), "the same device, known for another year")

	ctx := b.send().context(t.Context())
	inBody, err := w.service.Login(ctx, auth.Credentials{Username: "ada", Password: testPassword})
	require.NoError(t, err)
	require.Equal(t, device, deviceOf(t, w, inBody.DeviceToken), "the cookie counts whatever the delivery")
	phone := w.login(t, "ada").DeviceToken
	chosen, err := w.service.Login(ctx, auth.Credentials{Username: "ada", Password: testPassword, DeviceToken: phone})
	require.NoError(t, err)
	require.Equal(t, deviceOf(t, w, phone), deviceOf(t, w, chosen.DeviceToken), "but what is in the input counts first")
}
