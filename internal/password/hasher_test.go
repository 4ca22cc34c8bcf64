package password_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/password"
)

// cheap is for tests whose subject is not the cost.
func cheap() password.Config {
	return password.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1}
}

func newHasher(tb testing.TB, cfg password.Config) *password.Hasher {
	tb.Helper()
	h, err := password.NewHasher(cfg)
	require.NoError(tb, err)
	return h
}

func TestHashAndVerify(t *testing.T) {
	h := newHasher(t, cheap())
	const right = "correct horse battery"
	phc, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, phc)

	other, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	require.NotEqual(t, phc, other, "each hash has its own salt")

	for _, tc := range []struct {
		name     string
		password string
		match    bool
	}{
		{name: "right", password: right, match: true},
		{name: "right in another form", password: "ｃｏｒｒｅｃｔ horse battery", match: true},
		{name: "other case", password: "Correct horse battery"},
		{name: "surrounded by spaces", password: " correct horse battery "},
		{name: "prefix", password: "correct horse"},
		{name: "empty", password: ""},
		{name: "right and a zero byte", password: right + "\x00"},
		{name: "a megabyte", password: strings.Repeat(right, 50_000)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := h.Verify(t.Context(), tc.password, phc)
			require.NoError(t, err)
			require.Equal(t, password.Result{Match: tc.match}, result)
		})
	}
}

func TestTooLongNeverMatches(t *testing.T) {
	h := newHasher(t, cheap())
	tooLong := strings.Repeat("k", 129)
	_, err := h.Hash(t.Context(), tooLong)
	require.ErrorIs(t, err, password.ErrTooLong)

	// Not even the hash of whatever stands in for it.
	for _, stored := range []string{"", tooLong[:128]} {
		phc, err := h.Hash(t.Context(), stored)
		require.NoError(t, err)
		result, err := h.Verify(t.Context(), tooLong, phc)
		require.NoError(t, err)
		require.False(t, result.Match)
	}
}

// The vectors are those of the reference implementation, phc-winner-argon2 src/test.c, version 0x13.
func TestVerifyKnownAnswers(t *testing.T) {
	for _, tc := range []struct {
		name     string
		phc      string
		password string
	}{
		{"64 MiB", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
		{"256 KiB", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"},
		{"two lanes", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHasher(t, cheap())
			result, err := h.Verify(t.Context(), tc.password, tc.phc)
			require.NoError(t, err)
			require.Equal(t, password.Result{Match: true, Outdated: true}, result)

			result, err = h.Verify(t.Context(), tc.password+"x", tc.phc)
			require.NoError(t, err)
			require.False(t, result.Match)
		})
	}
}

func TestOutdated(t *testing.T) {
	stored, err := newHasher(t, cheap()).Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	for _, tc := range []struct {
		name   string
		change func(*password.Config)
		want   bool
	}{
		{name: "same cost", change: func(*password.Config) {}},
		{name: "other bounds", change: func(c *password.Config) { c.Concurrency, c.MaxQueue = 1, 1 }},
		{name: "more memory", change: func(c *password.Config) { c.MemoryKiB = 16 }, want: true},
		{name: "more iterations", change: func(c *password.Config) { c.Iterations = 2 }, want: true},
		{name: "more lanes", change: func(c *password.Config) { c.MemoryKiB, c.Parallelism = 16, 2 }, want: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := cheap()
			tc.change(&cfg)
			h := newHasher(t, cfg)
			result, err := h.Verify(t.Context(), "correct horse battery", stored)
			require.NoError(t, err)
			require.Equal(t, password.Result{Match: true, Outdated: tc.want}, result)

			renewed, err := h.Hash(t.Context(), "correct horse battery")
			require.NoError(t, err)
			result, err = h.Verify(t.Context(), "correct horse battery", renewed)
			require.NoError(t, err)
			require.Equal(t, password.Result{Match: true}, result)
		})
	}
}

