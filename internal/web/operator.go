package web

import (
	"net/http"
	"net/http/pprof"
)

// OperatorHandler returns what is for operators alone: /metrics, and the profiles of the Go runtime under /debug/pprof/.
// Profiles tell much and cost much, so serve it on an address that nobody else can reach.
func OperatorHandler(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	return mux
}
