package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/models"
)

// GORM lets tests see which statements it makes.
func (s *Store) GORM() *gorm.DB { return s.db }

// RetryReason lets tests see why work is done again after an error.
func RetryReason(err error) string { return retryReason(err) }

// Describe lets tests see what callers are told of an error.
func Describe(ctx context.Context, doing string, err error) error { return describe(ctx, doing, err) }

// IsUnprepared lets tests see which errors make a statement go as text.
func IsUnprepared(err error) bool { return isUnprepared(err) }

// Observe lets tests see those that it does not.
func (s *Store) Observe(observe StatementObserver) { s.observe = observe }

// StatementsByKey lets tests see those in all their shapes, and for how many keys each is.
func (s *Store) StatementsByKey() (users, sessions, rotations map[int]string) {
	return shapes(s.byKey.readUser), shapes(s.byKey.readSession), shapes(s.byKey.rotate)
}

// StatementsOfSignIns lets tests see those that look for something, likewise.
func (s *Store) StatementsOfSignIns() (users, throttles, counted map[int]string) {
	return shapes(s.signIn.readUsers), shapes(s.signIn.readThrottles), shapes(s.signIn.countIfRoom)
}

func shapes(statements []*statement) map[int]string {
	texts := map[int]string{}
	for _, statement := range statements {
		texts[statement.keys] = statement.text
	}
	return texts
}

// CountValues lets tests have what counts a sign-in of each by the statement for as many.
func CountValues(users []models.User, limit int) []any {
	asked := make([]*newSession, len(users))
	for i := range users {
		asked[i] = &newSession{verified: users[i], limit: limit}
	}
	return countValues(asked)
}

// RotationValues lets tests have what rotates so many by the statement for as many keys.
func RotationValues(keys []models.SessionKey, r auth.Rotation) []any {
	rotations := make([]rotation, len(keys))
	for i, key := range keys {
		rotations[i] = rotation{key, r}
	}
	return rotationValues(rotations, len(keys))
}

// Gathering lets tests gather look-ups of their own.
type Gathering = gathering[int, *string]

// NewGathering returns one that is answered so.
func NewGathering(answer func(context.Context, []int) (map[int]*string, error)) *Gathering {
	return lookUps(answer)
}

// NewGatheringOfChanges returns one that takes errors as rotations do.
func NewGatheringOfChanges(answer func(context.Context, []int) (map[int]*string, error)) *Gathering {
	g := lookUps(answer)
	g.final = isOfServer
	return g
}

// Ask asks for one.
func (g *gathering[K, V]) Ask(ctx context.Context, key K) (V, error) { return g.ask(ctx, key) }

// Share lets tests see how the time for a connection is shared out.
func Share(left time.Duration, toAsk int) time.Duration { return share(left, toAsk) }

// MigrateTo lets tests have the database of an older program.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	db, err := s.backend.openForMigration()
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := s.migrationProvider(db)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
