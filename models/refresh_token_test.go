package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASignInIsLiveUntilTheFirstOfItsEnds(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	soon, later := now.Add(time.Millisecond), now.Add(time.Hour)
	for _, test := range []struct {
		name           string
		idle, absolute time.Time
		revokedAt      *time.Time
		want           bool
	}{
		{name: "in use", idle: soon, absolute: later, want: true},
		{name: "idle for too long", idle: now, absolute: later, want: false},
		{name: "too old", idle: soon, absolute: now, want: false},
		{name: "ended", idle: soon, absolute: later, revokedAt: &now, want: false},
		{name: "ended at a time to come", idle: soon, absolute: later, revokedAt: &later, want: false},
	} {
		token := RefreshToken{IdleExpiresAt: test.idle, ExpiresAt: test.absolute, RevokedAt: test.revokedAt}
		require.Equal(t, test.want, token.Live(now), test.name)
	}
}
