package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
)

const requestIDHeader = "X-Request-Id"

// wellFormedRequestID is what we take over from a proxy: long enough for a UUID, too short for a token of ours, and
// nothing that could forge a line of a log.
var wellFormedRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

type requestIDKey struct{}

// RequestID returns the id of the request that the context belongs to, or "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// withRequestID gives each request an id, the proxy's or a new one, and tells it in the answer.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !wellFormedRequestID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}
