package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
)

// report prints the accounts, and fails when a promise was broken.
func (s *storm) report(a *outcome) {
	s.t.Helper()
	s.t.Logf("%s of storm: %d clients with %d tabs each, %d processes\n%s",
		*stormDuration, len(s.browsers), stormTabs, stormProcesses, s.table(a))
	require.Empty(s.t, first(a.wronged), "signed out by mistake")
	require.Empty(s.t, first(a.lost), "answered, but not kept")
	require.Empty(s.t, first(a.events), "sessions with too many or too few alarms")
	require.Empty(s.t, first(a.in), "thieves who are still in")
	require.Empty(s.t, first(s.tally.failures), "answers that are neither right nor to be asked for again")
	require.NotEmpty(s.t, s.thefts, "a storm without thieves shows nothing")
	require.Positive(s.t, s.tally.count("processes killed")+s.tally.count("processes stopped"))
}

// first spares the reader the rest.
func first(all []string) []string { return all[:min(len(all), 5)] }

func (s *storm) table(a *outcome) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	row := func(name, format string, values ...any) {
		fmt.Fprintf(table, "  %s\t%s\n", name, fmt.Sprintf(format, values...))
	}
	row("requests", "%s", s.requests())
	row("sessions", "%d, rotated %d times; the longest refresh took %v of a grace of %v",
		a.sessions, a.rotations, s.tally.longest["refresh"].Round(time.Millisecond), stormGrace)
	row("killed", "%d processes (and %d stopped), %d databases",
		s.tally.count("processes killed"), s.tally.count("processes stopped"), s.tally.count("databases killed"))
	row("answers lost", "%d, and %d tunnels longer than the grace", s.network.lost.Load(), s.tally.count("tunnels"))
	row("asked again", "%s", sorted(s.tally.reasons()))
	row("thefts", "%d: %d caught, %d ended by a logout before", len(s.thefts), len(a.caught), len(a.left))
	for _, p := range []plan{planFirst, planBehind, planLate} {
		row("  used "+string(p), "%s", fate(p, a.caught))
	}
	row("alarms missing or too many", "%d", len(a.events))
	row("thieves still in", "%d", len(a.in))
	row("wrongly signed out", "%d", len(a.wronged))
	row("answered and lost", "%d", len(a.lost))
	row("other errors", "%d", len(s.tally.failures))
	_ = table.Flush() // to a string
	return text.String()
}

func (s *storm) requests() string {
	counts := map[string]int{}
	for _, operation := range []string{"login", "refresh", "logout", "me", "sessions", "node"} {
		counts[operation] = s.tally.count(operation)
	}
	return sorted(counts)
}

func sorted(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// fate tells how long the thieves of a plan had what they stole, and how often it was of use to them.
func fate(p plan, caught []*theft) string {
	var took []time.Duration
	var served []int
	for _, h := range caught {
		if h.plan == p {
			took = append(took, h.refusedAt.Sub(h.usedAt).Round(time.Millisecond))
			served = append(served, h.served)
		}
	}
	if len(took) == 0 {
		return "none"
	}
	slices.Sort(took)
	slices.Sort(served)
	last := len(took) - 1
	return fmt.Sprintf("%d caught, after median %v, max %v, served median %d, max %d times",
		len(took), took[last/2], took[last], served[last/2], served[last])
}
