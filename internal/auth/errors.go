package auth

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

var (
	// ErrUnauthenticated: there is no access token, or it is invalid, expired or no longer backed by an open account.
	ErrUnauthenticated = errors.New("not signed in")
	// ErrForbidden: signed in, but the role is too low.
	ErrForbidden = errors.New("not allowed")
	// ErrInvalidCredentials: unknown username, wrong password or disabled account; which one is never told.
	ErrInvalidCredentials = errors.New("invalid username or password")
	// ErrUsernameTaken: an account with that name exists, in whatever case.
	ErrUsernameTaken = errors.New("username is taken")

	// ErrRefreshTokenInvalid: not a refresh token of ours.
	ErrRefreshTokenInvalid = errors.New("refresh token is invalid")
	// ErrRefreshTokenExpired: its session reached the idle or the absolute limit.
	ErrRefreshTokenExpired = errors.New("refresh token is expired")
	// ErrRefreshTokenRevoked: its session was ended, or its account is disabled.
	ErrRefreshTokenRevoked = errors.New("refresh token is revoked")
	// ErrRefreshTokenReused: it was already swapped for another; its session is ended (RFC 9700 section 4.14.2).
	ErrRefreshTokenReused = errors.New("refresh token was used before")

	// ErrCrossOrigin: the page that sent the request may not use the cookie.
	ErrCrossOrigin = errors.New("the origin may not use the cookie")

	// ErrLastAdmin: it would leave no open account with the role ADMIN.
	ErrLastAdmin = errors.New("the last admin must stay")

	// ErrNotFound: there is no such record, or the caller may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrUserChanged: the account was disabled, or its password changed, while a sign-in was under way.
	ErrUserChanged = errors.New("account changed meanwhile")
	// ErrUnavailable: overload or a database out of reach. Nothing is known to be wrong with what was presented, so
	// the client keeps its tokens and tries again.
	ErrUnavailable = errors.New("temporarily unavailable")

	// errOutrun: another request rotated the token, or ended the session, between the read and the write.
	errOutrun = errors.New("outrun by another request")
)

// InputError tells what is wrong with the values that a caller sent.
type InputError struct {
	// Fields maps the name of a value, such as `username`, to the reason, which reads on from it: "is required".
	Fields map[string]string
}

func (e *InputError) Error() string {
	reasons := make([]string, 0, len(e.Fields))
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		reasons = append(reasons, fmt.Sprintf("%s %s", field, e.Fields[field]))
	}
	return strings.Join(reasons, "; ")
}
