package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"daypass/internal/auth"
)

// gathering answers look-ups that come at the same time by one statement: under load a statement for sixteen records costs
// little more than one for a single record, on both sides. Nobody waits for company: a statement takes along who came
// while the processors were busy with others. It begins after each of those asked, so what it finds is as fresh as by a
// statement of their own. It is safe for concurrent use.
type gathering[K comparable, V any] struct {
	// read returns the records that there are.
	read func(ctx context.Context, keys []K) (map[K]*V, error)

	mutex sync.Mutex
	// open takes further look-ups; nil when there is none under way.
	open *gathered[K, V]
}

// errNotRead is what became of look-ups whose reader panicked.
var errNotRead = errors.New("the shared read did not return")

// gatheredMost bounds how many go together.
const gatheredMost = 16

// gathered are look-ups that go together. Whoever came first reads for all.
type gathered[K comparable, V any] struct {
	keys []K

	// done is closed when the rest is set.
	done  chan struct{}
	found map[K]*V
	err   error
}

// find returns the record, of which nobody else has this copy, or [auth.ErrNotFound].
func (g *gathering[K, V]) find(ctx context.Context, key K) (*V, error) {
	company, first := g.join(key)
	switch {
	case company == nil:
		return g.findAlone(ctx, key)
	case first:
		runtime.Gosched()
		g.lead(ctx, company)
	}
	select {
	case <-company.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// What went wrong may concern another one alone, such as a caller who hung up.
	if company.err != nil && len(company.keys) > 1 {
		return g.findAlone(ctx, key)
	}
	return oneOf(company.found, key, company.err)
}

// join adds the look-up to those that gather, or begins anew with it. One that somebody else asks for already goes alone,
// so that each has a copy.
func (g *gathering[K, V]) join(key K) (company *gathered[K, V], first bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	company = g.open
	switch {
	case company == nil:
		first = true
		company = &gathered[K, V]{done: make(chan struct{})}
		g.open = company
	case slices.Contains(company.keys, key):
		return nil, false
	}
	company.keys = append(company.keys, key)
	if len(company.keys) == gatheredMost {
		g.open = nil
	}
	return company, first
}

// lead reads for those that have joined.
func (g *gathering[K, V]) lead(ctx context.Context, company *gathered[K, V]) {
	g.mutex.Lock()
	if g.open == company {
		g.open = nil
	}
	g.mutex.Unlock()
	defer close(company.done)
	company.err = errNotRead // unless the read returns
	company.found, company.err = g.read(ctx, company.keys)
}

func (g *gathering[K, V]) findAlone(ctx context.Context, key K) (*V, error) {
	found, err := g.read(ctx, []K{key})
	return oneOf(found, key, err)
}

func oneOf[K comparable, V any](found map[K]*V, key K, err error) (*V, error) {
	if err != nil {
		return nil, err
	}
	if value, ok := found[key]; ok {
		return value, nil
	}
	return nil, auth.ErrNotFound
}
