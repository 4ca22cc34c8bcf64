package main

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"daypass/models"
)

// stormSession is what is noted of a session while the storm lasts, for the reckoning.
type stormSession struct {
	// leaving is set before its owner logs out, left when that was answered.
	leaving, left atomic.Bool
	theft         atomic.Pointer[theft]

	mu sync.Mutex
	id models.SessionID
	// newest is the highest generation that was answered to its owner, with the access token.
	newest      uint64
	accessToken string
	// wronged is the first refusal that had no reason.
	wronged string
}

// answered notes an answer to its owner.
func (s *stormSession) answered(r *rider) {
	claims := claimsOf(r.refreshToken)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, _ = models.ParseSessionID(claims.SessionID)
	if claims.Generation >= s.newest {
		s.newest, s.accessToken = claims.Generation, r.accessToken
	}
}

func (s *stormSession) generation() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

// judge takes a refusal for a wrong, unless the owner logged out or a thief was there.
func (s *storm) judge(session *stormSession, err error) {
	thief := session.theft.Load()
	if session.leaving.Load() || (thief != nil && thief.used.Load()) {
		return
	}
	session.mu.Lock()
	defer session.mu.Unlock()
	if session.wronged == "" {
		session.wronged = fmt.Sprintf("%s at generation %d: %v", session.id, session.newest, err)
	}
}

// stormSessions are all that were answered.
type stormSessions struct {
	mu  sync.Mutex
	all []*stormSession
}

func (s *stormSessions) open() *stormSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	session := &stormSession{}
	s.all = append(s.all, session)
	return session
}

// tally counts what happens.
type tally struct {
	mu       sync.Mutex
	counts   map[string]int
	retried  map[string]int
	longest  map[string]time.Duration
	failures []string
}

func newTally() *tally {
	return &tally{counts: map[string]int{}, retried: map[string]int{}, longest: map[string]time.Duration{}}
}

func (t *tally) add(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what]++
}

func (t *tally) count(what string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[what]
}

func (t *tally) took(what string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.longest[what] = max(t.longest[what], d)
}

// note counts an answer by what was asked, and one that leads to a retry by what it says. Refusals of tokens are for
// others to judge; whatever else there is must not be.
func (t *tally) note(operation string, err error) {
	t.add(operation)
	var refused *refusal
	_, again := passing(err)
	switch {
	case err == nil:
	case again && errors.As(err, &refused):
		t.retry(refused.code)
	case again && errors.Is(err, errAnswerLost):
		t.retry("lost answer")
	case again:
		t.retry("no answer")
	case codeOf(err) == "UNAUTHENTICATED", codeOf(err) == "INVALID_REFRESH_TOKEN":
	default:
		t.fail("%s: %v", operation, err)
	}
}

func (t *tally) retry(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.retried[why]++
}

func (t *tally) fail(format string, values ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprintf(format, values...))
}

// reasons returns why answers were asked for again, and how often.
func (t *tally) reasons() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.retried)
}
