package gqlhttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"daypass/internal/gqlhttp"
)

// BenchmarkCachedQuery is a query that was asked before, beside gqlgen's own transport without any limit. They take
// turns, so that the drift of the machine cancels: the figure to read is the ratio.
func BenchmarkCachedQuery(b *testing.B) {
	stock := handler.New(newDiary())
	stock.AddTransport(transport.POST{})
	stock.SetQueryCache(lru.New[*ast.QueryDocument](500))
	ours := gqlhttp.NewHandler(newDiary(), gqlhttp.Config{})

	for _, bb := range []struct{ name, body string }{
		{name: "plain", body: `{"query":"{ last }"}`},
		{name: "variables", body: `{"query":"query ($e: EntryInput!, $s: Int) { count(entry: $e, since: $s) }","variables":{"e":{"text":"x"},"s":7}}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			const slice = 100
			var spent, spentByStock time.Duration
			b.ReportAllocs()
			for done := 0; done < b.N; done += slice {
				spent += ask(b, ours, bb.body, slice)
				b.StopTimer()
				spentByStock += ask(b, stock, bb.body, slice)
				b.StartTimer()
			}
			b.ReportMetric(spentByStock.Seconds()/spent.Seconds(), "ratio")
		})
	}
}

func ask(b *testing.B, h http.Handler, body string, times int) time.Duration {
	b.Helper()
	began := time.Now()
	for range times {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		request.Header.Set("Content-Type", asJSON)
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, request)
		require.NotContains(b, recorder.Body.String(), "errors")
	}
	return time.Since(began)
}
