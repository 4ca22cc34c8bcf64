package main

import (
	"runtime"
	"time"

	"daypass/bench/load"
	"daypass/bench/stage"
)

// soakWatch reads what was done and spent since the last time, and what the processes hold.
type soakWatch struct {
	rig   *rig
	pace  *load.Pace
	costs *costs
	began time.Time
	last  soakReading
}

// soakReading is what counts on since the processes, and the machine, started.
type soakReading struct {
	at     time.Time
	spent  spending
	stolen time.Duration
}

func (r *rig) watch(pace *load.Pace) (*soakWatch, error) {
	w := &soakWatch{rig: r, pace: pace, costs: &costs{rig: r, server: r.daypass}}
	now, err := w.read()
	w.began, w.last = now.at, now
	return w, err
}

func (w *soakWatch) read() (soakReading, error) {
	spent, err := w.costs.read()
	if err != nil {
		return soakReading{}, err
	}
	stolen, err := stage.Stolen()
	return soakReading{at: time.Now(), spent: spent, stolen: stolen}, err
}

func (w *soakWatch) sample() (soakSample, error) {
	done, failed := w.pace.Take()
	now, err := w.read()
	if err != nil {
		return soakSample{}, err
	}
	metrics, err := w.rig.daypass.Metrics()
	if err != nil {
		return soakSample{}, err
	}
	database, err := stage.UsageOf(w.rig.database.ProcessID())
	if err != nil {
		return soakSample{}, err
	}
	last := w.last
	w.last = now
	done.Elapsed = now.at.Sub(last.at)
	each := func(spent time.Duration) float64 {
		return float64(spent.Microseconds()) / max(1, float64(done.Operations))
	}
	return soakSample{
		Minutes: now.at.Sub(w.began).Minutes(), PerSecond: done.Rate(),
		P50Milliseconds: milliseconds(done.Quantile(50)), P99Milliseconds: milliseconds(done.Quantile(99)),
		ServerMicroseconds:   each(now.spent.server - last.spent.server),
		DatabaseMicroseconds: each(now.spent.database - last.spent.database),
		Stolen:               (now.stolen - last.stolen).Seconds() / done.Elapsed.Seconds() / float64(runtime.NumCPU()),
		ResidentMegabytes:    metrics["process_resident_memory_bytes"] / 1e6,
		HeapMegabytes:        metrics["go_memstats_heap_inuse_bytes"] / 1e6,
		Goroutines:           int(metrics["go_goroutines"]),
		Files:                int(metrics["process_open_fds"]),
		Connections:          int(metrics["go_sql_open_connections"]),
		DatabaseMegabytes:    float64(database.Resident) / 1e6,
		Errors:               failed,
	}, nil
}
