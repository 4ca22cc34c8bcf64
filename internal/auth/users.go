package auth

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"daypass/models"
)

// MaxUserCount is how far [Service.CountUsers] counts: on a big table the rest is not worth its price.
const MaxUserCount = 10_000

// prefixPattern is what a username can start with.
var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{0,64}$`)

// User returns an account that the caller may see: its own, and for an ADMIN any. Of any other it says [ErrNotFound].
func (s *Service) User(ctx context.Context, id models.UserID) (*models.User, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	if caller.UserID == id {
		return s.ownAccount(ctx, caller)
	}
	if !caller.Role.Allows(models.RoleAdmin) {
		return nil, ErrNotFound
	}
	user, err := s.store.UserByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	return user, nil
}

// UsersByID returns those of the accounts that there are and that the caller may see, in no particular order. It costs
// one statement, however many there are.
func (s *Service) UsersByID(ctx context.Context, ids []models.UserID) ([]models.User, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	visible := slices.DeleteFunc(slices.Clone(ids), func(id models.UserID) bool {
		return id != caller.UserID && !caller.Role.Allows(models.RoleAdmin)
	})
	if len(visible) == 0 {
		return nil, nil
	}
	users, err := s.store.UsersByID(ctx, visible)
	if err != nil {
		return nil, fmt.Errorf("read the accounts: %w", err)
	}
	return users, nil
}

// Users returns a page of all accounts to an ADMIN.
func (s *Service) Users(ctx context.Context, page UserPage) ([]models.User, error) {
	if _, err := adminFrom(ctx); err != nil {
		return nil, err
	}
	if !prefixPattern.MatchString(page.Prefix) {
		return nil, nil // no name starts so, whatever a collation may think
	}
	users, err := s.store.Users(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("list the accounts: %w", err)
	}
	return users, nil
}

// CountUsers tells an ADMIN how many accounts have a name that starts with the prefix, in whatever case; it stops at
// [MaxUserCount].
func (s *Service) CountUsers(ctx context.Context, prefix string) (int, error) {
	if _, err := adminFrom(ctx); err != nil {
		return 0, err
	}
	if !prefixPattern.MatchString(prefix) {
		return 0, nil
	}
	count, err := s.store.CountUsers(ctx, prefix, MaxUserCount)
	if err != nil {
		return 0, fmt.Errorf("count the accounts: %w", err)
	}
	return count, nil
}

// adminFrom returns the caller when it is an ADMIN, and else [ErrForbidden].
func adminFrom(ctx context.Context) (Caller, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return Caller{}, err
	}
	if !caller.Role.Allows(models.RoleAdmin) {
		return Caller{}, ErrForbidden
	}
	return caller, nil
}
