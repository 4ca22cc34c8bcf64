package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// Middleware lets only requests with a valid access token pass; their handler learns from [FromContext] who asks. Others
// are answered here: 401 with WWW-Authenticate (RFC 6750 section 3), or 503 with Retry-After while nobody can tell.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return v.Optional(guard(FromContext, next))
}

// Optional lets every request pass and verifies its token only when [FromContext], [Authorize] or [RequireRole] asks. A
// token that is stale or missing then fails nothing else: GraphQL clients send one along with public fields too.
func (v *Verifier) Optional(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		verdict := sync.OnceValues(func() (*Claims, error) { return v.verifyRequest(r) })
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), verdictKey{}, verdict)))
	})
}

// RequireRole lets only callers of at least the role pass, and answers others as [Verifier.Middleware] does, or 403. It
// stands inside of [Verifier.Middleware] or [Verifier.Optional].
func RequireRole(role Role, next http.Handler) http.Handler {
	return guard(func(ctx context.Context) (*Claims, error) { return Authorize(ctx, role) }, next)
}

func guard(caller func(context.Context) (*Claims, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := caller(r.Context()); err != nil {
			refuse(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse tells the outside no more than it can act upon.
func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case errors.Is(err, ErrUnavailable):
		w.Header().Set("Retry-After", "2")
		http.Error(w, "Try again shortly.", http.StatusServiceUnavailable)
	case errors.Is(err, ErrForbidden):
		challenge(w, http.StatusForbidden, "insufficient_scope", "Your role does not allow this.")
	case errors.Is(err, ErrNoToken):
		w.Header().Set("WWW-Authenticate", "Bearer") // no error code: nothing was wrong (RFC 6750 section 3.1)
		http.Error(w, "Sign in first.", http.StatusUnauthorized)
	case errors.Is(err, ErrExpired):
		challenge(w, http.StatusUnauthorized, "invalid_token", "The access token is expired.")
	default:
		challenge(w, http.StatusUnauthorized, "invalid_token", "The access token is invalid.")
	}
}

func challenge(w http.ResponseWriter, status int, code, description string) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q, error_description=%q", code, description))
	http.Error(w, description, status)
}

// FromContext returns who asks; or why nobody knows: [ErrNoToken], [ErrInvalid], [ErrExpired] or [ErrUnavailable].
func FromContext(ctx context.Context) (*Claims, error) {
	verdict, ok := ctx.Value(verdictKey{}).(func() (*Claims, error))
	if !ok {
		return nil, ErrNoToken
	}
	return verdict()
}

// Authorize returns who asks when that is a caller of at least the role; else [ErrForbidden], or what [FromContext] does.
func Authorize(ctx context.Context, role Role) (*Claims, error) {
	claims, err := FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if !claims.Role.Allows(role) {
		return nil, ErrForbidden
	}
	return claims, nil
}

type verdictKey struct{}

func (v *Verifier) verifyRequest(r *http.Request) (*Claims, error) {
	token := bearerToken(r.Header)
	if token == "" {
		return nil, ErrNoToken
	}
	return v.Verify(r.Context(), token)
}

// bearerToken returns the token of the Authorization header (RFC 6750 section 2.1). Two headers are as good as none:
// which of them a proxy had looked at is not known.
func bearerToken(header http.Header) string {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.Trim(token, " ")
}
