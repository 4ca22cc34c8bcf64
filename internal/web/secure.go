package web

import (
	"fmt"
	"maps"
	"net/http"
	"time"
)

// contentSecurityPolicy is for answers that are no pages: should a browser show one, nothing in it runs.
const contentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// secure sets the headers that OWASP asks of an API (REST Security Cheat Sheet, "Security headers"; ASVS 5.0 3.4). A
// handler that serves pages replaces the policy by its own.
func secure(hstsMaxAge time.Duration, next http.Handler) http.Handler {
	fixed := http.Header{
		"Content-Security-Policy": {contentSecurityPolicy},
		"Referrer-Policy":         {"no-referrer"},
		"X-Content-Type-Options":  {"nosniff"},
		// What frame-ancestors says, for whatever does not know it.
		"X-Frame-Options": {"DENY"},
		// No foreign page includes an answer as an image or a script, or holds a window of ours. CORS is another matter.
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
	}
	if hstsMaxAge > 0 {
		fixed.Set("Strict-Transport-Security", fmt.Sprintf("max-age=%d", hstsMaxAge/time.Second))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), fixed)
		next.ServeHTTP(w, r)
	})
}
