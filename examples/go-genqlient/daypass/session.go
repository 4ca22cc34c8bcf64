package daypass

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// Config says where Daypass is. Only URL is required.
type Config struct {
	// URL is that of the API: https://id.example.com/graphql. Tokens are sent to its host and to no other.
	URL string
	// Tokens are those of an earlier run, if there was one.
	Tokens Tokens
	// Transport sends; nil means [http.DefaultTransport].
	Transport http.RoundTripper
	// Patience bounds a refresh with all its retries; 0 means 30 seconds.
	Patience time.Duration
	// Now and After are the clock; nil means [time.Now] and [time.After].
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Tokens are what a program keeps where its platform keeps secrets.
type Tokens struct {
	AccessToken, RefreshToken string
	// DeviceToken outlives the session: the next login sends it.
	DeviceToken string
	// RefreshAt is when the access token has little time left, by the clock of this machine.
	RefreshAt time.Time
}

// Session is one sign-in. It is safe for concurrent use, and any number of clients may share it.
type Session struct {
	cfg Config
	// plain sends no access token, and follows no redirect.
	plain graphql.Client
	// turn is held by whoever changes the tokens, so that a sign-in, a refresh and a logout do not overtake each other.
	turn chan struct{}

	mu     sync.Mutex
	tokens Tokens
	ended  error // why there are no tokens any more
}

// NewSession returns a session that is signed in when the config has tokens.
func NewSession(cfg Config) *Session {
	cfg.Transport = cmp.Or(cfg.Transport, http.DefaultTransport)
	cfg.Patience = cmp.Or(cfg.Patience, 30*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.After == nil {
		cfg.After = time.After
	}
	plain := &http.Client{
		Transport:     cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Session{
		cfg: cfg, plain: graphql.NewClient(cfg.URL, plain), turn: make(chan struct{}, 1), tokens: cfg.Tokens,
	}
}

// Client returns a GraphQL client that rides on the session.
func (s *Session) Client() graphql.Client {
	return graphql.NewClient(s.cfg.URL, &http.Client{Transport: s.Transport()})
}

// Tokens returns what to keep for the next run, after each change anew.
func (s *Session) Tokens() Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens
}

// Register makes an account and signs in.
func (s *Session) Register(ctx context.Context, username, password string) error {
	return s.inTurn(ctx, func(ctx context.Context) error {
		began := s.cfg.Now()
		answer, err := Register(ctx, s.plain, &RegisterInput{Username: username, Password: password})
		if err != nil {
			return err
		}
		s.keep(&answer.Register.Pair, began)
		return nil
	})
}

// Login signs in.
func (s *Session) Login(ctx context.Context, username, password string) error {
	return s.inTurn(ctx, func(ctx context.Context) error {
		began := s.cfg.Now()
		answer, err := Login(ctx, s.plain, &LoginInput{
			Username: username, Password: password, DeviceToken: s.Tokens().DeviceToken,
		})
		if err != nil {
			return err
		}
		s.keep(&answer.Login.Pair, began)
		return nil
	})
}

// Logout ends the session, for every client that shares it. The device token stays. When it fails the session goes on.
func (s *Session) Logout(ctx context.Context) error {
	return s.inTurn(ctx, func(ctx context.Context) error {
		held := s.Tokens()
		if held.RefreshToken == "" {
			return nil
		}
		err := s.retry(ctx, func() error {
			_, err := Logout(ctx, s.plain, &LogoutInput{RefreshToken: held.RefreshToken})
			return err
		})
		if err == nil {
			s.drop(&SignedOutError{Reason: "LOGGED_OUT"})
		}
		return err
	})
}

// inTurn runs a change of the tokens. It goes on when the caller does not wait for it any more: an answer that nobody
// reads is a token that nobody has.
func (s *Session) inTurn(ctx context.Context, change func(context.Context) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-s.turn }()
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Patience)
		defer cancel()
		done <- change(own)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep takes a new pair. Its lifetime counts from before it was asked for.
func (s *Session) keep(pair *Pair, began time.Time) {
	lifetime := time.Duration(pair.ExpiresIn) * time.Second
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = nil
	s.tokens = Tokens{
		AccessToken:  pair.AccessToken,
		RefreshToken: pair.RefreshToken,
		DeviceToken:  cmp.Or(pair.DeviceToken, s.tokens.DeviceToken),
		RefreshAt:    began.Add(lifetime - min(lifetime/10, 30*time.Second)),
	}
}

// drop forgets all but the device token.
func (s *Session) drop(why *SignedOutError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = why
	s.tokens = Tokens{DeviceToken: s.tokens.DeviceToken}
}
