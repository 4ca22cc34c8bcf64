package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"daypass/bench/load"
	"daypass/bench/report"
	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/store"
)

// growthFigures are what was found at several sizes.
type growthFigures struct {
	Machine    report.Machine
	BufferPool string
	Rows       []growthRow
}

// growthRow is one size.
type growthRow struct {
	Sessions int
	// RowsBefore and RowsAfter are those of refresh_tokens before all refreshes and after.
	RowsBefore, RowsAfter int
	// BytesBefore and BytesAfter are those of a session, with its indexes.
	BytesBefore, BytesAfter float64
	// Rotations is how many refreshes lay between.
	Rotations int
	// CleanedPerSecond is how many expired sessions are removed in a second, without the pauses between batches.
	CleanedPerSecond float64
	Operations       []growthOperation
}

// growthOperation is an operation at one size.
type growthOperation struct {
	Name      string
	PerSecond float64
	// Ratio is the speed as a part of that at the smallest size.
	Ratio                            load.Ratio
	P50Milliseconds, P99Milliseconds float64
}

// weigh reads how large the table is, and has all of its pages in memory.
func (g *growth) weigh(ctx context.Context, size *grown, row *growthRow) (err error) {
	row.RowsBefore, row.BytesBefore, err = g.tableSize(ctx, size)
	return err
}

func (g *growth) weighAgain(ctx context.Context, size *grown, row *growthRow) (err error) {
	row.RowsAfter, row.BytesAfter, err = g.tableSize(ctx, size)
	if err != nil {
		return err
	}
	pool, err := g.server.Open(size.name)
	if err != nil {
		return err
	}
	defer pool.Close()
	return pool.QueryRowContext(ctx, "SELECT COALESCE(SUM(generation - 1), 0) FROM refresh_tokens").Scan(&row.Rotations)
}

func (g *growth) tableSize(ctx context.Context, size *grown) (rows int, bytesEach float64, err error) {
	pool, err := g.server.Open(size.name)
	if err != nil {
		return 0, 0, err
	}
	defer pool.Close()
	var bytes float64
	if _, err := pool.ExecContext(ctx, "ANALYZE TABLE refresh_tokens"); err != nil {
		return 0, 0, err
	}
	if err := pool.QueryRowContext(ctx, "SELECT COUNT(*) FROM refresh_tokens FORCE INDEX (PRIMARY) WHERE nonce_hash <> ''").Scan(&rows); err != nil {
		return 0, 0, err
	}
	err = pool.QueryRowContext(ctx, "SELECT data_length + index_length FROM information_schema.tables WHERE table_schema = ? AND table_name = 'refresh_tokens'",
		size.name).Scan(&bytes)
	return rows, bytes / float64(rows), err
}

// cleanUp has sessions expire, and removes them as the program does, batch by batch, but without its pauses.
func (g *growth) cleanUp(ctx context.Context, size *grown) (perSecond float64, err error) {
	address, err := config.ParseDatabaseURL(g.server.URL(size.name))
	if err != nil {
		return 0, err
	}
	records, err := store.Open(ctx, store.Config{MySQL: address.MySQL})
	if err != nil {
		return 0, err
	}
	defer records.Close()
	deleted, began := 0, time.Now()
	over := began.Add(-2 * time.Hour).UTC()
	_, err = records.Pool().ExecContext(ctx, "UPDATE refresh_tokens SET expires_at = ?, idle_expires_at = ? ORDER BY id LIMIT ?", over, over, size.Expired)
	if err != nil {
		return 0, fmt.Errorf("have sessions expire: %w", err)
	}
	began = time.Now()
	for {
		batch, err := records.DeleteExpired(ctx, auth.Expired{At: began.Add(-time.Hour).UTC(), EventsBefore: began.Add(-365 * 24 * time.Hour).UTC()}, 500)
		if err != nil {
			return 0, err
		}
		if batch == 0 {
			return float64(deleted) / time.Since(began).Seconds(), nil
		}
		deleted += batch
	}
}

func (f *growthFigures) report(folder string) error {
	fmt.Printf("%s, buffer pool %s\n\n", f.Machine, f.BufferPool)
	if err := f.operations().Write(os.Stdout); err != nil {
		return err
	}
	fmt.Println()
	if err := f.storage().Write(os.Stdout); err != nil {
		return err
	}
	if err := report.WriteJSON(folder, "growth", f); err != nil {
		return err
	}
	return report.WriteSVG(folder, "growth", 2, f.panels())
}

func (f *growthFigures) operations() *report.Table {
	t := &report.Table{Columns: []string{"", "sessions", "a second", "to the smallest (4 of 5 slices)", "p50", "p99"}}
	for o := range f.Rows[0].Operations {
		for _, row := range f.Rows {
			operation := row.Operations[o]
			t.Add(operation.Name, report.Number(float64(row.Sessions), 0), report.Number(operation.PerSecond, 0),
				fmt.Sprintf("%.2f (%.2f to %.2f)", operation.Ratio.Median, operation.Ratio.Low, operation.Ratio.High),
				fmt.Sprintf("%.2f ms", operation.P50Milliseconds), fmt.Sprintf("%.2f ms", operation.P99Milliseconds))
		}
	}
	return t
}

func (f *growthFigures) storage() *report.Table {
	t := &report.Table{Columns: []string{"sessions", "bytes a session", "rotations", "rows after them", "bytes a session after", "cleaned up a second"}}
	for _, row := range f.Rows {
		t.Add(report.Number(float64(row.RowsBefore), 0), fmt.Sprintf("%.0f", row.BytesBefore), report.Number(float64(row.Rotations), 0),
			report.Number(float64(row.RowsAfter), 0), fmt.Sprintf("%.0f", row.BytesAfter), report.Number(row.CleanedPerSecond, 0))
	}
	return t
}

// panels plot the refresh by the number of sessions.
func (f *growthFigures) panels() []report.Panel {
	speed := report.Panel{Title: "Refreshes", X: "sessions", Y: "a second", Logarithmic: true, Series: []report.Series{{Name: "refreshToken"}}}
	latency := report.Panel{Title: "How long one takes", X: "sessions", Y: "milliseconds", Logarithmic: true, Series: []report.Series{{Name: "p50"}, {Name: "p99"}}}
	for _, row := range f.Rows {
		sessions, operation := float64(row.Sessions), row.Operations[0]
		speed.Series[0].Add(sessions, operation.PerSecond)
		latency.Series[0].Add(sessions, operation.P50Milliseconds)
		latency.Series[1].Add(sessions, operation.P99Milliseconds)
	}
	return []report.Panel{speed, latency}
}
