package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"daypass/internal/auth"
)

// gathering answers by one statement what is asked for at the same time, be it to read a record or to change it: under load
// a statement for sixteen records costs little more than one for a single record, on both sides, and their commits become
// one. Nobody waits for company: a statement takes along who came while the processors were busy with others. It begins
// after each of those asked, so what it finds is as fresh as by a statement of their own. It is safe for concurrent use.
type gathering[K comparable, V any] struct {
	// answer returns what there is to say to those asked; [auth.ErrNotFound] is said to the others.
	answer func(ctx context.Context, asked []K) (map[K]V, error)
	// sameRecord reports whether two are about one record. They do not go together.
	sameRecord func(a, b K) bool
	// final reports whether an error is for all who went together, of whom the one who asked for all may have left. After any
	// other each asks once more, alone, for it may concern one of them only. What they ask for may have been done by then.
	final func(err error, left bool) bool
	// parted is told of such an error; nil tells nobody.
	parted func(context.Context, error)
	// most bounds how many go together.
	most int
	// turns is how often whoever came first lets others have the processor before it asks. It waits for nobody when that is free.
	turns int

	mutex sync.Mutex
	// open takes further ones; nil when there is none under way.
	open *gathered[K, V]
}

// lookUps gathers those who ask by the keys of the records.
func lookUps[K comparable, V any](read func(context.Context, []K) (map[K]V, error)) *gathering[K, V] {
	return &gathering[K, V]{
		answer: read, sameRecord: func(a, b K) bool { return a == b }, final: func(error, bool) bool { return false },
		most: gatheredMost, turns: 1,
	}
}

// errNoAnswer is what became of those whose leader panicked.
var errNoAnswer = errors.New("the shared statement did not return")

// gatheredMost bounds how many look-ups, or rotations, go together.
const gatheredMost = 16

// gathered are those that go together. Whoever came first asks for all.
type gathered[K comparable, V any] struct {
	asked []K

	// done is closed when the rest is set.
	done    chan struct{}
	answers map[K]V
	err     error
	// parts: each asks alone.
	parts bool
}

// ask returns the answer, which nobody else gets, or [auth.ErrNotFound].
func (g *gathering[K, V]) ask(ctx context.Context, key K) (answer V, err error) {
	company, first := g.join(key)
	switch {
	case company == nil:
		return g.askAlone(ctx, key)
	case first:
		for range g.turns {
			runtime.Gosched()
		}
		g.lead(ctx, company)
	default:
		select {
		case <-company.done:
		case <-ctx.Done():
			return answer, ctx.Err()
		}
	}
	if company.parts {
		return g.askAlone(ctx, key)
	}
	return oneOf(company.answers, key, company.err)
}

// join adds the key to those that gather, or begins anew with it. One whose record somebody else asks for already goes alone:
// so each has a copy, and none changes what another has in mind.
func (g *gathering[K, V]) join(key K) (company *gathered[K, V], first bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	company = g.open
	switch {
	case company == nil:
		first = true
		company = &gathered[K, V]{done: make(chan struct{})}
		g.open = company
	case slices.ContainsFunc(company.asked, func(other K) bool { return g.sameRecord(other, key) }):
		return nil, false
	}
	company.asked = append(company.asked, key)
	if len(company.asked) == g.most {
		g.open = nil
	}
	return company, first
}

// lead asks for those that have joined.
func (g *gathering[K, V]) lead(ctx context.Context, company *gathered[K, V]) {
	g.mutex.Lock()
	if g.open == company {
		g.open = nil
	}
	g.mutex.Unlock()
	defer close(company.done)
	company.err, company.parts = errNoAnswer, len(company.asked) > 1 // unless the statement returns
	company.answers, company.err = g.answer(ctx, company.asked)
	company.parts = company.parts && company.err != nil && !g.final(company.err, hasEnded(ctx))
	if company.parts && g.parted != nil {
		g.parted(ctx, company.err)
	}
}

// hasEnded reports whether the caller is gone. A connection may find that out just before the context says so.
func hasEnded(ctx context.Context) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() != nil || bounded && !time.Now().Before(deadline) //nolint:forbidigo // the clock of contexts
}

func (g *gathering[K, V]) askAlone(ctx context.Context, key K) (V, error) {
	answers, err := g.answer(ctx, []K{key})
	return oneOf(answers, key, err)
}

func oneOf[K comparable, V any](answers map[K]V, key K, err error) (answer V, _ error) {
	if err != nil {
		return answer, err
	}
	answer, ok := answers[key]
	if !ok {
		return answer, auth.ErrNotFound
	}
	return answer, nil
}
