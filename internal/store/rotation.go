package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// rotation is one that somebody asks for.
type rotation struct {
	key models.SessionKey
	auth.Rotation
}

// sameSession asks no account: the statement for several tells them apart by their ids alone.
func (r rotation) sameSession(other rotation) bool { return r.key.SessionID == other.key.SessionID }

// Rotate implements [auth.Store]. The guard makes it a compare-and-swap: of those that present one generation, one
// finds it current, and none does after a revocation. Rotations that come together share a statement and its commit.
func (s *Store) Rotate(ctx context.Context, key models.SessionKey, r auth.Rotation) (rotated bool, err error) {
	if r.Move != nil {
		return s.rotateAndMove(ctx, rotation{key, r})
	}
	asked := rotation{key, r}
	err = s.runPrepared(ctx, "rotate session", s.byKey.rotate[0].text, asked.values(), func() error {
		rotated, err = s.byKey.rotations.ask(ctx, asked)
		return err
	})
	return rotated && err == nil, err
}

// rotationText is for so many sign-ins, all of them different. The accounts are named twice: with each sign-in, whose they
// must be, and all together, so that no shard is asked that has none of them.
func rotationText(back backend, keys int) string {
	update := "UPDATE " + back.byKey("refresh_tokens") + " SET "
	if keys == 1 {
		return update + `generation = ?, rotated_at = ?, idle_expires_at = ?
			WHERE user_id = ? AND id = ? AND generation <= ? AND revoked_at IS NULL`
	}
	byID := " = CASE id" + strings.Repeat(" WHEN ? THEN ?", keys) + " END"
	const guard = "user_id = ? AND id = ? AND generation <= ?"
	return update + "generation" + byID + ", rotated_at" + byID + ", idle_expires_at" + byID +
		" WHERE user_id IN (" + repeat("?", ", ", keys) + ") AND (" + repeat(guard, " OR ", keys) + ") AND revoked_at IS NULL"
}

// values are what the text for one wants.
func (r rotation) values() []any {
	return []any{r.Presented + 1, r.RotatedAt, r.IdleExpiresAt, r.key.UserID, r.key.SessionID, r.Presented}
}

// rotationValues are what the text for so many wants.
func rotationValues(rotations []rotation, keys int) []any {
	if keys == 1 {
		return rotations[0].values()
	}
	var generations, rotatedAt, idleExpiresAt, userIDs, guards []any
	for i := range keys {
		r := rotations[min(i, len(rotations)-1)]
		generations = append(generations, r.key.SessionID, r.Presented+1)
		rotatedAt = append(rotatedAt, r.key.SessionID, r.RotatedAt)
		idleExpiresAt = append(idleExpiresAt, r.key.SessionID, r.IdleExpiresAt)
		userIDs = append(userIDs, r.key.UserID)
		guards = append(guards, r.key.UserID, r.key.SessionID, r.Presented)
	}
	return slices.Concat(generations, rotatedAt, idleExpiresAt, userIDs, guards)
}

// rotateSessions says of each whether it was done.
func (k *byKey) rotateSessions(ctx context.Context, rotations []rotation) (map[rotation]bool, error) {
	statement := forSoMany(k.rotate, len(rotations))
	changed, err := changedRows(statement.exec(ctx, k.pool, rotationValues(rotations, statement.keys)...))
	if err != nil {
		return nil, err
	}
	if 0 < changed && changed < len(rotations) {
		return k.whichRotated(ctx, rotations)
	}
	done := make(map[rotation]bool, len(rotations))
	for _, r := range rotations {
		done[r] = changed > 0
	}
	return done, nil
}

// whichRotated goes by what the records are now, for the server says only how many it changed.
func (k *byKey) whichRotated(ctx context.Context, rotations []rotation) (map[rotation]bool, error) {
	keys := make([]models.SessionKey, len(rotations))
	for i, r := range rotations {
		keys[i] = r.key
	}
	records, err := k.readSessions(ctx, keys)
	if err != nil {
		return nil, err
	}
	done := make(map[rotation]bool, len(rotations))
	for _, r := range rotations {
		record, ok := records[r.key]
		done[r] = ok && r.isDone(record)
	}
	return done, nil
}

// isDone reports whether the record is as the rotation leaves it. Should another one have left it so, in the same
// millisecond, both lead to the same token.
func (r rotation) isDone(record *models.RefreshToken) bool {
	return record.Generation == r.Presented+1 && record.RevokedAt == nil &&
		record.RotatedAt.Equal(r.RotatedAt.Truncate(time.Millisecond)) &&
		record.IdleExpiresAt.Equal(r.IdleExpiresAt.Truncate(time.Millisecond))
}

// rotateAndMove goes alone, with its event.
func (s *Store) rotateAndMove(ctx context.Context, r rotation) (rotated bool, err error) {
	err = s.runInTransaction(ctx, "rotate session", func(tx *gorm.DB) error {
		done := tx.Exec(s.byKey.rotate[0].text, r.values()...)
		rotated = done.RowsAffected == 1
		if done.Error != nil || !rotated {
			return done.Error
		}
		place := map[string]any{"ip": r.Move.IP, "user_agent": r.Move.UserAgent}
		if err := s.sessions(tx, r.key.UserID, r.key.SessionID).UpdateColumns(place).Error; err != nil {
			return err
		}
		return insertEvent(tx, r.Move.Event)
	})
	return rotated && err == nil, err
}
