package auth

import (
	"cmp"
	"log/slog"
	"time"

	"daypass/internal/password"
	"daypass/internal/token"
)

// Config is the policy of a [Service].
type Config struct {
	// AccessTokenTTL is how long an access token is good for.
	AccessTokenTTL time.Duration
	// RefreshTokenTTL is how long a session lives without a refresh (the idle limit).
	RefreshTokenTTL time.Duration
	// SessionTTL is how long a session lives however much it is used (the absolute limit).
	SessionTTL time.Duration
	// RefreshGrace is how long after a rotation the token before it is still answered with the current one, so that
	// racing tabs and lost answers sign nobody out.
	RefreshGrace time.Duration
	// MaxSessions is how many live sessions an account may have; the oldest makes room for one more. 0 means 50.
	MaxSessions int
	// MaxStreamsPerUser is how many tabs of one account may wait at this process for the end of their session; 0 means 20.
	MaxStreamsPerUser int
	// MaxStreams is how many may in all; 0 means 1,000.
	MaxStreams int
	// Limits is how much may be tried before waits begin; the zero value sets no limits.
	Limits Limits
	// EventRetention is how long the history of accounts is kept; 0 means 90 days.
	EventRetention time.Duration
	// Meter counts for operators; nil counts nothing.
	Meter Meter
	// Now tells the time; nil means [time.Now].
	Now func() time.Time
	// Log takes the security events; nil means [slog.Default].
	Log *slog.Logger
}

// Service offers the use cases. It is safe for concurrent use.
type Service struct {
	cfg       Config
	store     Store
	tokens    *token.Codec
	passwords *password.Hasher
	uses      *confirmations
	revoked   *revocations
	waiting   *waiters
	inFlight  *inFlight
	refreshes *addressRates
}

// New returns a service over the store.
func New(cfg Config, store Store, tokens *token.Codec, passwords *password.Hasher) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.MaxSessions = cmp.Or(cfg.MaxSessions, 50)
	cfg.MaxStreamsPerUser = cmp.Or(cfg.MaxStreamsPerUser, 20)
	cfg.MaxStreams = cmp.Or(cfg.MaxStreams, 1_000)
	cfg.EventRetention = cmp.Or(cfg.EventRetention, 90*24*time.Hour)
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	waiting := newWaiters(cfg.MaxStreamsPerUser, cfg.MaxStreams, store)
	return &Service{
		cfg: cfg, store: store, tokens: tokens, passwords: passwords, uses: newConfirmations(),
		revoked: newRevocations(waiting.tell), waiting: waiting,
		inFlight: newInFlight(), refreshes: newAddressRates(cfg.Limits.RefreshesPerAddress),
	}
}

// now returns the time as every database here can keep it.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }
