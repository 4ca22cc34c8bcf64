package graph_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const nextPassword = "an engine of analysis"

const changePassword = `mutation ($c: String!, $n: String!) { changePassword(input: {currentPassword: $c, newPassword: $n}) {
	accessToken refreshToken user { id username } session { id current } } }`

func TestAPasswordIsChangedByOneOfTwoDevices(t *testing.T) {
	api := newAPI(t)
	laptop := api.user("ada")
	phone := api.login("ada", testPassword)

	got := laptop.ask(changePassword, map[string]any{"c": testPassword + ".", "n": nextPassword})
	require.Equal(t, "INVALID_CREDENTIALS", got.code())
	got = laptop.ask(changePassword, map[string]any{"c": testPassword, "n": testPassword})
	require.Equal(t, "BAD_USER_INPUT", got.code())
	require.Equal(t, map[string]any{"input.newPassword": "must not be the current one"}, got.Errors[0].Extensions["fields"])
	require.Empty(t, phone.swap())

	changed := laptop.get("changePassword", changePassword, map[string]any{"c": testPassword, "n": nextPassword}).(map[string]any)
	require.Equal(t, true, changed["session"].(map[string]any)["current"])
	for name, left := range map[string]*person{"laptop": laptop, "phone": phone} {
		require.Equal(t, "UNAUTHENTICATED", left.ask(`{ me { id } }`, nil).code(), name)
		require.Equal(t, "INVALID_REFRESH_TOKEN", left.swap(), name)
	}
	after := api.person(changed)
	require.Equal(t, laptop.id, after.id)
	require.Len(t, after.get("sessions", `{ sessions { id } }`, nil), 1)
	require.Empty(t, after.swap())
	api.login("ada", nextPassword)
}

func TestSessionsAreEndedByTheirOwner(t *testing.T) {
	api := newAPI(t)
	laptop := api.user("ada")
	phone, tablet := api.login("ada", testPassword), api.login("ada", testPassword)
	const revoke = `mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) { revokedSessionId } }`
	for range 2 {
		require.Equal(t, map[string]any{"revokedSessionId": phone.session}, laptop.get("revokeSession", revoke, map[string]any{"id": phone.session}))
	}
	require.Equal(t, "UNAUTHENTICATED", phone.ask(`{ sessions { id } }`, nil).code())
	require.Equal(t, "INVALID_REFRESH_TOKEN", phone.swap())

	ended := laptop.get("logoutAll", `mutation { logoutAll { revokedSessionIds } }`, nil).(map[string]any)["revokedSessionIds"]
	require.ElementsMatch(t, []any{laptop.session, tablet.session}, ended)
	for name, left := range map[string]*person{"laptop": laptop, "tablet": tablet} {
		require.Equal(t, "UNAUTHENTICATED", left.ask(`mutation { logoutAll { revokedSessionIds } }`, nil).code(), name)
	}
}

func TestAnAccountIsDeletedByItsPassword(t *testing.T) {
	api := newAPI(t)
	admin, ada := api.admin("root"), api.user("ada")
	const remove = `mutation ($p: String!) { deleteAccount(input: {password: $p}) { deletedUserId } }`
	require.Equal(t, "INVALID_CREDENTIALS", ada.ask(remove, map[string]any{"p": "wrong"}).code())
	require.Equal(t, "LAST_ADMIN", admin.ask(remove, map[string]any{"p": testPassword}).code())
	require.Equal(t, map[string]any{"deletedUserId": ada.id}, ada.get("deleteAccount", remove, map[string]any{"p": testPassword}))
	require.Equal(t, "UNAUTHENTICATED", ada.ask(`{ me { id } }`, nil).code())
	require.Equal(t, "INVALID_REFRESH_TOKEN", ada.swap())
	require.Nil(t, admin.get("user", `query ($id: ID!) { user(id: $id) { id } }`, map[string]any{"id": ada.id}))
}

// adminMutations take the id of an account.
var adminMutations = map[string]string{
	"setRole":            `mutation ($id: ID!) { setRole(input: {userId: $id, role: USER}) { user { id role } } }`,
	"disableUser":        `mutation ($id: ID!) { disableUser(input: {userId: $id}) { user { id disabledAt } } }`,
	"enableUser":         `mutation ($id: ID!) { enableUser(input: {userId: $id}) { user { id disabledAt } } }`,
	"revokeUserSessions": `mutation ($id: ID!) { revokeUserSessions(input: {userId: $id}) { revokedSessionIds } }`,
}

func TestAdminMutations(t *testing.T) {
	api := newAPI(t)
	admin, ada := api.admin("root"), api.user("ada")
	of := func(id string) map[string]any { return map[string]any{"id": id} }

	ended := admin.get("revokeUserSessions", adminMutations["revokeUserSessions"], of(ada.id))
	require.Equal(t, map[string]any{"revokedSessionIds": []any{ada.session}}, ended)
	disabled := admin.get("disableUser", adminMutations["disableUser"], of(ada.id)).(map[string]any)["user"].(map[string]any)
	require.Equal(t, ada.id, disabled["id"])
	require.NotNil(t, disabled["disabledAt"])
	shown := admin.get("user", `query ($id: ID!) { user(id: $id) { username disabledAt } }`, of(ada.id))
	require.Equal(t, map[string]any{"username": "ada", "disabledAt": disabled["disabledAt"]}, shown)
	enabled := admin.get("enableUser", adminMutations["enableUser"], of(ada.id))
	require.Equal(t, map[string]any{"user": map[string]any{"id": ada.id, "disabledAt": nil}}, enabled)

	for name, mutation := range adminMutations {
		require.Equal(t, "UNAUTHENTICATED", api.do("", mutation, of(ada.id)).code(), name)
		for _, nobody := range []string{strings.Replace(ada.session, "ses_", "usr_", 1), ada.session, "usr_", "", "!"} {
			require.Equal(t, "NOT_FOUND", admin.ask(mutation, of(nobody)).code(), "%s of %q", name, nobody)
		}
	}
	for _, name := range []string{"setRole", "disableUser"} {
		require.Equal(t, "LAST_ADMIN", admin.ask(adminMutations[name], of(admin.id)).code(), name)
	}
}

func TestADemotionIsFeltAtOnceAndSignsNobodyOut(t *testing.T) {
	api := newAPI(t)
	root, second := api.admin("root"), api.admin("second")
	const me = `{ me { role } }`
	require.Equal(t, map[string]any{"role": "ADMIN"}, second.get("me", me, nil))

	root.get("setRole", adminMutations["setRole"], map[string]any{"id": second.id})
	require.Equal(t, "UNAUTHENTICATED", second.ask(`{ users { nodes { id } } }`, nil).code())
	require.Equal(t, "UNAUTHENTICATED", second.ask(me, nil).code(), "for what a USER may do too: it claims what it may not")
	require.Empty(t, second.swap())
	require.Equal(t, map[string]any{"role": "USER"}, second.get("me", me, nil))
	require.Equal(t, "FORBIDDEN", second.ask(`{ users { nodes { id } } }`, nil).code())

	root.get("setRole", `mutation ($id: ID!) { setRole(input: {userId: $id, role: ADMIN}) { user { role } } }`, map[string]any{"id": second.id})
	require.Equal(t, map[string]any{"role": "ADMIN"}, second.get("me", me, nil), "a promotion refuses no token")
	require.Empty(t, second.swap())
	second.get("users", `{ users { nodes { id } } }`, nil)
}
