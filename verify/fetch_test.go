package verify_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// Whatever the endpoint does wrong, keys that are at hand stay; without any, nobody can tell.
func TestFaultyEndpoints(t *testing.T) {
	key := newEdDSA(t, "a")
	elsewhere := newPublisher(t, newEdDSA(t, "a"))
	for name, answer := range map[string]http.HandlerFunc{
		"404": http.NotFound,
		"204": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"206": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, jwks(t, key))
		},
		"500":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a redirect":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"a page":      answerOf("<html>Sign in to the network</html>"),
		"nothing":     answerOf(""),
		"null":        answerOf("null"),
		"a list":      answerOf("[" + jwks(t, key) + "]"),
		"no keys":     answerOf(`{"keys":[]}`),
		"cut off":     answerOf(jwks(t, key)[:40]),
		"followed":    answerOf(jwks(t, key) + "{}"),
		"too many":    answerOf(jwks(t, many(t, 33)...)),
		"10 MB":       answerOf(`{"pad":"` + strings.Repeat("A", 10<<20) + `",` + jwks(t, key)[1:]),
		"10 MB after": answerOf(jwks(t, key) + strings.Repeat(" ", 10<<20)),
		"deep":        answerOf(strings.Repeat(`{"keys":[`, 7000)),
		"cut connection": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, jwks(t, key))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t, key)
			v, c := newVerifier(t, p, nil)
			requireVerifies(t, v, longLived(t, key))
			p.serve(answer)
			c.advance(5 * time.Minute)
			requireVerifies(t, v, longLived(t, key))
			require.EqualValues(t, 2, p.fetches.Load())

			p = newPublisher(t)
			p.serve(answer)
			v, _ = newVerifier(t, p, nil)
			requireRefused(t, v, key.mint(t), verify.ErrUnavailable)
		})
	}
	require.Zero(t, elsewhere.fetches.Load())
}

func many(tb testing.TB, n int) []signingKey {
	tb.Helper()
	keys := make([]signingKey, n)
	for i := range keys {
		keys[i] = newEdDSA(tb, fmt.Sprint(i))
	}
	return keys
}

func TestAnEndpointThatHangs(t *testing.T) {
	key, stranger := newEdDSA(t, "a"), newEdDSA(t, "b")
	p := newPublisher(t, key)
	v, c := newVerifier(t, p, func(cfg *verify.Config) { cfg.Timeout = 50 * time.Millisecond })
	requireVerifies(t, v, longLived(t, key))
	hang(t, p)
	c.advance(5 * time.Minute)
	began := time.Now()
	requireVerifies(t, v, longLived(t, key)) // after the timeout
	require.Less(t, time.Since(began), 10*time.Second)
	requireRefused(t, v, stranger.mint(t), verify.ErrUnavailable)

	// From now on nobody waits, while it is tried again.
	c.advance(10 * time.Second)
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.Verify(impatient, longLived(t, key))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return p.fetches.Load() == 3 }, 10*time.Second, time.Millisecond)
}

func TestACallerWhoGoesTakesNobodyAlong(t *testing.T) {
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
	first, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := v.Verify(first, key.mint(t))
	require.ErrorIs(t, err, verify.ErrUnavailable)
	require.ErrorIs(t, err, context.Canceled)
	close(held)
	requireVerifies(t, v, key.mint(t))
	require.EqualValues(t, 1, p.fetches.Load())
}

// hang answers nothing until the test ends.
func hang(t *testing.T, p *publisher) {
	t.Helper()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	p.serve(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-ended:
		case <-r.Context().Done():
		}
	})
}

func TestTheLogNamesNoSecret(t *testing.T) {
	key := newEdDSA(t, "a")
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	var log strings.Builder
	v, err := verify.New(verify.Config{
		Issuer: issuer, Audience: audience, JWKSURL: refused.URL + "/keys?secret=hunter2",
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	require.NoError(t, err)
	_, err = v.Verify(t.Context(), key.mint(t))
	require.ErrorIs(t, err, verify.ErrUnavailable)
	require.NotContains(t, err.Error(), "hunter2")
	require.Contains(t, log.String(), "cannot fetch the keys")
	require.NotContains(t, log.String(), "hunter2")
	require.NotContains(t, log.String(), key.mint(t)[:20])
}

func TestTheClientIsTheCallers(t *testing.T) {
	key := newEdDSA(t, "a")
	secured := httptest.NewTLSServer(answerOf(jwks(t, key)))
	t.Cleanup(secured.Close)
	for _, tc := range []struct {
		client *http.Client
		want   error
	}{{secured.Client(), nil}, {nil, verify.ErrUnavailable}} {
		v, err := verify.New(verify.Config{
			Issuer: issuer, Audience: audience, JWKSURL: secured.URL, HTTPClient: tc.client, Now: newClock().Now,
			Log: slog.New(slog.DiscardHandler),
		})
		require.NoError(t, err)
		_, err = v.Verify(t.Context(), key.mint(t))
		require.ErrorIs(t, err, tc.want)
	}
	require.Nil(t, secured.Client().CheckRedirect, "it is left as it was")
}
