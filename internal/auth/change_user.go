package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// What an ADMIN and an operator do to an account, whether or not they wait for the answer. The actor is the ADMIN; nil
// for an operator.

// The details of the event that tells who ended all sessions of an account.
const (
	detailAdmin    = "ADMIN"
	detailOperator = "OPERATOR"
)

func (s *Service) setRole(ctx context.Context, id models.UserID, role models.Role, actor *models.UserID) error {
	change, err := s.accountChange(ctx, models.EventRoleChanged, id, actor)
	if err != nil {
		return err
	}
	change.Event.Detail = string(role)
	ctx, cancel := lasting(ctx)
	defer cancel()
	revoked, err := s.store.SetRole(ctx, id, role, change)
	if err != nil {
		return fmt.Errorf("set the role: %w", err)
	}
	s.revoked.add(revoked)
	return nil
}

func (s *Service) disable(ctx context.Context, id models.UserID, actor *models.UserID) error {
	change, err := s.accountChange(ctx, models.EventUserDisabled, id, actor)
	if err != nil {
		return err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	revoked, err := s.store.DisableUser(ctx, id, change)
	if err != nil {
		return fmt.Errorf("disable the account: %w", err)
	}
	s.revoked.add(revoked)
	return nil
}

func (s *Service) enable(ctx context.Context, id models.UserID, actor *models.UserID) error {
	change, err := s.accountChange(ctx, models.EventUserEnabled, id, actor)
	if err != nil {
		return err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	if err := s.store.EnableUser(ctx, id, change); err != nil {
		return fmt.Errorf("enable the account: %w", err)
	}
	return nil
}

func (s *Service) signOut(ctx context.Context, id models.UserID, actor *models.UserID) ([]models.SessionID, error) {
	change, err := s.accountChange(ctx, models.EventRevoked, id, actor)
	if err != nil {
		return nil, err
	}
	change.Event.Detail = detailAdmin
	if actor == nil {
		change.Event.Detail = detailOperator
	}
	ended, err := s.endSessions(ctx, id, models.RevokedByAdmin, change.Event)
	if err != nil {
		return nil, fmt.Errorf("end the sessions: %w", err)
	}
	return ended, nil
}

func (s *Service) accountChange(ctx context.Context, kind models.EventKind, id models.UserID, actor *models.UserID) (Change, error) {
	event, err := s.event(ctx, kind, &id, nil)
	if err != nil {
		return Change{}, err
	}
	if actor != nil && *actor != id {
		event.ActorID = actor
	}
	return s.change(event), nil
}
