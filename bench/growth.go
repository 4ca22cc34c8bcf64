package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"daypass/bench/load"
	"daypass/bench/report"
	"daypass/bench/stage"
	"daypass/internal/testbed"
)

// growthCmd asks whether anything gets slower, or larger, as sessions and rotations add up.
type growthCmd struct {
	Sessions    []int         `default:"10000,1000000,10000000" help:"How many there are, in a database each (default ${default})."`
	Connections int           `default:"32" help:"How many clients work at once (default ${default})."`
	Slice       time.Duration `default:"1s" help:"How long one works until it is the turn of the next (default ${default})."`
	Rounds      int           `default:"20" help:"How many turns each gets (default ${default})."`
	BufferPool  string        `default:"8G" help:"Memory of the database for pages (default ${default})."`
	Out         string        `default:"docs/figures" help:"Folder for the figures and the plot (default ${default})."`
}

// maxExpired is how many sessions are there to be cleaned up, at most.
const maxExpired = 20_000

// historians is how many of the accounts have a history: as many at every size, but for the smallest.
const historians = 1_000

// Run measures and reports.
func (cmd *growthCmd) Run(ctx context.Context) error {
	g := &growth{cmd: cmd}
	defer g.close()
	if err := g.open(ctx); err != nil {
		return err
	}
	figures := growthFigures{Machine: report.ThisMachine(g.version), BufferPool: cmd.BufferPool}
	var err error
	if figures.Rows, err = g.measure(ctx); err != nil {
		return err
	}
	return figures.report(cmd.Out)
}

// growth is databases of several sizes on one server, with a Daypass on each.
type growth struct {
	cmd     *growthCmd
	folder  string
	server  *testbed.MySQLServer
	version string
	sizes   []*grown
}

// grown is one of the databases.
type grown struct {
	*stage.Population

	name    string
	daypass *stage.Server
}

func (g *growth) open(ctx context.Context) (err error) {
	if g.folder, err = os.MkdirTemp("", "daypass-bench-"); err != nil {
		return err
	}
	program, err := stage.Build(ctx, g.folder, "daypass/cmd/daypass")
	if err != nil {
		return err
	}
	g.server, err = testbed.StartMySQL(testbed.MySQLConfig{BufferPool: g.cmd.BufferPool, RedoLog: "2G"})
	if err != nil {
		return err
	}
	for _, sessions := range g.cmd.Sessions {
		fmt.Fprintf(os.Stderr, "loading %s sessions\n", report.Number(float64(sessions), 0))
		size := &grown{name: fmt.Sprintf("daypass_%d", sessions)}
		if size.Population, err = stage.NewPopulation(sessions, min(sessions/5, maxExpired), min(sessions/10, historians)); err != nil {
			return err
		}
		g.sizes = append(g.sizes, size)
		if err := g.fill(ctx, program, size); err != nil {
			return err
		}
	}
	return nil
}

func (g *growth) fill(ctx context.Context, program string, size *grown) error {
	admin, err := g.server.Open("mysql")
	if err != nil {
		return err
	}
	defer admin.Close()
	if err := admin.QueryRowContext(ctx, "SELECT VERSION()").Scan(&g.version); err != nil {
		return err
	}
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+size.name); err != nil {
		return err
	}
	// It migrates, and stays idle while the rows are loaded.
	if size.daypass, err = stage.ServeDaypass(program, g.server.URL(size.name)); err != nil {
		return err
	}
	pool, err := g.server.Open(size.name)
	if err != nil {
		return err
	}
	defer pool.Close()
	return size.Load(ctx, pool)
}

func (g *growth) close() {
	for _, size := range g.sizes {
		if size.daypass != nil {
			size.daypass.Kill()
		}
	}
	if g.server != nil {
		g.server.Discard()
	}
	if g.folder != "" {
		_ = os.RemoveAll(g.folder)
	}
}

// measure sets the sizes beside each other, operation by operation.
func (g *growth) measure(ctx context.Context) ([]growthRow, error) {
	rows := make([]growthRow, len(g.sizes))
	for i, size := range g.sizes {
		rows[i].Sessions = size.Sessions
		if err := g.weigh(ctx, size, &rows[i]); err != nil {
			return nil, err
		}
	}
	for _, operation := range growthOperations() {
		results, err := g.interleave(ctx, operation)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", operation.name, err)
		}
		for i, result := range results {
			rows[i].Operations = append(rows[i].Operations, growthOperation{
				Name: operation.name, PerSecond: result.Rate(), Ratio: result.RatioTo(results[0]),
				P50Milliseconds: milliseconds(result.Quantile(50)), P99Milliseconds: milliseconds(result.Quantile(99)),
			})
		}
	}
	for i, size := range g.sizes {
		if err := g.weighAgain(ctx, size, &rows[i]); err != nil {
			return nil, err
		}
		var err error
		if rows[i].CleanedPerSecond, err = g.cleanUp(ctx, size); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// interleave lets the sizes take turns at one operation.
func (g *growth) interleave(ctx context.Context, operation operation) ([]load.Result, error) {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	subjects := make([]load.Subject, len(g.sizes))
	for i, size := range g.sizes {
		crew, err := load.NewCrew(g.cmd.Connections, func(connection int) (load.Work, error) {
			return operation.work(ctx, size, connection, g.cmd.Connections)
		})
		if err != nil {
			return nil, err
		}
		subjects[i] = load.Subject{Name: fmt.Sprint(size.Sessions), Crew: crew}
	}
	progress := newProgress(len(subjects) * g.cmd.Rounds)
	defer progress.end()
	return load.Interleave(subjects, g.cmd.Slice, g.cmd.Rounds, progress.step)
}
