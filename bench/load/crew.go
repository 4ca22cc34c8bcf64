package load

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Work does one operation and returns when it is done.
type Work func() error

// Crew is those who work together, each on a connection of its own and one operation after the other.
type Crew []Work

// NewCrew returns so many who work; prepare is called with the number of each.
func NewCrew(size int, prepare func(i int) (Work, error)) (Crew, error) {
	var crew Crew
	for i := range size {
		work, err := prepare(i)
		if err != nil {
			return nil, fmt.Errorf("prepare connection %d: %w", i, err)
		}
		crew = append(crew, work)
	}
	return crew, nil
}

// Sample is what a crew did in a while.
type Sample struct {
	Operations int
	// Elapsed is the time from the first moment until the last operation was done.
	Elapsed time.Duration
	// Latency has the duration of each operation in microseconds.
	Latency *hdrhistogram.Histogram
}

// NewSample returns one of nothing.
func NewSample() Sample {
	// From 1 us to 1 min, with an error of a percent at most.
	return Sample{Latency: hdrhistogram.New(1, time.Minute.Microseconds(), 2)}
}

// Add takes what another sample counted.
func (s *Sample) Add(other Sample) {
	s.Operations += other.Operations
	s.Elapsed += other.Elapsed
	s.Latency.Merge(other.Latency)
}

// Rate is operations a second.
func (s Sample) Rate() float64 { return float64(s.Operations) / s.Elapsed.Seconds() }

// Quantile is the duration that so many of a hundred operations did not exceed.
func (s Sample) Quantile(percent float64) time.Duration {
	return time.Duration(s.Latency.ValueAtQuantile(percent)) * time.Microsecond
}

// Run lets all work until the time is over, each operation that was begun to its end. Whoever fails stops, and its error
// is returned; so many failures say little about speed.
func (c Crew) Run(length time.Duration) (Sample, error) {
	samples, errs := make([]Sample, len(c)), make([]error, len(c))
	var working sync.WaitGroup
	began := time.Now()
	for i, work := range c {
		working.Go(func() { samples[i], errs[i] = workUntil(began.Add(length), work) })
	}
	working.Wait()
	elapsed := time.Since(began)
	total := NewSample()
	for _, sample := range samples {
		total.Add(sample)
	}
	total.Elapsed = elapsed
	return total, firstOf(errs)
}

// firstOf spares the reader the others, which most often say the same.
func firstOf(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	return fmt.Errorf("%w (and %d more)", errs[0], len(errs)-1)
}

func workUntil(over time.Time, work Work) (Sample, error) {
	sample := NewSample()
	for began := time.Now(); began.Before(over); {
		if err := work(); err != nil {
			return sample, err
		}
		ended := time.Now()
		sample.Operations++
		if err := sample.Latency.RecordValue(max(1, ended.Sub(began).Microseconds())); err != nil {
			return sample, fmt.Errorf("an operation took %s: %w", ended.Sub(began), err)
		}
		began = ended
	}
	return sample, nil
}
