package gqlhttp

import (
	"cmp"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	defaultQueryCacheSize = 500
	// maxCachedQueryBytes keeps a document out of the cache, and maxCachedBytes all of them within it: in memory a
	// document can take a hundred times its text.
	maxCachedQueryBytes = 4 << 10
	maxCachedBytes      = 256 << 10
)

// documentCache keeps valid documents, least recently used ones leave first.
type documentCache struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[documentKey, *document]
	bytes int // of the texts
}

type documentKey struct{ query, operation string }

func (k documentKey) bytes() int { return len(k.query) + len(k.operation) }

func newDocumentCache(size int) *documentCache {
	c := new(documentCache)
	var err error
	c.lru, err = simplelru.NewLRU(cmp.Or(size, defaultQueryCacheSize), func(key documentKey, _ *document) {
		c.bytes -= key.bytes()
	})
	if err != nil {
		panic(err) // the size is negative
	}
	return c
}

func (c *documentCache) get(key documentKey) (*document, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Get(key)
}

func (c *documentCache) add(key documentKey, d *document) {
	if key.bytes() > maxCachedQueryBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lru.Contains(key) {
		return
	}
	c.bytes += key.bytes()
	c.lru.Add(key, d)
	for c.bytes > maxCachedBytes {
		c.lru.RemoveOldest()
	}
}

// preparedDocuments is the query cache that gqlgen sees: it finds the document that came with the request's context.
type preparedDocuments struct{}

type preparedKey struct{}

func withPrepared(ctx context.Context, d *document) context.Context {
	return context.WithValue(ctx, preparedKey{}, d.QueryDocument)
}

// Get implements [graphql.Cache].
func (preparedDocuments) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	d, ok := ctx.Value(preparedKey{}).(*ast.QueryDocument)
	return d, ok
}

// Add implements [graphql.Cache].
func (preparedDocuments) Add(context.Context, string, *ast.QueryDocument) {}

var _ graphql.Cache[*ast.QueryDocument] = preparedDocuments{}
