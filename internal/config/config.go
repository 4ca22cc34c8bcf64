package config

import (
	"log/slog"
	"time"
)

// Config is every setting of the server.
type Config struct {
	Server
	Requests
	Browsers
	Database
	Tokens
	Passwords
	Limits
	History
	Log
	Traces
}

// Development is the configuration of `daypass dev`: everything on this machine, and open to look at.
type Development struct {
	Config `set:"addr=127.0.0.1:8080" set:"database_url=sqlite:daypass.db" set:"explore=true" set:"cookie_secure=false" set:"log_format=text"`
}

// Production is the configuration of `daypass serve`: it asks for a database and a secret, and shows only the API.
type Production struct {
	Config `set:"addr=:8080" set:"database_url=" set:"explore=false" set:"cookie_secure=true" set:"log_format=json"`
}

// Server is how the program answers HTTP.
type Server struct {
	// Addr is where to listen, host:port. Without a host it is every interface; port 0 takes a free one.
	Addr string `env:"DAYPASS_ADDR" default:"${addr}" placeholder:"HOST:PORT" group:"HTTP" help:"Where to listen (default ${default})."`
	// OperatorAddr is where to listen for operators: metrics and profiles, which are nobody else's business. Without it
	// there are none.
	OperatorAddr string `env:"DAYPASS_OPERATOR_ADDR" default:"" placeholder:"HOST:PORT" group:"HTTP" help:"Where operators find /metrics and /debug/pprof/; keep it from everyone else."`
	// Playground puts GraphiQL at `/`.
	Playground bool `env:"DAYPASS_PLAYGROUND" default:"${explore}" negatable:"" group:"HTTP" help:"Serve GraphiQL at / (default ${default})."`
	// Introspection lets clients ask for the schema.
	Introspection bool `env:"DAYPASS_INTROSPECTION" default:"${explore}" negatable:"" group:"HTTP" help:"Answer questions about the schema (default ${default})."`
	// TrustedProxies are believed when they say where a request comes from; without any, it comes from its peer.
	TrustedProxies Networks `env:"DAYPASS_TRUSTED_PROXIES" default:"" placeholder:"NETWORK,..." group:"HTTP" help:"Networks and addresses of the proxies in front, which tell the addresses of clients."`
	// ForwardedHeader is the one that they write; the other one is never read, since clients can send it.
	ForwardedHeader ForwardedHeader `env:"DAYPASS_FORWARDED_HEADER" default:"X-Forwarded-For" placeholder:"HEADER" group:"HTTP" help:"The header in which they do, X-Forwarded-For or Forwarded (default ${default})."`
	// ReadTimeout bounds reading a request, its body included.
	ReadTimeout time.Duration `env:"DAYPASS_READ_TIMEOUT" default:"10s" group:"HTTP" help:"How long a client may take to send a request."`
	// RequestTimeout bounds the work on a request.
	RequestTimeout time.Duration `env:"DAYPASS_REQUEST_TIMEOUT" default:"10s" group:"HTTP" help:"How long the work on a request may take."`
	// WriteTimeout bounds a request from its last header to the last byte of the answer; longer than RequestTimeout.
	WriteTimeout time.Duration `env:"DAYPASS_WRITE_TIMEOUT" default:"30s" group:"HTTP" help:"How long a request may take until its answer is sent."`
	// IdleTimeout bounds how long a kept-alive connection may wait for its next request.
	IdleTimeout time.Duration `env:"DAYPASS_IDLE_TIMEOUT" default:"2m" group:"HTTP" help:"How long an idle connection is kept."`
	// DrainDelay is how long a stop goes on serving while /readyz says no already, for load balancers to notice.
	DrainDelay time.Duration `env:"DAYPASS_DRAIN_DELAY" default:"0s" group:"HTTP" help:"How long a stop goes on serving while /readyz says no already."`
	// DrainTimeout bounds how long a stop then waits for the requests in flight.
	DrainTimeout time.Duration `env:"DAYPASS_DRAIN_TIMEOUT" default:"15s" group:"HTTP" help:"How long a stop waits for requests in flight."`
}

