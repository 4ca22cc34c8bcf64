package auth

import (
	"context"
	"time"
)

// Request is what the domain may know of the request that it serves. Nothing in it was verified.
type Request struct {
	// AccessToken is the bearer token (RFC 6750 section 2.1); empty when there was none.
	AccessToken string
	// Cookie is where the browser that sent the request keeps a refresh token; nil when the page may not use it.
	Cookie TokenCookie
	// DeviceCookie is where it keeps its device token; nil when Cookie is.
	DeviceCookie TokenCookie
	// IP is the client's address; empty when unknown.
	IP string
	// UserAgent is what the client calls itself; empty when it does not.
	UserAgent string
}

// TokenCookie is a browser's place for one token, out of reach of its scripts. Of several changes in one request
// the last one counts.
type TokenCookie interface {
	// Token is what the request came with; empty when that was nothing.
	Token() string
	// Set has the browser keep this token instead, for so long.
	Set(token string, lifetime time.Duration)
	// Clear has the browser forget the token.
	Clear()
}

type requestKey struct{}

// WithRequest returns a context that carries the request.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestFrom returns the request that the context carries, or an empty one.
func RequestFrom(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}
