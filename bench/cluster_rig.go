package main

import (
	"context"
	"os"
	"strings"

	"daypass/bench/stage"
	"daypass/internal/testbed"
)

// clusterRig is a database of three nodes and a Daypass for each.
type clusterRig struct {
	folder   string
	galera   *testbed.Galera
	version  string
	replicas []*stage.Server
}

const clusterNodes = 3

// open starts everything. Close it, also after an error.
func (r *clusterRig) open(ctx context.Context) (err error) {
	if r.folder, err = os.MkdirTemp("", "daypass-bench-"); err != nil {
		return err
	}
	program, err := stage.Build(ctx, r.folder, "daypass/cmd/daypass")
	if err != nil {
		return err
	}
	if r.galera, err = testbed.StartGalera(clusterNodes, testbed.GaleraConfig{}); err != nil {
		return err
	}
	if err := r.createDatabase(ctx); err != nil {
		return err
	}
	for i := range r.nodes() {
		replica, err := stage.ServeDaypass(program, r.databaseURL(i), "--access-token-ttl="+accessTokenTTL.String())
		if err != nil {
			return err
		}
		r.replicas = append(r.replicas, replica)
	}
	return nil
}

func (r *clusterRig) createDatabase(ctx context.Context) error {
	admin, err := r.nodes()[0].Open("mysql")
	if err != nil {
		return err
	}
	defer admin.Close()
	if err := admin.QueryRowContext(ctx, "SELECT VERSION()").Scan(&r.version); err != nil {
		return err
	}
	_, err = admin.ExecContext(ctx, "CREATE DATABASE daypass")
	return err
}

// databaseURL names all nodes, and the i-th first, so that each replica writes to another one.
func (r *clusterRig) databaseURL(i int) string {
	nodes := r.nodes()
	addresses := make([]string, len(nodes))
	for k := range nodes {
		addresses[k] = nodes[(i+k)%len(nodes)].Address()
	}
	return strings.Replace(nodes[i].URL("daypass"), addresses[0], strings.Join(addresses, ","), 1)
}

func (r *clusterRig) nodes() []*testbed.GaleraNode { return r.galera.Nodes() }

func (r *clusterRig) close() {
	for _, replica := range r.replicas {
		replica.Kill()
	}
	if r.galera != nil {
		r.galera.Discard()
	}
	if r.folder != "" {
		_ = os.RemoveAll(r.folder)
	}
}

// clusterCounters are what the replicas counted, each since it started; nothing of one that does not answer.
type clusterCounters [clusterNodes]struct{ retried, ahead float64 }

func (r *clusterRig) counters() (c clusterCounters) {
	for i, replica := range r.replicas {
		metrics, err := replica.Metrics()
		if err != nil {
			continue
		}
		c[i].retried = metrics["daypass_database_retries_total"]
		c[i].ahead = metrics[`daypass_refresh_verdicts_total{verdict="ahead"}`]
	}
	return c
}

// since is what was counted since another reading. A replica that was started between began at nothing.
func (c clusterCounters) since(before clusterCounters) (retried, ahead int) {
	difference := func(now, then float64) int {
		if now < then {
			then = 0
		}
		return int(now - then)
	}
	for i := range c {
		retried += difference(c[i].retried, before[i].retried)
		ahead += difference(c[i].ahead, before[i].ahead)
	}
	return retried, ahead
}
