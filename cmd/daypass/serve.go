package main

import (
	"context"
	"log/slog"

	"daypass/internal/config"
	"daypass/internal/store"
)

type serveCmd struct {
	config.Production
	Migrate bool `help:"Bring the database up to date first. Safe when several replicas start together."`
}

// Help gives examples.
func (*serveCmd) Help() string {
	return `Examples:

    export DAYPASS_DATABASE_URL='mysql://daypass:PASSWORD@db.example.com/daypass?tls=true'
    export DAYPASS_SECRET="$(openssl rand -base64 48)"
    daypass serve --migrate

    DAYPASS_SECRET="$OLD,$NEW" daypass serve     # to rotate the secret: first so, on every replica,
    DAYPASS_SECRET="$NEW,$OLD" daypass serve     # then so; nobody is signed out
    daypass serve --database-url sqlite:/var/lib/daypass/daypass.db

SIGTERM and Ctrl-C let the requests in flight finish; a second one stops at once.`
}

// Run serves until the context ends, then drains.
func (cmd *serveCmd) Run(ctx context.Context) error {
	log := newServerLog(&cmd.Config)
	listener, err := listen(ctx, cmd.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	db, err := cmd.openStore(ctx, log)
	if err != nil {
		return err
	}
	defer db.Close()
	program, err := wire(&cmd.Config, db, ctx.Done(), log)
	if err != nil {
		return err
	}
	if err := program.service.LoadRevocations(ctx); err != nil {
		return err
	}
	log.InfoContext(ctx, "listening", "url", urlOf(listener))
	return program.run(ctx, listener, &cmd.Server, log)
}

// openStore connects to a database that is up to date, or is made so when that was asked for.
func (cmd *serveCmd) openStore(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	if !cmd.Migrate {
		return openMigratedStore(ctx, &cmd.Database, log)
	}
	db, err := openStore(ctx, &cmd.Database, log)
	if err != nil {
		return nil, err
	}
	applied, err := db.Migrate(ctx)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	log.InfoContext(ctx, "the database is up to date", "applied", applied)
	return db, nil
}
