package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"daypass/bench/report"
	"daypass/bench/stage"
)

// footprint is what Daypass takes before anybody asks it for anything.
type footprint struct {
	// StartMilliseconds is from the start of the process to its first answer, on a database that is there: the median of
	// some starts.
	StartMilliseconds float64
	IdleMegabytes     float64
	BinaryMegabytes   float64
}

const starts = 9

func (r *rig) footprint(ctx context.Context) (footprint, error) {
	binary, err := os.Stat(r.program)
	if err != nil {
		return footprint{}, err
	}
	f := footprint{BinaryMegabytes: float64(binary.Size()) / 1e6}
	var took []time.Duration
	for range starts {
		server, err := stage.ServeDaypass(r.program, r.database.URL("daypass"))
		if err != nil {
			return f, err
		}
		took = append(took, server.Started)
		settle(ctx)
		used, err := stage.UsageOf(server.ProcessID())
		if err != nil {
			return f, err
		}
		f.IdleMegabytes = max(f.IdleMegabytes, float64(used.Resident)/1e6)
		server.Kill()
	}
	slices.Sort(took)
	f.StartMilliseconds = milliseconds(took[len(took)/2])
	return f, nil
}

// settle gives a program that was started the time to do what it does beside.
func settle(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
}

func (f footprint) table() *report.Table {
	t := &report.Table{Columns: []string{"start to first answer", "memory when idle", "binary"}}
	t.Add(fmt.Sprintf("%.0f ms", f.StartMilliseconds), fmt.Sprintf("%.1f MB", f.IdleMegabytes), fmt.Sprintf("%.1f MB", f.BinaryMegabytes))
	return t
}
