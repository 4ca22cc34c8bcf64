package config

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// MaxAccessTokenTTL is the longest that an access token can be good for.
const MaxAccessTokenTTL = 24 * time.Hour

// The bounds are there to catch slips (5 for 5s, 15m for 15d), not to forbid what somebody may need.
const (
	maxTimeout    = time.Hour
	maxSessionTTL = 10 * 365 * 24 * time.Hour
	maxGrace      = time.Minute
	maxLimit      = 1_000_000
)

func (p *Production) check(c *checks) {
	p.Config.check(c)
	if len(p.Secret) == 0 {
		c.fail(&p.Secret, "is needed: at least %d random bytes, such as the output of `openssl rand -base64 48`", minSecretBytes)
	}
}

func (cfg *Config) check(c *checks) {
	cfg.Server.check(c)
	cfg.Requests.check(c)
	cfg.Browsers.check(c)
	cfg.Database.check(c)
	cfg.Tokens.check(c)
	cfg.Passwords.check(c)
	cfg.Limits.check(c)
	cfg.History.check(c)
	cfg.Traces.check(c)
}

func (s *Server) check(c *checks) {
	if !isListenAddress(s.Addr) {
		c.fail(&s.Addr, "%q is not host:port, such as :8080 or 127.0.0.1:8080", s.Addr)
	}
	if s.OperatorAddr != "" && !isListenAddress(s.OperatorAddr) {
		c.fail(&s.OperatorAddr, "%q is not host:port, such as 127.0.0.1:9090", s.OperatorAddr)
	}
	c.within(&s.ReadTimeout, time.Millisecond, maxTimeout)
	c.within(&s.RequestTimeout, time.Millisecond, maxTimeout)
	c.within(&s.WriteTimeout, time.Millisecond, maxTimeout)
	c.within(&s.IdleTimeout, time.Millisecond, maxTimeout)
	c.within(&s.DrainDelay, 0, maxTimeout)
	c.within(&s.DrainTimeout, 0, maxTimeout)
	if c.readable(&s.WriteTimeout, &s.RequestTimeout) && s.WriteTimeout <= s.RequestTimeout {
		c.fail(&s.WriteTimeout, "is %s; it must be longer than the request timeout, %s, or late answers are cut off",
			brief(s.WriteTimeout), brief(s.RequestTimeout))
	}
}

func (r *Requests) check(c *checks) {
	c.between(&r.MaxBodyBytes, 1_000, 10_000_000)
	c.between(&r.MaxTokens, 100, 10_000)
	c.between(&r.MaxDepth, 1, 1_000)
	c.between(&r.MaxCost, 100, 10_000_000)
}

func isListenAddress(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || strings.ContainsFunc(host, unicode.IsSpace) {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func (d *Database) check(c *checks) {
	if d.DatabaseURL.IsZero() {
		c.fail(&d.DatabaseURL, "is needed: %s", databaseURLForms)
	}
	c.within(&d.ConnectTimeout, time.Millisecond, maxTimeout)
	c.between(&d.MaxOpenConns, 1, 10_000)
	c.between(&d.MaxIdleConns, 1, 10_000)
	if c.readable(&d.MaxOpenConns, &d.MaxIdleConns) && d.MaxIdleConns > d.MaxOpenConns {
		c.fail(&d.MaxIdleConns, "is %d; it must not be above the open connections, %d", d.MaxIdleConns, d.MaxOpenConns)
	}
	c.within(&d.ConnMaxLifetime, time.Second, 24*time.Hour)
	c.within(&d.ConnMaxIdleTime, time.Second, 24*time.Hour)
}

func (t *Tokens) check(c *checks) {
	t.checkName(c, &t.Issuer)
	t.checkName(c, &t.Audience)
	c.within(&t.AccessTokenTTL, time.Second, MaxAccessTokenTTL)
	c.within(&t.RefreshTokenTTL, time.Second, maxSessionTTL)
	c.within(&t.SessionTTL, time.Second, maxSessionTTL)
	c.within(&t.RefreshGrace, 0, maxGrace)
	if c.readable(&t.AccessTokenTTL, &t.RefreshTokenTTL) && t.AccessTokenTTL >= t.RefreshTokenTTL {
		c.fail(&t.AccessTokenTTL, "is %s; it must be shorter than the refresh-token TTL, %s",
			brief(t.AccessTokenTTL), brief(t.RefreshTokenTTL))
	}
	if c.readable(&t.RefreshTokenTTL, &t.SessionTTL) && t.RefreshTokenTTL > t.SessionTTL {
		c.fail(&t.RefreshTokenTTL, "is %s; it must not be longer than the session TTL, %s",
			brief(t.RefreshTokenTTL), brief(t.SessionTTL))
	}
	if c.readable(&t.RefreshGrace, &t.RefreshTokenTTL) && t.RefreshGrace >= t.RefreshTokenTTL {
		c.fail(&t.RefreshGrace, "is %s; it must be shorter than the refresh-token TTL, %s",
			brief(t.RefreshGrace), brief(t.RefreshTokenTTL))
	}
}

// checkName asks for a StringOrURI (RFC 7519 section 2): any text, but an absolute URI when it has a colon.
func (t *Tokens) checkName(c *checks, name *string) {
	switch {
	case *name == "":
		c.fail(name, "is empty")
	case strings.ContainsFunc(*name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		c.fail(name, "%q has spaces or control characters", *name)
	case strings.Contains(*name, ":") && !isAbsoluteURI(*name):
		c.fail(name, "%q has a colon, so it must be an absolute URI such as https://id.example.com (RFC 7519 section 2)", *name)
	}
}

func isAbsoluteURI(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() || u.Fragment != "" || u.User != nil {
		return false
	}
	return u.Host != "" || (u.Scheme != "http" && u.Scheme != "https")
}

func (p *Passwords) check(c *checks) {
	c.between(&p.HashQueue, 1, 10_000)
	c.within(&p.HashWait, time.Millisecond, maxTimeout)
}

func (l *Limits) check(c *checks) {
	c.between(&l.MaxSessionsPerUser, 1, 100)
	c.between(&l.MaxStreamsPerUser, 1, 1_000)
	c.between(&l.MaxStreams, 1, 100_000)
	if c.readable(&l.MaxStreamsPerUser, &l.MaxStreams) && l.MaxStreamsPerUser > l.MaxStreams {
		c.fail(&l.MaxStreamsPerUser, "is %d; it must not be above the streams of all accounts together, %d", l.MaxStreamsPerUser, l.MaxStreams)
	}
	c.between(&l.MaxFailuresPerClient, 0, maxLimit)
	c.between(&l.MaxFailuresPerAccount, 0, maxLimit)
	c.between(&l.MaxFailuresPerAddress, 0, maxLimit)
	c.between(&l.MaxRegistrationsPerAddress, 0, maxLimit)
	c.between(&l.MaxRefreshesPerAddress, 0, maxLimit)
}

func (h *History) check(c *checks) { c.within(&h.EventRetention, time.Hour, maxSessionTTL) }

func (t *Traces) check(c *checks) {
	if t.TraceRatio < 0 || t.TraceRatio > 1 {
		c.fail(&t.TraceRatio, "is %v; choose between 0 and 1", t.TraceRatio)
	}
}
