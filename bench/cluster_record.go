package main

import (
	"maps"
	"sync"
	"time"

	"daypass/bench/load"
)

// clusterRecord counts what clients do, phase by phase and moment by moment.
type clusterRecord struct {
	mu      sync.Mutex
	began   time.Time
	phases  []*phaseRecord
	moments []clusterMoment
}

// phaseRecord is what happened in one phase.
type phaseRecord struct {
	name           string
	began, ended   time.Time
	sample         load.Sample
	failures       map[string]int
	lastFailure    time.Time
	longest        time.Duration
	gaveUp         int
	retried, ahead int
}

// clusterMoment is what happened in a second.
type clusterMoment struct{ Answered, Failed int }

func newClusterRecord() *clusterRecord {
	r := &clusterRecord{began: time.Now()}
	r.begin("before")
	return r
}

// begin has all that follows belong to a new phase.
func (r *clusterRecord) begin(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.phases = append(r.phases, &phaseRecord{name: name, began: now, ended: now, sample: load.NewSample(), failures: map[string]int{}})
}

// end notes what the replicas counted in the current phase.
func (r *clusterRecord) end(retried, ahead int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	phase := r.phase()
	phase.ended, phase.retried, phase.ahead = time.Now(), retried, ahead
}

func (r *clusterRecord) phase() *phaseRecord { return r.phases[len(r.phases)-1] }

// moment is the current second.
func (r *clusterRecord) moment() *clusterMoment {
	for second := int(time.Since(r.began).Seconds()); len(r.moments) <= second; {
		r.moments = append(r.moments, clusterMoment{})
	}
	return &r.moments[len(r.moments)-1]
}

// answered counts an operation that took so long, with all that was asked again.
func (r *clusterRecord) answered(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	phase := r.phase()
	phase.sample.Operations++
	phase.longest = max(phase.longest, took)
	highest := phase.sample.Latency.HighestTrackableValue()
	_ = phase.sample.Latency.RecordValue(min(max(1, took.Microseconds()), highest)) // within its range
	r.moment().Answered++
}

// failed counts something that is asked again.
func (r *clusterRecord) failed(kind string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	phase := r.phase()
	phase.failures[kind]++
	phase.lastFailure = time.Now()
	r.moment().Failed++
}

// gaveUp counts a client that asked in vain for as long as it may.
func (r *clusterRecord) gaveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phase().gaveUp++
}

// recovery is how long after the beginning of the phase something failed for the last time.
func (p *phaseRecord) recovery() time.Duration {
	if p.lastFailure.IsZero() {
		return 0
	}
	return p.lastFailure.Sub(p.began)
}

func (p *phaseRecord) row() clusterPhaseFigures {
	return clusterPhaseFigures{
		Name: p.name, Seconds: p.ended.Sub(p.began).Seconds(), Answered: p.sample.Operations, AskedAgain: maps.Clone(p.failures),
		RecoverySeconds: p.recovery().Seconds(), LongestSeconds: p.longest.Seconds(), GaveUp: p.gaveUp,
		P50Milliseconds: milliseconds(p.sample.Quantile(50)), P99Milliseconds: milliseconds(p.sample.Quantile(99)),
		Retried: p.retried, Ahead: p.ahead,
	}
}
