package load

import (
	"context"
	"sync"
	"time"
)

// Pace has a crew do so many operations a second, all together, until ctx ends. Each operation has a moment at which it is
// due, and its latency runs from there: one that has to wait, because the one before takes long, does not hide that.
// Whoever asks for what was done since the last time gets it from the returned function.
type Pace struct {
	mu     sync.Mutex
	sample Sample
	failed map[string]int
	done   sync.WaitGroup
}

// StartPace begins. Errors are counted by what nameOf makes of them, and the work goes on.
func StartPace(ctx context.Context, crew Crew, perSecond float64, nameOf func(error) string) *Pace {
	p := &Pace{sample: NewSample(), failed: map[string]int{}}
	interval := time.Duration(float64(len(crew)) / perSecond * float64(time.Second))
	began := time.Now()
	for i, work := range crew {
		first := began.Add(interval * time.Duration(i) / time.Duration(len(crew)))
		p.done.Go(func() { p.keep(ctx, first, interval, work, nameOf) })
	}
	return p
}

func (p *Pace) keep(ctx context.Context, due time.Time, interval time.Duration, work Work, nameOf func(error) string) {
	for ; wait(ctx, due); due = due.Add(interval) {
		err := work()
		took := time.Since(due)
		p.mu.Lock()
		p.sample.Operations++
		_ = p.sample.Latency.RecordValue(min(max(1, took.Microseconds()), p.sample.Latency.HighestTrackableValue())) // within its range
		if err != nil {
			p.failed[nameOf(err)]++
		}
		p.mu.Unlock()
	}
}

// wait reports whether there is still something to do at that time.
func wait(ctx context.Context, due time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Until(due)):
		return ctx.Err() == nil
	}
}

// Take returns what was done since the last call, and how often what went wrong. Elapsed is for the caller to say.
func (p *Pace) Take() (Sample, map[string]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sample, failed := p.sample, p.failed
	p.sample, p.failed = NewSample(), map[string]int{}
	return sample, failed
}

// Wait returns when all have stopped.
func (p *Pace) Wait() { p.done.Wait() }
