package gqlhttp

import (
	"context"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

// maxCachedQueryBytes keeps long documents out of the cache, so that nobody fills the memory with them.
const maxCachedQueryBytes = 4_096

// queryCache keeps the documents that were parsed and validated of late.
type queryCache struct {
	*lru.LRU[*ast.QueryDocument]
}

func newQueryCache(size int) queryCache {
	return queryCache{lru.New[*ast.QueryDocument](size)}
}

// Add keeps the document unless its source is long.
func (c queryCache) Add(ctx context.Context, query string, document *ast.QueryDocument) {
	if len(query) <= maxCachedQueryBytes {
		c.LRU.Add(ctx, query, document)
	}
}
