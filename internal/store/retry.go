package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sethvargo/go-retry"
	"gorm.io/gorm"

	"daypass/internal/auth"
)

const (
	// retryPause is the longest first pause; the next ones double up to retryPauseMax.
	retryPause    = 10 * time.Millisecond
	retryPauseMax = 250 * time.Millisecond
	// retryCount bounds how often, retryTotal how long.
	retryCount = 10
	retryTotal = 2 * lockWait
)

// run does one piece of work, and does it again while the database takes it back for a reason that passes. Work that
// broke off with the connection is not done again, for it may have taken effect.
func (s *Store) run(ctx context.Context, doing string, work func(db *gorm.DB) error) error {
	db := s.db.WithContext(ctx)
	return s.persist(ctx, doing, func() error { return work(db) })
}

// runPrepared is run for a statement that does not go through GORM.
func (s *Store) runPrepared(ctx context.Context, doing, text string, values []any, work func() error) error {
	return s.persist(ctx, doing, func() error { return s.observed(ctx, text, values, work) })
}

// failureOf leaves out what is an answer.
func failureOf(err error) error {
	if isAnswer(err) {
		return nil
	}
	return err
}

func (s *Store) persist(ctx context.Context, doing string, work func() error) error {
	servers := s.backend.servers()
	err := retry.Do(ctx, backoff(), func(ctx context.Context) error {
		era := servers.era.Load()
		err := work()
		switch {
		case err == nil:
			return nil
		case hasLeft(err):
			servers.leave(era)
		case isSilence(err) && servers.suspect != nil:
			servers.suspect(era)
		}
		if s.tookBack(ctx, doing, err) {
			return retry.RetryableError(err)
		}
		return err
	})
	return describe(ctx, doing, err)
}

// tookBack reports whether the database took the work back for a reason that passes, so that it is done again, and tells
// operators of it.
func (s *Store) tookBack(ctx context.Context, doing string, err error) bool {
	reason := retryReason(err)
	if reason == "" {
		return false
	}
	s.log.LogAttrs(ctx, slog.LevelDebug, "database conflict", slog.String("doing", doing), slog.Any("cause", err))
	s.retried(reason)
	return true
}

// runInTransaction is run for work of several statements that take effect together.
func (s *Store) runInTransaction(ctx context.Context, doing string, work func(tx *gorm.DB) error) error {
	return s.run(ctx, doing, func(db *gorm.DB) error { return db.Transaction(work) })
}

// runLatest is run for a read that must know all that was answered before. Where nodes may lag behind one another, that is
// a transaction: there its begin waits.
func (s *Store) runLatest(ctx context.Context, doing string, work func(db *gorm.DB) error) error {
	if s.MayLag() {
		return s.runInTransaction(ctx, doing, work)
	}
	return s.run(ctx, doing, work)
}

// misses reports whether a read found nothing that may be there all the same.
func (s *Store) misses(err error) bool { return errors.Is(err, auth.ErrNotFound) && s.MayLag() }

// backoff spreads those that collided at random, so that they do not collide again.
func backoff() retry.Backoff {
	pauses := retry.WithCappedDuration(retryPauseMax, retry.NewExponential(retryPause))
	return retry.WithMaxDuration(retryTotal, retry.WithMaxRetries(retryCount, retry.WithFullJitter(pauses)))
}
