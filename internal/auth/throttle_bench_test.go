package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/testdb"
)

// generous limits count everything and refuse nothing.
var generous = auth.Limits{FailuresPerClient: 1_000_000, FailuresPerAccount: 1_000_000, FailuresPerAddress: 1_000_000}

var strict = auth.Limits{FailuresPerClient: 5, FailuresPerAccount: 20, FailuresPerAddress: 100}

// BenchmarkLoginTiming: what the time of an answer tells a guesser, on MySQL and with the recommended cost of hashing.
// Each works beside its reference in the same run; the figure to read is the ratio of the medians.
func BenchmarkLoginTiming(b *testing.B) {
	b.Run("unknown beside wrong password", func(b *testing.B) {
		w := newBenchWorld(b, generous)
		beside(b, w.guessing(b, "nobody", "wrong"), w.guessing(b, "ada", "wrong"))
	})
	b.Run("disabled beside wrong password", func(b *testing.B) {
		w := newBenchWorld(b, generous)
		beside(b, w.guessing(b, "disabled", testPassword), w.guessing(b, "ada", "wrong"))
	})
	b.Run("throttled unknown beside throttled known", func(b *testing.B) {
		w := newBenchWorld(b, strict)
		beside(b, w.throttled(b, "nobody"), w.throttled(b, "ada"))
	})
	b.Run("throttled beside wrong password", func(b *testing.B) {
		db := testdb.MySQL(b)
		limited, unlimited := newBenchWorldOn(b, db, strict), newBenchWorldOn(b, db, auth.Limits{})
		beside(b, limited.throttled(b, "ada"), unlimited.guessing(b, "ada", "wrong"))
	})
	b.Run("counted beside uncounted", func(b *testing.B) {
		db := testdb.MySQL(b)
		limited, unlimited := newBenchWorldOn(b, db, generous), newBenchWorldOn(b, db, auth.Limits{})
		beside(b, limited.guessing(b, "ada", "wrong"), unlimited.guessing(b, "ada", "wrong"))
	})
}

func newBenchWorld(b *testing.B, limits auth.Limits) *world {
	b.Helper()
	return newBenchWorldOn(b, testdb.MySQL(b), limits)
}

func newBenchWorldOn(b *testing.B, db *testdb.DB, limits auth.Limits) *world {
	b.Helper()
	w := newWorldWith(b, db, newClock(), password.Config{}, func(cfg *auth.Config) { cfg.Limits = limits })
	for _, username := range []string{"ada", "disabled"} {
		_, err := w.service.AddUser(b.Context(), username, testPassword, "USER")
		if err != nil {
			require.ErrorIs(b, err, auth.ErrUsernameTaken)
		}
	}
	require.NoError(b, w.service.DisableUser(b.Context(), "disabled"))
	return w
}

// guessing returns a sign-in that is wrong.
func (w *world) guessing(b *testing.B, username, password string) func() {
	b.Helper()
	return func() {
		_, err := w.service.Login(from(b.Context(), home), auth.Credentials{Username: username, Password: password})
		require.ErrorIs(b, err, auth.ErrInvalidCredentials)
	}
}

// throttled returns a sign-in that is refused: the clock stands still.
func (w *world) throttled(b *testing.B, username string) func() {
	b.Helper()
	guess := w.guessing(b, username, "wrong")
	for range strict.FailuresPerClient {
		guess()
	}
	return func() {
		_, err := w.service.Login(from(b.Context(), home), auth.Credentials{Username: username})
		require.ErrorAs(b, err, new(*auth.RateLimitedError))
	}
}

// beside lets the two take turns, each first in every other round, so that drift hits both alike.
func beside(b *testing.B, work, reference func()) {
	b.Helper()
	var works, references []time.Duration
	for round := 0; b.Loop(); round++ {
		if round%2 == 0 {
			works, references = append(works, timed(work)), append(references, timed(reference))
		} else {
			references, works = append(references, timed(reference)), append(works, timed(work))
		}
	}
	slices.Sort(works)
	slices.Sort(references)
	median, medianOfReference := works[len(works)/2], references[len(references)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median.Seconds()*1e3, "ms")
	b.ReportMetric(medianOfReference.Seconds()*1e3, "reference-ms")
	b.ReportMetric(float64(median)/float64(medianOfReference), "ratio")
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}
