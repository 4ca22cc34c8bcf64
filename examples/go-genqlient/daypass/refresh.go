package daypass

import (
	"context"
	"time"
)

const firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second

// accessToken returns one that has time left, empty before the first login, or a [*SignedOutError] after the last.
func (s *Session) accessToken(ctx context.Context) (string, error) {
	s.mu.Lock()
	tokens, ended := s.tokens, s.ended
	s.mu.Unlock()
	if ended != nil {
		return "", ended
	}
	if tokens.RefreshToken == "" || s.cfg.Now().Before(tokens.RefreshAt) {
		return tokens.AccessToken, nil
	}
	return s.refresh(ctx, tokens.AccessToken)
}

// refresh returns the access token that follows the stale one. Of all who ask at once one refreshes; the others find, when
// it is their turn, that it was done.
func (s *Session) refresh(ctx context.Context, stale string) (string, error) {
	err := s.inTurn(ctx, func(ctx context.Context) error {
		held := s.Tokens()
		if held.AccessToken != stale {
			return nil
		}
		return s.retry(ctx, func() error { return s.swap(ctx, held.RefreshToken) })
	})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.AccessToken, s.ended
}

// swap trades the refresh token for the next pair, once.
func (s *Session) swap(ctx context.Context, refreshToken string) error {
	began := s.cfg.Now()
	answer, err := RefreshToken(ctx, s.plain, &RefreshTokenInput{RefreshToken: refreshToken})
	if over := verdict(err); over != nil {
		s.drop(over)
		return over
	}
	if err != nil {
		return err
	}
	s.keep(&answer.RefreshToken.Pair, began)
	return nil
}

// retry goes on while errors say nothing about what was sent, and the context lasts.
func (s *Session) retry(ctx context.Context, attempt func() error) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := attempt()
		wait, again := retryable(err)
		if !again {
			return err
		}
		select {
		case <-s.cfg.After(max(pause, wait)):
		case <-ctx.Done():
			return err
		}
	}
}
