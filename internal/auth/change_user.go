package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// What an admin and an operator do to an account. The actor is the admin; nil for an operator.

func (s *Service) setRole(ctx context.Context, id models.UserID, role models.Role, actor *models.UserID) error {
	change, err := s.accountChange(ctx, models.EventRoleChanged, id, actor)
	if err != nil {
		return err
	}
	change.Event.Detail = string(role)
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
	if err := s.store.EnableUser(ctx, id, change); err != nil {
		return fmt.Errorf("enable the account: %w", err)
	}
	return nil
}

func (s *Service) accountChange(ctx context.Context, kind models.EventKind, id models.UserID, actor *models.UserID) (Change, error) {
	event, err := s.event(ctx, kind, &id, nil)
	if err != nil {
		return Change{}, err
	}
	event.ActorID = actor
	return s.change(event), nil
}
