package main

import (
	"errors"
	"runtime"
	"time"

	"daypass/bench/load"
	"daypass/bench/stage"
)

// soakWatch reads what was done and spent since the last time, and what the processes hold.
type soakWatch struct {
	rig   *rig
	pace  *load.Pace
	began time.Time
	last  soakReading
}

// soakReading is what counts on since the processes, and the machine, started.
type soakReading struct {
	at               time.Time
	server, database stage.Usage
	stolen           time.Duration
}

func (r *rig) watch(pace *load.Pace) (*soakWatch, error) {
	w := &soakWatch{rig: r, pace: pace}
	now, err := w.read()
	w.began, w.last = now.at, now
	return w, err
}

func (w *soakWatch) read() (soakReading, error) {
	server, serverErr := stage.UsageOf(w.rig.daypass.ProcessID())
	database, databaseErr := stage.UsageOf(w.rig.database.ProcessID())
	stolen, stolenErr := stage.Stolen()
	return soakReading{time.Now(), server, database, stolen}, errors.Join(serverErr, databaseErr, stolenErr)
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
	last := w.last
	w.last = now
	done.Elapsed = now.at.Sub(last.at)
	each := func(spent time.Duration) float64 {
		return microseconds(spent) / max(1, float64(done.Operations))
	}
	return soakSample{
		Minutes: now.at.Sub(w.began).Minutes(), PerSecond: done.Rate(),
		P50Milliseconds: milliseconds(done.Quantile(50)), P99Milliseconds: milliseconds(done.Quantile(99)),
		ServerMicroseconds:   each(now.server.CPU - last.server.CPU),
		DatabaseMicroseconds: each(now.database.CPU - last.database.CPU),
		Stolen:               (now.stolen - last.stolen).Seconds() / done.Elapsed.Seconds() / float64(runtime.NumCPU()),
		ResidentMegabytes:    float64(now.server.Resident) / 1e6,
		HeapMegabytes:        metrics["go_memstats_heap_inuse_bytes"] / 1e6,
		Goroutines:           int(metrics["go_goroutines"]),
		Files:                int(metrics["process_open_fds"]),
		Connections:          int(metrics["go_sql_open_connections"]),
		DatabaseMegabytes:    float64(now.database.Resident) / 1e6,
		Errors:               failed,
	}, nil
}
