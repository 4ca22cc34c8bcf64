package load

import (
	"fmt"
	"slices"
	"time"
)

// Subject is a crew whose speed is compared with that of others.
type Subject struct {
	Name string
	Crew Crew
	// Around is called before and after each slice, and reads counters; nil: nothing is read.
	Around func() (after func() error, err error)
}

// Result is how fast a subject was.
type Result struct {
	Sample

	// Rates are operations a second in each slice.
	Rates []float64
}

// Interleave lets subjects take turns in slices of the given length, as often as the rounds say, after each has warmed up
// for a slice. The order is turned round every other time, so that none always follows the same. Progress is called
// after each slice.
func Interleave(subjects []Subject, slice time.Duration, rounds int, progress func()) ([]Result, error) {
	results := make([]Result, len(subjects))
	for i := range subjects {
		results[i].Sample = NewSample()
		if _, err := subjects[i].Crew.Run(slice); err != nil {
			return nil, fmt.Errorf("%s: %w", subjects[i].Name, err)
		}
	}
	order := make([]int, len(subjects))
	for i := range order {
		order[i] = i
	}
	for range rounds {
		for _, i := range order {
			if err := results[i].take(subjects[i], slice); err != nil {
				return nil, fmt.Errorf("%s: %w", subjects[i].Name, err)
			}
			progress()
		}
		slices.Reverse(order)
	}
	return results, nil
}

// take adds one slice.
func (r *Result) take(s Subject, slice time.Duration) error {
	after := func() error { return nil }
	if s.Around != nil {
		var err error
		if after, err = s.Around(); err != nil {
			return err
		}
	}
	sample, err := s.Crew.Run(slice)
	if err != nil {
		return err
	}
	r.Add(sample)
	r.Rates = append(r.Rates, sample.Rate())
	return after()
}

// Ratio is one speed as a part of another.
type Ratio struct {
	// Median is that of the ratios of neighbouring slices.
	Median float64
	// Low and High are what four of five of them lie between.
	Low, High float64
}

// RatioTo compares slices that ran in the same round.
func (r Result) RatioTo(reference Result) Ratio {
	ratios := make([]float64, min(len(r.Rates), len(reference.Rates)))
	for i := range ratios {
		ratios[i] = r.Rates[i] / reference.Rates[i]
	}
	slices.Sort(ratios)
	return Ratio{Median: quantile(ratios, 0.5), Low: quantile(ratios, 0.1), High: quantile(ratios, 0.9)}
}

// quantile of sorted numbers, between which it interpolates.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	place := q * float64(len(sorted)-1)
	below := int(place)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (place-float64(below))*(sorted[above]-sorted[below])
}
