package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"daypass/internal/auth"
)

// maxTokenBytes is far above the size of our access tokens; longer ones are not worth the work of reading them.
const maxTokenBytes = 4_096

type connectionKey struct{}

// withRequestContext tells the domain who asks, and bounds the time that the work may take.
func withRequestContext(timeout time.Duration, addresses *clientAddresses, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		ctx = context.WithValue(ctx, connectionKey{}, r.Context())
		ctx = auth.WithRequest(ctx, auth.Request{
			AccessToken: bearerToken(r.Header),
			IP:          addresses.of(r),
			UserAgent:   r.UserAgent(),
		})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// StreamContext returns a context with the values of a request, but without the time limit of [Config.RequestTimeout]: it
// ends when the client goes away, or when the returned function is called.
func StreamContext(request context.Context) (context.Context, context.CancelFunc) {
	connection, ok := request.Value(connectionKey{}).(context.Context)
	if !ok {
		return context.WithCancel(request)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(request))
	forget := context.AfterFunc(connection, cancel)
	return ctx, func() {
		forget()
		cancel()
	}
}

// bearerToken returns the token of the Authorization header (RFC 6750 section 2.1). Two headers are as good as none:
// which of them a proxy had looked at is not known.
func bearerToken(header http.Header) string {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > maxTokenBytes {
		return ""
	}
	return token
}
