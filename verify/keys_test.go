package verify_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/verify"
)

func TestNothingIsFetchedBeforeTheFirstToken(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	v, c := newVerifier(t, p, nil)
	require.Zero(t, p.fetches.Load())
	for range 3 {
		requireVerifies(t, v, key.mint(t))
		c.advance(time.Minute)
	}
	require.EqualValues(t, 1, p.fetches.Load())
}

func TestKeysAreFreshForTheirMaxAge(t *testing.T) {
	for _, tc := range []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"five minutes", http.Header{"Cache-Control": {"public, max-age=300"}}, 5 * time.Minute},
		{"as other servers write it", http.Header{"Cache-Control": {`Public,MAX-AGE="120" , must-revalidate`}}, 2 * time.Minute},
		{"in two lines", http.Header{"Cache-Control": {"public", "max-age=120"}}, 2 * time.Minute},
		{"nothing", http.Header{}, 5 * time.Minute},
		{"not a number", http.Header{"Cache-Control": {"max-age=soon"}}, 10 * time.Second},
		{"negative", http.Header{"Cache-Control": {"max-age=-1"}}, 10 * time.Second},
		{"less than the least interval", http.Header{"Cache-Control": {"max-age=1"}}, 10 * time.Second},
		{"never", http.Header{"Cache-Control": {"no-store"}}, 10 * time.Second},
		{"a year", http.Header{"Cache-Control": {"max-age=31536000"}}, time.Hour},
		{"forever", http.Header{"Cache-Control": {"max-age=99999999999999999999"}}, time.Hour},
		{"some of it spent on the way", http.Header{"Cache-Control": {"max-age=300"}, "Age": {"60"}}, 4 * time.Minute},
		{"all of it spent on the way", http.Header{"Cache-Control": {"max-age=300"}, "Age": {"600"}}, 10 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old, other := newEdDSA(t, "a"), newEdDSA(t, "b")
			p := newPublisher(t)
			document := jwks(t, old)
			p.serve(func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), tc.header)
				fmt.Fprint(w, document)
			})
			v, c := newVerifier(t, p, nil)
			requireVerifies(t, v, longLived(t, old))
			p.publish(t, other)
			c.advance(tc.want*3/4 - time.Second) // later they are fetched ahead
			requireVerifies(t, v, longLived(t, old))
			require.EqualValues(t, 1, p.fetches.Load())
			c.advance(tc.want/4 + time.Second)
			requireRefused(t, v, longLived(t, old), verify.ErrInvalid)
			require.EqualValues(t, 2, p.fetches.Load())
		})
	}
}

func longLived(tb testing.TB, key signingKey) string {
	tb.Helper()
	return key.token(tb, key.header(), genuine().with("exp", unix(noon.Add(48*time.Hour))))
}

func TestKeysAreFetchedAhead(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	v, c := newVerifier(t, p, nil)
	requireVerifies(t, v, longLived(t, key))
	held := make(chan struct{})
	document := jwks(t, key)
	p.serve(func(w http.ResponseWriter, _ *http.Request) {
		<-held
		w.Header().Set("Cache-Control", "max-age=300")
		fmt.Fprint(w, document)
	})
	c.advance(4 * time.Minute)
	for range 100 { // none of them waits
		requireVerifies(t, v, longLived(t, key))
	}
	require.Eventually(t, func() bool { return p.fetches.Load() == 2 }, 10*time.Second, time.Millisecond)
	close(held)
	// Once it is over, the keys are fresh from then on.
	require.Eventually(t, func() bool {
		requireVerifies(t, v, longLived(t, key))
		return p.fetches.Load() == 2
	}, 10*time.Second, time.Millisecond)
	c.advance(3 * time.Minute)
	requireVerifies(t, v, longLived(t, key))
	require.EqualValues(t, 2, p.fetches.Load())
}

// A max-age that is longer than keys are of use leaves time to fetch ahead, too.
func TestKeysAreFetchedAheadOfTheirLastHour(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t)
	document := jwks(t, key)
	p.serve(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=31536000")
		fmt.Fprint(w, document)
	})
	v, c := newVerifier(t, p, nil)
	requireVerifies(t, v, longLived(t, key))
	c.advance(46 * time.Minute)
	requireVerifies(t, v, longLived(t, key))
	require.Eventually(t, func() bool { return p.fetches.Load() == 2 }, 10*time.Second, time.Millisecond)
}

// A caller who looked before a fetch ended, and acts after it, makes no other.
func TestALateCallerMakesNoOtherFetch(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	late, looked, over := make(chan bool, 1), make(chan struct{}), make(chan struct{})
	v, _ := newVerifier(t, p, func(cfg *verify.Config) {
		cfg.Now = func() time.Time {
			select {
			case <-late:
				close(looked)
				<-over
			default:
			}
			return noon
		}
	})
	late <- true
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := v.Verify(context.Background(), longLived(t, key)); err != nil {
			t.Error(err)
		}
	})
	<-looked
	requireVerifies(t, v, key.mint(t))
	close(over)
	all.Wait()
	require.EqualValues(t, 1, p.fetches.Load())
}

