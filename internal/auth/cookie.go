package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daypass/models"
)

// A browser obeys the answer that arrives last, whichever request it belongs to. So an answer touches the cookie only for
// the sake of the token that its own request presented, and never because the service could not tell.

// overtakeWindow is longer than a request and its answer can be under way. For so long after a session made room for
// another, a verdict about the old one leaves the cookie alone: the browser may hold the newer token by now.
const overtakeWindow = time.Minute

// errReplaced is [ErrRefreshTokenRevoked], a moment after another session took the place of the token's.
var errReplaced = fmt.Errorf("%w: another session took its place", ErrRefreshTokenRevoked)

// ByCookie lets a use case sign somebody in and has the request's cookies keep the refresh token and the device token,
// which are then not in the pair. It returns [ErrCrossOrigin], before anything is done, when the page may not use the cookie.
//
// The session whose token the cookie held before is ended: of its holders only a thief would be left (OWASP ASVS 5.0 7.2.4).
func (s *Service) ByCookie(ctx context.Context, signIn func() (*Pair, error)) (*Pair, error) {
	request := RequestFrom(ctx)
	if request.Cookie == nil {
		return nil, ErrCrossOrigin
	}
	pair, err := signIn()
	if err != nil {
		return nil, err
	}
	s.endReplaced(ctx, request.Cookie.Token())
	if pair.DeviceToken != "" {
		request.DeviceCookie.Set(pair.DeviceToken, deviceTokenTTL)
		pair.DeviceToken = ""
	}
	return keepIn(request.Cookie, pair), nil
}

// RefreshByCookie does what [Service.Refresh] does for the token in the cookie, and rotates the cookie, though once a grace
// only: tabs that race would else leave one another behind. A definite verdict on the token clears it.
func (s *Service) RefreshByCookie(ctx context.Context) (*Pair, error) {
	cookie := RequestFrom(ctx).Cookie
	if cookie == nil || cookie.Token() == "" {
		return nil, &InputError{Fields: map[string]string{"refreshToken": "is required"}}
	}
	pair, err := s.refresh(ctx, cookie.Token(), true)
	switch {
	case err == nil:
		return keepIn(cookie, pair), nil
	case isVerdict(err) && !errors.Is(err, errReplaced):
		cookie.Clear()
	}
	return nil, err
}

// keepIn moves the refresh token from the pair into the cookie. One that is there already is not set again: by the time
// that the answer arrives, there may be a newer one.
func keepIn(cookie TokenCookie, pair *Pair) *Pair {
	if pair.RefreshToken != cookie.Token() {
		cookie.Set(pair.RefreshToken, pair.RefreshTokenTTL)
	}
	pair.RefreshToken = ""
	return pair
}

// deviceTokenOf returns what says that somebody has signed in on this device before: of the input, else of the cookie.
func deviceTokenOf(ctx context.Context, credentials Credentials) string {
	cookie := RequestFrom(ctx).DeviceCookie
	if credentials.DeviceToken != "" || cookie == nil {
		return credentials.DeviceToken
	}
	return cookie.Token()
}

// isVerdict reports whether the error says for certain that the refresh token is of no use any more.
func isVerdict(err error) bool {
	for _, verdict := range []error{ErrRefreshTokenInvalid, ErrRefreshTokenExpired, ErrRefreshTokenRevoked, ErrRefreshTokenReused} {
		if errors.Is(err, verdict) {
			return true
		}
	}
	return false
}

// endReplaced ends the session of a token that the browser forgets. A failure is logged only: the new session stands, and
// the old one ends by itself once it was idle for long enough.
func (s *Service) endReplaced(ctx context.Context, refreshToken string) {
	key, ok := s.sessionOf(refreshToken)
	if !ok {
		return
	}
	if _, err := s.endSession(ctx, key, models.RevokedByReplacement, models.EventLoggedOut); err != nil {
		s.cfg.Log.WarnContext(ctx, "end a replaced session", "user", key.UserID.String(), "session", key.SessionID.String(), "error", err)
	}
}

// replaced reports whether the session was ended a moment ago to make room for another, perhaps in the same browser.
func (s *Service) replaced(record *models.RefreshToken) bool {
	if record.RevokedAt == nil || s.now().Sub(*record.RevokedAt) > overtakeWindow {
		return false
	}
	return record.RevokedReason == models.RevokedByReplacement || record.RevokedReason == models.RevokedByPasswordChange
}

// revokedError says why a session that was ended is of no use.
func (s *Service) revokedError(record *models.RefreshToken) error {
	if s.replaced(record) {
		return errReplaced
	}
	return ErrRefreshTokenRevoked
}

// forgetIf clears the cookie when its token belongs to a session that is over.
func (s *Service) forgetIf(ctx context.Context, over func(models.SessionKey) bool) {
	cookie := RequestFrom(ctx).Cookie
	if cookie == nil {
		return
	}
	if key, ok := s.sessionOf(cookie.Token()); ok && over(key) {
		cookie.Clear()
	}
}
