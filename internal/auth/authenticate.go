package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	// ExpiresAt is when the access token expires.
	ExpiresAt time.Time
}

func (c Caller) sessionKey() models.SessionKey {
	return models.SessionKey{UserID: c.UserID, SessionID: c.SessionID}
}

// Authenticate tells who calls, from the request's access token and what this process knows to be revoked: it costs no
// database work while that knowledge is fresh. It notes that the token's generation is in use (see
// [Service.ConfirmUses]). It returns [ErrUnauthenticated], or [ErrUnavailable] when nobody can tell whether the token
// was revoked.
func (s *Service) Authenticate(ctx context.Context) (Caller, error) {
	caller, err := s.callerOf(RequestFrom(ctx).AccessToken)
	if err != nil {
		return Caller{}, err
	}
	if err := s.checkRevoked(ctx, caller); err != nil {
		return Caller{}, err
	}
	s.uses.note(caller.sessionKey(), caller.Generation)
	return caller, nil
}

// callerOf reads an access token that is authentic and has not expired.
func (s *Service) callerOf(accessToken string) (Caller, error) {
	claims, err := s.tokens.VerifyAccess(accessToken)
	if err != nil {
		return Caller{}, ErrUnauthenticated
	}
	key, ok := parsed(claims.Subject, claims.SessionID)
	if !ok {
		return Caller{}, ErrUnauthenticated
	}
	return Caller{
		UserID: key.UserID, SessionID: key.SessionID, Generation: claims.Generation, Role: models.Role(claims.Role),
		ExpiresAt: claims.ExpiresAt,
	}, nil
}

// Authorize lets a caller of at least the required role pass and returns a context that carries it.
// It returns [ErrForbidden] or what [Service.Authenticate] does.
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
	revoked, fresh := s.revoked.check(caller, s.cfg.Now())
	switch {
	case revoked:
		return ErrUnauthenticated
	case fresh:
		return nil
	default:
		return s.checkRecord(ctx, caller)
	}
}

// checkRecord returns [ErrUnauthenticated] for what the feed would have told, and [ErrUnavailable] when nobody tells.
func (s *Service) checkRecord(ctx context.Context, caller Caller) error {
	record, err := s.store.LatestSessionWithUser(ctx, caller.sessionKey())
	if errors.Is(err, ErrNotFound) {
		return ErrUnauthenticated
	}
	if err != nil {
		return fmt.Errorf("check the session: %w: %w", ErrUnavailable, err)
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
