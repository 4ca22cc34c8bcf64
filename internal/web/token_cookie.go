package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"daypass/internal/auth"
)

// The cookies, without what binds them to the host.
const (
	refreshCookie = "daypass"
	deviceCookie  = "daypass-device"
)

// CookieConfig says how browsers keep tokens. Its zero value is the strictest.
type CookieConfig struct {
	// PlainHTTP gives up what browsers grant over TLS alone: Secure, and the name that begins with `__Host-` and asks for
	// it (RFC 6265bis section 4.1.3.2). Not every browser counts http://localhost as secure; Safari does not.
	PlainHTTP bool
	// SameSite says to which pages' requests the cookie is added; 0 means [http.SameSiteStrictMode].
	// [http.SameSiteNoneMode] does not go with PlainHTTP.
	SameSite http.SameSite
}

// name binds a cookie to this host, where it can: no subdomain and no plain HTTP can then set it.
func (c CookieConfig) name(cookie string) string {
	if c.PlainHTTP {
		return cookie
	}
	return "__Host-" + cookie
}

// sameSite never leaves the choice to the browser.
func (c CookieConfig) sameSite() http.SameSite {
	if c.SameSite == 0 {
		return http.SameSiteStrictMode
	}
	return c.SameSite
}

// tokenCookie is a cookie as one request may use it. It implements [auth.TokenCookie].
type tokenCookie struct {
	cfg       CookieConfig
	name      string
	presented string
	answer    http.Header
}

var _ auth.TokenCookie = (*tokenCookie)(nil)

// newTokenCookie reads what the browser presented. Two cookies of the name are as good as none: one of them was planted,
// and which one is not known.
func newTokenCookie(cfg CookieConfig, name string, r *http.Request, answer http.Header) *tokenCookie {
	cookie := &tokenCookie{cfg: cfg, name: cfg.name(name), answer: answer}
	presented := r.CookiesNamed(cookie.name)
	if len(presented) == 1 && len(presented[0].Value) <= maxTokenBytes {
		cookie.presented = presented[0].Value
	}
	return cookie
}

// Token implements [auth.TokenCookie].
func (c *tokenCookie) Token() string { return c.presented }

// Set implements [auth.TokenCookie]. A cookie without Max-Age would live as long as the browser, so it gets a second at
// least.
func (c *tokenCookie) Set(token string, lifetime time.Duration) {
	c.send(token, max(1, int(lifetime/time.Second)))
}

// Clear implements [auth.TokenCookie].
func (c *tokenCookie) Clear() { c.send("", -1) }

// send replaces what an earlier call had put into the answer: a browser gets one instruction. A cookie for pages of other
// sites is kept apart for each of these (CHIPS), as browsers that block third-party cookies take no other.
func (c *tokenCookie) send(value string, maxAge int) {
	cookie := http.Cookie{ //nolint:gosec // Secure and SameSite are what the configuration says
		Name:        c.name,
		Value:       value,
		Path:        "/",
		MaxAge:      maxAge,
		Secure:      !c.cfg.PlainHTTP,
		HttpOnly:    true,
		SameSite:    c.cfg.sameSite(),
		Partitioned: c.cfg.sameSite() == http.SameSiteNoneMode,
	}
	ours := func(line string) bool { return strings.HasPrefix(line, cookie.Name+"=") }
	c.answer["Set-Cookie"] = append(slices.DeleteFunc(c.answer["Set-Cookie"], ours), cookie.String())
}
