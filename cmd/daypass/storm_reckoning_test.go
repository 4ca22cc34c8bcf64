package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"daypass/models"
)

// stormMargin keeps the reckoning clear of the last moment of a grace.
const stormMargin = 100 * time.Millisecond

// reckon finds out how it all ended: who is signed in, and who should be.
func (s *storm) reckon() {
	s.network.calm.Store(true)
	// Everybody goes on. Owners who were robbed do so again after the grace, so that what a thief holds is older than what
	// its owner uses; after one more grace there is no excuse for it.
	s.everybody(func(*browser) bool { return true })
	time.Sleep(stormGrace + stormMargin)
	robbed := func(b *browser) bool { p := b.read(); return p != nil && p.session.theft.Load() != nil }
	s.everybody(robbed)
	began := time.Now()
	for _, b := range s.browsers {
		if robbed(b) {
			s.records.awaitConfirmation(s.t, &b.read().rider)
		}
	}
	time.Sleep(stormGrace + stormMargin - time.Since(began))
	s.lastTries()
	s.checkAccessTokens(time.Now())
	s.report(s.audit())
}

// everybody lets those who are signed in refresh, and use what they get on every process.
func (s *storm) everybody(who func(*browser) bool) {
	var wait sync.WaitGroup
	for _, b := range s.browsers {
		if who(b) {
			wait.Go(b.goOn)
		}
	}
	wait.Wait()
}

func (b *browser) goOn() {
	p := b.read()
	if p == nil {
		return
	}
	b.replace(p, &pair{rider: p.rider, session: p.session})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b.refresh(ctx)
	if p = b.read(); p == nil {
		return
	}
	for _, process := range b.storm.fleet.processes() {
		err := p.ride(process.URL)
		for _, again := passing(err); again && ctx.Err() == nil; _, again = passing(err) {
			err = p.ride(process.URL)
		}
		if err != nil {
			b.storm.judge(p.session, err)
		}
	}
}

// lastTries lets every thief try again, also those who waited too long.
func (s *storm) lastTries() {
	for _, h := range s.thefts {
		tries := h.served
		for h.refused == "" && h.served == tries {
			h.use()
		}
	}
}

// checkAccessTokens wants those of sessions that ended to be refused by every process.
func (s *storm) checkAccessTokens(ended time.Time) {
	for _, session := range s.sessions.all {
		thief := session.theft.Load()
		if session.left.Load() || (thief != nil && thief.refused != "") {
			requireOut(s.t, s.fleet.processes(), session.accessToken, ended)
		}
		if thief != nil && thief.refused != "" {
			requireOut(s.t, s.fleet.processes(), thief.loot.accessToken, ended)
		}
	}
}

// outcome is what the reckoning found.
type outcome struct {
	sessions, rotations int
	// wronged are refusals without a reason, in thefts without an end, events those that are too many or too few, lost
	// what was answered and is not there: all empty, if the promises were kept.
	wronged, in, events, lost []string
	// caught are the thefts that ended in an alarm, left those whose owner logged out before.
	caught, left []*theft
}

// audit compares what was answered with what the database knows.
func (s *storm) audit() *outcome {
	a := &outcome{sessions: len(s.sessions.all)}
	for _, session := range s.sessions.all {
		record := s.records.session(s.t, session.id)
		a.rotations += int(record.generation) - 1
		a.auditEnd(session, record)
		a.auditAnswers(session, record)
		alarms, want := s.records.events(s.t, models.EventReuseDetected, session.id), 0
		if record.revokedReason == models.RevokedByReuse {
			want = 1
		}
		if alarms != want {
			a.events = append(a.events, fmt.Sprintf("%s has %d alarms and was ended by %q", session.id, alarms, record.revokedReason))
		}
	}
	s.auditEvents(a)
	return a
}

// auditEvents compares all events with all records: each was written together with what it tells, or neither was. Among
// the records are those of sign-ins whose answer was lost.
func (s *storm) auditEvents(a *outcome) {
	for _, kind := range []struct {
		kind  models.EventKind
		query string
	}{
		{models.EventSignedIn, "SELECT COUNT(*) FROM refresh_tokens"},
		{models.EventLoggedOut, "SELECT COUNT(*) FROM refresh_tokens WHERE revoked_reason = 'LOGOUT'"},
		{models.EventReuseDetected, "SELECT COUNT(*) FROM refresh_tokens WHERE revoked_reason = 'REUSE'"},
	} {
		events := s.records.count(s.t, "SELECT COUNT(*) FROM security_events WHERE kind = ?", kind.kind)
		if records := s.records.count(s.t, kind.query); events != records {
			a.events = append(a.events, fmt.Sprintf("%d of %s for %d sessions", events, kind.kind, records))
		}
	}
}

// auditEnd sorts thefts by how they ended. A session without a theft that was used ends by its owner's logout only.
func (a *outcome) auditEnd(session *stormSession, record sessionRecord) {
	h := session.theft.Load()
	robbed := h != nil && h.used.Load()
	switch {
	case session.wronged != "":
		a.wronged = append(a.wronged, session.wronged)
	case !robbed && !session.leaving.Load() && record.revokedReason != "":
		a.wronged = append(a.wronged, fmt.Sprintf("%s was ended: %s", session.id, record.revokedReason))
	case !robbed:
	case h.refused != "" && record.revokedReason == models.RevokedByReuse:
		a.caught = append(a.caught, h)
	case h.refused != "" && record.revokedReason == models.RevokedByLogout:
		a.left = append(a.left, h)
	default:
		a.in = append(a.in, fmt.Sprintf("%s, copied at generation %d and used %s, is at %d",
			session.id, h.copied, h.plan, h.loot.generation()))
	}
}

// auditAnswers wants every rotation and every logout that was answered to be there.
func (a *outcome) auditAnswers(session *stormSession, record sessionRecord) {
	if record.generation < session.newest {
		a.lost = append(a.lost, session.id.String()+": a rotation")
	}
	if session.left.Load() && record.revokedReason == "" {
		a.lost = append(a.lost, session.id.String()+": a logout")
	}
}
