package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"runtime/debug"

	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/models"
)

type devCmd struct{ config.Development }

// Help gives examples.
func (*devCmd) Help() string {
	return `Examples:

    daypass dev
    daypass dev --addr 127.0.0.1:0
    daypass dev --database-url 'mysql://root@127.0.0.1/daypass'

The first start makes the files daypass.db and daypass.secret in the working folder, and the accounts demo and admin,
whose passwords it prints once. To start afresh, stop it and delete daypass.db*. Ctrl-C stops.`
}

// Run serves until the context ends, then drains. What it needs and does not find, it makes.
func (cmd *devCmd) Run(ctx context.Context) error {
	log := newServerLog(&cmd.Config)
	listener, err := listen(ctx, cmd.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	if len(cmd.Secret) == 0 {
		if cmd.Secret, err = keepSecret(secretFile, log); err != nil {
			return err
		}
	}
	db, err := openStore(ctx, &cmd.Database, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	program, err := wire(&cmd.Config, db, ctx.Done(), log)
	if err != nil {
		return err
	}
	if err := program.service.LoadRevocations(ctx); err != nil {
		return err
	}
	accounts, err := firstAccounts(ctx, program.service)
	greet(os.Stdout, greeting{
		url: urlOf(listener), database: cmd.DatabaseURL, playground: cmd.Playground, accounts: accounts,
	})
	if err != nil {
		return err
	}
	return program.run(ctx, listener, &cmd.Server, log)
}

// account is one that was just made; nobody can learn its password later.
type account struct {
	username, password string
	role               models.Role
}

// firstAccounts makes two accounts to try things with, when there is none at all. It returns those that it made, also
// along with an error.
func firstAccounts(ctx context.Context, service *auth.Service) ([]account, error) {
	existing, err := service.ListUsers(ctx, nil, 1)
	if err != nil || len(existing) > 0 {
		return nil, err
	}
	var made []account
	for _, wanted := range []account{
		{username: "demo", role: models.RoleUser, password: rand.Text()},
		{username: "admin", role: models.RoleAdmin, password: rand.Text()},
	} {
		if _, err := service.AddUser(ctx, wanted.username, wanted.password, wanted.role); err != nil {
			return made, fmt.Errorf("make the account %s: %w", wanted.username, err)
		}
		made = append(made, wanted)
	}
	debug.FreeOSMemory() // what hashing took is not needed again soon
	return made, nil
}
