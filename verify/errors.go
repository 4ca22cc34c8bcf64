package verify

import "errors"

var (
	// ErrNoToken: the request has no bearer token.
	ErrNoToken = errors.New("no access token")
	// ErrInvalid: it is no access token of the issuer for this audience. The text around it says why, for the log.
	ErrInvalid = errors.New("access token is invalid")
	// ErrExpired: it is right in everything, but its time is over.
	ErrExpired = errors.New("access token is expired")
	// ErrForbidden: the caller is known, but the role is too low.
	ErrForbidden = errors.New("role is too low")
	// ErrUnavailable: nobody can tell, since the keys are out of reach. The client keeps its tokens and tries again.
	ErrUnavailable = errors.New("keys are unavailable")
)
