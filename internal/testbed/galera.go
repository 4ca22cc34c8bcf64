package testbed

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/uuid/v5"
	"golang.org/x/sync/errgroup"
)

// GaleraConfig says how a cluster is run; the zero value is for tests.
type GaleraConfig struct {
	MySQLConfig

	// SuspectTimeout is how long a node may be silent until the others go on without it; zero means 2 seconds.
	SuspectTimeout time.Duration
}

// A Galera is a private cluster, whose nodes all take writes, with full durability.
type Galera struct {
	cfg     GaleraConfig
	program galeraProgram
	folder  string
	nodes   []*GaleraNode
}

// StartGalera runs a cluster of so many nodes of the MariaDB server that is installed on this machine, and returns when all
// are synced. It returns [ErrNoGalera] where something is missing.
func StartGalera(nodes int, cfg GaleraConfig) (*Galera, error) {
	installed, err := findGalera()
	if err != nil {
		return nil, err
	}
	if cfg.SuspectTimeout == 0 {
		cfg.SuspectTimeout = 2 * time.Second
	}
	var g *Galera
	// Between asking for free ports and using them somebody else may take one.
	for range 3 {
		if g, err = startGalera(nodes, cfg, installed); err == nil {
			return g, nil
		}
	}
	return nil, fmt.Errorf("start a private Galera cluster: %w", err)
}

func startGalera(nodes int, cfg GaleraConfig, installed galeraProgram) (*Galera, error) {
	folder, err := os.MkdirTemp("", "daypass-galera-")
	if err != nil {
		return nil, err
	}
	g := &Galera{cfg: cfg, program: installed, folder: folder}
	if err := g.start(nodes); err != nil {
		g.Discard()
		return nil, err
	}
	return g, nil
}

// start gives all nodes the same files, and has them believe that they were a group before. What each lacks otherwise takes
// seconds to send, be it nothing.
func (g *Galera) start(nodes int) error {
	if err := g.addNodes(nodes); err != nil {
		return err
	}
	if err := g.nodes[0].begin(); err != nil {
		return err
	}
	for _, node := range g.nodes[1:] {
		if err := g.program.copy(g.nodes[0].path("data"), node.folder); err != nil {
			return err
		}
	}
	if err := g.writeGroup(); err != nil {
		return err
	}
	starting, ctx := errgroup.WithContext(context.Background())
	for _, node := range g.nodes {
		starting.Go(func() error { return node.start(ctx) })
	}
	if err := starting.Wait(); err != nil {
		return err
	}
	return g.AwaitSynced(context.Background())
}

// writeGroup writes what nodes read that ended all together: who was in the group (pc.recovery).
func (g *Galera) writeGroup() error {
	members := make([]string, len(g.nodes))
	var group strings.Builder
	for i := range members {
		id, err := uuid.NewV1()
		if err != nil {
			return err
		}
		members[i] = id.String()
	}
	slices.Sort(members)
	fmt.Fprintf(&group, "#vwbeg\nview_id: 3 %s 1\nbootstrap: 0\n", members[0])
	for _, member := range members {
		fmt.Fprintf(&group, "member: %s 0\n", member)
	}
	group.WriteString("#vwend\n")
	for i, node := range g.nodes {
		path := node.path("data/gvwstate.dat")
		if err := os.WriteFile(path, fmt.Appendf(nil, "my_uuid: %s\n%s", members[i], group.String()), 0o600); err != nil {
			return err
		}
		if err := g.program.account.own(path); err != nil {
			return err
		}
	}
	return nil
}

// addNodes makes a folder and finds ports for each.
func (g *Galera) addNodes(count int) error {
	if err := g.program.account.own(g.folder); err != nil {
		return err
	}
	ports, err := freePorts(count * portsEach)
	if err != nil {
		return err
	}
	password := rand.Text()
	for i := range count {
		own := ports[i*portsEach:]
		node := &GaleraNode{
			login: login{own[0], password}, cluster: g, folder: filepath.Join(g.folder, fmt.Sprint(i+1)),
			group: own[1], missed: own[2], everything: own[3],
		}
		g.nodes = append(g.nodes, node)
		if err := os.Mkdir(node.folder, 0o700); err != nil {
			return err
		}
		if err := g.program.account.own(node.folder); err != nil {
			return err
		}
	}
	return nil
}

// Nodes are those of the cluster, killed ones too.
func (g *Galera) Nodes() []*GaleraNode { return g.nodes }

// AwaitSynced returns when all nodes that run, and that nobody has cut off or paused, are in one group and have all that was
// committed there.
func (g *Galera) AwaitSynced(ctx context.Context) error {
	var present []*GaleraNode
	for _, node := range g.nodes {
		if node.present {
			present = append(present, node)
		}
	}
	// One after the other: one that has not noticed yet that it was away says that it is synced.
	for _, node := range present {
		if err := node.awaitSynced(ctx, len(present)); err != nil {
			return fmt.Errorf("%w\n%s", err, endsOf(slices.DeleteFunc(present, func(other *GaleraNode) bool { return other == node })))
		}
	}
	return nil
}

// endsOf are those of the logs of others: the one that is missing tells more than the one that misses it.
func endsOf(nodes []*GaleraNode) string {
	var all strings.Builder
	for _, node := range nodes {
		fmt.Fprintf(&all, "node %s:\n%s\n", filepath.Base(node.folder), endOf(node.path("error.log")))
	}
	return all.String()
}

// Discard ends all nodes and removes their files.
func (g *Galera) Discard() {
	for _, node := range g.nodes {
		if node.process != nil {
			node.process.kill()
		}
	}
	_ = os.RemoveAll(g.folder)
}

// groupAddress names all nodes.
func (g *Galera) groupAddress() string {
	addresses := make([]string, len(g.nodes))
	for i, node := range g.nodes {
		addresses[i] = loopback(node.group)
	}
	return "gcomm://" + strings.Join(addresses, ",")
}
