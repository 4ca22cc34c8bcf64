package store_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
)

// ledger reads numbers as texts, all but 13, and notes what was read together.
type ledger struct {
	mutex  sync.Mutex
	read   [][]int
	failed error
}

func (l *ledger) texts(ctx context.Context, keys []int) (map[int]*string, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.read = append(l.read, slices.Clone(keys))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(keys) > 1 && l.failed != nil {
		return nil, l.failed
	}
	found := map[int]*string{}
	for _, key := range keys {
		if text := strconv.Itoa(key); key != 13 {
			found[key] = &text
		}
	}
	return found, nil
}

// gather looks up 0 to n-1 at once, on one processor, so that all have come before the first one reads.
func gather(t *testing.T, n int, find func(key int) error) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	requireNoErrors(t, together(n, find))
}

func requireFound(t *testing.T, gathering *store.Gathering, key int) error {
	text, err := gathering.Ask(t.Context(), key)
	if key == 13 {
		require.ErrorIs(t, err, auth.ErrNotFound)
		return nil
	}
	if err == nil {
		require.Equal(t, strconv.Itoa(key), *text)
	}
	return err
}

func TestLookUpsThatComeTogetherAreReadTogether(t *testing.T) {
	l := &ledger{}
	gathering := store.NewGathering(l.texts)
	gather(t, 40, func(key int) error { return requireFound(t, gathering, key) })
	require.Less(t, len(l.read), 10, "%v", l.read)
	for _, keys := range l.read {
		require.LessOrEqual(t, len(keys), 16)
	}
	require.Len(t, slices.Concat(l.read...), 40, "none twice")
}

func TestALookUpAloneIsReadAlone(t *testing.T) {
	l := &ledger{}
	gathering := store.NewGathering(l.texts)
	for key := range 3 {
		require.NoError(t, requireFound(t, gathering, key))
	}
	require.Equal(t, [][]int{{0}, {1}, {2}}, l.read)
}

func TestOfOneRecordEachGetsACopy(t *testing.T) {
	gathering := store.NewGathering((&ledger{}).texts)
	copies := make([]*string, 8)
	gather(t, len(copies), func(i int) (err error) {
		copies[i], err = gathering.Ask(t.Context(), 7)
		return err
	})
	for i, text := range copies {
		require.Equal(t, "7", *text)
		for _, other := range copies[:i] {
			require.NotSame(t, other, text)
		}
	}
}

func TestWhoHangsUpTakesNobodyAlong(t *testing.T) {
	gathering := store.NewGathering((&ledger{}).texts)
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	gather(t, 40, func(key int) error {
		if key%5 != 0 {
			return requireFound(t, gathering, key)
		}
		if _, err := gathering.Ask(gone, key); !errors.Is(err, context.Canceled) && err != nil {
			return err
		}
		return nil
	})
}

func TestWhatFailsTogetherIsReadAgainAlone(t *testing.T) {
	l := &ledger{failed: errors.New("too many at once")}
	gathering := store.NewGathering(l.texts)
	gather(t, 40, func(key int) error { return requireFound(t, gathering, key) })
}

// overdue is a context just after its deadline, before it says so.
type overdue struct{ context.Context }

func (overdue) Deadline() (time.Time, bool) { return time.Unix(0, 0), true }

// TestChangesThatFailTogether are done again, each alone, when that may have been for the sake of one, and nowhere else.
func TestChangesThatFailTogether(t *testing.T) {
	readOnly, full := &mysql.MySQLError{Number: 1290}, &mysql.MySQLError{Number: 1040}
	for _, test := range []struct {
		name   string
		ctx    context.Context
		failed error
		again  bool
	}{
		{name: "a rule of the table", ctx: t.Context(), failed: &mysql.MySQLError{Number: 4025}, again: true},
		{name: "a server that is full", ctx: t.Context(), failed: full},
		{name: "a server that is full to one who left", ctx: overdue{t.Context()}, failed: full, again: true},
		{name: "a server that is read-only", ctx: t.Context(), failed: readOnly},
		{name: "a server that is read-only to one who left", ctx: overdue{t.Context()}, failed: readOnly},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := &ledger{failed: test.failed}
			gathering, errs := store.NewGatheringOfChanges(l.texts), make([]error, 40)
			gather(t, len(errs), func(key int) error {
				_, errs[key] = gathering.Ask(test.ctx, key)
				return nil
			})
			asked := map[int]int{}
			for _, keys := range l.read {
				for _, key := range keys {
					asked[key]++
				}
			}
			together := slices.Concat(slices.DeleteFunc(slices.Clone(l.read), func(keys []int) bool { return len(keys) == 1 })...)
			require.NotEmpty(t, together)
			for _, key := range together {
				if test.again {
					require.Equal(t, 2, asked[key])
					require.NotErrorIs(t, errs[key], test.failed)
				} else {
					require.Equal(t, 1, asked[key])
					require.ErrorIs(t, errs[key], test.failed)
				}
			}
		})
	}
}

// TestWhoPanicsTakesNobodyAlong has the one who reads for the others not return. They must not take that for an answer.
func TestWhoPanicsTakesNobodyAlong(t *testing.T) {
	l := &ledger{}
	var once sync.Once
	gathering := store.NewGathering(func(ctx context.Context, keys []int) (map[int]*string, error) {
		once.Do(func() { panic("the driver does") })
		return l.texts(ctx, keys)
	})
	var panics atomic.Int32
	gather(t, 10, func(key int) error {
		defer func() {
			if recover() != nil {
				panics.Add(1)
			}
		}()
		return requireFound(t, gathering, key)
	})
	require.EqualValues(t, 1, panics.Load())
}
