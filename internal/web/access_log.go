package web

import (
	"log/slog"
	"net/http"

	"github.com/felixge/httpsnoop"
)

// logAccess writes one record a request. It names the route instead of the URL, and no header or body: tokens and
// passwords travel in those.
func logAccess(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		metrics := httpsnoop.Metrics{Code: http.StatusOK}
		defer func() {
			log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", r.Method),
				slog.String("route", r.Pattern),
				slog.Int("status", metrics.Code),
				slog.Int64("bytes", metrics.Written),
				slog.Duration("duration", metrics.Duration),
			)
		}()
		metrics.CaptureMetrics(w, func(w http.ResponseWriter) { next.ServeHTTP(w, r) })
	})
}
