package graph_test

import (
	"github.com/stretchr/testify/require"

	"daypass/models"
)

// person is somebody who signed in by the API.
type person struct {
	api
	id, session, access, refresh string
}

func (a api) person(pair map[string]any) *person {
	return &person{
		api: a, id: idOf(pair["user"]), session: idOf(pair["session"]),
		access: pair["accessToken"].(string), refresh: pair["refreshToken"].(string),
	}
}

func idOf(object any) string { return object.(map[string]any)["id"].(string) }

// user makes an account of role USER.
func (a api) user(username string) *person {
	a.t.Helper()
	return a.person(a.register(username))
}

// admin makes an account of role ADMIN.
func (a api) admin(username string) *person {
	a.t.Helper()
	_, err := a.service.AddUser(a.t.Context(), username, testPassword, models.RoleAdmin)
	require.NoError(a.t, err)
	return a.login(username, testPassword)
}

// login signs in once more.
func (a api) login(username, password string) *person {
	a.t.Helper()
	got := a.do("", `mutation ($u: String!, $p: String!) { login(input: {username: $u, password: $p}) {
		accessToken refreshToken user { id } session { id } } }`, map[string]any{"u": username, "p": password})
	require.Empty(a.t, got.Errors)
	return a.person(got.Data["login"].(map[string]any))
}

// ask sends the operation with the person's access token.
func (p *person) ask(query string, variables map[string]any) answer {
	p.t.Helper()
	return p.do(p.access, query, variables)
}

// get returns a field of an answer that must have no errors.
func (p *person) get(field, query string, variables map[string]any) any {
	p.t.Helper()
	got := p.ask(query, variables)
	require.Empty(p.t, got.Errors)
	return got.Data[field]
}

// swap trades the refresh token for a new pair, and returns the code of what went wrong.
func (p *person) swap() string {
	p.t.Helper()
	got := p.do("", `mutation ($t: String!) { refreshToken(input: {refreshToken: $t}) { accessToken refreshToken } }`, map[string]any{"t": p.refresh})
	if len(got.Errors) > 0 {
		return got.code()
	}
	pair := got.Data["refreshToken"].(map[string]any)
	p.access, p.refresh = pair["accessToken"].(string), pair["refreshToken"].(string)
	return ""
}
