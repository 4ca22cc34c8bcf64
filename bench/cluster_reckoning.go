package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"daypass/models"
)

// clusterReckoning compares what clients were told with what is in the database. All but the first four is to be
// none.
type clusterReckoning struct {
	// Sessions and Logins are how many the clients know of.
	Sessions, Logins int
	// Robbed are those that were ended because a copy of an old token was used.
	Robbed int
	// Orphans are sessions whose login was not answered.
	Orphans int
	// WronglySignedOut are clients whose token was refused, although they had not logged out, by the reason.
	WronglySignedOut map[string]int
	// GaveUp are operations that were asked for a minute in vain.
	GaveUp int
	// InternalErrors are answers that Daypass has no better name for: what a node took back was not done again, say.
	InternalErrors int
	// Surprises are answers that the rules do not foresee.
	Surprises []string
	// LostLogins were answered, and there is no session; LostRotations, and the row has an older generation; LostLogouts, and
	// the session is live; LostThefts were found out, and the session is live.
	LostLogins, LostRotations, LostLogouts, LostThefts int
	// Differing are tables that are not the same on all nodes.
	Differing []string
	// MissingEvents and ExcessEvents are of what each session has one of, where it happened: a sign-in, a logout, a theft.
	MissingEvents, ExcessEvents int
}

func newClusterReckoning() clusterReckoning {
	return clusterReckoning{WronglySignedOut: map[string]int{}, Surprises: []string{}, Differing: []string{}}
}

func (c clusterReckoning) clean() bool {
	return len(c.WronglySignedOut)+len(c.Surprises)+len(c.Differing) == 0 &&
		c.GaveUp+c.InternalErrors+c.LostLogins+c.LostRotations+c.LostLogouts+c.LostThefts+c.MissingEvents+c.ExcessEvents == 0
}

// reckon stops the replicas, so that nothing is written any more.
func (r *clusterRig) reckon(ctx context.Context, journals []*journal) (clusterReckoning, error) {
	c := newClusterReckoning()
	var errs []error
	for _, replica := range r.replicas {
		errs = append(errs, replica.Stop())
	}
	if err := errors.Join(append(errs, r.galera.AwaitSynced(ctx))...); err != nil {
		return c, err
	}
	pool, err := r.nodes()[0].Open("daypass")
	if err != nil {
		return c, err
	}
	defer pool.Close()
	if c.Differing, err = r.differingTables(ctx); err != nil {
		return c, err
	}
	kept, err := keptSessions(ctx, pool)
	if err != nil {
		return c, err
	}
	c.Orphans = len(kept)
	for _, journal := range journals {
		c.Surprises = append(c.Surprises, journal.surprises...)
		for _, told := range journal.sessions {
			c.compare(told, kept[told.id])
		}
	}
	return c, nil
}

// keptSession is a session as the database has it.
type keptSession struct {
	generation uint64
	revoked    bool
	// signIns, logouts and thefts are how many events there are.
	signIns, logouts, thefts int
}

func keptSessions(ctx context.Context, pool *sql.DB) (map[models.SessionID]*keptSession, error) {
	kept := map[models.SessionID]*keptSession{}
	rows, err := pool.QueryContext(ctx, `SELECT t.id, t.generation, t.revoked_at IS NOT NULL,
		COUNT(IF(e.kind = 'SIGNED_IN', 1, NULL)), COUNT(IF(e.kind = 'LOGGED_OUT', 1, NULL)), COUNT(IF(e.kind = 'REUSE_DETECTED', 1, NULL))
		FROM refresh_tokens t LEFT JOIN security_events e ON e.session_id = t.id GROUP BY t.id, t.generation, t.revoked_at`)
	if err != nil {
		return nil, fmt.Errorf("read the sessions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id []byte
		var session keptSession
		if err := rows.Scan(&id, &session.generation, &session.revoked, &session.signIns, &session.logouts, &session.thefts); err != nil {
			return nil, fmt.Errorf("read the sessions: %w", err)
		}
		kept[models.SessionID(id)] = &session
	}
	return kept, rows.Err()
}

// compare what was told of a session with what there is.
func (c *clusterReckoning) compare(told *toldSession, kept *keptSession) {
	c.Sessions++
	c.Logins += oneIf(told.byLogin)
	c.Robbed += oneIf(told.robbed)
	if told.signedOut != "" && !told.leaving && !told.robbed {
		c.WronglySignedOut[told.signedOut]++
	}
	if kept == nil {
		c.LostLogins++
		return
	}
	c.Orphans--
	c.LostRotations += oneIf(told.generation > kept.generation)
	c.LostLogouts += oneIf(told.left && !kept.revoked)
	c.LostThefts += oneIf(told.robbed && !kept.revoked)
	if told.byLogin {
		c.count(kept.signIns, true)
	}
	if told.left || !told.leaving {
		c.count(kept.logouts, told.left)
	}
	c.count(kept.thefts, told.robbed)
}

func oneIf(condition bool) int {
	if condition {
		return 1
	}
	return 0
}

// count compares a number of events with the one that there is to be, or none.
func (c *clusterReckoning) count(events int, wanted bool) {
	switch {
	case wanted && events == 0:
		c.MissingEvents++
	case wanted:
		c.ExcessEvents += events - 1
	default:
		c.ExcessEvents += events
	}
}

// differingTables compares the nodes.
func (r *clusterRig) differingTables(ctx context.Context) ([]string, error) {
	var first map[string]string
	differing := []string{}
	for i, node := range r.nodes() {
		pool, err := node.Open("daypass")
		if err != nil {
			return nil, err
		}
		sums, err := checksums(ctx, pool)
		_ = pool.Close()
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = sums
		}
		for table, sum := range sums {
			if first[table] != sum || len(first) != len(sums) {
				differing = append(differing, table)
			}
		}
	}
	slices.Sort(differing)
	return slices.Compact(differing), nil
}

// checksums are those of all tables, once the node has applied what was committed before.
func checksums(ctx context.Context, pool *sql.DB) (map[string]string, error) {
	connection, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 15"); err != nil {
		return nil, err
	}
	tables, err := tableNames(ctx, connection)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, table := range tables {
		var name, sum string
		if err := connection.QueryRowContext(ctx, "CHECKSUM TABLE "+table).Scan(&name, &sum); err != nil {
			return nil, fmt.Errorf("sum up %s: %w", table, err)
		}
		sums[table] = sum
	}
	return sums, nil
}

func tableNames(ctx context.Context, connection *sql.Conn) ([]string, error) {
	rows, err := connection.QueryContext(ctx, "SHOW TABLES")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
