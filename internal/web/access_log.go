package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/felixge/httpsnoop"
)

// logAccess writes one record a request, also when its handler panics.
func logAccess(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httpsnoop.Metrics{Code: http.StatusOK}
		defer writeAccess(r.Context(), log, r, &answer)
		answer.CaptureMetrics(w, func(w http.ResponseWriter) { next.ServeHTTP(w, r) })
	})
}

// writeAccess names the route instead of the URL, and no header or body: tokens and passwords travel in those.
func writeAccess(ctx context.Context, log *slog.Logger, r *http.Request, answer *httpsnoop.Metrics) {
	log.LogAttrs(ctx, levelOf(r.Pattern, answer.Code), "request",
		slog.String("method", methodForTheLog(r.Method)),
		slog.String("route", r.Pattern),
		slog.Int("status", answer.Code),
		slog.Int64("bytes", answer.Written),
		slog.Duration("duration", answer.Duration),
	)
}

// levelOf keeps the dozen files of a page that loads out of the log, where somebody may look for what matters.
func levelOf(route string, status int) slog.Level {
	if route == playgroundRoute && status < http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// methodForTheLog leaves out what HTTP does not define: a client may send any word as a method.
func methodForTheLog(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return method
	default:
		return "unknown"
	}
}
