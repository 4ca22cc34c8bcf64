package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
)

const (
	livenessPath  = "/healthz"
	readinessPath = "/readyz"
)

// readyTimeout is shorter than the patience of the usual prober.
const readyTimeout = 2 * time.Second

// alive answers as long as the process can answer at all. It asks nobody: restarting us heals no database.
func alive(w http.ResponseWriter, _ *http.Request) {
	tellHealth(w, http.StatusOK, `{"status":"ok"}`)
}

// readiness tells a load balancer whether to send requests here. Why not is told in one of two fixed words; the cause
// is logged.
func readiness(ready func(context.Context) error, stopping <-chan struct{}, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-stopping:
			tellHealth(w, http.StatusServiceUnavailable, `{"status":"unavailable","reason":"stopping"}`)
			return
		default:
		}
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			log.WarnContext(ctx, "not ready", slog.Any("error", err))
			tellHealth(w, http.StatusServiceUnavailable, `{"status":"unavailable","reason":"database"}`)
			return
		}
		tellHealth(w, http.StatusOK, `{"status":"ok"}`)
	})
}

func tellHealth(w http.ResponseWriter, status int, content string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, content) // an error here is a prober that went away
}
