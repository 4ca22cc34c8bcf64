package gqlhttp

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
)

func prepared(t *testing.T, d *documents, query, operation string) *document {
	t.Helper()
	ready, err := d.prepare(t.Context(), &graphql.RawParams{Query: query, OperationName: operation})
	require.NoError(t, err)
	return ready
}

func TestShortDocumentsAreValidatedOnce(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{})
	first := prepared(t, d, "{ last }", "")
	require.Same(t, first, prepared(t, d, "{ last }", ""))

	long := "{ last } #" + strings.Repeat(" ", maxCachedQueryBytes)
	first = prepared(t, d, long, "")
	require.NotSame(t, first, prepared(t, d, long, ""))
}

func TestEachOperationIsADocumentOfItsOwn(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{})
	const both = "query a { last } query b { a: last b: last }"
	for range 2 {
		require.Equal(t, 101, prepared(t, d, both, "a").size.cost)
		require.Equal(t, 202, prepared(t, d, both, "b").size.cost)
	}
}

func TestWhatDependsOnVariablesIsMeasuredByThoseOfTheRequest(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{})
	for _, size := range []json.Number{"7", "70", "7"} {
		ready, err := d.prepare(t.Context(), &graphql.RawParams{
			Query: "query ($n: Int) { drafts(first: $n) { id } }", Variables: map[string]any{"n": size},
		})
		require.NoError(t, err)
		elements, err := size.Int64()
		require.NoError(t, err)
		require.EqualValues(t, 101+elements, ready.size.cost)
	}
}

func TestRefusedDocumentsAreNotKept(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{})
	for _, query := range []string{"{", "{ lost }", "query a { last }", "mutation { a: tear { id } b: tear { id } }", "query ($n: Int) { drafts(first: $n) { id } }"} {
		_, err := d.prepare(t.Context(), &graphql.RawParams{Query: query, OperationName: "b", Variables: map[string]any{"n": "x"}})
		require.Error(t, err, query)
	}
	require.Zero(t, d.cache.lru.Len())
}

func TestTheCacheIsBounded(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{QueryCacheSize: 200})
	first := prepared(t, d, "{ last }", "")
	for i := range 250 {
		prepared(t, d, "{ last }", "")
		prepared(t, d, fmt.Sprintf("{ last } # %d", i), "")
	}
	require.Equal(t, 200, d.cache.lru.Len(), "by number")
	require.Same(t, first, prepared(t, d, "{ last }", ""), "what is used stays")

	for i := range 100 {
		prepared(t, d, fmt.Sprintf("{ last } # %4000d", i), "")
	}
	require.Equal(t, maxCachedBytes/4011, d.cache.lru.Len(), "by size")
	held := 0
	for _, key := range d.cache.lru.Keys() {
		held += key.bytes()
	}
	require.Equal(t, held, d.cache.bytes)
}

// TestNewDocumentsTakeTurns: while all places are taken a known document is served, and a new one waits as long as it may.
func TestNewDocumentsTakeTurns(t *testing.T) {
	d := newDocuments(diarySchema(t), &Config{})
	known := prepared(t, d, "{ last }", "")
	for range cap(d.working) {
		d.working <- struct{}{}
	}
	require.Same(t, known, prepared(t, d, "{ last }", ""))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.prepare(ctx, &graphql.RawParams{Query: "{ __typename }"})
	require.ErrorIs(t, err, errTimedOut)

	<-d.working
	prepared(t, d, "{ __typename }", "")
	require.Len(t, d.working, cap(d.working)-1, "and gives its place back")
}
