package password_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/password"
)

func BenchmarkHash(b *testing.B) {
	h := newHasher(b, password.Config{})
	for b.Loop() {
		_, err := h.Hash(b.Context(), "correct horse battery")
		require.NoError(b, err)
	}
}

// BenchmarkHashOnEveryCore is the limit that logins can reach.
func BenchmarkHashOnEveryCore(b *testing.B) {
	h := newHasher(b, password.Config{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := h.Hash(b.Context(), "correct horse battery")
			require.NoError(b, err)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hashes/s")
	b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "cores")
}

// BenchmarkUnknownUsername compares an unknown username with a wrong password. The two alternate, each first in every
// other round, so that drift hits both alike; what is compared is the fastest of each, which other load moves least.
func BenchmarkUnknownUsername(b *testing.B) {
	h := newHasher(b, password.Config{})
	phc, err := h.Hash(b.Context(), "correct horse battery")
	require.NoError(b, err)
	wrong := func() {
		result, err := h.Verify(b.Context(), "incorrect horse battery", phc)
		require.NoError(b, err)
		require.False(b, result.Match)
	}
	unknown := func() {
		require.NoError(b, h.VerifyUnknown(b.Context(), "incorrect horse battery"))
	}

	var wrongs, unknowns []time.Duration
	for round := 0; b.Loop(); round++ {
		if round%2 == 0 {
			wrongs, unknowns = append(wrongs, timed(wrong)), append(unknowns, timed(unknown))
		} else {
			unknowns, wrongs = append(unknowns, timed(unknown)), append(wrongs, timed(wrong))
		}
	}
	b.ReportMetric(slices.Min(wrongs).Seconds()*1e3, "wrong-ms")
	b.ReportMetric(slices.Min(unknowns).Seconds()*1e3, "unknown-ms")
	b.ReportMetric(float64(slices.Min(unknowns))/float64(slices.Min(wrongs)), "unknown/wrong")
}

func timed(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}
