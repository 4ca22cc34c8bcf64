package password

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	minLength = 8
	maxLength = 128
	// maxBytes bounds what is normalised at all. NFKC makes one character out of at most four, of at most 4 bytes each
	// (a letter and three marks), so no password within maxLength is refused by it.
	maxBytes = maxLength * 4 * utf8.UTFMax
)

// Check tells why a new password is refused: [ErrTooShort], [ErrTooLong], [ErrNotText], [ErrIsUsername] or [ErrCommon]; nil when it
// may be used. Length is counted in Unicode code points after normalisation. There are no rules about kinds of
// characters (ASVS 5.0, 6.2.5).
func Check(password, username string) error {
	normalized, err := normalize(password)
	switch {
	case err != nil:
		return err
	case !utf8.ValidString(password):
		return ErrNotText
	case utf8.RuneCountInString(normalized) < minLength:
		return ErrTooShort
	case strings.EqualFold(normalized, norm.NFKC.String(username)):
		return ErrIsUsername
	case isCommon(normalized):
		return ErrCommon
	default:
		return nil
	}
}

// Same reports whether two passwords count as one: a hash of either matches both.
func Same(a, b string) bool {
	normalizedA, errA := normalize(a)
	normalizedB, errB := normalize(b)
	return errA == nil && errB == nil && normalizedA == normalizedB
}

// normalize returns the form of a password that is counted, compared and hashed, or [ErrTooLong].
func normalize(password string) (string, error) {
	if len(password) > maxBytes {
		return "", ErrTooLong
	}
	normalized := norm.NFKC.String(password)
	if utf8.RuneCountInString(normalized) > maxLength {
		return "", ErrTooLong
	}
	return normalized, nil
}
