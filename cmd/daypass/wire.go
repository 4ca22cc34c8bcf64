package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"daypass/graph"
	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/gqlhttp"
	"daypass/internal/metrics"
	"daypass/internal/password"
	"daypass/internal/store"
	"daypass/internal/token"
	"daypass/internal/tracing"
	"daypass/internal/web"
	"daypass/internal/web/playground"
)

// wire puts the program together, from the inside out. A login travels the other way: the web handler gives the
// request to the GraphQL handler, that to the resolver in graph, that to [auth.Service.Login], and that to the store.
//
// When stopping is closed the program tells load balancers to go elsewhere.
func wire(cfg *config.Config, db *store.Store, stopping <-chan struct{}, log *slog.Logger) (*parts, error) {
	codec, publicKeys, err := wireTokens(&cfg.Tokens)
	if err != nil {
		return nil, err
	}
	traces, err := wireTraces(&cfg.Traces, db, log) // nil when they are off
	if err != nil {
		return nil, err
	}
	hasher, err := password.NewHasher(password.Config{MaxQueue: cfg.HashQueue, MaxWait: cfg.HashWait, Watch: traces.Hashes()})
	if err != nil {
		return nil, err
	}
	meter := wireMeter(db)
	service := auth.New(auth.Config{
		AccessTokenTTL:    cfg.AccessTokenTTL,
		RefreshTokenTTL:   cfg.RefreshTokenTTL,
		SessionTTL:        cfg.SessionTTL,
		RefreshGrace:      cfg.RefreshGrace,
		MaxSessions:       cfg.MaxSessionsPerUser,
		MaxStreamsPerUser: cfg.MaxStreamsPerUser,
		MaxStreams:        cfg.MaxStreams,
		EventRetention:    cfg.EventRetention,
		Limits:            limitsOf(&cfg.Limits),
		Meter:             meter,
		Log:               log,
	}, db, codec, hasher)
	api := gqlhttp.NewHandler(graph.NewSchema(service), gqlhttp.Config{
		Introspection: cfg.Introspection,
		MaxBodyBytes:  int64(cfg.MaxBodyBytes),
		MaxTokens:     cfg.MaxTokens,
		MaxDepth:      cfg.MaxDepth,
		MaxCost:       cfg.MaxCost,
		StreamContext: web.StreamContext,
		PresentError:  graph.PresentError(log),
		Recover:       graph.Recover,
		Extension:     traces.Operations(),
		Observe: func(ctx context.Context, o gqlhttp.Observation) {
			meter.ObserveOperation(o.Field, o.Code, o.Took)
			traces.Failed(ctx, o.Code)
		},
	})
	handler := web.Handler(web.Config{
		GraphQL:        api,
		Playground:     playgroundOf(&cfg.Server),
		JWKS:           publicKeys,
		Ready:          db.Ping,
		Stopping:       stopping,
		Forwarding:     web.Forwarding{TrustedProxies: cfg.TrustedProxies, Header: string(cfg.ForwardedHeader)},
		Log:            log,
		RequestTimeout: cfg.RequestTimeout,
		AllowedOrigins: cfg.AllowedOrigins,
		Cookie:         cookieOf(&cfg.Browsers),
		HSTSMaxAge:     cfg.HSTSMaxAge,
		Trace:          traces.Requests(),
	})
	meter.Watch(metrics.Watched{
		RevocationsAge: service.RevocationsAge, Hashing: hasher.Load, Streams: service.Waiting, Pool: db.Pool(),
	})
	return &parts{service: service, handler: handler, operator: web.OperatorHandler(meter.Handler()), traces: traces}, nil
}

// wireMeter returns what counts, and has the store tell it.
func wireMeter(db *store.Store) *metrics.Metrics {
	meter := metrics.New(metrics.Labels{
		Verdicts: auth.Verdicts(), Counters: auth.Counters(), RetryReasons: store.RetryReasons(),
	})
	db.CountRetries(meter.Retried)
	return meter
}

// parts are what a running program needs of itself.
type parts struct {
	service *auth.Service
	// handler is for everyone.
	handler http.Handler
	// operator is for operators alone.
	operator http.Handler
	// traces are nil when they are off.
	traces *tracing.Traces
}

