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
	err := s.run(ctx, "read revocations", func(db *gorm.DB) error {
		revocations = nil
		return db.Where("id > ? AND expires_at > ?", after, at).Order("id").Limit(limit).Find(&revocations).Error
	})
	return revocations, err
}

// Revoke implements [auth.Store].
func (s *Store) Revoke(
	ctx context.Context, id models.SessionID, reason models.RevokedReason, change auth.Change,
) (revoked *models.Revocation, err error) {
	err = s.runInTransaction(ctx, "revoke session", func(tx *gorm.DB) error {
		revoked = nil
		session, err := lockLive(tx.Where("id = ?", id))
		if err != nil || len(session) == 0 {
			return err
		}
		all, err := revoke(tx, session, reason, change)
		if err != nil {
			return err
		}
		revoked = &all[0]
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

// RevokeAll implements [auth.Store].
func (s *Store) RevokeAll(
	ctx context.Context, userID models.UserID, reason models.RevokedReason, change auth.Change,
) (revoked []models.Revocation, err error) {
	err = s.runInTransaction(ctx, "revoke sessions", func(tx *gorm.DB) error {
		if revoked, err = revokeAll(tx, userID, reason, change); err != nil || len(revoked) == 0 {
			return err
		}
		return insertEvent(tx, change.Event)
	})
	return revoked, err
}

func revokeAll(tx *gorm.DB, userID models.UserID, reason models.RevokedReason, change auth.Change) ([]models.Revocation, error) {
	sessions, err := lockLive(tx.Where("user_id = ?", userID))
	if err != nil {
		return nil, err
	}
	return revoke(tx, sessions, reason, change)
}

// revokeOldest leaves at most so many live sign-ins of the account.
func revokeOldest(tx *gorm.DB, userID models.UserID, leave int, change auth.Change) ([]models.Revocation, error) {
	var live []models.RefreshToken
	err := tx.Select("id", "user_id").
		Where("user_id = ? AND revoked_at IS NULL AND idle_expires_at > ? AND expires_at > ?", userID, change.At, change.At).
		Order("id DESC").Find(&live).Error
	if err != nil || len(live) <= leave {
		return nil, err
	}
	return revoke(tx, live[leave:], models.RevokedBySessionLimit, change)
}

// lockLive reads sign-ins that were not ended, and keeps rotations from them until the transaction ends.
func lockLive(query *gorm.DB) ([]models.RefreshToken, error) {
	var sessions []models.RefreshToken
	err := query.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Select("id", "user_id").Where("revoked_at IS NULL").Order("id").Find(&sessions).Error
	return sessions, err
}

// revoke ends the sign-ins and tells the other processes. The records are kept no longer
// than the newest of their refresh tokens would have been good for.
func revoke(
	tx *gorm.DB, sessions []models.RefreshToken, reason models.RevokedReason, change auth.Change,
) ([]models.Revocation, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	ids := make([]models.SessionID, 0, len(sessions))
	revocations := make([]models.Revocation, 0, len(sessions))
	for i := range sessions {
		ids = append(ids, sessions[i].ID)
		revocations = append(revocations, models.Revocation{
			UserID: sessions[i].UserID, SessionID: &sessions[i].ID, ExpiresAt: change.AccessUntil,
		})
	}
	err := tx.Model(&models.RefreshToken{}).Where("id IN ? AND revoked_at IS NULL", ids).UpdateColumns(map[string]any{
		"revoked_at": change.At, "revoked_reason": reason, "expires_at": gorm.Expr("idle_expires_at"),
	}).Error
	if err != nil {
		return nil, err
	}
	return revocations, tx.Create(&revocations).Error
}
