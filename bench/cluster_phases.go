package main

import "context"

// clusterPhase is a while that begins with something.
type clusterPhase struct {
	name  string
	begin func(*clusterRig) error
}

// clusterPhases are in the order of events: what is broken is mended before the next thing is.
func clusterPhases() []clusterPhase {
	nothing := func(*clusterRig) error { return nil }
	return []clusterPhase{
		{"all well", nothing},
		{"node 2 killed", func(r *clusterRig) error { return r.nodes()[1].Kill() }},
		{"node 2 back", func(r *clusterRig) error { return r.nodes()[1].Restart() }},
		{"replica 1 killed", func(r *clusterRig) error { r.replicas[0].Kill(); return nil }},
		{"replica 1 back", func(r *clusterRig) error { return r.replicas[0].Restart() }},
		{"node 3 cut off", func(r *clusterRig) error { return r.nodes()[2].Isolate() }},
		{"node 3 back", func(r *clusterRig) error { return r.synced(r.nodes()[2].Rejoin()) }},
		{"node 1 stands still", func(r *clusterRig) error { return r.nodes()[0].Pause() }},
		{"node 1 goes on", func(r *clusterRig) error { return r.synced(r.nodes()[0].Resume()) }},
		{"all well again", nothing},
	}
}

// synced waits for the cluster, unless there was an error before.
func (r *clusterRig) synced(err error) error {
	if err != nil {
		return err
	}
	return r.galera.AwaitSynced(context.Background())
}
