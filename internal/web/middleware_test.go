package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/web"
)

func TestDomainKnowsTheRequest(t *testing.T) {
	const token = "eyJhbGciOiJFZERTQSJ9.e30.c2ln"
	tests := []struct {
		name          string
		authorization []string
		want          string
	}{
		{name: "none", authorization: nil, want: ""},
		{name: "bearer", authorization: []string{"Bearer " + token}, want: token},
		{name: "scheme in another case", authorization: []string{"bEARER " + token}, want: token},
		{name: "more spaces", authorization: []string{"Bearer   " + token + " "}, want: token},
		{name: "longest", authorization: []string{"Bearer " + strings.Repeat("a", 4096)}, want: strings.Repeat("a", 4096)},
		{name: "too long", authorization: []string{"Bearer " + strings.Repeat("a", 4097)}, want: ""},
		{name: "another scheme", authorization: []string{"Basic dTpw"}, want: ""},
		{name: "scheme without token", authorization: []string{"Bearer"}, want: ""},
		{name: "token without scheme", authorization: []string{token}, want: ""},
		{name: "scheme run into the token", authorization: []string{"Bearer" + token}, want: ""},
		{name: "two headers", authorization: []string{"Bearer " + token, "Bearer " + token}, want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(chan auth.Request, 1)
			address, _ := serve(t, web.Config{
				GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- auth.RequestFrom(r.Context()) }),
			}, new(journal))
			send(t, http.MethodPost, address+"/graphql", http.Header{
				"Authorization":   tt.authorization,
				"User-Agent":      {"tram/1.0"},
				"X-Forwarded-For": {"203.0.113.9"},
			})
			got := <-seen
			got.Cookie, got.DeviceCookie = nil, nil
			require.Equal(t, auth.Request{AccessToken: tt.want, IP: "127.0.0.1", UserAgent: "tram/1.0"}, got)
		})
	}
}

func TestDeadlineReachesTheWork(t *testing.T) {
	cause := make(chan error, 1)
	address, _ := serve(t, web.Config{
		RequestTimeout: time.Millisecond,
		GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			cause <- r.Context().Err()
		}),
	}, new(journal))
	send(t, http.MethodPost, address+"/graphql", http.Header{})
	require.ErrorIs(t, <-cause, context.DeadlineExceeded)
}

func TestAccessLog(t *testing.T) {
	var log journal
	address, stop := serve(t, web.Config{
		GraphQL: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "12345")
		}),
	}, &log)
	send(t, http.MethodPost, address+"/graphql", http.Header{})
	stop()
	record := log.only(t, "request")
	require.Equal(t, "POST", record["method"])
	require.Equal(t, "/graphql", record["route"])
	require.EqualValues(t, 400, record["status"])
	require.EqualValues(t, 5, record["bytes"])
	require.Positive(t, record["duration"])
}

func TestSecretsNeverReachTheLog(t *testing.T) {
	const secret = "s3cr3t"
	var log journal
	address, stop := serve(t, web.Config{
		GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				panic("out of paper")
			}
		}),
		Ready: func(context.Context) error { return context.DeadlineExceeded },
	}, &log)
	header := http.Header{
		"Authorization": {"Bearer " + secret},
		"Cookie":        {"daypass=" + secret + "; __Host-daypass=" + secret},
		"User-Agent":    {secret},
		"Referer":       {"https://example.org/" + secret},
		"X-Request-Id":  {"{" + secret + "}"},
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, secret} {
		for _, path := range []string{"/graphql", "/" + secret, "/readyz", "//" + secret} {
			send(t, method, address+path+"?token="+secret, header)
		}
	}
	stop()
	require.Len(t, log.records(t, "request"), 16)
	require.NotContains(t, log.String(), secret)
}

func TestPanicIsLoggedOnceAndNotShown(t *testing.T) {
	var log journal
	address, stop := serve(t, web.Config{
		GraphQL: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", "7")
			panic("the tram derailed")
		}),
	}, &log)
	got := send(t, http.MethodPost, address+"/graphql", http.Header{})
	stop()

	require.Equal(t, 500, got.status)
	require.JSONEq(t, `{"errors":[{"message":"internal server error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, got.body)
	require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))

	record := log.only(t, "panic while serving a request")
	require.Equal(t, "the tram derailed", record["cause"])
	require.Contains(t, record["stack"], "TestPanicIsLoggedOnceAndNotShown")
	require.Equal(t, got.header.Get("X-Request-Id"), record["request_id"])
	require.EqualValues(t, 500, log.only(t, "request")["status"])
}

// TestHalfAnAnswerIsCutOff: a client must see that the rest is missing.
func TestHalfAnAnswerIsCutOff(t *testing.T) {
	tests := []struct {
		name   string
		cause  any
		logged int
	}{
		{name: "a panic", cause: "the tram derailed", logged: 1},
		{name: "an abort on purpose", cause: http.ErrAbortHandler, logged: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log journal
			address, stop := serve(t, web.Config{
				GraphQL: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, `{"data":`)
					_ = http.NewResponseController(w).Flush()
					panic(tt.cause)
				}),
			}, &log)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/graphql", nil)
			require.NoError(t, err)
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			_, err = io.ReadAll(response.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NoError(t, response.Body.Close())
			stop()
			require.Len(t, log.records(t, "panic while serving a request"), tt.logged)
			require.Len(t, log.records(t, "request"), 1)
		})
	}
}
