package auth

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/models"
)

// usual are the defaults of the configuration.
var usual = Limits{FailuresPerClient: 5, FailuresPerAccount: 20, FailuresPerAddress: 100, RegistrationsPerAddress: 20}

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// bucket is one counter, and how far its time has come.
type bucket struct {
	policy throttlePolicy
	now    time.Time
	models.Throttle
}

func newBucket(policy throttlePolicy) *bucket { return &bucket{policy: policy, now: noon} }

func (b *bucket) wait() time.Duration { return b.policy.wait(b.Throttle, 0, b.now) }

func (b *bucket) fail() (began bool) {
	b.Throttle, began = b.policy.count(b.Throttle, b.now)
	return began
}

func TestWaitsDoubleUntilOneLeaksAway(t *testing.T) {
	b := newBucket(usual.perClient())
	var waits []time.Duration
	for i := range 18 {
		began := b.fail()
		require.Equal(t, i == 4, began, "waits begin once, failure %d", i+1)
		waits = append(waits, b.wait())
		b.now = b.now.Add(b.wait())
		require.Zero(t, b.wait(), "who has waited need not wait again")
	}
	s := time.Second
	require.Equal(t, []time.Duration{
		0, 0, 0, 0, s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 256 * s, 512 * s, 900 * s, 900 * s, 900 * s,
	}, waits)
}

func TestFailuresAreForgotten(t *testing.T) {
	tests := []struct {
		name     string
		failures int
		after    time.Duration
		level    int
	}{
		{name: "at once", failures: 5, after: 0, level: 5},
		{name: "most of one left", failures: 5, after: 7 * time.Minute, level: 5},
		{name: "one is gone", failures: 5, after: 15 * time.Minute, level: 4},
		{name: "the last is going", failures: 5, after: 74 * time.Minute, level: 0},
		{name: "all are gone", failures: 5, after: 75 * time.Minute, level: 0},
		{name: "a year later", failures: 5, after: 8760 * time.Hour, level: 0},
		{name: "never failed", failures: 0, after: 0, level: 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBucket(usual.perClient())
			for range test.failures {
				b.fail()
			}
			b.now = b.now.Add(test.after)
			require.Equal(t, test.level, b.policy.level(b.Throttle, b.now))
		})
	}
}

func TestASeriesOfWaitsBeginsOnce(t *testing.T) {
	b := newBucket(usual.registrations())
	began := 0
	for range 20 + 480 {
		if b.fail() {
			began++
		}
		b.now = b.now.Add(b.wait())
	}
	require.Equal(t, 1, began, "a day at the limit")
	b.now = b.now.Add(time.Hour)
	for range 20 {
		if b.fail() {
			began++
		}
	}
	require.Equal(t, 1, began, "not quite emptied")
	b.now = b.now.Add(b.wait() + time.Hour + time.Millisecond)
	for range 20 {
		if b.fail() {
			began++
		}
	}
	require.Equal(t, 2, began, "and the next day")
}

func TestClocksOfReplicasMayDiffer(t *testing.T) {
	for _, skew := range []time.Duration{-time.Minute, -5 * time.Millisecond, 5 * time.Millisecond, time.Minute} {
		b := newBucket(usual.perClient())
		for i := range 5 {
			require.Zero(t, b.wait(), "failure %d, a replica is %s ahead", i+1, skew)
			b.fail()
			b.now = noon.Add(time.Duration((i+1)%2) * skew)
		}
		require.Equal(t, 5, b.policy.level(b.Throttle, b.now), "%s", skew)
	}
}

// attack tries whenever it may, at all replicas at the same moment, each of which lets through what would be free if it
// were alone. It returns how many guesses it gets on the first day and on the last one.
func attack(b *bucket, replicas, days int) (first, last int) {
	for day := range days {
		last = 0
		for b.now.Before(noon.Add(time.Duration(day+1) * 24 * time.Hour)) {
			each := max(1, b.policy.free-b.policy.level(b.Throttle, b.now))
			for range replicas * each {
				b.fail()
				last++
			}
			b.now = b.now.Add(b.wait())
		}
		if day == 0 {
			first = last
		}
	}
	return first, last
}