func TestVerifyRefusesMalformedHashes(t *testing.T) {
	h := newHasher(t, password.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1, Concurrency: 1, MaxQueue: 1})
	const salt, key = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, tc := range []struct {
		name string
		phc  string
	}{
		{"empty", ""},
		{"bcrypt", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"},
		{"argon2i", "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + key},
		{"older version", "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + key},
		{"no key", "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$"},
		{"short key", "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$bQk"},
		{"no salt", "$argon2id$v=19$m=256,t=2,p=1$$" + key},
		{"no iterations", "$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + key},
		{"no lanes", "$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + key},
		{"no memory", "$argon2id$v=19$m=0,t=2,p=1$" + salt + "$" + key},
		{"4 TiB", "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + key},
		{"without end", "$argon2id$v=19$m=256,t=4294967295,p=1$" + salt + "$" + key},
		{"negative", "$argon2id$v=19$m=-1,t=2,p=1$" + salt + "$" + key},
		{"not base64", "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("!", 43)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := h.Verify(t.Context(), "password", tc.phc)
			require.ErrorIs(t, err, password.ErrMalformedHash)
			require.Zero(t, result)
			if tc.phc != "" {
				require.NotContains(t, err.Error(), key)
			}
		})
	}
	require.NoError(t, h.VerifyUnknown(t.Context(), "password"), "every turn was given back")
}

func TestVerifyUnknown(t *testing.T) {
	h := newHasher(t, cheap())
	for _, anything := range []string{"", "correct horse battery", strings.Repeat("k", 1<<20)} {
		require.NoError(t, h.VerifyUnknown(t.Context(), anything))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.VerifyUnknown(ended, "correct horse battery"), password.ErrBusy)
}

type askerKey struct{}

func TestEachHashIsWatchedFromItsTurnOn(t *testing.T) {
	var seen []string
	cfg := cheap()
	cfg.Watch = func(ctx context.Context) func() {
		asker := ctx.Value(askerKey{}).(string)
		seen = append(seen, asker+" begins")
		return func() { seen = append(seen, asker+" is done") }
	}
	h := newHasher(t, cfg)
	asking := func(asker string) context.Context { return context.WithValue(t.Context(), askerKey{}, asker) }
	phc, err := h.Hash(asking("hash"), "correct horse battery")
	require.NoError(t, err)
	_, err = h.Verify(asking("verify"), "correct horse battery", phc)
	require.NoError(t, err)
	require.NoError(t, h.VerifyUnknown(asking("unknown"), "correct horse battery"))
	_, err = h.Verify(asking("malformed"), "correct horse battery", "nonsense")
	require.ErrorIs(t, err, password.ErrMalformedHash)
	tooLate, cancel := context.WithCancel(asking("too late"))
	cancel()
	_, err = h.Hash(tooLate, "correct horse battery")
	require.ErrorIs(t, err, password.ErrBusy)
	require.Equal(t, []string{
		"hash begins", "hash is done", "verify begins", "verify is done", "unknown begins", "unknown is done",
	}, seen)
}

func TestNewHasherRefusesWhatIsOutOfRange(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  password.Config
		want string
	}{
		{"too little memory for the lanes", password.Config{MemoryKiB: 31, Parallelism: 4}, "memory"},
		{"too much memory", password.Config{MemoryKiB: 2 << 20}, "memory"},
		{"too many iterations", password.Config{Iterations: 65}, "iterations"},
		{"negative concurrency", password.Config{Concurrency: -1}, "concurrency"},
		{"negative queue", password.Config{MaxQueue: -1}, "queue"},
		{"negative wait", password.Config{MaxWait: -1}, "wait"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := password.NewHasher(tc.cfg)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// A login storm at full cost: what runs inside Argon2 is counted in the stacks of the goroutines themselves.
func TestStormNeverPilesUpHashes(t *testing.T) {
	const concurrency, queue, callers = 2, 6, 100
	h := newHasher(t, password.Config{Concurrency: concurrency, MaxQueue: queue, MaxWait: time.Minute})
	var served, busy atomic.Int32
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			var err error
			if i%2 == 0 {
				err = h.VerifyUnknown(t.Context(), "correct horse battery")
			} else {
				_, err = h.Hash(t.Context(), "correct horse battery")
			}
			switch {
			case err == nil:
				served.Add(1)
			case errors.Is(err, password.ErrBusy):
				busy.Add(1)
			}
		})
	}
	over := make(chan struct{})
	go func() { group.Wait(); close(over) }()

	most := 0
	for sampling := true; sampling; {
		select {
		case <-over:
			sampling = false
		case <-time.After(time.Millisecond):
			most = max(most, hashesUnderWay())
		}
	}
	require.Positive(t, most)
	require.LessOrEqual(t, most, concurrency)
	require.GreaterOrEqual(t, served.Load(), int32(concurrency+queue))
	require.Positive(t, busy.Load())
	require.EqualValues(t, callers, served.Load()+busy.Load())
}

// hashesUnderWay counts the goroutines that are inside Argon2.
func hashesUnderWay() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return strings.Count(string(stacks), "golang.org/x/crypto/argon2.IDKey(")
}

func ExampleHasher() {
	ctx := context.Background()
	hasher, err := password.NewHasher(password.Config{})
	if err != nil {
		panic(err)
	}
	phc, err := hasher.Hash(ctx, "correct horse battery")
	if err != nil {
		panic(err)
	}
	right, err := hasher.Verify(ctx, "correct horse battery", phc)
	if err != nil {
		panic(err)
	}
	wrong, err := hasher.Verify(ctx, "incorrect horse battery", phc)
	if err != nil {
		panic(err)
	}
	fmt.Println(right.Match, wrong.Match)
	// Output: true false
}
