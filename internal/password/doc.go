// Package password decides which passwords may be chosen, hashes them with Argon2id (RFC 9106) and verifies them.
//
// [Check] is the policy for a new password. [Hasher] makes and compares hashes, kept as PHC strings such as
// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>`; it bounds how many run at a time, because each one holds its whole
// memory cost for some 30 ms of a core. Every password is brought to Unicode form NFKC before it is counted, compared
// or hashed, so that it is the same on every keyboard. When a hash is to be replaced, and what a caller is told, is
// the business of the domain (internal/auth).
package password

import "errors"

var (
	// ErrTooShort means that a new password has fewer than 8 characters (ASVS 5.0, 6.2.1).
	ErrTooShort = errors.New("must have at least 8 characters")
	// ErrTooLong means that a password has more than 128 characters.
	ErrTooLong = errors.New("must have at most 128 characters")
	// ErrNotText means that a new password is not valid UTF-8, so that it could never be sent as JSON.
	ErrNotText = errors.New("must be text in UTF-8")
	// ErrCommon means that a new password is among those that attackers try first (ASVS 5.0, 6.2.4).
	ErrCommon = errors.New("must not be a commonly used password")
	// ErrIsUsername means that a new password is the username, in whatever case.
	ErrIsUsername = errors.New("must not be the username")

	// ErrBusy means that too many hashes are wanted at the moment. Nothing was found out about the password: try
	// again shortly.
	ErrBusy = errors.New("too many passwords are being hashed")
	// ErrMalformedHash means that the stored string is not an Argon2id hash whose cost and lengths are sane.
	ErrMalformedHash = errors.New("stored password hash is malformed")
)
