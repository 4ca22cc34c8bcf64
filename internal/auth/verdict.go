package auth

import (
	"crypto/subtle"
	"time"

	"daypass/internal/token"
	"daypass/models"
)

// verdict says what becomes of an authentic refresh token.
type verdict string

const (
	// verdictInvalid: it belongs to no record.
	verdictInvalid verdict = "invalid"
	// verdictRevoked: its session was ended. Coming back with such a token is no theft, so it raises no alarm.
	verdictRevoked verdict = "revoked"
	// verdictExpired: its session reached a limit.
	verdictExpired verdict = "expired"
	// verdictRotate: it is current; the next generation takes its place.
	verdictRotate verdict = "rotate"
	// verdictAhead: it is of a generation that the record did not reach. The database lost a write in a failover, and the
	// signature proves that the token is ours; the next generation takes its place.
	verdictAhead verdict = "ahead"
	// verdictReplay: it was current a moment ago, or its successor never arrived; the current one is handed out again.
	verdictReplay verdict = "replay"
	// verdictHold: it is current, and so young that other tabs of its browser may still come with the one before; it is
	// handed out again.
	verdictHold verdict = "hold"
	// verdictReuse: its successor is in use, so two parties hold this session.
	verdictReuse verdict = "reuse"
)

// doubtful reports whether the verdict must not be given on a record that lags behind: a rotation writes, and fails if
// the record was another by then, but no other verdict finds out.
func (v verdict) doubtful() bool { return v != verdictRotate }

// final reports whether the client is told that its token is of no use, and nothing is written, which a database that
// became a replica, and may not know the session yet, would refuse.
func (v verdict) final() bool {
	return v == verdictInvalid || v == verdictRevoked || v == verdictExpired
}

// arrival is how a token came.
type arrival struct {
	at time.Time
	// byCookie: a browser sent it, for whichever of its tabs. These share the cookie and cannot take turns unless their
	// page sees to it, and the cookie is that of the answer which is last on the way.
	byCookie bool
}

// decide is the whole policy of rotation: what the record makes of a token that came so. A nil record means that there
// is none.
func decide(record *models.RefreshToken, presented token.RefreshClaims, came arrival, grace time.Duration) verdict {
	recent := record != nil && came.at.Sub(handedOutAt(record)) <= grace
	switch {
	case record == nil || !sameNonce(record, presented):
		return verdictInvalid
	case record.RevokedAt != nil || record.User.Disabled():
		return verdictRevoked
	case !came.at.Before(record.ExpiresAt):
		return verdictExpired
	// The record's idle limit is that of an earlier token; this one is not past its own.
	case presented.Generation > record.Generation:
		return verdictAhead
	case !came.at.Before(record.IdleExpiresAt):
		return verdictExpired
	// Rotating it too would leave tabs behind by two. The first token of a session has none before it.
	case presented.Generation == record.Generation && came.byCookie && recent && record.Generation > 1:
		return verdictHold
	case presented.Generation == record.Generation:
		return verdictRotate
	case presented.Generation+1 < generationAt(record, came.at):
		return verdictReuse
	case recent:
		return verdictReplay
	case !inUse(record):
		return verdictReplay
	default:
		return verdictReuse
	}
}

// generationAt is the generation that a request could have known when it came. While it was under way the token may have
// been rotated, by another tab, and that is not its fault.
func generationAt(record *models.RefreshToken, came time.Time) uint64 {
	if record.RotatedAt.After(came) {
		return record.Generation - 1
	}
	return record.Generation
}

// handedOutAt is when the grace began: when the current token was issued or, when that answer was lost, given again.
// Whoever held its predecessor at that time may still be about to present it.
func handedOutAt(record *models.RefreshToken) time.Time {
	if record.ReplayedAt != nil && record.ReplayedAt.After(record.RotatedAt) {
		return *record.ReplayedAt
	}
	return record.RotatedAt
}

// inUse reports whether the current token has arrived: its access token was seen.
func inUse(record *models.RefreshToken) bool { return record.ConfirmedGeneration >= record.Generation }

func sameNonce(record *models.RefreshToken, presented token.RefreshClaims) bool {
	return subtle.ConstantTimeCompare(record.NonceHash, nonce(presented.Nonce).hash()) == 1
}
