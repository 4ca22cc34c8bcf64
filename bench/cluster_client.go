package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"daypass/bench/stage"
)

// clusterClient keeps the rules of docs/tokens.md: it refreshes a little before its access token expires, keeps its tokens
// whatever goes wrong, and asks for a login only when it was told that they are of no use. It has two tabs, which at times
// refresh at once, at different replicas.
type clusterClient struct {
	username string
	tabs     [2]*clusterLine
	journal  *journal

	accessToken, refreshToken string
	refreshAt                 time.Time
	turn, refreshes           int
	// careless means that its tokens are copied.
	careless bool
}

const (
	// In so many turns a client logs out once.
	turnsToClusterLogout = 150
	// In so many turns one that is careless is robbed once.
	turnsToTheft = 40
	// Of so many refreshes both tabs make one at once.
	refreshesToRace = 3
	// think is the time between two turns, more or less.
	think = 100 * time.Millisecond
)

// newClusterClient is that of somebody who has just signed up.
func newClusterClient(balancer *balancer, record *clusterRecord, person stage.Person, i int) (*clusterClient, error) {
	c := &clusterClient{username: person.Username, journal: &journal{}, turn: 37 * i}
	for tab := range c.tabs {
		c.tabs[tab] = newClusterLine(balancer, record, i+tab)
	}
	if err := c.journal.begin(person.RefreshToken, false); err != nil {
		return nil, err
	}
	c.hold(tokens{person.AccessToken, person.RefreshToken})
	return c, nil
}

// work takes turns until ctx ends, each to its end. An answer that the rules do not foresee is in the journal.
func (c *clusterClient) work(ctx context.Context) {
	defer c.tabs[0].close()
	defer c.tabs[1].close()
	for ctx.Err() == nil {
		if err := c.takeTurn(); err != nil {
			c.journal.surprises = append(c.journal.surprises, err.Error())
		}
		select {
		case <-ctx.Done():
		case <-time.After(think/2 + rand.N(think)):
		}
	}
}

func (c *clusterClient) takeTurn() error {
	c.turn++
	switch {
	case c.refreshToken == "":
		return c.login()
	case c.turn%turnsToClusterLogout == 0:
		return c.logout()
	case c.careless && c.turn%turnsToTheft == 0:
		return c.beRobbed()
	case time.Now().After(c.refreshAt):
		return c.refresh()
	default:
		return c.ride()
	}
}

// ride asks a guarded query. When the token was refused it is refreshed, once.
func (c *clusterClient) ride() error {
	err := c.tabs[0].ask(c.accessToken, meDocument, nil, &struct{ Me struct{ ID string } }{})
	refused, ok := errors.AsType[*refusal](err)
	if !ok || refused.Code != "UNAUTHENTICATED" {
		return err
	}
	c.tabs[0].record.failed(refused.Code)
	return c.refresh()
}

func (c *clusterClient) login() error {
	var data struct{ Login tokens }
	err := c.tabs[0].ask("", loginDocument, map[string]string{"name": c.username, "password": stage.Password}, &data)
	if err != nil {
		return err
	}
	c.hold(data.Login)
	return c.journal.begin(data.Login.RefreshToken, true)
}

func (c *clusterClient) logout() error {
	c.journal.leaving()
	err := c.tabs[0].ask(c.accessToken, logoutDocument, map[string]string{"token": c.refreshToken}, &map[string]any{})
	if err != nil {
		return err
	}
	c.journal.left()
	c.hold(tokens{})
	return nil
}

// refresh goes to another replica each time, so that what one wrote another must know.
func (c *clusterClient) refresh() error {
	c.refreshes++
	c.tabs[0].at++
	racing := 1
	if c.refreshes%refreshesToRace == 0 {
		racing = len(c.tabs)
		c.tabs[1].at = c.tabs[0].at + 1
	}
	var answers [len(c.tabs)]struct{ RefreshToken tokens }
	var errs [len(c.tabs)]error
	var tabs sync.WaitGroup
	for tab := range racing {
		tabs.Go(func() {
			errs[tab] = c.tabs[tab].ask(c.accessToken, refreshDocument, map[string]string{"token": c.refreshToken}, &answers[tab])
		})
	}
	tabs.Wait()
	presented := c.refreshToken
	for tab := range racing {
		if errs[tab] != nil {
			c.refused(errs[tab])
		} else if newer, err := c.journal.rotated(presented, answers[tab].RefreshToken.RefreshToken); err != nil {
			return err
		} else if newer && c.refreshToken != "" {
			c.hold(answers[tab].RefreshToken)
		}
	}
	return nil
}

// refused drops the tokens when the answer says that they are of no use, and keeps them else.
func (c *clusterClient) refused(err error) {
	refused, ok := errors.AsType[*refusal](err)
	switch {
	case ok && refused.Code == "INVALID_REFRESH_TOKEN":
		c.journal.signedOut(refused.Reason)
		c.hold(tokens{})
	default:
		c.journal.surprises = append(c.journal.surprises, err.Error())
	}
}

func (c *clusterClient) hold(pair tokens) {
	c.accessToken, c.refreshToken = pair.AccessToken, pair.RefreshToken
	c.refreshAt = time.Now().Add(accessTokenTTL * 4 / 5)
}