func TestGuessesOfAnAttackerPerDay(t *testing.T) {
	tests := []struct {
		name        string
		policy      throttlePolicy
		first, last int
	}{
		{name: "one account from one address", policy: usual.perClient(), first: 110, last: 96},
		{name: "one account from anywhere", policy: usual.perAccount(), first: 173, last: 144},
		{name: "one address, any accounts", policy: usual.perAddress(), first: 2984, last: 2880},
		{name: "registrations of one address", policy: usual.registrations(), first: 499, last: 480},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, replicas := range []int{1, 2, 5} {
				b := newBucket(test.policy)
				first, last := attack(b, replicas, 40)
				t.Logf("replicas: %d; guesses: %d on the first day, %d on day 40", replicas, first, last)
				require.LessOrEqual(t, first, test.first*replicas)
				require.LessOrEqual(t, last, test.last*replicas+replicas, "the last day is as any other: nothing grows")
				require.LessOrEqual(t, b.wait(), b.policy.leak, "nobody is shut out")
				require.LessOrEqual(t, b.ClearsAt.Sub(b.now), b.policy.brim())
				b.now = b.ClearsAt
				require.Zero(t, b.policy.level(b.Throttle, b.now), "what was counted is forgotten in the end")
			}
		})
	}
}

// One address is slowed so early that it cannot fill the counter which it shares with the others.
func TestOneAddressCannotMakeOthersWaitForAnAccount(t *testing.T) {
	client, account := newBucket(usual.perClient()), newBucket(usual.perAccount())
	guesses := 0
	for client.now.Before(noon.Add(30 * 24 * time.Hour)) {
		client.fail()
		account.now = client.now
		account.fail()
		guesses++
		require.Zero(t, account.wait(), "guess %d", guesses)
		client.now = client.now.Add(client.wait())
	}
	require.Greater(t, guesses, 30*96)
}

// A thousand people behind one address, none on a device that is known: one in ten mistypes once or more. They come within an
// hour in the morning, and again after lunch.
func TestAnOfficeThatMistypesIsNotSlowed(t *testing.T) {
	const people, rounds = 1000, 20
	random := rand.New(rand.NewPCG(1, 2))
	fullest, failures := 0, 0
	for range rounds {
		office := newBucket(usual.perAddress())
		for _, begin := range []time.Duration{8 * time.Hour, 13 * time.Hour} {
			for i := range people {
				office.now = noon.Add(begin + time.Duration(i)*time.Hour/people)
				for mistyped := random.IntN(10) == 0; mistyped; mistyped = random.IntN(4) == 0 {
					office.fail()
					failures++
					fullest = max(fullest, office.policy.level(office.Throttle, office.now))
				}
				require.Zero(t, office.wait())
			}
		}
	}
	t.Logf("%d mornings and afternoons, %d wrong passwords: at most %d in a bucket of %d", rounds, failures, fullest, usual.FailuresPerAddress)
}

func TestAheadCountsAsFailed(t *testing.T) {
	tests := []struct {
		name            string
		failures, ahead int
		want            time.Duration
	}{
		{name: "alone", want: 0},
		{name: "room for all", ahead: 4, want: 0},
		{name: "no room", ahead: 5, want: aheadWait},
		{name: "no room beside the failures", failures: 3, ahead: 2, want: aheadWait},
		{name: "room beside the failures", failures: 3, ahead: 1, want: 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBucket(usual.perClient())
			for range test.failures {
				b.fail()
			}
			require.Equal(t, test.want, b.policy.wait(b.Throttle, test.ahead, b.now))
		})
	}
	b := newBucket(usual.perClient())
	for range 8 {
		b.fail()
		b.now = b.now.Add(b.wait())
	}
	require.Zero(t, b.policy.wait(b.Throttle, 0, b.now), "after a wait there is room for one")
	require.Equal(t, aheadWait, b.policy.wait(b.Throttle, 1, b.now), "and for one alone")
}

func TestAnyLimitMakesAPolicy(t *testing.T) {
	for _, n := range []int{1, 2, 7, 60, 1000, 3601, 1_000_000} {
		limits := Limits{FailuresPerClient: n, FailuresPerAccount: n, FailuresPerAddress: n, RegistrationsPerAddress: n}
		for i, policy := range []throttlePolicy{limits.perClient(), limits.perAccount(), limits.perAddress(), limits.registrations()} {
			t.Run(fmt.Sprintf("%d of policy %d", n, i), func(t *testing.T) {
				b := newBucket(policy)
				for failed := 1; failed < n && b.wait() == 0; failed++ {
					b.fail()
				}
				require.Zero(t, b.wait(), "all but the last are free")
				b.fail()
				require.Equal(t, policy.firstWait, b.wait())
				require.Equal(t, b.BlockedUntil.Truncate(time.Millisecond), b.BlockedUntil, "as the databases keep it")
				require.Equal(t, b.ClearsAt.Truncate(time.Millisecond), b.ClearsAt)
			})
		}
	}
}
