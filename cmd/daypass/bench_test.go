package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"daypass/graph"
	"daypass/internal/auth"
	"daypass/internal/gqlhttp"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/internal/web"
	"daypass/models"
)

const benchPassword = "correct horse battery staple"

// bench is the whole program over HTTP, on a MySQL with full durability.
type bench struct {
	db      *testdb.DB
	store   *store.Store
	service *auth.Service
	url     string
}

func newBench(b *testing.B) *bench {
	b.Helper()
	cfg := wiredConfig()
	cfg.HashQueue, cfg.HashWait, cfg.MaxSessionsPerUser = connections, 10*time.Second, 10_000

	db := testdb.StartServer(b).Database(b)
	st := db.OpenStore(b)
	program, err := wire(cfg, st, nil, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	service := program.service
	require.NoError(b, service.LoadRevocations(b.Context()))
	ctx, stop := context.WithCancel(b.Context())
	go service.Run(ctx)
	b.Cleanup(stop)
	_, err = service.AddUser(b.Context(), "ada", benchPassword, models.RoleUser)
	require.NoError(b, err)
	return &bench{db: db, store: st, service: service, url: serveBench(b, program.handler)}
}

func serveBench(b *testing.B, handler http.Handler) string {
	b.Helper()
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	return server.URL
}

func (x *bench) login(b *testing.B) *auth.Pair {
	b.Helper()
	pair, err := x.service.Login(b.Context(), auth.Credentials{Username: "ada", Password: benchPassword})
	require.NoError(b, err)
	return pair
}

// frugalPool is database/sql at its best: one round trip a statement, on connections that stay.
func (x *bench) frugalPool(b *testing.B) *sql.DB {
	b.Helper()
	config := x.db.Config().MySQL
	config.ParseTime, config.InterpolateParams = true, true
	connector, err := mysql.NewConnector(config)
	require.NoError(b, err)
	pool := sql.OpenDB(connector)
	pool.SetMaxIdleConns(connections)
	b.Cleanup(func() { _ = pool.Close() })
	return pool
}

const meQuery = `{ me { id username role createdAt updatedAt } }`

// BenchmarkMe: a guarded query that reads the account, beside the same server and schema answering a constant.
func BenchmarkMe(b *testing.B) {
	x := newBench(b)
	constant := serveBench(b, constantHandler())
	bearer := x.login(b).AccessToken
	versus(b,
		workers(func(int) func() error { return newBenchClient(b, x.url, bearer).send(meQuery) }),
		workers(func(int) func() error { return newBenchClient(b, constant, "").send(meQuery) }))
}

// BenchmarkRefreshToken: a rotation, beside the SELECT and the guarded UPDATE that it needs by plain database/sql.
func BenchmarkRefreshToken(b *testing.B) {
	x := newBench(b)
	pool := x.frugalPool(b)
	versus(b,
		workers(func(int) func() error { return refreshing(newBenchClient(b, x.url, ""), x.login(b).RefreshToken) }),
		workers(func(int) func() error { return rotating(b.Context(), pool, x.login(b)) }))
}

// BenchmarkLogin: a sign-in, beside Argon2id alone.
func BenchmarkLogin(b *testing.B) {
	x := newBench(b)
	document := fmt.Sprintf(`mutation { login(input: {username: "ada", password: %q}) { accessToken refreshToken } }`, benchPassword)
	hashing := make(chan struct{}, 2)
	versus(b,
		workers(func(int) func() error { return newBenchClient(b, x.url, "").send(document) }),
		workers(func(int) func() error {
			return func() error {
				hashing <- struct{}{}
				defer func() { <-hashing }()
				argon2.IDKey([]byte(benchPassword), []byte("sixteen byte salt"), 2, 19456, 1, 32)
				return nil
			}
		}))
}

// BenchmarkLoginUnknown: a username that does not exist, beside a wrong password: the ratio is what a guesser sees.
func BenchmarkLoginUnknown(b *testing.B) {
	x := newBench(b)
	attempt := func(username string) func(int) func() error {
		document := fmt.Sprintf(`mutation { login(input: {username: %q, password: "wrong"}) { expiresIn } }`, username)
		return func(int) func() error {
			return newBenchClient(b, x.url, "").sendExpecting(document, "INVALID_CREDENTIALS")
		}
	}
	versus(b, workers(attempt("nobody")), workers(attempt("ada")))
}

// refreshing swaps a worker's own token again and again.
func refreshing(c *benchClient, refreshToken string) func() error {
	return func() error {
		var answer struct {
			Data struct{ RefreshToken struct{ RefreshToken string } }
		}
		document := `mutation ($t: String!) { refreshToken(input: {refreshToken: $t}) { accessToken expiresIn refreshToken } }`
		if err := c.exchange(document, map[string]string{"t": refreshToken}, &answer); err != nil {
			return err
		}
		refreshToken = answer.Data.RefreshToken.RefreshToken
		return nil
	}
}

// rotating is what no refresh can do without.
func rotating(ctx context.Context, pool *sql.DB, session *auth.Pair) func() error {
	id, generation := session.Session.ID, uint64(1)
	return func() error {
		var role string
		var revoked sql.NullTime
		row := pool.QueryRowContext(ctx, `SELECT u.role, t.revoked_at FROM refresh_tokens t
			JOIN users u ON u.id = t.user_id WHERE t.id = ?`, id)
		if err := row.Scan(&role, &revoked); err != nil {
			return err
		}
		now := time.Now().UTC()
		_, err := pool.ExecContext(ctx, `UPDATE refresh_tokens SET generation = ?, rotated_at = ?, idle_expires_at = ?
			WHERE id = ? AND generation <= ? AND revoked_at IS NULL`, generation+1, now, now.Add(time.Hour), id, generation)
		generation++
		return err
	}
}

// constantHandler is the same server and schema with a resolver that knows its answer.
func constantHandler() http.Handler {
	schema := graph.NewExecutableSchema(graph.Config{
		Resolvers: constantResolver{},
		Directives: graph.DirectiveRoot{Auth: func(ctx context.Context, _ any, next graphql.Resolver, _ models.Role) (any, error) {
			return next(ctx)
		}},
	})
	return web.Handler(web.Config{
		GraphQL: gqlhttp.NewHandler(schema, gqlhttp.Config{}), Log: slog.New(slog.DiscardHandler), RequestTimeout: 10 * time.Second,
	})
}

type constantResolver struct{ graph.ResolverRoot }

func (constantResolver) Query() graph.QueryResolver { return constantQuery{} }

type constantQuery struct{ graph.QueryResolver }

var constantUser = graph.User{ID: "usr_00000000000000000000000000", Username: "ada", Role: models.RoleUser}

func (constantQuery) Me(context.Context) (*graph.User, error) { return &constantUser, nil }
