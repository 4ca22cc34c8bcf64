package gqlhttp

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDearOperationsTakeTurns(t *testing.T) {
	queue := newTurns()
	for range runtime.GOMAXPROCS(0) {
		require.True(t, queue.take(t.Context(), dear+1))
	}
	over, end := context.WithCancel(t.Context())
	end()
	require.False(t, queue.take(over, dear+1), "not before another has ended")
	require.True(t, queue.take(over, dear), "what costs little waits for nobody")
	queue.giveBack(dear)
	require.False(t, queue.take(over, dear+1))

	waiting := make(chan bool)
	go func() { waiting <- queue.take(t.Context(), dear+1) }()
	queue.giveBack(dear + 1)
	require.True(t, <-waiting)
}

func TestAnAnswerIsMadeInItsTurn(t *testing.T) {
	late, end := context.WithCancel(t.Context())
	end()
	queue := newTurns()
	for range runtime.GOMAXPROCS(0) {
		require.True(t, queue.take(t.Context(), dear+1))
	}
	require.Nil(t, transport{turns: queue}.execute(late, nil, dear+1, nil))
}
