package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"daypass/graph"
	"daypass/internal/gqlhttp"
	"daypass/internal/web"
	"daypass/models"
)

// constantCmd is the limit of a protected query: the same server and schema, the same middleware and log, with a resolver
// that knows its answer. It is a process of its own, as what it is compared with.
type constantCmd struct {
	Addr         string `required:"true"`
	OperatorAddr string `help:"Nothing is there; each server of the bench is started alike."`
}

// Run serves until the context ends.
func (cmd *constantCmd) Run(ctx context.Context) error {
	listener, err := net.Listen("tcp", cmd.Addr)
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(make([]byte, 16<<20)) // ballast, as Daypass has it
	log := slog.New(web.LogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	server := web.NewServer(web.ServerConfig{Handler: constantHandler(log), Log: log})
	return web.Run(ctx, server, listener, web.Drain{Timeout: time.Second})
}

func constantHandler(log *slog.Logger) http.Handler {
	schema := graph.NewExecutableSchema(graph.Config{
		Resolvers: constantResolver{},
		Directives: graph.DirectiveRoot{Auth: func(ctx context.Context, _ any, next graphql.Resolver, _ models.Role) (any, error) {
			return next(ctx)
		}},
	})
	return web.Handler(web.Config{GraphQL: gqlhttp.NewHandler(schema, gqlhttp.Config{}), Log: log, RequestTimeout: 10 * time.Second})
}

type constantResolver struct{ graph.ResolverRoot }

func (constantResolver) Query() graph.QueryResolver { return constantQuery{} }

type constantQuery struct{ graph.QueryResolver }

func (constantQuery) Me(context.Context) (*graph.User, error) {
	return &graph.User{ID: "usr_00000000000000000000000000", Username: "somebody-0", Role: models.RoleUser}, nil
}
