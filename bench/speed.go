package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"daypass/bench/load"
	"daypass/bench/report"
	"daypass/bench/stage"
)

// speedCmd compares operations with their limits, all in one run.
type speedCmd struct {
	Connections []int         `default:"1,8,32,128" help:"How many clients work at once, each on a kept-alive connection (default ${default})."`
	Slice       time.Duration `default:"500ms" help:"How long one works until it is the turn of the next; three times that for logins (default ${default})."`
	Rounds      int           `default:"16" help:"How many turns each gets at each number of connections (default ${default})."`
	Only        []string      `enum:"query,refresh,login,guess" default:"query,refresh,login,guess" help:"Compare these alone. A guess is a sign-in with an unknown username, beside one with a wrong password."`
	Out         string        `default:"docs/figures" help:"Folder for the figures and the plot (default ${default})."`
	Profile     string        `placeholder:"FOLDER" help:"Folder for a CPU profile of Daypass in each comparison."`

	peer
}

// members is how many accounts are signed in to, and how many are guessed at.
const members = 512

// Run measures and reports.
func (cmd *speedCmd) Run(ctx context.Context) error {
	progress := newProgress(len(cmd.Connections) * cmd.Rounds * len(cmd.chosen()))
	progress.say("starting servers")
	r := &rig{}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return err
	}
	progress.say("signing people up")
	people, err := stage.SignUp(ctx, r.daypass.GraphQL(), "somebody", slices.Max(cmd.Connections))
	if err != nil {
		return err
	}
	if err := cmd.signUp(ctx, r); err != nil {
		return err
	}
	progress.say("comparing")
	figures := speedFigures{Machine: report.ThisMachine(r.version)}
	for _, connections := range cmd.Connections {
		for _, c := range cmd.chosen() {
			rows, err := cmd.compare(ctx, r, c, people[:connections], progress.step)
			if err != nil {
				return fmt.Errorf("%s on %d connections: %w", c.title, connections, err)
			}
			figures.Rows = append(figures.Rows, rows...)
		}
	}
	progress.say("starting an idle server")
	if figures.Footprint, err = r.footprint(ctx); err != nil {
		return err
	}
	progress.end()
	return figures.report(cmd.Out)
}

// signUp makes the accounts that the chosen comparisons need.
func (cmd *speedCmd) signUp(ctx context.Context, r *rig) (err error) {
	if slices.Contains(cmd.Only, "login") {
		if r.members, err = stage.SignUp(ctx, r.daypass.GraphQL(), "member", members); err != nil {
			return err
		}
	}
	if slices.Contains(cmd.Only, "guess") {
		r.guessed, err = stage.SignUp(ctx, r.daypass.GraphQL(), "guessed", members)
	}
	return err
}

// chosen are the comparisons that are wanted.
func (cmd *speedCmd) chosen() []comparison {
	return slices.DeleteFunc(comparisons(), func(c comparison) bool { return !slices.Contains(cmd.Only, c.name) })
}

// compare lets the subjects of one comparison take turns.
func (cmd *speedCmd) compare(
	ctx context.Context, r *rig, c comparison, people []stage.Person, progress func(),
) ([]speedRow, error) {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	ours := c.subjects(ctx, r, people)
	subjects := slices.Concat(ours, cmd.subjects(ctx, c.name))
	measured, spent := make([]load.Subject, len(subjects)), make([]*costs, len(subjects))
	for i, s := range subjects {
		crew, err := load.NewCrew(len(people), s.work)
		if err != nil {
			return nil, err
		}
		spent[i] = &costs{rig: r, server: s.server}
		measured[i] = load.Subject{Name: s.name, Crew: crew, Around: spent[i].around}
	}
	profiled := cmd.profile(ctx, r, c, len(people))
	results, err := load.Interleave(measured, cmd.turn(c), cmd.Rounds, progress)
	if err := errors.Join(err, <-profiled); err != nil {
		return nil, err
	}
	rows := make([]speedRow, len(results))
	for i, result := range results {
		elsewhere := i >= len(ours)
		if elsewhere {
			spent[i].spent = spending{}
		}
		rows[i] = newSpeedRow(result, spent[i].spent)
		rows[i].Elsewhere = elsewhere
		rows[i].Comparison, rows[i].Subject, rows[i].Connections = c.name, subjects[i].name, len(people)
		if i > 0 {
			ratio := results[0].RatioTo(result)
			rows[i].Ratio = &ratio
		}
	}
	return rows, nil
}

// turn is how long each subject works until it is the turn of the next.
func (cmd *speedCmd) turn(c comparison) time.Duration { return time.Duration(c.slices) * cmd.Slice }

// profile takes a profile of Daypass for as long as its own slices of a comparison last, if that is wanted.
func (cmd *speedCmd) profile(ctx context.Context, r *rig, c comparison, connections int) <-chan error {
	done := make(chan error, 1)
	if cmd.Profile == "" {
		done <- nil
		return done
	}
	go func() {
		path := filepath.Join(cmd.Profile, fmt.Sprintf("%s-%d.pprof", c.name, connections))
		done <- profile(ctx, r.daypass, time.Duration(cmd.Rounds)*cmd.turn(c), path)
	}()
	return done
}
