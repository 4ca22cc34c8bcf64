package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
)

func TestPresentError(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		code    ErrorCode
		with    map[string]any
		wantLog string
	}{
		{name: "unknown", err: errors.New("disk is purple"), code: ErrorCodeInternalServerError, wantLog: "level=ERROR"},
		{name: "panic", err: Recover(t.Context(), "disk is purple"), code: ErrorCodeInternalServerError, wantLog: "errors_test.go"},
		{name: "wrapped", err: fmt.Errorf("disk is purple: %w", auth.ErrUsernameTaken), code: ErrorCodeUsernameTaken, wantLog: "code=USERNAME_TAKEN"},
		{name: "unavailable", err: fmt.Errorf("disk is purple: %w", auth.ErrUnavailable), code: ErrorCodeServiceUnavailable, with: map[string]any{"retryAfter": retryAfter}, wantLog: "level=WARN"},
		{name: "out of time", err: fmt.Errorf("disk is purple: %w", context.DeadlineExceeded), code: ErrorCodeServiceUnavailable, with: map[string]any{"retryAfter": retryAfter}, wantLog: "level=WARN"},
		{name: "limited", err: fmt.Errorf("disk is purple: %w", &auth.RateLimitedError{RetryAfter: 4001 * time.Millisecond}), code: ErrorCodeRateLimited, with: map[string]any{"retryAfter": 5}, wantLog: "code=RATE_LIMITED"},
		{name: "limited for whole seconds", err: &auth.RateLimitedError{RetryAfter: time.Minute}, code: ErrorCodeRateLimited, with: map[string]any{"retryAfter": 60}, wantLog: "level=INFO"},
		{name: "limited for a moment", err: &auth.RateLimitedError{RetryAfter: time.Nanosecond}, code: ErrorCodeRateLimited, with: map[string]any{"retryAfter": 1}, wantLog: "level=INFO"},
		{name: "limited for no time", err: &auth.RateLimitedError{}, code: ErrorCodeRateLimited, with: map[string]any{"retryAfter": 1}, wantLog: "level=INFO"},
		{name: "client gone", err: fmt.Errorf("disk is purple: %w", context.Canceled), code: ErrorCodeServiceUnavailable},
		{name: "expired", err: auth.ErrRefreshTokenExpired, code: ErrorCodeInvalidRefreshToken, with: map[string]any{"reason": "EXPIRED"}, wantLog: "level=INFO"},
		{name: "reused", err: auth.ErrRefreshTokenReused, code: ErrorCodeInvalidRefreshToken, with: map[string]any{"reason": "REUSED"}, wantLog: "level=INFO"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			shown := PresentError(slog.New(slog.NewTextHandler(&log, nil)))(t.Context(), test.err)
			require.Equal(t, test.code, shown.Extensions["code"])
			for name, value := range test.with {
				require.Equal(t, value, shown.Extensions[name])
			}
			require.NotContains(t, shown.Error(), "purple", "the cause is for the log")
			if test.wantLog == "" {
				require.Empty(t, log.String())
				return
			}
			require.Contains(t, log.String(), test.wantLog)
			refused := strings.Contains(log.String(), "refused")
			require.NotEqual(t, refused, strings.Contains(log.String(), "disk is purple"), "the cause of our faults is logged")
		})
	}
}