// Requests is how much one request may ask for. None can be switched off.
type Requests struct {
	// MaxBodyBytes bounds the body of a request.
	MaxBodyBytes int `env:"DAYPASS_MAX_BODY_BYTES" default:"100000" group:"Limits" help:"Bytes in the body of a request at most."`
	// MaxTokens bounds the lexical tokens of a document, and with them the work to validate it.
	MaxTokens int `env:"DAYPASS_MAX_TOKENS" default:"1000" group:"Limits" help:"Tokens in a GraphQL document at most."`
	// MaxDepth bounds how deep fields nest. The usual introspection query needs 15.
	MaxDepth int `env:"DAYPASS_MAX_DEPTH" default:"20" group:"Limits" help:"How deep the fields of an operation may nest."`
	// MaxCost bounds how many fields an answer can have. The usual introspection query costs 2,600.
	MaxCost int `env:"DAYPASS_MAX_COST" default:"10000" group:"Limits" help:"What an operation may cost: 1 a field, times the page size in lists, and 100 more for each field at the root."`
}

// Browsers is which pages may use the API, and how browsers keep refresh tokens for them.
type Browsers struct {
	// AllowedOrigins are those, besides our own, whose pages may call the API, read its answers and use the cookie.
	AllowedOrigins Origins `env:"DAYPASS_ALLOWED_ORIGINS" default:"" placeholder:"ORIGIN,..." group:"Browsers" help:"Other origins whose pages may use the API and its cookie, each as browsers write it: https://app.example.com."`
	// CookieSameSite says which pages' requests carry the cookie.
	CookieSameSite SameSite `name:"cookie-samesite" env:"DAYPASS_COOKIE_SAMESITE" default:"strict" placeholder:"strict|lax|none" group:"Browsers" help:"Which pages' requests carry the cookie; none is for pages of other sites (default ${default})."`
	// CookieSecure keeps the cookie off plain HTTP.
	CookieSecure bool `env:"DAYPASS_COOKIE_SECURE" default:"${cookie_secure=true}" negatable:"" group:"Browsers" help:"Have the cookie sent over TLS only, as __Host-daypass (default ${default})."`
	// HSTSMaxAge is for how long browsers shall come back over TLS only (RFC 6797); 0 says nothing about it.
	HSTSMaxAge time.Duration `name:"hsts-max-age" env:"DAYPASS_HSTS_MAX_AGE" default:"0s" group:"Browsers" help:"How long browsers shall insist on TLS for this host; 0s leaves that to the proxy."`
}

// Database is where the records live, and how many connections lead there; the store sizes the pool of SQLite itself.
type Database struct {
	DatabaseURL DatabaseURL `env:"DAYPASS_DATABASE_URL" default:"${database_url=}" placeholder:"URL" group:"Database" help:"mysql://user:password@host:3306,otherhost/daypass?tls=true or sqlite:path."`
	// ConnectTimeout bounds how long the program looks for its database before it gives up.
	ConnectTimeout time.Duration `env:"DAYPASS_CONNECT_TIMEOUT" default:"5s" group:"Database" help:"How long to try to reach the database."`
	// MaxOpenConns is the size of the pool. Mind the server's limit and the number of replicas.
	MaxOpenConns int `env:"DAYPASS_MAX_OPEN_CONNS" default:"32" group:"Database" help:"Connections of this process at most (MySQL)."`
	// MaxIdleConns is how many connections wait for work; less than MaxOpenConns costs reconnects under load.
	MaxIdleConns int `env:"DAYPASS_MAX_IDLE_CONNS" default:"32" group:"Database" help:"Idle connections kept at most (MySQL)."`
	// ConnMaxLifetime is the age at which a connection is replaced; shorter than the server's wait_timeout.
	ConnMaxLifetime time.Duration `env:"DAYPASS_CONN_MAX_LIFETIME" default:"30m" group:"Database" help:"Age at which a connection is replaced (MySQL)."`
	// ConnMaxIdleTime is the idleness at which a connection is closed.
	ConnMaxIdleTime time.Duration `env:"DAYPASS_CONN_MAX_IDLE_TIME" default:"5m" group:"Database" help:"Idleness at which a connection is closed (MySQL)."`
}

