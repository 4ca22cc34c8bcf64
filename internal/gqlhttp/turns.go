package gqlhttp

import (
	"context"
	"runtime"
)

// dear is the cost above which an operation waits for its turn. It is a quarter of the highest by default, and far above
// a page with all its fields.
const dear = 2_500

// turns bound how many dear operations are executed together, as many as there are cores. Each takes megabytes until its
// answer is made, and keeps a core busy; more of them would be no faster. Others do not wait for them.
type turns chan struct{}

func newTurns() turns { return make(turns, runtime.GOMAXPROCS(0)) }

// take waits until an operation of that cost may be executed; false when the context ends before.
func (t turns) take(ctx context.Context, cost int) bool {
	if cost <= dear {
		return true
	}
	select {
	case t <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// giveBack ends what take began.
func (t turns) giveBack(cost int) {
	if cost > dear {
		<-t
	}
}
