package gqlhttp_test

import (
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"daypass/internal/gqlhttp"
)

// watchedSchema counts how often it is consulted: to validate a document, and to coerce the variables of a request.
type watchedSchema struct {
	diary
	consulted *atomic.Int64
}

func (s watchedSchema) Schema() *ast.Schema {
	s.consulted.Add(1)
	return s.diary.Schema()
}

func TestShortDocumentsAreValidatedOnce(t *testing.T) {
	tests := []struct {
		name      string
		document  string
		validated bool // at the second time too
	}{
		{name: "short", document: "{ last }", validated: false},
		{name: "long", document: "{ last } #" + strings.Repeat(" ", 5_000), validated: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schema := watchedSchema{diary: newDiary(), consulted: new(atomic.Int64)}
			server := httptest.NewServer(gqlhttp.NewHandler(schema, gqlhttp.Config{}))
			defer server.Close()
			ask := func() int64 {
				before := schema.consulted.Load()
				require.Equal(t, 200, post(t, server.URL, "", query(t, tt.document, nil)).status)
				return schema.consulted.Load() - before
			}
			first, second := ask(), ask()
			require.Equal(t, tt.validated, first == second)
		})
	}
}
