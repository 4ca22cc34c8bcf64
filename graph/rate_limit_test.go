package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADeviceTokenTravelsFromASignInToTheNext(t *testing.T) {
	api := newAPI(t)
	const login = `mutation ($p: String!, $d: String) {
		login(input: {username: "ada", password: $p, deviceToken: $d}) { refreshToken deviceToken }
	}`
	api.register("ada")
	first := api.do("", login, map[string]any{"p": testPassword})
	require.Empty(t, first.Errors)
	device := first.Data["login"].(map[string]any)["deviceToken"]
	require.NotEmpty(t, device)
	for _, known := range []any{device, nil, "", "noise"} {
		got := api.do("", login, map[string]any{"p": testPassword, "d": known})
		require.Empty(t, got.Errors, "one that is of no use does no harm: %v", known)
		require.NotEmpty(t, got.Data["login"].(map[string]any)["deviceToken"])
	}
	refresh := first.Data["login"].(map[string]any)["refreshToken"]
	got := api.do("", `mutation ($t: String!) { refreshToken(input: {refreshToken: $t}) { deviceToken } }`, map[string]any{"t": refresh})
	require.Empty(t, got.Errors)
	require.Nil(t, got.Data["refreshToken"].(map[string]any)["deviceToken"])
}
