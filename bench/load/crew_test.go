package load_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/bench/load"
)

func TestACrewCountsWhatItDid(t *testing.T) {
	var done atomic.Int64
	crew, err := load.NewCrew(4, func(int) (load.Work, error) {
		return func() error { done.Add(1); time.Sleep(time.Millisecond); return nil }, nil
	})
	require.NoError(t, err)
	sample, err := crew.Run(50 * time.Millisecond)
	require.NoError(t, err)
	require.EqualValues(t, done.Load(), sample.Operations)
	require.EqualValues(t, sample.Operations, sample.Latency.TotalCount())
	require.GreaterOrEqual(t, sample.Elapsed, 50*time.Millisecond)
	require.GreaterOrEqual(t, sample.Quantile(50), time.Millisecond)
	require.InDelta(t, float64(sample.Operations)/sample.Elapsed.Seconds(), sample.Rate(), 0.001)
}

func TestACrewTellsTheFirstOfItsErrors(t *testing.T) {
	broken := errors.New("the answer makes no sense")
	crew, err := load.NewCrew(3, func(int) (load.Work, error) { return func() error { return broken }, nil })
	require.NoError(t, err)
	_, err = crew.Run(time.Minute)
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "the answer makes no sense (and 2 more)")

	_, err = load.NewCrew(3, func(i int) (load.Work, error) {
		if i == 1 {
			return nil, broken
		}
		return func() error { return nil }, nil
	})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "connection 1")
}

// TestThoseWhoAreComparedTakeTurns wants a slice to warm up, and then each to go first as often as last.
func TestThoseWhoAreComparedTakeTurns(t *testing.T) {
	var turns []string
	subject := func(name string, pause time.Duration) load.Subject {
		return load.Subject{
			Name: name, Crew: load.Crew{func() error { time.Sleep(pause); return nil }},
			Around: func() (func() error, error) {
				turns = append(turns, name)
				return func() error { return nil }, nil
			},
		}
	}
	steps := 0
	results, err := load.Interleave([]load.Subject{subject("fast", time.Millisecond), subject("slow", 4*time.Millisecond)},
		30*time.Millisecond, 4, func() { steps++ })
	require.NoError(t, err)
	require.Equal(t, []string{"fast", "slow", "slow", "fast", "fast", "slow", "slow", "fast"}, turns)
	require.Equal(t, 8, steps)
	require.Len(t, results[0].Rates, 4)
	ratio := results[1].RatioTo(results[0])
	require.Greater(t, ratio.Median, 0.1)
	require.Less(t, ratio.Median, 0.6)
	require.LessOrEqual(t, ratio.Low, ratio.Median)
	require.GreaterOrEqual(t, ratio.High, ratio.Median)
}

func TestRatiosAreOfSlicesOfOneRound(t *testing.T) {
	subject, reference := load.Result{Rates: []float64{1, 20, 300, 4, 5}}, load.Result{Rates: []float64{10, 100, 1_000, 10, 10}}
	ratio := subject.RatioTo(reference)
	require.InDelta(t, 0.3, ratio.Median, 1e-9)
	require.InDelta(t, 0.14, ratio.Low, 1e-9)
	require.InDelta(t, 0.46, ratio.High, 1e-9)
}
