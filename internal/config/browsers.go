package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxHSTS is the age that lists of preloaded hosts ask for; more brings nothing.
const maxHSTS = 2 * 365 * 24 * time.Hour

func (b *Browsers) check(c *checks) {
	if c.readable(&b.CookieSameSite, &b.CookieSecure) && b.CookieSameSite == SameSiteNone && !b.CookieSecure {
		c.fail(&b.CookieSameSite, "is none; browsers take that from secure cookies only, so leave --cookie-secure on")
	}
	c.within(&b.HSTSMaxAge, 0, maxHSTS)
}

// SameSite says which pages' requests carry a cookie (RFC 6265bis section 5.6.7).
type SameSite string

// The choices.
const (
	// SameSiteStrict: those of pages of the same site.
	SameSiteStrict SameSite = "strict"
	// SameSiteLax: also a link from elsewhere.
	SameSiteLax SameSite = "lax"
	// SameSiteNone: all; foreign pages are then kept out by their origin alone.
	SameSiteNone SameSite = "none"
)

func parseSameSite(s string) (SameSite, error) {
	switch choice := SameSite(strings.ToLower(s)); choice {
	case SameSiteStrict, SameSiteLax, SameSiteNone:
		return choice, nil
	default:
		return "", fmt.Errorf("%q is not one of strict, lax, none", s)
	}
}

// Origins are where pages are from: scheme://host[:port], exactly as browsers write it in a request (RFC 6454 section 6.2).
type Origins []string

// String returns them as they are configured.
func (o Origins) String() string { return strings.Join(o, ",") }

// ParseOrigins reads a comma list; spaces around an entry do not count. The error tells every entry that is wrong.
func ParseOrigins(s string) (Origins, error) {
	if s == "" {
		return nil, nil
	}
	var origins Origins
	var wrong []string
	for i, entry := range strings.Split(s, ",") {
		origin := strings.TrimSpace(entry)
		mistake := mistakeInOrigin(origin)
		if twin := slices.Index(origins, origin); mistake == "" && twin >= 0 {
			mistake = fmt.Sprintf("is the same as entry %d", twin+1)
		}
		if mistake != "" {
			wrong = append(wrong, fmt.Sprintf("entry %d %s", i+1, mistake))
		}
		origins = append(origins, origin)
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return origins, nil
}

// mistakeInOrigin says why no browser would send this, or why nobody should trust it; empty when it is an origin. It
// quotes nothing: somebody may have put a password there.
func mistakeInOrigin(origin string) string {
	switch {
	case origin == "":
		return "is empty"
	case origin == "null":
		return "is null, which any page can make itself: in a sandbox, or as a file"
	case strings.Contains(origin, "*"):
		return "has a wildcard; whoever gets a page there could act for all users, so name each origin"
	case strings.ContainsFunc(origin, func(r rune) bool { return r > unicode.MaxASCII }):
		return "is not ASCII; browsers write such names as xn--..."
	case origin != strings.ToLower(origin):
		return "has capital letters; browsers write origins in lower case"
	}
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Scheme == "" || u.Hostname() == "":
		return "is not scheme://host[:port], such as https://app.example.com"
	case origin != u.Scheme+"://"+u.Host:
		return "has more than scheme://host[:port]; leave out what comes before or after, a last slash too"
	default:
		return mistakeInPort(u)
	}
}

// mistakeInPort says how the port differs from what a browser writes.
func mistakeInPort(u *url.URL) string {
	port := u.Port()
	if port == "" && !strings.HasSuffix(u.Host, ":") {
		return ""
	}
	number, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || number == 0 || strconv.FormatUint(number, 10) != port:
		return "has no port after its colon, or one that browsers write otherwise"
	case u.Scheme == "https" && number == 443, u.Scheme == "http" && number == 80:
		return "names the port of its scheme, which browsers leave out"
	default:
		return ""
	}
}
