package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// The use cases of an ADMIN, who names accounts by id. An ADMIN may do each to the own account too.

// SetRole changes what an account may do; from then on access tokens that claim a higher role are refused, and its
// next refresh hands out the new one. It returns [ErrForbidden], [ErrNotFound], [ErrLastAdmin] or an [*InputError].
func (s *Service) SetRole(ctx context.Context, id models.UserID, role models.Role) (*models.User, error) {
	if !role.Valid() {
		return nil, invalidRole()
	}
	return s.asAdmin(ctx, id, func(actor *models.UserID) error { return s.setRole(ctx, id, role, actor) })
}

// DisableAccount shuts an account and ends all its sessions (OWASP ASVS 5.0 7.4.2). It returns [ErrForbidden],
// [ErrNotFound] or [ErrLastAdmin].
func (s *Service) DisableAccount(ctx context.Context, id models.UserID) (*models.User, error) {
	return s.asAdmin(ctx, id, func(actor *models.UserID) error { return s.disable(ctx, id, actor) })
}

// EnableAccount opens an account again; it has to sign in anew. It returns [ErrForbidden] or [ErrNotFound].
func (s *Service) EnableAccount(ctx context.Context, id models.UserID) (*models.User, error) {
	return s.asAdmin(ctx, id, func(actor *models.UserID) error { return s.enable(ctx, id, actor) })
}

// asAdmin lets an ADMIN change an account, and returns it as it is afterwards.
func (s *Service) asAdmin(ctx context.Context, id models.UserID, change func(actor *models.UserID) error) (*models.User, error) {
	caller, err := adminFrom(ctx)
	if err != nil {
		return nil, err
	}
	if err := change(&caller.UserID); err != nil {
		return nil, err
	}
	user, err := s.store.UserByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	return user, nil
}

// RevokeUserSessions ends all sessions of an account and returns those that it ended (OWASP ASVS 5.0 7.4.5). It returns
// [ErrForbidden] or [ErrNotFound].
func (s *Service) RevokeUserSessions(ctx context.Context, id models.UserID) ([]models.SessionID, error) {
	caller, err := adminFrom(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	if _, err := s.store.UserByID(ctx, id); err != nil {
		return nil, fmt.Errorf("look up the account: %w", err)
	}
	return s.signOut(ctx, id, &caller.UserID)
}
