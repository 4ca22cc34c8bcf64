package main

import (
	"fmt"
	"os"
	"time"

	"daypass/bench/load"
	"daypass/bench/report"
)

// speedFigures are what a comparison of speeds found.
type speedFigures struct {
	Machine   report.Machine
	Footprint footprint
	Rows      []speedRow
}

// speedRow is one subject on so many connections. What it spent is for each operation.
type speedRow struct {
	Comparison, Subject string
	Connections         int
	// Elsewhere is true for another server, of whose costs nothing is known.
	Elsewhere bool `json:",omitempty"`
	PerSecond float64
	// Ratio is the speed of the operation as a part of this reference's; nil for the operation itself.
	Ratio *load.Ratio `json:",omitempty"`
	// P50 and P99 are durations that so many of a hundred did not exceed, in milliseconds.
	P50Milliseconds, P99Milliseconds float64
	Statements, Commands             float64
	// WireBytes are those between the database and its clients, LogBytes those of its redo log, Syncs its waits for the disk.
	WireBytes, LogBytes, Syncs float64
	// CPU is that of the server, the database and the loader, in microseconds.
	ServerMicroseconds, DatabaseMicroseconds, LoaderMicroseconds float64
	// PeakMegabytes is the most memory that the server held meanwhile; 0 where there is none.
	PeakMegabytes float64
}

func newSpeedRow(result load.Result, spent spending) speedRow {
	each := 1 / float64(result.Operations)
	return speedRow{
		PerSecond:            result.Rate(),
		P50Milliseconds:      milliseconds(result.Quantile(50)),
		P99Milliseconds:      milliseconds(result.Quantile(99)),
		Statements:           float64(spent.counters.Statements) * each,
		Commands:             float64(spent.counters.Commands) * each,
		WireBytes:            float64(spent.counters.WireBytes) * each,
		LogBytes:             float64(spent.counters.LogBytes) * each,
		Syncs:                float64(spent.counters.Syncs) * each,
		ServerMicroseconds:   microseconds(spent.server) * each,
		DatabaseMicroseconds: microseconds(spent.database) * each,
		LoaderMicroseconds:   microseconds(spent.loader) * each,
		PeakMegabytes:        float64(spent.peak) / 1e6,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// report prints the figures and writes them to the folder.
func (f *speedFigures) report(folder string) error {
	fmt.Println(f.Machine)
	fmt.Println()
	for _, table := range []*report.Table{f.speeds(), f.costs(), f.Footprint.table()} {
		if err := table.Write(os.Stdout); err != nil {
			return err
		}
		fmt.Println()
	}
	if err := report.WriteJSON(folder, "speed", f); err != nil {
		return err
	}
	panels := f.panels()
	if len(panels) == 0 {
		return nil
	}
	return report.WriteSVG(folder, "speed", 3, panels)
}

// speeds is how fast each subject was.
func (f *speedFigures) speeds() *report.Table {
	t := &report.Table{Columns: []string{"", "connections", "a second", "ratio (4 of 5 slices)", "p50", "p99", "memory"}}
	for _, row := range f.Rows {
		ratio := ""
		if row.Ratio != nil {
			ratio = fmt.Sprintf("%.2f (%.2f to %.2f)", row.Ratio.Median, row.Ratio.Low, row.Ratio.High)
		}
		memory := ""
		if row.PeakMegabytes > 0 {
			memory = fmt.Sprintf("%.0f MB", row.PeakMegabytes)
		}
		t.Add(row.Subject, fmt.Sprint(row.Connections), report.Number(row.PerSecond, 0), ratio,
			fmt.Sprintf("%.2f ms", row.P50Milliseconds), fmt.Sprintf("%.2f ms", row.P99Milliseconds), memory)
	}
	return t
}

// costs is what each operation cost.
func (f *speedFigures) costs() *report.Table {
	t := &report.Table{Columns: []string{
		"an operation costs", "connections", "statements", "commands", "wire", "redo log", "syncs", "CPU: server", "database", "loader",
	}}
	for _, row := range f.Rows {
		if row.Elsewhere {
			continue
		}
		t.Add(row.Subject, fmt.Sprint(row.Connections),
			fmt.Sprintf("%.2f", row.Statements), fmt.Sprintf("%.2f", row.Commands),
			report.Number(row.WireBytes, 0)+" B", report.Number(row.LogBytes, 0)+" B", fmt.Sprintf("%.2f", row.Syncs),
			report.Number(row.ServerMicroseconds, 0)+" us", report.Number(row.DatabaseMicroseconds, 0)+" us", report.Number(row.LoaderMicroseconds, 0)+" us")
	}
	return t
}

// panels are a plot of each comparison, operations a second by connections.
func (f *speedFigures) panels() []report.Panel {
	var panels []report.Panel
	for _, c := range comparisons()[:3] { // the last one has nothing to show
		panel := report.Panel{Title: c.title, X: "connections", Y: "a second", Ticks: map[float64]string{}}
		places, bySubject := map[int]float64{}, map[string]int{}
		for _, row := range f.Rows {
			if row.Comparison != c.name {
				continue
			}
			if _, known := places[row.Connections]; !known {
				places[row.Connections] = float64(len(places))
				panel.Ticks[places[row.Connections]] = fmt.Sprint(row.Connections)
			}
			if _, known := bySubject[row.Subject]; !known {
				bySubject[row.Subject] = len(panel.Series)
				panel.Series = append(panel.Series, report.Series{Name: row.Subject})
			}
			panel.Series[bySubject[row.Subject]].Add(places[row.Connections], row.PerSecond)
		}
		if len(panel.Series) > 0 {
			panels = append(panels, panel)
		}
	}
	return panels
}
