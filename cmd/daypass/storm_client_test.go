package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

const (
	// stormAhead is how long before its access token expires a client refreshes.
	stormAhead = time.Second
	// stormLeaving is how many of a hundred clicks are on "log out".
	stormLeaving = 1.5
)

// browser is one client: several tabs that share what they store, as tabs share localStorage. They follow the rules for
// clients in docs/tokens.md, and do not take turns: when the pair is due, each refreshes it.
type browser struct {
	storm    *storm
	username string
	// signingIn is the person: in one tab at a time.
	signingIn sync.Mutex

	mu     sync.Mutex
	stored *pair
	// tunnel is where the browser is out of reach until then.
	tunnel time.Time
}

// pair is what is stored: both tokens, so that no tab needs to fetch an access token of its own.
type pair struct {
	rider

	session *stormSession
	due     time.Time
}

func (p *pair) isDue() bool { return !time.Now().Before(p.due) }

func (b *browser) read() *pair {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stored
}

// replace stores another pair, unless another tab did so meanwhile.
func (b *browser) replace(old, next *pair) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stored != old {
		return false
	}
	b.stored = next
	return true
}

// live is one tab.
func (b *browser) live(ctx context.Context) {
	for b.idle(ctx) {
		switch p := b.read(); {
		case p == nil:
			b.signIn(ctx)
		case p.isDue():
			b.refresh(ctx)
		case rand.Float64()*100 < stormLeaving:
			b.logout(p)
		default:
			b.query(ctx, p)
		}
	}
}

// idle returns at the next click, or when the pair is due; that is in all tabs at once. It reports whether life goes on.
func (b *browser) idle(ctx context.Context) bool {
	pause := 200*time.Millisecond + rand.N(1500*time.Millisecond)
	if p := b.read(); p != nil {
		pause = min(pause, time.Until(p.due))
	}
	return wait(ctx, pause)
}

func (b *browser) signIn(ctx context.Context) {
	if !b.signingIn.TryLock() {
		return
	}
	defer b.signingIn.Unlock()
	if b.read() != nil {
		return
	}
	b.storm.signIns <- struct{}{}
	a, err := b.ask("login", "", map[string]string{"username": b.username, "password": deskPassword})
	<-b.storm.signIns
	if pause, again := passing(err); again {
		wait(ctx, pause)
		return
	}
	if err == nil {
		b.replace(nil, newPair(a, b.storm.sessions.open()))
	}
}

// refresh swaps the stored pair for the next, together with whichever other tab does so at the moment.
func (b *browser) refresh(ctx context.Context) {
	for {
		p := b.read()
		if p == nil || !p.isDue() {
			return
		}
		began := time.Now()
		a, err := b.ask("refresh", "", map[string]string{"token": p.refreshToken})
		b.storm.tally.took("refresh", time.Since(began))
		pause, again := passing(err)
		switch {
		case err == nil:
			b.replace(p, newPair(a, p.session))
			return
		case again:
			if !wait(ctx, pause) {
				return
			}
		case codeOf(err) == "INVALID_REFRESH_TOKEN":
			// When the storage has moved on, this is about what the tab took from it; the next look decides.
			b.replace(p, nil)
			b.storm.judge(p.session, err)
			return
		default:
			wait(ctx, time.Second) // a fault of the server's, which is counted; the tokens are kept
			return
		}
	}
}

// query asks for something with the access token. Refused, the tab refreshes at its next look.
func (b *browser) query(ctx context.Context, p *pair) {
	operation := [...]string{"me", "me", "node", "sessions"}[rand.N(4)]
	variables := nothing
	if operation != "node" {
		variables = nil
	}
	a, err := b.ask(operation, p.accessToken, variables)
	if pause, again := passing(err); again {
		wait(ctx, pause)
		return
	}
	switch {
	case codeOf(err) == "UNAUTHENTICATED":
		b.replace(p, &pair{rider: p.rider, session: p.session, due: time.Now()})
		b.storm.judge(p.session, err)
	case err == nil && operation == "me" && a.field("username") != b.username:
		b.storm.tally.fail("%s was taken for %s", b.username, a.field("username"))
	}
}

// logout forgets the pair and then ends the session, which is repeated until it is answered.
func (b *browser) logout(p *pair) {
	if !b.replace(p, nil) {
		return
	}
	p.session.leaving.Store(true)
	for began := time.Now(); time.Since(began) < patience; {
		_, err := b.ask("logout", "", map[string]string{"token": p.refreshToken})
		pause, again := passing(err)
		if !again {
			p.session.left.Store(err == nil)
			return
		}
		time.Sleep(pause)
	}
}

// newPair keeps an answer, and notes for the reckoning what it said.
func newPair(a answer, session *stormSession) *pair {
	p := &pair{rider: rider{a.field("accessToken"), a.field("refreshToken")}, session: session}
	seconds, _ := strconv.Atoi(a.field("expiresIn")) // 0: due at once
	p.due = time.Now().Add(time.Duration(seconds)*time.Second - stormAhead)
	session.answered(&p.rider)
	return p
}

// passing reports whether the error says nothing definite: keep the tokens, and try again after the pause.
func passing(err error) (pause time.Duration, again bool) {
	if err == nil {
		return 0, false
	}
	var refused *refusal
	switch {
	case !errors.As(err, &refused):
		return 20*time.Millisecond + rand.N(200*time.Millisecond), unanswered(err)
	case refused.code == "SERVICE_UNAVAILABLE" || refused.code == "RATE_LIMITED":
		return time.Duration(refused.retryAfter * float64(time.Second)), true
	default:
		return 0, false
	}
}

// codeOf and reasonOf return what a refusal says; nothing of any other error.
func codeOf(err error) string {
	var refused *refusal
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.code
}

func reasonOf(err error) string {
	var refused *refusal
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.reason
}

// wait reports whether there is still something to do after the pause.
func wait(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}
