package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"daypass/bench/load"
	"daypass/bench/report"
	"daypass/bench/stage"
)

// soakCmd asks what grows while everything happens at once.
type soakCmd struct {
	Length      time.Duration `default:"10m" help:"How long (default ${default})."`
	Load        float64       `default:"0.7" help:"The part of the top rate that is asked for (default ${default})."`
	Connections int           `default:"32" help:"How many clients there are (default ${default})."`
	Every       time.Duration `default:"5s" help:"How often everything is read (default ${default})."`
	Expired     uint          `default:"20000" help:"Expired sessions that are added each minute, to be cleaned up (default ${default})."`
	Out         string        `default:"docs/figures" help:"Folder for the figures and the plot (default ${default})."`
}

// ramp is how long the top rate is sought.
const ramp = 15 * time.Second

// Run measures and reports.
func (cmd *soakCmd) Run(ctx context.Context) error {
	r := &rig{}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return err
	}
	people, err := stage.SignUp(ctx, r.daypass.GraphQL(), "somebody", cmd.Connections)
	if err != nil {
		return err
	}
	crew, err := load.NewCrew(len(people), func(i int) (load.Work, error) { return newMember(ctx, r.daypass.GraphQL(), people[i], i) })
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "seeking the top rate for %s\n", min(ramp, cmd.Length))
	top, err := crew.Run(min(ramp, cmd.Length))
	if err != nil {
		return err
	}
	figures := soakFigures{Machine: report.ThisMachine(r.version), TopPerSecond: top.Rate(), Load: cmd.Load}
	if figures.Samples, err = cmd.soak(ctx, r, crew, cmd.Load*top.Rate()); err != nil {
		return err
	}
	return figures.report(cmd.Out)
}

// soak keeps the rate up and reads everything now and then.
func (cmd *soakCmd) soak(ctx context.Context, r *rig, crew load.Crew, perSecond float64) ([]soakSample, error) {
	working, stop := context.WithCancel(ctx)
	pace := load.StartPace(working, crew, perSecond, func(err error) string { return err.Error() })
	defer pace.Wait()
	defer stop()
	progress := newProgress(int(cmd.Length / cmd.Every))
	defer progress.end()
	watch, err := r.watch(pace)
	if err != nil {
		return nil, err
	}
	var samples []soakSample
	for minute := 0; time.Since(watch.began) < cmd.Length; {
		if time.Since(watch.began) >= time.Duration(minute)*time.Minute {
			minute++
			if err := r.addExpired(ctx, int(cmd.Expired)); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(cmd.Every):
		}
		sample, err := watch.sample()
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
		progress.step()
	}
	return samples, nil
}

// addExpired adds sessions that are long over, as a crowd would leave them that signed in and never came back.
func (r *rig) addExpired(ctx context.Context, count int) error {
	if count == 0 {
		return nil
	}
	population, err := stage.NewPopulation(count, count, 0)
	if err != nil {
		return err
	}
	return population.LoadSessions(ctx, r.plain)
}