// Tokens is what tokens say and how long they are good for.
type Tokens struct {
	// Secret signs refresh tokens and is what the access-token key is derived from. The first signs, all verify.
	Secret Secrets `env:"DAYPASS_SECRET" default:"" placeholder:"SECRET,..." group:"Tokens" help:"Secrets of at least 32 bytes: the first signs, all verify. Other users of the machine can read flags; prefer the variable."`
	// SigningKeyFile replaces the derived key of access tokens (ES256, RS256 or EdDSA).
	SigningKeyFile PEMFile `env:"DAYPASS_SIGNING_KEY_FILE" default:"" placeholder:"PATH" group:"Tokens" help:"PEM file with the private key that signs access tokens; else one is derived from the secret."`
	// Issuer is the `iss` of every token: a StringOrURI (RFC 7519 section 4.1.1).
	Issuer string `env:"DAYPASS_ISSUER" default:"daypass" placeholder:"NAME" group:"Tokens" help:"The iss claim: a name or an absolute URL (default ${default})."`
	// Audience is the `aud` of every access token: a StringOrURI (RFC 7519 section 4.1.3).
	Audience string `env:"DAYPASS_AUDIENCE" default:"daypass" placeholder:"NAME" group:"Tokens" help:"The aud claim: a name or an absolute URL (default ${default})."`
	// AccessTokenTTL is how long an access token is good for.
	AccessTokenTTL time.Duration `env:"DAYPASS_ACCESS_TOKEN_TTL" default:"15m" group:"Tokens" help:"How long an access token is good for."`
	// RefreshTokenTTL is the idle limit of a session (OWASP ASVS 5.0 section 7.3).
	RefreshTokenTTL time.Duration `env:"DAYPASS_REFRESH_TOKEN_TTL" default:"168h" group:"Tokens" help:"How long a session lives without a refresh."`
	// SessionTTL is the absolute limit of a session (OWASP ASVS 5.0 section 7.3).
	SessionTTL time.Duration `env:"DAYPASS_SESSION_TTL" default:"4320h" group:"Tokens" help:"How long a session lives however much it is used."`
	// RefreshGrace is how long a rotated refresh token is still answered with its successor, even when that is in use.
	RefreshGrace time.Duration `env:"DAYPASS_REFRESH_GRACE" default:"10s" group:"Tokens" help:"How long after a refresh the same token gets the same answer again."`
}

// Passwords bounds the work on password hashes, each of which takes a core and 19 MiB.
type Passwords struct {
	// HashQueue is how many sign-ins may wait for a core; the next one is told to try again.
	HashQueue int `env:"DAYPASS_HASH_QUEUE" default:"128" group:"Passwords" help:"Sign-ins that may wait for a core."`
	// HashWait is how long each of them waits at most before it is told to try again.
	HashWait time.Duration `env:"DAYPASS_HASH_WAIT" default:"2s" group:"Passwords" help:"How long a sign-in may wait for a core."`
}

