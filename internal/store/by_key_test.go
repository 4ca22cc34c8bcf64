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

// TestReadsByKeyReadEveryColumn compares them with what GORM reads of rows in which no column is empty.
func TestReadsByKeyReadEveryColumn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		session := createSession(t, s, user)
		at := func(days int) time.Time { return morning.AddDate(0, 0, days) }
		require.NoError(t, s.GORM().Model(user).UpdateColumns(map[string]any{
			"role": models.RoleAdmin, "sign_ins": 7, "ended_sign_ins": 6, "disabled_at": at(1), "created_at": at(2), "updated_at": at(3),
		}).Error)
		require.NoError(t, s.GORM().Model(session).UpdateColumns(map[string]any{
			"generation": 5, "confirmed_generation": 4, "rotated_at": at(4), "replayed_at": at(5), "idle_expires_at": at(6),
			"expires_at": at(7), "revoked_at": at(8), "revoked_reason": models.RevokedByReuse, "ip": "192.0.2.7",
			"user_agent": "ö/1.0", "created_at": at(9),
		}).Error)

		var wantUser models.User
		require.NoError(t, s.GORM().Take(&wantUser, "id = ?", user.ID).Error)
		gotUser, err := s.UserByID(t.Context(), user.ID)
		require.NoError(t, err)
		require.Equal(t, wantUser, *gotUser)

		var want models.RefreshToken
		require.NoError(t, s.GORM().InnerJoins("User").Take(&want, "refresh_tokens.id = ?", session.ID).Error)
		require.Equal(t, want, *readSession(t, s, session.Key()))
	})
}

// TestEachLookUpFindsItsOwn asks for many at once, among them some that are not there, over all shapes of the statements.
func TestEachLookUpFindsItsOwn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		users := []*models.User{createUser(t, s, "ada"), createUser(t, s, "bob")}
		var keys []models.SessionKey
		for i := range 40 {
			keys = append(keys, createSession(t, s, users[i%2]).Key())
		}
		requireNoErrors(t, together(400, func(i int) error {
			key := keys[i%len(keys)]
			if i%5 == 0 {
				key.UserID = users[(i+1)%2].ID // somebody else's
				_, err := s.SessionWithUser(t.Context(), key)
				require.ErrorIs(t, err, auth.ErrNotFound)
				_, err = s.UserByID(t.Context(), models.UserID(key.SessionID))
				require.ErrorIs(t, err, auth.ErrNotFound)
				return nil
			}
			session, err := s.SessionWithUser(t.Context(), key)
			if err != nil {
				return err
			}
			require.Equal(t, key, session.Key())
			require.Equal(t, users[i%2].Username, session.User.Username)
			user, err := s.UserByID(t.Context(), key.UserID)
			if err != nil {
				return err
			}
			require.Equal(t, users[i%2].Username, user.Username)
			return nil
		}))
	})
}

// TestStatementsForSeveralKeysUseIndexes asks how the database would do each shape.
func TestStatementsForSeveralKeysUseIndexes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		population := fill(t, s)
		if db.IsMySQL() {
			_, err := s.Pool().ExecContext(t.Context(), "ANALYZE TABLE users, refresh_tokens")
			require.NoError(t, err)
		}
		users, sessions, rotations := s.StatementsByKey()
		for size, text := range users {
			made := statement{sql: text}
			for i := range size {
				made.values = append(made.values, population.users[i].ID)
			}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "users"})
			requireKeysOnly(t, made)
		}
		for size, text := range sessions {
			made := statement{sql: text, values: make([]any, 2*size)}
			for i := range size {
				session := population.sessions[10*i]
				made.values[i], made.values[size+i] = session.UserID, session.ID
			}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "sessions"})
			requireKeysOnly(t, made)
		}
		for size, text := range rotations {
			var keys []models.SessionKey
			for i := range size {
				keys = append(keys, population.sessions[10*i].Key())
			}
			made := statement{sql: text, values: store.RotationValues(keys, rotationOf(1, morning))}
			requireIndexes(t, s.Pool(), db.IsMySQL(), made, plan{name: "rotations", tolerated: alternatives(size)})
			requireKeysOnly(t, made)
		}
	})
}

// requireKeysOnly wants a router to know the shards by the keys alone.
func requireKeysOnly(t *testing.T, made statement) {
	t.Helper()
	for _, to := range routesOf(t, made) {
		require.Contains(t, []reach{byKey, byKeys}, to.reach, made.sql)
	}
}

// alternatives are what SQLite calls several searches by one index.
func alternatives(n int) []string {
	list := []string{"MULTI-INDEX OR"}
	for i := range n {
		list = append(list, fmt.Sprintf("INDEX %d", i+1))
	}
	return list
}

// TestAServerThatPreparesNoMore is at the limit that everybody who uses it shares.
func TestAServerThatPreparesNoMore(t *testing.T) {
	t.Parallel()
	db := testdb.StartServer(t).Database(t)
	prepared := db.OpenStore(t)
	user := createUser(t, prepared, "ada")
	createSession(t, prepared, user)
	_, err := prepared.Pool().ExecContext(t.Context(), "SET GLOBAL max_prepared_stmt_count = 0")
	require.NoError(t, err)
	busy, err := prepared.Pool().Conn(t.Context()) // what was prepared is on this connection
	require.NoError(t, err)
	defer func() { require.NoError(t, busy.Close()) }()

	for _, s := range []*store.Store{prepared, db.OpenStore(t)} {
		requireUnprepared(t, s, user)
	}
}

// requireUnprepared has the store do all that it prepares, at a server that has none of it.
func requireUnprepared(t *testing.T, s *store.Store, user *models.User) {
	t.Helper()
	_, err := s.UserByID(t.Context(), user.ID)
	require.NoError(t, err)
	_, err = s.UserByUsername(t.Context(), "Ada")
	require.NoError(t, err)
	_, err = s.Throttles(t.Context(), throttleKeys(2))
	require.NoError(t, err)
	session := createSession(t, s, user)
	require.EqualValues(t, 1, readSession(t, s, session.Key()).Generation)
	rotated, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning))
	require.NoError(t, err)
	require.True(t, rotated)
}
