package main

import (
	"errors"
	"os"
	"time"

	"daypass/bench/stage"
)

// spending is what was spent since some moment, or in a while.
type spending struct {
	server, database, loader time.Duration // of CPU
	counters                 stage.Counters
	// peak is the most memory that the server held meanwhile, in bytes.
	peak uint64
}

// costs counts what a subject spends.
type costs struct {
	rig    *rig
	server *stage.Server
	spent  spending
}

// around reads what is spent before a slice and after it.
func (c *costs) around() (func() error, error) {
	before, err := c.read()
	if err != nil {
		return nil, err
	}
	if c.server != nil {
		if err := stage.ForgetPeak(c.server.ProcessID()); err != nil {
			return nil, err
		}
	}
	return func() error {
		after, err := c.read()
		if err != nil {
			return err
		}
		c.spent.add(before, after)
		return nil
	}, nil
}

func (c *costs) read() (spending, error) {
	loader, loaderErr := stage.UsageOf(os.Getpid())
	database, databaseErr := stage.UsageOf(c.rig.database.ProcessID())
	counters, countersErr := stage.ReadCounters(c.rig.counters)
	s := spending{database: database.CPU, loader: loader.CPU, counters: counters}
	if err := errors.Join(loaderErr, databaseErr, countersErr); err != nil || c.server == nil {
		return s, err
	}
	server, err := stage.UsageOf(c.server.ProcessID())
	s.server, s.peak = server.CPU, server.Peak
	return s, err
}

// add takes what was spent between two readings.
func (s *spending) add(before, after spending) {
	s.server += after.server - before.server
	s.database += after.database - before.database
	s.loader += after.loader - before.loader
	s.peak = max(s.peak, after.peak)
	s.counters = s.counters.Add(after.counters.Since(before.counters))
}
