package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// TestASignInKeepsEveryField has none of them empty, and reads by GORM what was written without it.
func TestASignInKeepsEveryField(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user, actor := createUser(t, s, "ada"), createUser(t, s, "bob")
		at := func(days int) *time.Time { then := morning.AddDate(0, 0, days); return &then }
		session := newSession(t, user)
		session.Generation, session.ConfirmedGeneration = 5, 4
		session.RotatedAt, session.ReplayedAt, session.RevokedAt = *at(1), at(2), at(3)
		session.IdleExpiresAt, session.ExpiresAt, session.CreatedAt = *at(4), *at(5), *at(6)
		session.RevokedReason, session.IP, session.UserAgent = models.RevokedByReuse, "192.0.2.7", "ö/1.0"
		change := changeAt(t, morning)
		event := &change.Event
		event.Kind, event.UserID, event.ActorID, event.SessionID = models.EventSignedIn, &user.ID, &actor.ID, &session.ID
		event.Detail, event.IP, event.UserAgent, event.CreatedAt = "detail", "192.0.2.8", "ü/1.0", *at(7)
		_, err := s.CreateSession(t.Context(), session, user, 10, change)
		require.NoError(t, err)

		var kept models.RefreshToken
		require.NoError(t, s.GORM().Take(&kept, "id = ?", session.ID).Error)
		require.Equal(t, *session, kept)
		var told models.SecurityEvent
		require.NoError(t, s.GORM().Take(&told, "id = ?", event.ID).Error)
		require.Equal(t, *event, told)
		var counted models.User
		require.NoError(t, s.GORM().Take(&counted, "id = ?", user.ID).Error)
		require.Equal(t, user.SignIns+1, counted.SignIns)
		counted.SignIns--
		require.Equal(t, *user, counted)

		found, err := s.UserByUsername(t.Context(), "ADA")
		require.NoError(t, err)
		counted.SignIns++
		require.Equal(t, counted, *found)
		_, err = s.UserByUsername(t.Context(), "nobody")
		require.ErrorIs(t, err, auth.ErrNotFound)
	})
}
