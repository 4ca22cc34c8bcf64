package load_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/bench/load"
)

// TestWhoHasToWaitDoesNotHideIt: the second operation is due while the first still takes its time.
func TestWhoHasToWaitDoesNotHideIt(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	calls, broken := 0, errors.New("broken")
	pace := load.StartPace(ctx, load.Crew{func() error {
		calls++
		if calls == 1 {
			time.Sleep(200 * time.Millisecond)
			return broken
		}
		if calls == 2 {
			stop()
		}
		return nil
	}}, 50, func(err error) string { return err.Error() })
	pace.Wait()
	sample, failed := pace.Take()
	require.Equal(t, 2, sample.Operations)
	require.Equal(t, map[string]int{"broken": 1}, failed)
	// The second began 180 ms late and took no time.
	require.GreaterOrEqual(t, sample.Quantile(1), 150*time.Millisecond)

	sample, failed = pace.Take()
	require.Zero(t, sample.Operations)
	require.Empty(t, failed)
}
