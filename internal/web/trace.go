package web

import "net/http"

// traced wraps next, but leaves the probes of load balancers alone: they come every few seconds, and tell nothing.
func traced(trace func(http.Handler) http.Handler, next http.Handler) http.Handler {
	if trace == nil {
		return next
	}
	wrapped := trace(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == livenessPath || r.URL.Path == readinessPath {
			next.ServeHTTP(w, r)
			return
		}
		wrapped.ServeHTTP(w, r)
	})
}
