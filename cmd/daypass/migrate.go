package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"daypass/internal/config"
	"daypass/internal/store"
)

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" default:"withargs" help:"Bring the database up to date; the default. Safe to repeat, and to run from several places at once."`
	Status migrateStatusCmd `cmd:"" help:"List the migrations and when each was applied. Changes nothing."`
}

// Help gives examples.
func (*migrateCmd) Help() string {
	return `Examples:

    daypass migrate
    daypass migrate status --database-url sqlite:daypass.db`
}

type migrateUpCmd struct {
	config.Database
	config.Log
}

// Help gives examples.
func (*migrateUpCmd) Help() string {
	return `Examples:

    daypass migrate
    daypass migrate up --database-url 'mysql://root@127.0.0.1/daypass'

Processes that migrate at the same time wait for each other, on a Galera cluster too.`
}

// Run migrates and tells what it did.
func (cmd *migrateUpCmd) Run(ctx context.Context) error {
	db, err := openStore(ctx, &cmd.Database, newLog(&cmd.Log))
	if err != nil {
		return err
	}
	defer db.Close()
	applied, err := db.Migrate(ctx)
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Println("the database is up to date")
	}
	return err
}

type migrateStatusCmd struct {
	config.Database
	config.Log
}

// Help gives examples.
func (*migrateStatusCmd) Help() string {
	return `Example:

    daypass migrate status --database-url sqlite:daypass.db`
}

// Run lists the migrations.
func (cmd *migrateStatusCmd) Run(ctx context.Context) error {
	db, err := openStore(ctx, &cmd.Database, newLog(&cmd.Log))
	if err != nil {
		return err
	}
	defer db.Close()
	migrations, err := db.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MIGRATION\tAPPLIED")
	for _, migration := range migrations {
		fmt.Fprintf(table, "%s\t%s\n", migration.Name, appliedAt(migration))
	}
	return table.Flush()
}

func appliedAt(migration store.Migration) string {
	if migration.AppliedAt.IsZero() {
		return "not yet"
	}
	return migration.AppliedAt.UTC().Format(time.RFC3339)
}
