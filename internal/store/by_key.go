package store

import (
	"context"
	"database/sql"

	"daypass/models"
)

// byKey reads accounts and sign-ins by their keys, which every query and every refresh does, and rotates sign-ins. It
// does so without GORM, which takes longer to build a statement and to take rows apart than the server to find them.
type byKey struct {
	pool      *sql.DB
	users     *gathering[models.UserID, *models.User]
	sessions  *gathering[models.SessionKey, *models.RefreshToken]
	rotations *gathering[rotation, bool]

	// They are for so many records: each is a statement of its own to the server, which keeps it for every connection. Fewer
	// records than that are asked for by asking for one of them again.
	readUser, readSession, rotate []*statement
}

const userColumns = `users.id, users.username, users.password_hash, users.role, users.sign_ins, users.ended_sign_ins,
	users.disabled_at, users.created_at, users.updated_at`

const sessionColumns = `refresh_tokens.id, refresh_tokens.user_id, refresh_tokens.nonce_hash, refresh_tokens.generation,
	refresh_tokens.confirmed_generation, refresh_tokens.rotated_at, refresh_tokens.replayed_at, refresh_tokens.idle_expires_at,
	refresh_tokens.expires_at, refresh_tokens.revoked_at, refresh_tokens.revoked_reason, refresh_tokens.ip,
	refresh_tokens.user_agent, refresh_tokens.created_at`

func newByKey(pool *sql.DB, back backend) *byKey {
	k := &byKey{pool: pool}
	for _, keys := range []int{1, 4, gatheredMost} {
		list := "(" + repeat("?", ", ", keys) + ")"
		k.readUser = append(k.readUser, &statement{
			keys: keys, text: "SELECT " + userColumns + " FROM users WHERE id IN " + list,
		})
		k.readSession = append(k.readSession, &statement{
			keys: keys, text: "SELECT " + sessionColumns + ", " + userColumns + " FROM " + back.byKey("refresh_tokens") +
				" JOIN users ON users.id = refresh_tokens.user_id WHERE refresh_tokens.user_id IN " + list + " AND refresh_tokens.id IN " + list,
		})
		k.rotate = append(k.rotate, &statement{keys: keys, text: rotationText(back, keys)})
	}
	k.users = lookUps(k.readUsers)
	k.sessions = lookUps(k.readSessions)
	k.rotations = &gathering[rotation, bool]{
		answer: k.rotateSessions, sameRecord: rotation.sameSession, final: isOfServer, most: gatheredMost, turns: 1,
	}
	return k
}

func (k *byKey) readUsers(ctx context.Context, ids []models.UserID) (map[models.UserID]*models.User, error) {
	statement := forSoMany(k.readUser, len(ids))
	found := make(map[models.UserID]*models.User, len(ids))
	err := statement.query(ctx, k.pool, padded(statement, ids), func(rows *sql.Rows) error {
		var user models.User
		err := rows.Scan(userFields(&user)...)
		found[user.ID] = &user
		return err
	})
	return found, err
}

// readSessions may read one more of the same accounts, which nobody looks up then.
func (k *byKey) readSessions(ctx context.Context, keys []models.SessionKey) (map[models.SessionKey]*models.RefreshToken, error) {
	statement := forSoMany(k.readSession, len(keys))
	values := make([]any, 2*statement.keys)
	for i := range statement.keys {
		key := keys[min(i, len(keys)-1)]
		values[i], values[statement.keys+i] = key.UserID, key.SessionID
	}
	found := make(map[models.SessionKey]*models.RefreshToken, len(keys))
	err := statement.query(ctx, k.pool, values, func(rows *sql.Rows) error {
		var session models.RefreshToken
		err := rows.Scan(append(sessionFields(&session), userFields(&session.User)...)...)
		found[session.Key()] = &session
		return err
	})
	return found, err
}

// userFields are where userColumns go.
func userFields(u *models.User) []any {
	return []any{
		&u.ID, &u.Username, &u.PasswordHash, &u.Role, &u.SignIns, &u.EndedSignIns, &u.DisabledAt, &u.CreatedAt, &u.UpdatedAt,
	}
}

// sessionFields are where sessionColumns go.
func sessionFields(t *models.RefreshToken) []any {
	return []any{
		&t.ID, &t.UserID, &t.NonceHash, &t.Generation, &t.ConfirmedGeneration, &t.RotatedAt, &t.ReplayedAt, &t.IdleExpiresAt,
		&t.ExpiresAt, &t.RevokedAt, &t.RevokedReason, &t.IP, &t.UserAgent, &t.CreatedAt,
	}
}
