package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

var errTooOld = errors.New("they are too old")

// keys are the published keys as they are known here.
type keys struct {
	cfg      Config
	endpoint endpoint
	known    atomic.Pointer[knowledge]
	flight   singleflight.Group
}

func newKeys(cfg Config) *keys {
	k := &keys{cfg: cfg, endpoint: newEndpoint(cfg.HTTPClient, cfg.JWKSURL)}
	k.known.Store(&knowledge{})
	return k
}

// get returns the key with that id, [ErrInvalid] when there is none, or [ErrUnavailable] when nobody can tell.
func (k *keys) get(ctx context.Context, id string) (*key, error) {
	known, now := k.known.Load(), k.cfg.Now()
	move := known.decide(id, now, known.due(now, k.cfg.MinInterval))
	if move == await {
		if err := k.awaitRefresh(ctx); err != nil {
			return nil, err
		}
		known = k.known.Load()
		move = known.decide(id, k.cfg.Now(), false)
	}
	switch move {
	case unknown:
		return nil, invalid("no published key has its id")
	case refreshAhead:
		k.flight.DoChan("", k.refresher(ctx))
		return known.keys[id], nil
	case use:
		return known.keys[id], nil
	default:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, cmp.Or(known.failure, errTooOld))
	}
}

// awaitRefresh returns after a fetch, whether or not it succeeded, or with an error when the caller does not wait for it.
func (k *keys) awaitRefresh(ctx context.Context) error {
	select {
	case <-k.flight.DoChan("", k.refresher(ctx)):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// refresher returns one fetch, unless there was one a moment ago. It outlives the caller who happened to be first: the
// others wait for it too.
func (k *keys) refresher(ctx context.Context) func() (any, error) {
	ctx = context.WithoutCancel(ctx)
	return func() (any, error) {
		known := k.known.Load()
		if known.due(k.cfg.Now(), k.cfg.MinInterval) {
			k.known.Store(k.refresh(ctx, known))
		}
		return nil, nil
	}
}

// refresh returns what is known after one more fetch.
func (k *keys) refresh(ctx context.Context, known *knowledge) *knowledge {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Timeout)
	defer cancel()
	began := k.cfg.Now()
	set, maxAge, err := k.endpoint.fetch(ctx)
	if err != nil {
		k.cfg.Log.WarnContext(ctx, "cannot fetch the keys for access tokens", "error", err)
		return known.afterFailure(k.cfg.Now(), err)
	}
	for _, reason := range set.unused {
		k.cfg.Log.WarnContext(ctx, "a published key is not used", "reason", reason)
	}
	return afterSuccess(set.keys, began, k.cfg.Now(), lifetimes{fresh: min(maxAge, k.cfg.MaxStale), stale: k.cfg.MaxStale})
}
