package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"daypass/internal/auth"
	"daypass/models"
)

// Revocations implements [auth.Store].
func (s *Store) Revocations(ctx context.Context, after uint64, at time.Time, limit int) ([]models.Revocation, error) {
	var revocations []models.Revocation
	err := s.runLatest(ctx, "read revocations", func(db *gorm.DB) error {
		revocations = nil
		return db.Where("id > ? AND expires_at > ?", after, at).Order("id").Limit(limit).Find(&revocations).Error
	})
	return revocations, err
}

// Revoke implements [auth.Store].
func (s *Store) Revoke(
	ctx context.Context, key models.SessionKey, reason models.RevokedReason, change auth.Change,
) (*models.Revocation, error) {
	revoked, err := s.revokeInTransaction(ctx, "revoke session", func(tx *gorm.DB) ([]models.Revocation, error) {
		return s.revokeAndTell(tx, key.UserID, s.sessions(tx, key.UserID, key.SessionID), reason, change)
	})
	if err != nil || len(revoked) == 0 {
		return nil, err
	}
	return &revoked[0], nil
}

// RevokeAll implements [auth.Store].
func (s *Store) RevokeAll(
	ctx context.Context, userID models.UserID, reason models.RevokedReason, change auth.Change,
) ([]models.Revocation, error) {
	return s.revokeInTransaction(ctx, "revoke sessions", func(tx *gorm.DB) ([]models.Revocation, error) {
		return s.revokeAndTell(tx, userID, tx.Where("user_id = ?", userID), reason, change)
	})
}

// revokeInTransaction is runInTransaction for work that returns the revocations that it kept.
func (s *Store) revokeInTransaction(
	ctx context.Context, doing string, work func(tx *gorm.DB) ([]models.Revocation, error),
) ([]models.Revocation, error) {
	var revoked []models.Revocation
	err := s.runInTransaction(ctx, doing, func(tx *gorm.DB) (err error) {
		revoked, err = work(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return revoked, nil
}

// revokeAndTell is revoke with the event, if that changes anything.
func (s *Store) revokeAndTell(
	tx *gorm.DB, userID models.UserID, chosen *gorm.DB, reason models.RevokedReason, change auth.Change,
) ([]models.Revocation, error) {
	revoked, err := s.revoke(tx, userID, chosen, reason, change)
	if err != nil || len(revoked) == 0 {
		return nil, err
	}
	return revoked, insertEvent(tx, change.Event)
}

// revoke ends those of the chosen sign-ins of the account that were not ended before. Their records are kept no longer
// than the newest of their refresh tokens would have been good for.
func (s *Store) revoke(
	tx *gorm.DB, userID models.UserID, chosen *gorm.DB, reason models.RevokedReason, change auth.Change,
) ([]models.Revocation, error) {
	sessions, err := lockUnrevoked(chosen)
	if err != nil || len(sessions) == 0 {
		return nil, err
	}
	err = s.sessions(tx, userID, ids(sessions)...).UpdateColumns(map[string]any{
		"revoked_at": change.At, "revoked_reason": reason, "expires_at": gorm.Expr("idle_expires_at"),
	}).Error
	if err != nil {
		return nil, err
	}
	return insertRevocations(tx, sessions, change)
}

// lockUnrevoked reads those of the chosen sign-ins that were not ended, and keeps everybody else from them until the
// transaction ends.
func lockUnrevoked(chosen *gorm.DB) ([]models.RefreshToken, error) {
	var sessions []models.RefreshToken
	err := chosen.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Select("id", "user_id").Where("revoked_at IS NULL").Order("id").Find(&sessions).Error
	return sessions, err
}

func ids(sessions []models.RefreshToken) []models.SessionID {
	all := make([]models.SessionID, len(sessions))
	for i := range sessions {
		all[i] = sessions[i].ID
	}
	return all
}

// insertRevocations tells all processes that the access tokens of the sign-ins are refused.
func insertRevocations(tx *gorm.DB, sessions []models.RefreshToken, change auth.Change) ([]models.Revocation, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	revocations := make([]models.Revocation, len(sessions))
	for i := range sessions {
		revocations[i] = models.Revocation{
			UserID: sessions[i].UserID, SessionID: &sessions[i].ID, ExpiresAt: change.AccessUntil,
		}
	}
	return revocations, tx.Create(&revocations).Error
}
