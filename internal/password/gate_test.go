package password

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGateBoundsWhoRunsAndWhoWaits(t *testing.T) {
	const concurrency, queue, callers = 3, 5, 40
	synctest.Test(t, func(t *testing.T) {
		g := newGate(concurrency, queue, time.Hour)
		var running, most, served, busy atomic.Int32
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				err := g.run(t.Context(), func() error {
					if now := running.Add(1); now > most.Load() {
						most.Store(now)
					}
					time.Sleep(time.Second) // of the bubble's clock
					running.Add(-1)
					return nil
				})
				if errors.Is(err, ErrBusy) {
					busy.Add(1)
				} else if err == nil {
					served.Add(1)
				}
			})
		}
		group.Wait()
		require.EqualValues(t, concurrency, most.Load())
		require.EqualValues(t, concurrency+queue, served.Load())
		require.EqualValues(t, callers-concurrency-queue, busy.Load())
	})
}

func TestGateBoundsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 3*time.Second)
		release := occupy(g)
		start := time.Now()
		require.ErrorIs(t, g.run(t.Context(), unreachable(t)), ErrBusy)
		require.Equal(t, 3*time.Second, time.Since(start))

		release()
		require.NoError(t, g.run(t.Context(), func() error { return nil }), "the one that gave up left no trace")
	})
}

func TestGateHeedsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, time.Hour)
		defer occupy(g)()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := g.run(ctx, unreachable(t))
		require.Equal(t, time.Second, time.Since(start))
		require.ErrorIs(t, err, ErrBusy)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestGateTakesTurnsBackWhateverHappens(t *testing.T) {
	g := newGate(1, 0, time.Hour)
	failure := errors.New("failure")
	for range 3 {
		require.ErrorIs(t, g.run(t.Context(), func() error { return failure }), failure)
		require.PanicsWithValue(t, "panic", func() {
			_ = g.run(t.Context(), func() error { panic("panic") })
		})
	}
	require.NoError(t, g.run(t.Context(), func() error { return nil }))
}

// occupy takes the only turn and returns what gives it back.
func occupy(g *gate) (release func()) {
	done := make(chan struct{})
	go func() {
		_ = g.run(context.Background(), func() error { <-done; return nil })
	}()
	synctest.Wait()
	return func() {
		close(done)
		synctest.Wait()
	}
}

func unreachable(t *testing.T) func() error {
	t.Helper()
	return func() error {
		t.Error("ran without a turn")
		return nil
	}
}

func TestGateTellsItsLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 2, time.Hour)
		release := occupy(g)
		var waiting sync.WaitGroup
		waiting.Go(func() { _ = g.run(t.Context(), func() error { return nil }) })
		synctest.Wait()
		running, queued := g.load()
		require.Equal(t, []int{1, 1}, []int{running, queued})
		release()
		waiting.Wait()
		synctest.Wait()
		running, queued = g.load()
		require.Equal(t, []int{0, 0}, []int{running, queued})
	})
}
