package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/models"
)

// Caller is who a verified access token speaks for.
type Caller struct {
	UserID    models.UserID
	SessionID models.SessionID
	// Generation is that of the refresh token that the access token was issued with.
	Generation uint64
	// Role is what the account was allowed when the access token was issued.
	Role models.Role
}

// Authenticate tells who calls from the request's access token alone: it costs no database work. It notes that the
// token's generation is in use (see [Service.ConfirmUses]).
// It returns [ErrUnauthenticated], or [ErrUnavailable] when nobody can tell whether the token was revoked.
func (s *Service) Authenticate(ctx context.Context) (Caller, error) {
	claims, err := s.tokens.VerifyAccess(RequestFrom(ctx).AccessToken)
	if err != nil {
		return Caller{}, ErrUnauthenticated
	}
	userID, err := models.ParseUserID(claims.Subject)
	if err != nil {
		return Caller{}, ErrUnauthenticated
	}
	sessionID, err := models.ParseSessionID(claims.SessionID)
	if err != nil {
		return Caller{}, ErrUnauthenticated
	}
	caller := Caller{
		UserID: userID, SessionID: sessionID, Generation: claims.Generation, Role: models.Role(claims.Role),
	}
	if err := s.checkRevoked(ctx, caller); err != nil {
		return Caller{}, err
	}
	s.uses.note(sessionID, claims.Generation)
	return caller, nil
}

// Authorize lets a caller of at least the required role pass and returns a context that carries it.
// It returns [ErrUnauthenticated] or [ErrForbidden].
func (s *Service) Authorize(ctx context.Context, required models.Role) (context.Context, error) {
	caller, err := s.Authenticate(ctx)
	if err != nil {
		return ctx, err
	}
	if !caller.Role.Allows(required) {
		return ctx, ErrForbidden
	}
	return context.WithValue(ctx, callerKey{}, caller), nil
}

// checkRevoked asks what this process knows and, when that is stale, the record.
func (s *Service) checkRevoked(ctx context.Context, caller Caller) error {
	if s.revoked.refuse(caller) {
		return ErrUnauthenticated
	}
	if s.revoked.fresh(s.cfg.Now()) {
		return nil
	}
	record, err := s.store.SessionWithUser(ctx, caller.SessionID)
	if errors.Is(err, ErrNotFound) {
		return ErrUnauthenticated
	}
	if err != nil {
		return fmt.Errorf("check the session: %w", err)
	}
	if record.RevokedAt != nil || record.User.Disabled() || !record.User.Role.Allows(caller.Role) {
		return ErrUnauthenticated
	}
	return nil
}

type callerKey struct{}

// CallerFrom returns the caller whom [Service.Authorize] let pass, or [ErrUnauthenticated].
func CallerFrom(ctx context.Context) (Caller, error) {
	caller, ok := ctx.Value(callerKey{}).(Caller)
	if !ok {
		return Caller{}, ErrUnauthenticated
	}
	return caller, nil
}