func TestANewKeyIsFetchedWhenItIsFirstSeen(t *testing.T) {
	old, other := newEdDSA(t, "a"), newES256(t, "b")
	p := newPublisher(t, old)
	v, c := newVerifier(t, p, nil)
	requireVerifies(t, v, old.mint(t))
	p.publish(t, other, old)
	c.advance(10 * time.Second)
	requireVerifies(t, v, other.mint(t))
	requireVerifies(t, v, old.mint(t))
	require.EqualValues(t, 2, p.fetches.Load())
}

func TestUnknownKeysMakeOneFetchAnInterval(t *testing.T) {
	key, stranger := newEdDSA(t, "a"), newEdDSA(t, "stranger")
	p := newPublisher(t, key)
	v, c := newVerifier(t, p, nil)
	requireVerifies(t, v, key.mint(t))
	for interval := range int64(3) {
		herd(t, 100, func(i int) {
			unknown := stranger.header().with("kid", quoted(fmt.Sprint(interval, i)))
			_, err := v.Verify(context.Background(), stranger.token(t, unknown, genuine()))
			if !errorIs(err, verify.ErrInvalid) {
				t.Errorf("want invalid, got %v", err)
			}
		})
		require.Equal(t, max(1, 1+interval), p.fetches.Load())
		c.advance(10 * time.Second)
	}
}

func TestAHerdMakesOneFetch(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	document := jwks(t, key)
	arrived, held := make(chan struct{}), make(chan struct{})
	p.serve(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-held
		fmt.Fprint(w, document)
	})
	v, _ := newVerifier(t, p, nil)
	go func() {
		<-arrived
		close(held)
	}()
	herd(t, 200, func(i int) {
		if _, err := v.Verify(context.Background(), key.token(t, key.header(), genuine().with("jti", quoted(fmt.Sprint(i))))); err != nil {
			t.Error(err)
		}
	})
	require.EqualValues(t, 1, p.fetches.Load())
}

// herd calls from many goroutines at once.
func herd(t *testing.T, size int, call func(i int)) {
	t.Helper()
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range size {
		all.Go(func() {
			<-start
			call(i)
		})
	}
	close(start)
	all.Wait()
}

// Readers, rotations, failures and a clock that runs, all at once: for the race detector.
func TestRaces(t *testing.T) {
	keys := []signingKey{newEdDSA(t, "a"), newEdDSA(t, "b"), newEdDSA(t, "c")}
	p := newPublisher(t, keys...)
	v, c := newVerifier(t, p, func(cfg *verify.Config) { cfg.CacheSize = 8 })
	tokens := make([]string, len(keys))
	for i, key := range keys {
		tokens[i] = longLived(t, key)
		requireVerifies(t, v, tokens[i])
	}
	herd(t, 16, func(i int) {
		for n := range 50 {
			switch {
			case i == 0 && n%3 == 0:
				p.fail()
			case i == 0:
				p.publish(t, keys[n%3:]...)
			case i == 1:
				c.advance(2 * time.Second)
			default:
				claims, err := v.Verify(context.Background(), tokens[(i+n)%3])
				if err == nil && claims.Subject != "usr_1" || err != nil && !errorIs(err, verify.ErrInvalid, verify.ErrUnavailable) {
					t.Errorf("got %v, %v", claims, err)
				}
			}
		}
	})
	p.publish(t, keys...)
	c.advance(5 * time.Minute)
	requireVerifies(t, v, tokens[0])
}

func TestKeysOutliveAnOutage(t *testing.T) {
	key, stranger := newEdDSA(t, "a"), newEdDSA(t, "b")
	p := newPublisher(t, key)
	v, c := newVerifier(t, p, nil)
	requireVerifies(t, v, longLived(t, key))
	p.fail()
	for attempt := range int64(11) {
		c.advance(5 * time.Minute)
		requireVerifies(t, v, longLived(t, key))
		requireRefused(t, v, stranger.mint(t), verify.ErrUnavailable) // nobody can tell, and it waits for the attempt
		require.Equal(t, 2+attempt, p.fetches.Load())
	}
	c.advance(5*time.Minute - time.Second)
	requireVerifies(t, v, longLived(t, key))
	c.advance(time.Second)
	requireRefused(t, v, longLived(t, key), verify.ErrUnavailable)
	p.publish(t, key)
	c.advance(10 * time.Second)
	requireVerifies(t, v, longLived(t, key))
	requireRefused(t, v, stranger.mint(t), verify.ErrInvalid)
}

func TestBeforeTheFirstKeys(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	p.fail()
	v, c := newVerifier(t, p, nil)
	for range 100 {
		requireRefused(t, v, key.mint(t), verify.ErrUnavailable)
	}
	require.EqualValues(t, 1, p.fetches.Load())
	p.publish(t, key)
	c.advance(10 * time.Second)
	requireVerifies(t, v, key.mint(t))
}
