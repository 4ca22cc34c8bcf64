package web

import (
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"

	"github.com/rs/cors"

	"daypass/internal/auth"
)

// preflightMaxAge is for how many seconds a browser may rely on a preflight: two hours, the most that Chromium grants.
const preflightMaxAge = 7_200

// crossOriginRefused is a GraphQL response (GraphQL section 7.1) with ErrorCode.CROSS_ORIGIN_REFUSED of schema.graphqls.
const crossOriginRefused = `{"errors":[{"message":"This origin may not use the cookie.",` +
	`"extensions":{"code":"CROSS_ORIGIN_REFUSED"}}]}`

// origins are those whose pages are trusted, besides our own.
type origins map[string]bool

func originsOf(list []string) origins {
	set := make(origins, len(list))
	for _, origin := range list {
		set[origin] = true
	}
	return set
}

// include compares exactly, as browsers write an origin (RFC 6454 section 6.2): there are no wildcards.
func (o origins) include(origin string) bool { return o[origin] }

// share lets pages of the trusted origins send requests and read the answers (CORS, Fetch section 3.3). With none, no
// answer says a word about it, and browsers keep all answers from pages of other origins.
func share(trusted origins, next http.Handler) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowOriginFunc:  trusted.include,
		AllowCredentials: true,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   []string{"Authorization", "Content-Type"},
		ExposedHeaders:   []string{requestIDHeader},
		MaxAge:           preflightMaxAge,
	}).Handler(next)
}

// withTokenCookies hands the cookies to the domain, but not to foreign pages: what these send is refused when a cookie is
// in it (OWASP ASVS 5.0 3.5.1), and cannot set one otherwise. A request without one speaks for nobody, and is for CORS to
// judge.
func withTokenCookies(cfg CookieConfig, trusted origins, log *slog.Logger, next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		foreign := protection.Check(r) != nil && !trusted.include(r.Header.Get("Origin"))
		if foreign && presents(r, cfg.name(refreshCookie), cfg.name(deviceCookie)) {
			log.InfoContext(r.Context(), "a page of another origin was refused", slog.String("origin", originForTheLog(r.Header)))
			refuseCrossOrigin(w)
			return
		}
		if !foreign {
			request := auth.RequestFrom(r.Context())
			request.Cookie = newTokenCookie(cfg, refreshCookie, r, w.Header())
			request.DeviceCookie = newTokenCookie(cfg, deviceCookie, r, w.Header())
			r = r.WithContext(auth.WithRequest(r.Context(), request))
		}
		next.ServeHTTP(w, r)
	})
}

func presents(r *http.Request, cookies ...string) bool {
	return slices.ContainsFunc(cookies, func(name string) bool { return len(r.CookiesNamed(name)) > 0 })
}

func refuseCrossOrigin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, crossOriginRefused) // an error here is a client that went away
}

// wellFormedOrigin is what browsers write (RFC 6454 section 6.2), as far as it can be taken over from a stranger.
var wellFormedOrigin = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[A-Za-z0-9._:\[\]-]+$`)

// maxOriginLength leaves room for the longest name of a host (RFC 1035 section 2.3.4), a scheme and a port. In the pattern
// it would cost a hundred times the pattern's memory.
const maxOriginLength = 295

// originForTheLog is what an operator looks for who forgot to allow an origin, and nothing else that was sent.
func originForTheLog(header http.Header) string {
	origin := header.Get("Origin")
	if origin == "" || origin == "null" || len(origin) <= maxOriginLength && wellFormedOrigin.MatchString(origin) {
		return origin
	}
	return "malformed"
}
