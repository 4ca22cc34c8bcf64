package main

import (
	"errors"
	"sync"
)

// generationsBehind is how old the token of a thief is: older than any that is still good for a while, also where the last
// rotation is not known yet.
const generationsBehind = 4

// beRobbed is the turn of somebody whose token is copied. The copy is presented when its owner has gone on, at two replicas at
// once: the session is to end, and to tell of it once.
func (c *clusterClient) beRobbed() error {
	stolen := c.refreshToken
	for range generationsBehind {
		if err := c.refresh(); err != nil || c.refreshToken == "" {
			return err
		}
	}
	var errs [len(c.tabs)]error
	var thieves sync.WaitGroup
	for i, tab := range c.tabs {
		thieves.Go(func() { errs[i] = tab.ask("", refreshDocument, map[string]string{"token": stolen}, &map[string]any{}) })
	}
	thieves.Wait()
	c.hold(tokens{})
	for _, err := range errs {
		refused, ok := errors.AsType[*refusal](err)
		if !ok {
			return errors.Join(errors.New("a copy of an old token was good"), err)
		}
		if refused.Code != "INVALID_REFRESH_TOKEN" {
			return err
		}
	}
	c.journal.robbed()
	return nil
}
