package main

import (
	"context"

	"daypass/bench/load"
	"daypass/bench/stage"
)

// member is a client whose turns are, again and again: mostly a query, at times a refresh, now and then the end of a session
// and a new one.
type member struct {
	stage.Person

	client *load.GraphQL
	turn   int
}

// In so many turns a thing happens once.
const (
	turnsToRefresh   = 4
	turnsToLogout    = 400
	turnsToLogoutAll = 2_500
)

const (
	logoutDocument    = `mutation ($token: String!) { logout(input: {refreshToken: $token}) { success } }`
	logoutAllDocument = `mutation { logoutAll { revokedSessionIds } }`
)

// newMember returns the work of somebody who is signed in. What happens now and then does not happen to all at once.
func newMember(ctx context.Context, endpoint string, person stage.Person, i int) (load.Work, error) {
	client, err := load.OpenGraphQL(ctx, endpoint, person.AccessToken)
	if err != nil {
		return nil, err
	}
	m := &member{Person: person, client: client, turn: 37 * i}
	return m.work, nil
}

func (m *member) work() error {
	m.turn++
	switch {
	case m.RefreshToken == "":
		return m.login()
	case m.turn%turnsToLogoutAll == 0:
		return m.leave(logoutAllDocument, nil)
	case m.turn%turnsToLogout == 0:
		return m.leave(logoutDocument, map[string]string{"token": m.RefreshToken})
	case m.turn%turnsToRefresh == 0:
		return m.refresh()
	default:
		return m.client.Ask(meDocument, nil, &struct{ Me struct{ ID string } }{})
	}
}

func (m *member) login() error {
	var data struct{ Login tokens }
	err := m.client.Ask(loginDocument, map[string]string{"name": m.Username, "password": stage.Password}, &data)
	if err == nil {
		m.hold(data.Login)
	}
	return err
}

func (m *member) refresh() error {
	var data struct{ RefreshToken tokens }
	err := m.client.Ask(refreshDocument, map[string]string{"token": m.RefreshToken}, &data)
	if err == nil {
		m.hold(data.RefreshToken)
	}
	return err
}

// leave ends the session; the next turn signs in again.
func (m *member) leave(document string, variables any) error {
	err := m.client.Ask(document, variables, &map[string]any{})
	if err == nil {
		m.RefreshToken = ""
	}
	return err
}

// tokens are the pair that an answer has.
type tokens struct{ AccessToken, RefreshToken string }

func (m *member) hold(pair tokens) {
	m.AccessToken, m.RefreshToken = pair.AccessToken, pair.RefreshToken
	m.client.SetAccessToken(pair.AccessToken)
}
