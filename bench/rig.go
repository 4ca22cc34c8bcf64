package main

import (
	"context"
	"database/sql"
	"os"

	"daypass/bench/stage"
	"daypass/internal/testbed"
)

// rig is all that runs while speeds are compared.
type rig struct {
	folder string
	// program is Daypass, built from this tree.
	program string
	// version is what the database calls itself.
	version           string
	database          *testbed.MySQLServer
	counters          *sql.DB
	daypass, constant *stage.Server
	// members have accounts to sign in to, so many that none comes near the limit on its sessions.
	members []stage.Person
	// guessed have accounts too, whose passwords somebody guesses.
	guessed []stage.Person
	// plain and textbook are pools on the database of Daypass and on one of their own.
	plain, textbook *sql.DB
	prepared        rotation
}

// poolSize is that of Daypass by default.
const poolSize = 32

// open starts everything. Close it, also after an error.
func (r *rig) open(ctx context.Context) (err error) {
	if r.folder, err = os.MkdirTemp("", "daypass-bench-"); err != nil {
		return err
	}
	if r.program, err = stage.Build(ctx, r.folder, "daypass/cmd/daypass"); err != nil {
		return err
	}
	r.database, err = testbed.StartMySQL(testbed.MySQLConfig{BufferPool: "1G", RedoLog: "256M"})
	if err != nil {
		return err
	}
	if r.counters, err = r.database.Open("mysql"); err != nil {
		return err
	}
	r.counters.SetMaxOpenConns(1)
	if err := r.counters.QueryRowContext(ctx, "SELECT VERSION()").Scan(&r.version); err != nil {
		return err
	}
	for _, name := range []string{"daypass", "textbook"} {
		if _, err := r.counters.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
			return err
		}
	}
	if r.daypass, err = stage.ServeDaypass(r.program, r.database.URL("daypass")); err != nil {
		return err
	}
	if r.plain, err = r.frugalPool("daypass"); err != nil {
		return err
	}
	if r.prepared, err = prepared(ctx, r.plain); err != nil {
		return err
	}
	if r.textbook, err = r.frugalPool("textbook"); err != nil {
		return err
	}
	if _, err := r.textbook.ExecContext(ctx, textbookSchema); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r.constant, err = stage.Serve(self, nil, "constant")
	return err
}

func (r *rig) close() {
	for _, server := range []*stage.Server{r.daypass, r.constant} {
		if server != nil {
			server.Kill()
		}
	}
	for _, pool := range []*sql.DB{r.counters, r.plain, r.textbook} {
		if pool != nil {
			_ = pool.Close()
		}
	}
	if r.database != nil {
		r.database.Discard()
	}
	if r.folder != "" {
		_ = os.RemoveAll(r.folder)
	}
}

// frugalPool is database/sql with one round trip a statement, on connections that stay.
func (r *rig) frugalPool(database string) (*sql.DB, error) {
	pool, err := r.database.Open(database)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(poolSize)
	pool.SetMaxIdleConns(poolSize)
	return pool, nil
}