// wireTraces has the statements of the store traced, and returns what traces the rest; nil, and nothing is touched, when
// there is no collector to tell.
func wireTraces(cfg *config.Traces, db *store.Store, log *slog.Logger) (*tracing.Traces, error) {
	if cfg.OTLPEndpoint == "" {
		return nil, nil //nolint:nilnil // nil traces are those that are off
	}
	traces, err := tracing.New(tracing.Config{
		Endpoint: string(cfg.OTLPEndpoint), Version: release(), Ratio: cfg.TraceRatio, Callers: cfg.TraceCallers, Log: log,
	})
	if err != nil {
		return nil, err
	}
	statements := traces.Statements()
	if err := db.Use(statements, statements.Observe); err != nil {
		return nil, fmt.Errorf("trace the statements: %w", err)
	}
	return traces, nil
}

func wireTokens(cfg *config.Tokens) (codec *token.Codec, publicKeys []byte, err error) {
	keys, err := token.NewKeySet(cfg.Secret, cfg.SigningKeyFile.PEM)
	if err != nil {
		return nil, nil, fmt.Errorf("take the keys from DAYPASS_SECRET and DAYPASS_SIGNING_KEY_FILE: %w", err)
	}
	if publicKeys, err = keys.PublicJWKS(); err != nil {
		return nil, nil, err
	}
	codec, err = token.NewCodec(token.Config{Issuer: cfg.Issuer, Audience: cfg.Audience, Keys: keys, Now: time.Now})
	return codec, publicKeys, err
}

func limitsOf(cfg *config.Limits) auth.Limits {
	return auth.Limits{
		FailuresPerClient:       cfg.MaxFailuresPerClient,
		FailuresPerAccount:      cfg.MaxFailuresPerAccount,
		FailuresPerAddress:      cfg.MaxFailuresPerAddress,
		RegistrationsPerAddress: cfg.MaxRegistrationsPerAddress,
		RefreshesPerAddress:     cfg.MaxRefreshesPerAddress,
	}
}

func cookieOf(cfg *config.Browsers) web.CookieConfig {
	sameSite := map[config.SameSite]http.SameSite{
		config.SameSiteLax: http.SameSiteLaxMode, config.SameSiteNone: http.SameSiteNoneMode,
	}
	return web.CookieConfig{PlainHTTP: !cfg.CookieSecure, SameSite: sameSite[cfg.CookieSameSite]}
}

func playgroundOf(cfg *config.Server) http.Handler {
	if !cfg.Playground {
		return nil
	}
	return playground.Handler()
}

// openStore connects to the database; SQLite sizes its own pool.
func openStore(ctx context.Context, cfg *config.Database, log *slog.Logger) (*store.Store, error) {
	options := store.Config{
		MySQL:          cfg.DatabaseURL.MySQL,
		MySQLFailover:  cfg.DatabaseURL.MySQLFailover,
		SQLitePath:     cfg.DatabaseURL.SQLitePath,
		ConnectTimeout: cfg.ConnectTimeout,
		Log:            log,
	}
	if options.MySQL != nil {
		options.MaxOpenConns = cfg.MaxOpenConns
		options.MaxIdleConns = cfg.MaxIdleConns
		options.ConnMaxLifetime = cfg.ConnMaxLifetime
		options.ConnMaxIdleTime = cfg.ConnMaxIdleTime
	}
	return store.Open(ctx, options)
}

// openMigratedStore connects to the database and makes sure that its tables are those that this program knows.
func openMigratedStore(ctx context.Context, cfg *config.Database, log *slog.Logger) (*store.Store, error) {
	db, err := openStore(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	if err := db.CheckSchema(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// newLog returns a logger to standard error.
func newLog(cfg *config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	var handler slog.Handler = slog.NewTextHandler(os.Stderr, options)
	if cfg.LogFormat == config.LogJSON {
		handler = slog.NewJSONHandler(os.Stderr, options)
	}
	return slog.New(web.LogHandler(handler))
}

// newServerLog is newLog for a program that may be traced.
func newServerLog(cfg *config.Config) *slog.Logger {
	log := newLog(&cfg.Log)
	if cfg.OTLPEndpoint == "" {
		return log
	}
	return slog.New(tracing.LogHandler(log.Handler()))
}
