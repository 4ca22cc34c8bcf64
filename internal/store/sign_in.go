package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"daypass/models"
)

// signIn are the statements of a sign-in. They go without GORM and are prepared as those of [byKey] are: beside hashes,
// which fill all caches, whatever is done for a statement takes several times as long, and a sign-in makes seven. Those that
// come together share theirs.
type signIn struct {
	pool        *sql.DB
	names       *gathering[string, *models.User]
	counters    *gathering[counterKeys, []models.Throttle]
	newSessions *gathering[*newSession, []models.Revocation]

	// They are for so many records, as those of byKey are.
	readUsers, readThrottles []*statement
	// The first of these is for one record, the next for two, and so on: a record that is inserted cannot be named twice.
	countIfRoom, insertSessions, insertEvents []*statement

	countSignIn, listOldest, countOpen, noteEnded *statement
}

// countersMost is how many counters an attempt has at most.
const countersMost = 3

// counterKeys are those of an attempt. One that has fewer counters has the last one again.
type counterKeys [countersMost]models.ThrottleKey

// startedMost bounds how many sign-ins are written together. Few: one of them may have to wait for a lock, or have no room,
// and the others with it.
const startedMost = 4

const (
	countsSignIn = " SET sign_ins = sign_ins + 1 WHERE "
	withRoom     = " AND sign_ins < ended_sign_ins + ?"
)

func newSignIn(pool *sql.DB, back backend) *signIn {
	k := &signIn{
		pool:        pool,
		countSignIn: &statement{keys: 1, text: "UPDATE users" + countsSignIn + asVerified},
		listOldest: &statement{keys: 1, text: "SELECT id FROM refresh_tokens WHERE " + liveOfUser +
			" ORDER BY id DESC LIMIT ? OFFSET ?"},
		countOpen: &statement{keys: 1, text: "SELECT COUNT(*) FROM refresh_tokens WHERE " + liveOfUser},
		noteEnded: &statement{keys: 1, text: "UPDATE users SET ended_sign_ins = sign_ins - ? WHERE id = ? AND sign_ins >= ?"},
	}
	for _, keys := range []int{1, 4, gatheredMost} {
		k.readUsers = append(k.readUsers, &statement{
			keys: keys, text: "SELECT " + userColumns + " FROM users WHERE username IN (" + repeat("?", ", ", keys) + ")",
		})
	}
	for _, keys := range []int{1, countersMost, 4 * countersMost, gatheredMost * countersMost} {
		k.readThrottles = append(k.readThrottles, &statement{
			keys: keys, text: "SELECT id, clears_at, blocked_until FROM throttles WHERE id IN (" + repeat("?", ", ", keys) + ")",
		})
	}
	for keys := 1; keys <= startedMost; keys++ {
		k.countIfRoom = append(k.countIfRoom, &statement{keys: keys, text: countIfRoomText(back, keys)})
		k.insertSessions = append(k.insertSessions, &statement{keys: keys, text: `INSERT INTO refresh_tokens (id, user_id,
			nonce_hash, generation, confirmed_generation, rotated_at, replayed_at, idle_expires_at, expires_at, revoked_at,
			revoked_reason, ip, user_agent, created_at) VALUES ` + repeat("("+repeat("?", ", ", 14)+")", ", ", keys)})
		k.insertEvents = append(k.insertEvents, &statement{keys: keys, text: `INSERT INTO security_events (id, kind, user_id,
			actor_id, session_id, detail, ip, user_agent, created_at) VALUES ` + repeat("("+repeat("?", ", ", 9)+")", ", ", keys)})
	}
	k.names, k.counters = lookUps(k.usersByName), lookUps(k.throttlesOf)
	return k
}

// countIfRoomText is for so many accounts, all of them different.
func countIfRoomText(back backend, keys int) string {
	if keys == 1 {
		return "UPDATE users" + countsSignIn + asVerified + withRoom
	}
	return "UPDATE " + back.byKey("users") + countsSignIn + "id IN (" + repeat("?", ", ", keys) + ") AND (" +
		repeat(asVerified+withRoom, " OR ", keys) + ")"
}

// UserByUsername implements [auth.Store]. The column's collation leaves case aside. It is always the latest that is read:
// a read again of what was not found would tell by its time which names there are.
func (s *Store) UserByUsername(ctx context.Context, username string) (*models.User, error) {
	if s.MayLag() {
		return s.user(ctx, "read user by name", "username = ?", username)
	}
	var user *models.User
	err := s.runPrepared(ctx, "read user by name", s.signIn.readUsers[0].text, []any{username}, func() (err error) {
		user, err = s.signIn.names.ask(ctx, strings.ToLower(username))
		return err
	})
	return user, err
}

// usersByName finds them by their names in lower case.
func (k *signIn) usersByName(ctx context.Context, names []string) (map[string]*models.User, error) {
	statement := forSoMany(k.readUsers, len(names))
	found := make(map[string]*models.User, len(names))
	err := statement.query(ctx, k.pool, padded(statement, names), func(rows *sql.Rows) error {
		var user models.User
		err := rows.Scan(userFields(&user)...)
		found[strings.ToLower(user.Username)] = &user
		return err
	})
	return found, err
}

// Throttles implements [auth.Store].
func (s *Store) Throttles(ctx context.Context, keys []models.ThrottleKey) ([]models.Throttle, error) {
	var asked counterKeys
	_ = asked[len(keys)-1] // more of them would be left out unseen
	for i := range asked {
		asked[i] = keys[min(i, len(keys)-1)]
	}
	statement := forSoMany(s.signIn.readThrottles, len(keys))
	var found []models.Throttle
	err := s.runPrepared(ctx, "read throttles", statement.text, padded(statement, keys), func() (err error) {
		found, err = s.signIn.counters.ask(ctx, asked)
		return err
	})
	if err != nil {
		return nil, err
	}
	return inOrder(keys, found), nil
}

// throttlesOf tells each of all that there are, of whom it takes its own.
func (k *signIn) throttlesOf(ctx context.Context, asked []counterKeys) (map[counterKeys][]models.Throttle, error) {
	var keys []models.ThrottleKey
	for _, counters := range asked {
		keys = append(keys, slices.Compact(counters[:])...)
	}
	statement := forSoMany(k.readThrottles, len(keys))
	var all []models.Throttle
	err := statement.query(ctx, k.pool, padded(statement, keys), func(rows *sql.Rows) error {
		var throttle models.Throttle
		err := rows.Scan(&throttle.ID, &throttle.ClearsAt, &throttle.BlockedUntil)
		all = append(all, throttle)
		return err
	})
	found := make(map[counterKeys][]models.Throttle, len(asked))
	for _, counters := range asked {
		found[counters] = all
	}
	return found, err
}