// Limits is how much one account or address may do. Unless it says otherwise, 0 sets no limit. Addresses are counted by
// IPv4 address or by IPv6 network of 64 bits.
type Limits struct {
	// MaxSessionsPerUser is how many live sessions an account may have.
	MaxSessionsPerUser int `env:"DAYPASS_MAX_SESSIONS_PER_USER" default:"50" group:"Limits" help:"Live sessions of an account; the oldest makes room for one more."`
	// MaxStreamsPerUser is how many tabs of an account may wait for the end of their session.
	MaxStreamsPerUser int `env:"DAYPASS_MAX_STREAMS_PER_USER" default:"20" group:"Limits" help:"Streams of an account at each replica: tabs that wait for the end of their session."`
	// MaxStreams bounds the memory that they take, about 45 KB each. Far more need a higher GOMEMLIMIT.
	MaxStreams int `env:"DAYPASS_MAX_STREAMS" default:"1000" group:"Limits" help:"Streams of all accounts together at each replica."`
	// MaxFailuresPerClient also holds for a known device, and for a session that is asked for the current password.
	MaxFailuresPerClient int `env:"DAYPASS_MAX_FAILURES_PER_CLIENT" default:"5" group:"Limits" help:"Wrong passwords for one account from one address until waits begin; 0 for no limit."`
	// MaxFailuresPerAccount leaves known devices aside.
	MaxFailuresPerAccount int `env:"DAYPASS_MAX_FAILURES_PER_ACCOUNT" default:"20" group:"Limits" help:"Wrong passwords for one account from anywhere until waits begin; 0 for no limit."`
	// MaxFailuresPerAddress has room for an office behind one address.
	MaxFailuresPerAddress int `env:"DAYPASS_MAX_FAILURES_PER_ADDRESS" default:"100" group:"Limits" help:"Wrong passwords from one address, for any account, until waits begin; 0 for no limit."`
	// MaxRegistrationsPerAddress is by the hour.
	MaxRegistrationsPerAddress int `env:"DAYPASS_MAX_REGISTRATIONS_PER_ADDRESS" default:"20" group:"Limits" help:"Registrations from one address an hour; 0 for no limit."`
	// MaxRefreshesPerAddress is by the minute, and each process counts for itself.
	MaxRefreshesPerAddress int `env:"DAYPASS_MAX_REFRESHES_PER_ADDRESS" default:"3000" group:"Limits" help:"Refreshes from one address a minute, at each replica; 0 for no limit."`
}

// History is what is kept of what happened to accounts.
type History struct {
	// EventRetention is the age at which security events are deleted.
	EventRetention time.Duration `env:"DAYPASS_EVENT_RETENTION" default:"2160h" group:"History" help:"How long security events are kept."`
}

// Log is what the program says about its work, on standard error.
type Log struct {
	LogFormat LogFormat `env:"DAYPASS_LOG_FORMAT" default:"${log_format=text}" placeholder:"text|json" group:"Log" help:"How log lines look, json or text (default ${default})."`
	// LogLevel drops the lines below it.
	LogLevel slog.Level `env:"DAYPASS_LOG_LEVEL" default:"info" placeholder:"LEVEL" group:"Log" help:"debug, info, warn or error (default ${default})."`
}

// Traces is who is told how the time of a request was spent.
type Traces struct {
	// OTLPEndpoint is where traces are sent; without it there are none.
	OTLPEndpoint CollectorURL `name:"otlp-endpoint" env:"DAYPASS_OTLP_ENDPOINT" default:"" placeholder:"URL" group:"Traces" help:"Collector that takes traces by OTLP over HTTP, such as http://127.0.0.1:4318; without it there are none."`
	// TraceRatio is the share of requests that are traced.
	TraceRatio float64 `env:"DAYPASS_TRACE_RATIO" default:"1" group:"Traces" help:"Share of requests that are traced, from 0 to 1."`
	// TraceCallers are those whose `traceparent` counts: they decide whether a request is traced, and as part of what.
	TraceCallers Networks `env:"DAYPASS_TRACE_CALLERS" default:"" placeholder:"NETWORK,..." group:"Traces" help:"Networks and addresses of those whose traces go on here, and who decide what is traced; everyone else's traceparent is ignored."`
}

// LogFormat is how log lines look.
type LogFormat string

// The formats.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)
