package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/felixge/httpsnoop"
)

// internalError is a GraphQL response (GraphQL section 7.1), for the clients of /graphql.
const internalError = `{"errors":[{"message":"internal server error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`

// recoverPanics answers a panic of next.
func recoverPanics(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer httpsnoop.Metrics
		defer answerPanic(r.Context(), log, w, &answer)
		answer.CaptureMetrics(w, func(w http.ResponseWriter) { next.ServeHTTP(w, r) })
	})
}

// answerPanic is to be deferred. It logs the cause and answers 500 without it. When the answer was already under way it
// cuts the connection instead, so that nobody takes half an answer for a whole one.
func answerPanic(ctx context.Context, log *slog.Logger, w http.ResponseWriter, answer *httpsnoop.Metrics) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	log.LogAttrs(ctx, slog.LevelError, "panic while serving a request",
		slog.String("cause", fmt.Sprint(cause)), slog.String("stack", string(debug.Stack())))
	if started := answer.Code != 0 || answer.Written > 0; started {
		panic(http.ErrAbortHandler)
	}
	answerInternalError(w)
}

func answerInternalError(w http.ResponseWriter) {
	header := w.Header()
	for _, meantForAnother := range []string{"Content-Length", "Content-Encoding", "ETag", "Last-Modified"} {
		header.Del(meantForAnother)
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, internalError) // an error here is a client that went away
}
