package verify

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Config says whose tokens are good here. Issuer, Audience and JWKSURL are required; every other zero value stands for a
// default.
type Config struct {
	// Issuer is DAYPASS_ISSUER, to the letter.
	Issuer string
	// Audience is DAYPASS_AUDIENCE, to the letter.
	Audience string
	// JWKSURL is where Daypass publishes its keys. Whoever can change what comes from there can sign tokens: use https
	// unless the way is your own. Redirects are not followed.
	JWKSURL string

	// HTTPClient fetches the keys; default: one on [http.DefaultTransport].
	HTTPClient *http.Client
	// Timeout bounds a fetch; default 5 seconds.
	Timeout time.Duration
	// MinInterval is the least time between two fetches, whoever asks; default 10 seconds. It is also the least time for
	// which keys are kept.
	MinInterval time.Duration
	// MaxStale is the age at which keys are of no use any more when they cannot be fetched anew, and the most that a
	// max-age counts for; default 1 hour. A key that Daypass withdrew is trusted for so long at most.
	MaxStale time.Duration
	// CacheSize is how many verified tokens are remembered, about 1 KB each, so that each costs one signature check; 0
	// means 8192.
	CacheSize int
	// Now tells the time; nil means [time.Now].
	Now func() time.Time
	// Log is told when a fetch fails or a published key is not used; nil means [slog.Default]. It never sees a token.
	Log *slog.Logger
}

// defaultMaxAge is for how long keys are fresh when the answer does not say.
const defaultMaxAge = 5 * time.Minute

func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 5*time.Second)
	c.MinInterval = cmp.Or(c.MinInterval, 10*time.Second)
	c.MaxStale = cmp.Or(c.MaxStale, time.Hour)
	c.CacheSize = cmp.Or(c.CacheSize, 8192)
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// check returns which setting is of no use.
func (c Config) check() error {
	address, err := url.Parse(c.JWKSURL)
	switch {
	case c.Issuer == "":
		return errors.New("no Issuer is set")
	case c.Audience == "":
		return errors.New("no Audience is set")
	case err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http"):
		return errors.New("the JWKSURL is not an absolute https or http URL")
	case c.Timeout < 0 || c.MinInterval < 0 || c.CacheSize < 0:
		return errors.New("one of Timeout, MinInterval and CacheSize is negative")
	case c.MaxStale < c.MinInterval:
		return errors.New("the MaxStale is less than the MinInterval")
	default:
		return nil
	}
}
