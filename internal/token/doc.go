// Package token makes and verifies the JWTs of Daypass: the access token of RFC 9068 (`at+jwt`), which any service can
// verify with the public keys of [KeySet.PublicJWKS], and two that only Daypass reads: the refresh token (`rt+jwt`), and
// the device token (`dt+jwt`), which says that an account signed in on a device before and opens nothing.
//
// A [KeySet] holds the keys, a [Codec] mints and verifies with them. The package vouches for what a token says and for
// its lifetime; whether the session behind it still stands is the business of the domain (internal/auth).
//
// Verification follows RFC 8725 (JSON Web Token Best Current Practices). All that may be in a header is known
// beforehand, so a header is compared as a whole with those that our keys write: that alone pins algorithm, type and
// key, and leaves no room for `jwk`, `jku`, `x5u` or `crit`, before anything is parsed.
package token

import "errors"

var (
	// ErrInvalid means that it is no token of ours, or not of this kind. It never tells what is wrong with it.
	ErrInvalid = errors.New("token is invalid")
	// ErrExpired means that the token is ours, and right in everything, but its time is over.
	ErrExpired = errors.New("token is expired")
	// ErrIncomplete means that the claims to be minted lack a value that verification would ask for.
	ErrIncomplete = errors.New("claims are incomplete")
)
