package password

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// gate bounds how many run at a time, how many wait for their turn, and for how long.
type gate struct {
	// turns has a place for each that runs.
	turns *semaphore.Weighted
	// places has a place for each that runs or waits.
	places  *semaphore.Weighted
	maxWait time.Duration

	// running and inside count, since a semaphore does not tell.
	running, inside atomic.Int64
}

func newGate(concurrency, maxQueue int, maxWait time.Duration) *gate {
	return &gate{
		turns:   semaphore.NewWeighted(int64(concurrency)),
		places:  semaphore.NewWeighted(int64(concurrency) + int64(maxQueue)),
		maxWait: maxWait,
	}
}

// run does the work when its turn comes, first come first served. When no turn comes it returns [ErrBusy], joined with
// the cause when it was the context that ended the wait. However the work ends, its turn goes to the next.
func (g *gate) run(ctx context.Context, work func() error) error {
	if !g.places.TryAcquire(1) {
		return ErrBusy
	}
	defer g.places.Release(1)
	g.inside.Add(1)
	defer g.inside.Add(-1)
	if err := g.wait(ctx); err != nil {
		return err
	}
	defer g.turns.Release(1)
	g.running.Add(1)
	defer g.running.Add(-1)
	return work()
}

// load is how many run, and how many wait for their turn.
func (g *gate) load() (running, waiting int) {
	running = int(g.running.Load())
	return running, max(0, int(g.inside.Load())-running)
}

func (g *gate) wait(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, g.maxWait)
	defer cancel()
	switch err := g.turns.Acquire(bounded, 1); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrBusy, context.Cause(ctx))
	default:
		return ErrBusy
	}
}
