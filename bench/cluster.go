package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"daypass/bench/report"
	"daypass/bench/stage"
)

// clusterCmd asks what clients notice, and whether anything is lost, when nodes and replicas are killed, cut off and paused.
type clusterCmd struct {
	Clients int           `default:"60" help:"How many clients work at once (default ${default})."`
	Phase   time.Duration `default:"20s" help:"How long each state of the cluster lasts (default ${default})."`
	Out     string        `default:"docs/figures" help:"Folder for the figures and the plot (default ${default})."`
}

// accessTokenTTL has each client refresh every other second or so.
const accessTokenTTL = 3 * time.Second

// clientsToRob is of how many clients one has its tokens copied.
const clientsToRob = 10

// errUnclean means that clients were treated wrongly, or that the cluster lost something.
var errUnclean = errors.New("the reckoning is not clean")

// Run breaks one thing after the other while clients work, and compares what they were told with what is there.
func (cmd *clusterCmd) Run(ctx context.Context) error {
	r := &clusterRig{}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return err
	}
	people, err := stage.SignUp(ctx, r.replicas[0].GraphQL(), "somebody", cmd.Clients)
	if err != nil {
		return err
	}
	figures := clusterFigures{Machine: report.ThisMachine(r.version), Clients: cmd.Clients, PhaseSeconds: cmd.Phase.Seconds()}
	journals, err := cmd.play(ctx, r, people, &figures)
	if err != nil {
		return err
	}
	if figures.Reckoning, err = r.reckon(ctx, journals); err != nil {
		return err
	}
	if err := figures.report(cmd.Out); err != nil {
		return err
	}
	if !figures.Reckoning.clean() {
		return errUnclean
	}
	return nil
}

// play lets all clients work through all phases, and returns what each was told.
func (cmd *clusterCmd) play(ctx context.Context, r *clusterRig, people []stage.Person, figures *clusterFigures) ([]*journal, error) {
	working, stop := context.WithCancel(ctx)
	defer stop()
	record, balancer := newClusterRecord(), startBalancer(working, r.replicas)
	journals := make([]*journal, len(people))
	var clients sync.WaitGroup
	for i, person := range people {
		client, err := newClusterClient(balancer, record, person, i)
		if err != nil {
			return nil, err
		}
		journals[i] = client.journal
		client.careless = i%clientsToRob == clientsToRob-1
		clients.Go(func() { client.work(working) })
	}
	err := cmd.breakThings(ctx, r, record)
	stop()
	clients.Wait()
	figures.take(record)
	return journals, err
}

// breakThings goes through the phases. A phase lasts longer than was asked for when what it begins with takes longer.
func (cmd *clusterCmd) breakThings(ctx context.Context, r *clusterRig, record *clusterRecord) error {
	phases := clusterPhases()
	progress := newProgress(len(phases))
	defer progress.end()
	for _, phase := range phases {
		progress.say(phase.name)
		over := time.After(cmd.Phase)
		before := r.counters()
		record.begin(phase.name)
		if err := phase.begin(r); err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
		}
		retried, ahead := r.counters().since(before)
		record.end(retried, ahead)
		progress.step()
	}
	return nil
}
