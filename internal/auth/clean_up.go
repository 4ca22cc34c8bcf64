package auth

import (
	"context"
	"fmt"
	"time"

	"daypass/models"
)

const (
	// cleanUpInterval is how often a process asks whether it is its turn to clean up.
	cleanUpInterval = time.Minute
	// cleanUpTurn is how long a turn lasts, in which no other process gets one.
	cleanUpTurn = 5 * time.Minute
	// cleanUpWork is how much of it may be worked: all of it has ended when the next one begins, though clocks differ.
	cleanUpWork = 4 * time.Minute
	// cleanUpBatch is how many records of a table are removed at once, so that nobody waits long for their locks.
	cleanUpBatch = 500
	// cleanUpPause lets others to the database between two batches.
	cleanUpPause = 50 * time.Millisecond
	// cleanUpDelay is how long after their end records are kept, so that no process whose clock is behind misses them.
	cleanUpDelay = 10 * time.Minute
	// cleanUpWalk is how many batches of sessions are looked at in a turn: 10,000 sessions, some three million a day.
	cleanUpWalk = 20
)

// CleanUp removes what is of no use any more, until ctx ends. Run it beside the server; of all processes on a database
// one at a time is at work.
func (s *Service) CleanUp(ctx context.Context) {
	cleaner := &cleaner{service: s}
	ticks := time.NewTicker(cleanUpInterval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if _, err := cleaner.takeTurn(ctx); err != nil && ctx.Err() == nil {
				s.cfg.Log.WarnContext(ctx, "clean up", "error", err)
			}
		}
	}
}

// cleaner is one process that cleans up.
type cleaner struct {
	service *Service
	// walked is the last session that it looked at; zero when it begins again.
	walked models.SessionID
}

// takeTurn cleans up if no other process has its turn, and reports whether it was so.
func (c *cleaner) takeTurn(ctx context.Context) (bool, error) {
	now := c.service.now()
	mine, err := c.service.store.TakeLock(ctx, models.LockCleanUp, now, now.Add(cleanUpTurn))
	if err != nil {
		return false, fmt.Errorf("take the turn to clean up: %w", err)
	}
	if !mine {
		return false, nil
	}
	until := now.Add(cleanUpWork)
	if err := c.deleteExpired(ctx, until); err != nil {
		return true, err
	}
	return true, c.walkSessions(ctx, until)
}

// deleteExpired removes all that has expired.
func (c *cleaner) deleteExpired(ctx context.Context, until time.Time) error {
	for c.service.now().Before(until) {
		now := c.service.now()
		deleted, err := c.service.store.DeleteExpired(ctx, Expired{
			At: now.Add(-cleanUpDelay), EventsBefore: now.Add(-c.service.cfg.EventRetention),
		}, cleanUpBatch)
		if err != nil {
			return fmt.Errorf("remove what has expired: %w", err)
		}
		if deleted < cleanUpBatch {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// walkSessions looks at some more sessions, in the order of their ids, and removes those that nobody came back to: no
// index tells them, because every refresh would have to write it. A record may be a refresh behind its token (see
// decide), and that token good for as long again.
func (c *cleaner) walkSessions(ctx context.Context, until time.Time) error {
	for batch := 0; batch < cleanUpWalk && c.service.now().Before(until); batch++ {
		idleBefore := c.service.now().Add(-c.service.cfg.RefreshTokenTTL - cleanUpDelay)
		last, err := c.service.store.DeleteIdleSessions(ctx, c.walked, idleBefore, cleanUpBatch)
		if err != nil {
			return fmt.Errorf("remove idle sessions: %w", err)
		}
		c.walked = last
		if last == (models.SessionID{}) {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause returns early, with the reason, when ctx ends.
func pause(ctx context.Context) error {
	timer := time.NewTimer(cleanUpPause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
