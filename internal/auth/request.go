package auth

import "context"

// Request is what the domain may know of the request that it serves. Nothing in it was verified.
type Request struct {
	// AccessToken is the bearer token (RFC 6750 section 2.1); empty when there was none.
	AccessToken string
	// IP is the client's address; empty when unknown.
	IP string
	// UserAgent is what the client calls itself; empty when it does not.
	UserAgent string
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
