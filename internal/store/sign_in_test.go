package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
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

// TestSignInsThatComeTogetherFindEachTheirOwn asks for many names and counters at once, among them some that are not there.
func TestSignInsThatComeTogetherFindEachTheirOwn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		for i := range 20 {
			createUser(t, s, fmt.Sprintf("User-%d", i))
		}
		keys := throttleKeys(90)
		wanted := make([]models.Throttle, len(keys))
		for i, key := range keys {
			if wanted[i].ID = key; i%4 != 0 { // the others never counted
				wanted[i].ClearsAt = morning.Add(time.Duration(i) * time.Second)
				require.NoError(t, s.GORM().Create(&models.Throttle{ID: key, ClearsAt: wanted[i].ClearsAt, BlockedUntil: morning}).Error)
				wanted[i].BlockedUntil = morning
			}
		}
		gather(t, 40, func(i int) error {
			user, err := s.UserByUsername(t.Context(), fmt.Sprintf("uSER-%d", i))
			if i < 20 {
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("User-%d", i), user.Username)
			} else {
				require.ErrorIs(t, err, auth.ErrNotFound)
			}
			counters := 1 + i%3
			found, err := s.Throttles(t.Context(), keys[2*i:2*i+counters])
			require.NoError(t, err)
			require.Equal(t, wanted[2*i:2*i+counters], found)
			return nil
		})
	})
}

// TestStatementsForSeveralSignInsUseIndexes asks how the database would do each shape.
func TestStatementsForSeveralSignInsUseIndexes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		population := fill(t, s)
		if db.IsMySQL() {
			_, err := s.Pool().ExecContext(t.Context(), "ANALYZE TABLE users, throttles")
			require.NoError(t, err)
		}
		users, throttles, counted := s.StatementsOfSignIns()
		keys := throttleKeys(48)
		for size, text := range users {
			made := statement{sql: text}
			for i := range size {
				made.values = append(made.values, population.users[i].Username)
			}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "users"})
		}
		for size, text := range throttles {
			made := statement{sql: text}
			for i := range size {
				made.values = append(made.values, keys[i])
			}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "throttles"})
			requireKeysOnly(t, made)
		}
		for size, text := range counted {
			made := statement{sql: text, values: store.CountValues(population.users[:size], 10)}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "counted", tolerated: alternatives(size)})
			requireKeysOnly(t, made)
		}
	})
}
