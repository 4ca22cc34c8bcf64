package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"daypass/bench/report"
)

// clusterFigures are what clients noticed, and what was left.
type clusterFigures struct {
	Machine      report.Machine
	Clients      int
	PhaseSeconds float64
	Phases       []clusterPhaseFigures
	Reckoning    clusterReckoning
	// Moments are seconds, from the start on.
	Moments []clusterMoment
	// marks are when phases began, in seconds.
	marks map[float64]string
}

// clusterPhaseFigures are those of one phase.
type clusterPhaseFigures struct {
	Name     string
	Seconds  float64
	Answered int
	// AskedAgain is how often what was asked again, by the reason.
	AskedAgain map[string]int `json:",omitempty"`
	// RecoverySeconds is from the beginning of the phase to the last failure.
	RecoverySeconds float64
	// LongestSeconds is the longest that a client waited for an answer, with all that it asked again.
	LongestSeconds                   float64
	P50Milliseconds, P99Milliseconds float64
	// Retried is how often the replicas repeated work that the database took back, Ahead how many tokens were ahead of the row.
	Retried, Ahead int
	// GaveUp is how many operations were asked for a minute in vain.
	GaveUp int `json:",omitempty"`
}

// take what was recorded, but for what happened before the first phase.
func (f *clusterFigures) take(record *clusterRecord) {
	f.Moments, f.marks = record.moments[:len(record.moments)-1], map[float64]string{} // the last second is not a whole one
	for _, phase := range record.phases[1:] {
		f.Phases = append(f.Phases, phase.row())
		f.marks[phase.began.Sub(record.began).Seconds()] = phase.name
	}
}

func (f *clusterFigures) report(folder string) error {
	fmt.Printf("%s; %d clients, %d nodes, as many replicas\n\n", f.Machine, f.Clients, clusterNodes)
	for _, phase := range f.Phases {
		f.Reckoning.GaveUp += phase.GaveUp
		f.Reckoning.InternalErrors += phase.AskedAgain["INTERNAL_SERVER_ERROR"]
	}
	if err := f.table().Write(os.Stdout); err != nil {
		return err
	}
	fmt.Println()
	if err := f.Reckoning.table().Write(os.Stdout); err != nil {
		return err
	}
	if err := report.WriteJSON(folder, "cluster", f); err != nil {
		return err
	}
	return report.WriteSVG(folder, "cluster", 1, f.panels())
}

func (f *clusterFigures) table() *report.Table {
	t := &report.Table{Columns: []string{
		"phase", "length", "answered", "asked again", "last error after", "longest wait", "p50", "p99", "retried", "ahead",
	}}
	for _, p := range f.Phases {
		t.Add(p.Name, fmt.Sprintf("%.1f s", p.Seconds), report.Number(float64(p.Answered), 0), counts(p.AskedAgain),
			fmt.Sprintf("%.1f s", p.RecoverySeconds), fmt.Sprintf("%.1f s", p.LongestSeconds),
			fmt.Sprintf("%.1f ms", p.P50Milliseconds), fmt.Sprintf("%.0f ms", p.P99Milliseconds), fmt.Sprint(p.Retried), fmt.Sprint(p.Ahead))
	}
	return t
}

// counts lists how often there was what.
func counts(numbers map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		parts = append(parts, fmt.Sprintf("%d %s", numbers[name], name))
	}
	if parts == nil {
		return "0"
	}
	return strings.Join(parts, ", ")
}

func (c clusterReckoning) table() *report.Table {
	t := &report.Table{Columns: []string{"reckoning", ""}}
	t.Add("sessions that clients know of", fmt.Sprint(c.Sessions))
	t.Add("of these by a login", fmt.Sprint(c.Logins))
	t.Add("of these robbed", fmt.Sprint(c.Robbed))
	t.Add("logins whose answer was lost, and that were repeated", fmt.Sprint(c.Orphans))
	t.Add("wrongly signed out", counts(c.WronglySignedOut))
	t.Add("gave up", fmt.Sprint(c.GaveUp))
	t.Add("internal errors", fmt.Sprint(c.InternalErrors))
	t.Add("answers that no rule foresees", fmt.Sprint(len(c.Surprises)))
	t.Add("lost logins", fmt.Sprint(c.LostLogins))
	t.Add("lost rotations", fmt.Sprint(c.LostRotations))
	t.Add("lost logouts", fmt.Sprint(c.LostLogouts))
	t.Add("lost ends of robbed sessions", fmt.Sprint(c.LostThefts))
	t.Add("tables that differ", strings.TrimSpace(fmt.Sprint(len(c.Differing), " ", strings.Join(c.Differing, " "))))
	t.Add("security events missing, in excess", fmt.Sprintf("%d, %d", c.MissingEvents, c.ExcessEvents))
	return t
}

func (f *clusterFigures) panels() []report.Panel {
	answered, failed := report.Series{Name: "answered"}, report.Series{Name: "asked again"}
	for second, moment := range f.Moments {
		answered.Add(float64(second), float64(moment.Answered))
		failed.Add(float64(second), float64(moment.Failed))
	}
	return []report.Panel{
		{Title: "Answered while nodes and replicas fail", X: "seconds", Y: "a second", Wide: true, Marks: f.marks, Series: []report.Series{answered}},
		{Title: "Asked again", X: "seconds", Y: "a second", Wide: true, Series: []report.Series{failed}},
	}
}
