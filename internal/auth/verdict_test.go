package auth

import (
	"testing"
	"time"

	"daypass/internal/token"
	"daypass/models"
)

// TestDecide holds every row of the table of verdicts; a clock that moves past the last use tells the rows apart.
func TestDecide(t *testing.T) {
	const grace = 10 * time.Second
	var (
		start  = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
		secret = nonce{1, 2, 3}
		ended  = start.Add(-time.Second)
	)
	// The record is at generation 7, rotated at start; it idles out after an hour and ends after a day.
	record := func(change ...func(*models.RefreshToken)) *models.RefreshToken {
		r := &models.RefreshToken{
			NonceHash: secret.hash(), Generation: 7, ConfirmedGeneration: 6, RotatedAt: start,
			IdleExpiresAt: start.Add(time.Hour), ExpiresAt: start.Add(24 * time.Hour),
		}
		for _, apply := range change {
			apply(r)
		}
		return r
	}
	confirmed := func(r *models.RefreshToken) { r.ConfirmedGeneration = 7 }
	revoked := func(r *models.RefreshToken) { r.RevokedAt = &ended }
	disabled := func(r *models.RefreshToken) { r.User.DisabledAt = &ended }
	replayed := func(at time.Duration) func(*models.RefreshToken) {
		return func(r *models.RefreshToken) {
			again := start.Add(at)
			r.ReplayedAt = &again
		}
	}
	first := func(r *models.RefreshToken) { r.Generation, r.ConfirmedGeneration = 1, 0 }
	neverIdle := func(r *models.RefreshToken) { r.IdleExpiresAt = r.ExpiresAt }

	tests := []struct {
		name      string
		record    *models.RefreshToken
		presented uint64
		nonce     nonce
		after     time.Duration
		byCookie  bool
		want      verdict
	}{
		{name: "no record", record: nil, presented: 7, nonce: secret, want: verdictInvalid},
		{name: "wrong nonce", record: record(), presented: 7, nonce: nonce{9}, want: verdictInvalid},
		{name: "wrong nonce of a revoked session tells nothing", record: record(revoked), presented: 7, nonce: nonce{9}, want: verdictInvalid},

		{name: "revoked", record: record(revoked), presented: 7, nonce: secret, want: verdictRevoked},
		{name: "user disabled", record: record(disabled), presented: 7, nonce: secret, want: verdictRevoked},
		{name: "revoked long ago, and expired", record: record(revoked), presented: 7, nonce: secret, after: 48 * time.Hour, want: verdictRevoked},
		{name: "an old token after a logout is no theft", record: record(revoked, confirmed), presented: 1, nonce: secret, want: verdictRevoked},

		{name: "a moment before the idle limit", record: record(), presented: 7, nonce: secret, after: time.Hour - time.Millisecond, want: verdictRotate},
		{name: "at the idle limit", record: record(), presented: 7, nonce: secret, after: time.Hour, want: verdictExpired},
		{name: "at the absolute limit", record: record(neverIdle), presented: 7, nonce: secret, after: 24 * time.Hour, want: verdictExpired},
		{name: "an old token of an expired session is no theft", record: record(confirmed), presented: 1, nonce: secret, after: time.Hour, want: verdictExpired},

		{name: "current", record: record(), presented: 7, nonce: secret, want: verdictRotate},
		{name: "current and confirmed", record: record(confirmed), presented: 7, nonce: secret, after: time.Minute, want: verdictRotate},
		{name: "one ahead of the record", record: record(), presented: 8, nonce: secret, want: verdictAhead},
		{name: "far ahead of the record", record: record(confirmed), presented: 99, nonce: secret, after: time.Minute, want: verdictAhead},
		{name: "ahead of the record, which would be idle without the write that was lost", record: record(confirmed), presented: 8, nonce: secret, after: time.Hour, want: verdictAhead},
		{name: "ahead of the record, long after that", record: record(), presented: 9, nonce: secret, after: 23 * time.Hour, want: verdictAhead},
		{name: "ahead of the record, at the absolute limit", record: record(), presented: 8, nonce: secret, after: 24 * time.Hour, want: verdictExpired},
		{name: "ahead of the record, revoked", record: record(revoked), presented: 8, nonce: secret, want: verdictRevoked},
		{name: "ahead of the record, wrong nonce", record: record(), presented: 8, nonce: nonce{9}, want: verdictInvalid},

		{name: "predecessor at once", record: record(), presented: 6, nonce: secret, want: verdictReplay},
		{name: "predecessor at the end of the grace, successor in use", record: record(confirmed), presented: 6, nonce: secret, after: grace, want: verdictReplay},
		{name: "predecessor seen by a clock that lags", record: record(confirmed), presented: 6, nonce: secret, after: -time.Minute, want: verdictReplay},
		{name: "predecessor after the grace, successor never seen", record: record(), presented: 6, nonce: secret, after: grace + time.Millisecond, want: verdictReplay},
		{name: "predecessor most of an hour later, successor never seen", record: record(), presented: 6, nonce: secret, after: 59 * time.Minute, want: verdictReplay},
		{name: "predecessor after the grace, successor in use", record: record(confirmed), presented: 6, nonce: secret, after: grace + time.Millisecond, want: verdictReuse},

		{name: "predecessor, just after a lost answer was given again, and in use at once", record: record(confirmed, replayed(time.Minute)), presented: 6, nonce: secret, after: time.Minute + grace, want: verdictReplay},
		{name: "predecessor, when that grace is over", record: record(confirmed, replayed(time.Minute)), presented: 6, nonce: secret, after: time.Minute + grace + time.Millisecond, want: verdictReuse},
		{name: "predecessor long after that, never seen in use", record: record(replayed(time.Minute)), presented: 6, nonce: secret, after: 59 * time.Minute, want: verdictReplay},
		{name: "predecessor at the end of the grace, an earlier generation was given again", record: record(confirmed, replayed(-time.Hour)), presented: 6, nonce: secret, after: grace, want: verdictReplay},
		{name: "two behind, just after a lost answer was given again", record: record(replayed(time.Minute)), presented: 5, nonce: secret, after: time.Minute, want: verdictReuse},

		{name: "current, by cookie, at once", record: record(), presented: 7, nonce: secret, byCookie: true, want: verdictHold},
		{name: "current and in use, by cookie, at the end of the grace", record: record(confirmed), presented: 7, nonce: secret, after: grace, byCookie: true, want: verdictHold},
		{name: "current, by cookie, after the grace", record: record(), presented: 7, nonce: secret, after: grace + time.Millisecond, byCookie: true, want: verdictRotate},
		{name: "current, by cookie, just after a lost answer was given again", record: record(replayed(time.Minute)), presented: 7, nonce: secret, after: time.Minute + grace, byCookie: true, want: verdictHold},
		{name: "current, by cookie, when that grace is over", record: record(replayed(time.Minute)), presented: 7, nonce: secret, after: time.Minute + grace + time.Millisecond, byCookie: true, want: verdictRotate},
		{name: "the first of its session, by cookie, at once", record: record(first), presented: 1, nonce: secret, byCookie: true, want: verdictRotate},
		{name: "ahead of the record, by cookie, at once", record: record(), presented: 8, nonce: secret, byCookie: true, want: verdictAhead},
		{name: "predecessor, by cookie, at once", record: record(), presented: 6, nonce: secret, byCookie: true, want: verdictReplay},
		{name: "predecessor after the grace, by cookie, successor in use", record: record(confirmed), presented: 6, nonce: secret, after: grace + time.Millisecond, byCookie: true, want: verdictReuse},
		{name: "two behind, by cookie, at once", record: record(), presented: 5, nonce: secret, byCookie: true, want: verdictReuse},
		{name: "current of a revoked session, by cookie", record: record(revoked), presented: 7, nonce: secret, byCookie: true, want: verdictRevoked},
		{name: "current at the idle limit, by cookie", record: record(replayed(time.Hour)), presented: 7, nonce: secret, after: time.Hour, byCookie: true, want: verdictExpired},

		{name: "two behind, overtaken while it was under way", record: record(confirmed), presented: 5, nonce: secret, after: -time.Millisecond, want: verdictReplay},
		{name: "three behind, overtaken while it was under way", record: record(), presented: 4, nonce: secret, after: -time.Millisecond, want: verdictReuse},
		{name: "two behind, at once", record: record(), presented: 5, nonce: secret, want: verdictReuse},
		{name: "the very first", record: record(confirmed), presented: 1, nonce: secret, after: time.Minute, want: verdictReuse},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			presented := token.RefreshClaims{Generation: test.presented, Nonce: test.nonce}
			came := arrival{at: start.Add(test.after), byCookie: test.byCookie}
			if got := decide(test.record, presented, came, grace); got != test.want {
				t.Errorf("decide(generation %d, after %v) = %s, want %s", test.presented, test.after, got, test.want)
			}
		})
	}
}
