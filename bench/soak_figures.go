package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"daypass/bench/report"
)

// soakFigures are what was read in the course of time.
type soakFigures struct {
	Machine report.Machine
	// TopPerSecond is the rate at which nobody waits for his turn; Load is the part of it that was asked for.
	TopPerSecond, Load float64
	Samples            []soakSample
}

// soakSample is what was done and spent since the last one, and what the processes hold now.
type soakSample struct {
	Minutes                          float64
	PerSecond                        float64
	P50Milliseconds, P99Milliseconds float64
	// ServerMicroseconds and DatabaseMicroseconds are of processor time for an operation.
	ServerMicroseconds, DatabaseMicroseconds float64
	// Stolen is the part of the processors that the machine's owner gave to others.
	Stolen                           float64
	ResidentMegabytes, HeapMegabytes float64
	Goroutines, Files, Connections   int
	DatabaseMegabytes                float64
	Errors                           map[string]int `json:",omitempty"`
}

func (f *soakFigures) report(folder string) error {
	fmt.Printf("%s; %s operations a second, %.0f %% of the top rate\n\n", f.Machine, report.Number(f.TopPerSecond*f.Load, 0), 100*f.Load)
	if err := f.table().Write(os.Stdout); err != nil {
		return err
	}
	if err := report.WriteJSON(folder, "soak", f); err != nil {
		return err
	}
	return report.WriteSVG(folder, "soak", 2, f.panels())
}

// table compares the parts of the time: each row is one third of it, each figure the median of its samples.
func (f *soakFigures) table() *report.Table {
	t := &report.Table{Columns: []string{
		"third of the time", "a second", "p50", "p99", "stolen", "CPU: server", "database", "memory", "heap", "goroutines", "files", "errors",
	}}
	third := max(1, len(f.Samples)/3)
	for i, name := range []string{"first", "second", "last"} {
		part := f.Samples[min(len(f.Samples), i*third):]
		if i < 2 {
			part = part[:min(len(part), third)]
		}
		if len(part) == 0 {
			continue
		}
		middle := func(figure func(soakSample) float64) float64 { return median(part, figure) }
		t.Add(name,
			report.Number(middle(func(s soakSample) float64 { return s.PerSecond }), 0),
			fmt.Sprintf("%.2f ms", middle(func(s soakSample) float64 { return s.P50Milliseconds })),
			fmt.Sprintf("%.2f ms", middle(func(s soakSample) float64 { return s.P99Milliseconds })),
			fmt.Sprintf("%.1f %%", middle(func(s soakSample) float64 { return 100 * s.Stolen })),
			fmt.Sprintf("%.0f us", middle(func(s soakSample) float64 { return s.ServerMicroseconds })),
			fmt.Sprintf("%.0f us", middle(func(s soakSample) float64 { return s.DatabaseMicroseconds })),
			fmt.Sprintf("%.1f MB", middle(func(s soakSample) float64 { return s.ResidentMegabytes })),
			fmt.Sprintf("%.1f MB", middle(func(s soakSample) float64 { return s.HeapMegabytes })),
			fmt.Sprintf("%.0f", middle(func(s soakSample) float64 { return float64(s.Goroutines) })),
			fmt.Sprintf("%.0f", middle(func(s soakSample) float64 { return float64(s.Files) })),
			fmt.Sprint(errorsIn(part)))
	}
	return t
}

func median(samples []soakSample, figure func(soakSample) float64) float64 {
	figures := make([]float64, len(samples))
	for i, sample := range samples {
		figures[i] = figure(sample)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

func errorsIn(samples []soakSample) int {
	count := 0
	for _, sample := range samples {
		for _, n := range sample.Errors {
			count += n
		}
	}
	return count
}

func (f *soakFigures) panels() []report.Panel {
	panel := func(title, unit string, figures map[string]func(soakSample) float64) report.Panel {
		p := report.Panel{Title: title, X: "minutes", Y: unit}
		for name, figure := range figures {
			series := report.Series{Name: name}
			for _, sample := range f.Samples {
				series.Add(sample.Minutes, figure(sample))
			}
			p.Series = append(p.Series, series)
		}
		slices.SortFunc(p.Series, func(a, b report.Series) int { return cmp.Compare(b.Y[0], a.Y[0]) })
		return p
	}
	return []report.Panel{
		panel("Memory", "MB", map[string]func(soakSample) float64{
			"resident": func(s soakSample) float64 { return s.ResidentMegabytes }, "heap": func(s soakSample) float64 { return s.HeapMegabytes },
		}),
		panel("Latency", "milliseconds", map[string]func(soakSample) float64{
			"p99": func(s soakSample) float64 { return s.P99Milliseconds }, "p50": func(s soakSample) float64 { return s.P50Milliseconds },
		}),
		panel("Goroutines and files", "", map[string]func(soakSample) float64{
			"goroutines": func(s soakSample) float64 { return float64(s.Goroutines) }, "open files": func(s soakSample) float64 { return float64(s.Files) },
		}),
		panel("Operations", "a second", map[string]func(soakSample) float64{"done": func(s soakSample) float64 { return s.PerSecond }}),
		panel("Processor time of an operation", "microseconds", map[string]func(soakSample) float64{
			"server": func(s soakSample) float64 { return s.ServerMicroseconds }, "database": func(s soakSample) float64 { return s.DatabaseMicroseconds },
		}),
		panel("Processors given to others by the machine's owner", "%", map[string]func(soakSample) float64{
			"stolen": func(s soakSample) float64 { return 100 * s.Stolen },
		}),
	}
}
