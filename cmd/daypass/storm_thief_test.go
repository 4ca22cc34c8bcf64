package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// plan is when a thief uses what it copied. What the rotation can tell is that two parties present tokens of one session
// at different times: so each theft is found out by the first refresh of either side that comes after the grace of the
// other's, once the other's pair was seen in use.
type plan string

const (
	// planFirst: at once, most often before the owner's next refresh.
	planFirst plan = "first"
	// planBehind: when the owner has the next generation.
	planBehind plan = "one behind"
	// planLate: when the owner is further ahead.
	planLate plan = "late"
)

// theft is a copy of a browser's tokens, and what came of it.
type theft struct {
	storm   *storm
	session *stormSession
	plan    plan
	loot    *rider
	copied  uint64
	// used is set before the copy is presented for the first time.
	used      atomic.Bool
	usedAt    time.Time
	served    int
	refused   string
	refusedAt time.Time
}

// steal copies tokens now and then.
func (s *storm) steal(ctx context.Context, duration time.Duration) {
	var thieves sync.WaitGroup
	defer thieves.Wait()
	count := max(3, len(s.browsers)/5)
	for i := range count {
		if !wait(ctx, duration*8/10/time.Duration(count)) {
			return
		}
		if h := s.copyTokens([...]plan{planFirst, planBehind, planLate}[i%3]); h != nil {
			s.thefts = append(s.thefts, h)
			thieves.Go(func() { h.run(ctx) })
		}
	}
}

// copyTokens takes the tokens of a browser that is signed in and was not robbed before; nil when it met none.
func (s *storm) copyTokens(plan plan) *theft {
	for range 10 * len(s.browsers) {
		p := s.browsers[rand.N(len(s.browsers))].read()
		if p == nil {
			continue
		}
		h := &theft{storm: s, session: p.session, plan: plan, loot: p.copy(), copied: p.generation()}
		if p.session.theft.CompareAndSwap(nil, h) {
			return h
		}
	}
	return nil
}

func (h *theft) run(ctx context.Context) {
	for !h.ripe() {
		if !wait(ctx, 20*time.Millisecond) {
			return
		}
	}
	if h.plan == planBehind && !wait(ctx, rand.N(2*stormGrace)) {
		return
	}
	for h.refused == "" {
		h.use()
		if !wait(ctx, 100*time.Millisecond+rand.N(2*stormAccessTTL)) {
			return
		}
	}
}

func (h *theft) ripe() bool {
	switch h.plan {
	case planBehind:
		return h.session.generation() > h.copied
	case planLate:
		return h.session.generation() > h.copied+1
	default:
		return true
	}
}

// use refreshes with what the thief has, and rides.
func (h *theft) use() {
	if !h.used.Swap(true) {
		h.usedAt = time.Now()
	}
	a, err := h.storm.ask("refresh", "", map[string]string{"token": h.loot.refreshToken})
	if reasonOf(err) != "" {
		h.refused, h.refusedAt = reasonOf(err), time.Now()
	}
	if err != nil {
		return
	}
	h.served++
	h.loot = &rider{a.field("accessToken"), a.field("refreshToken")}
	_, _ = h.storm.ask("me", h.loot.accessToken, nil) // an access token may be out already
}
