package gqlhttp_test

import (
	"cmp"
	"context"
	"net/http"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/internal/gqlhttp"
)

func TestWhatBecomesOfEachRequestIsObserved(t *testing.T) {
	tests := map[string]struct {
		method, accept, body string
		want                 []gqlhttp.Observation
	}{
		"each field, by its name": {body: `{"query":"{ a: last ...f } fragment f on Query { page(id: 1) }"}`,
			want: []gqlhttp.Observation{{Field: "last"}, {Field: "page"}}},
		"an error":               {body: `{"query":"{ b: broken }"}`, want: []gqlhttp.Observation{{Field: "broken", Code: "TORN"}}},
		"twice the same field":   {body: `{"query":"{ last last b: last }"}`, want: []gqlhttp.Observation{{Field: "last"}, {Field: "last"}}},
		"a field that is left":   {body: `{"query":"{ last @skip(if: true) page }"}`, want: []gqlhttp.Observation{{Field: "page"}}},
		"a mutation":             {body: `{"query":"mutation { w: write(input: {text: \"x\"}) }"}`, want: []gqlhttp.Observation{{Field: "write"}}},
		"a stream":               {accept: asEvents, body: `{"query":"subscription { entries }"}`, want: []gqlhttp.Observation{{Field: "entries"}}},
		"a stream that is not":   {accept: asEvents, body: `{"query":"subscription { secrets }"}`, want: []gqlhttp.Observation{{Field: "secrets", Code: "TORN"}}},
		"no JSON":                {body: `{`, want: []gqlhttp.Observation{{Code: "GRAPHQL_PARSE_FAILED"}}},
		"no GraphQL":             {body: `{"query":"{"}`, want: []gqlhttp.Observation{{Code: "GRAPHQL_PARSE_FAILED"}}},
		"an unknown field":       {body: `{"query":"{ madeUp }"}`, want: []gqlhttp.Observation{{Code: "GRAPHQL_VALIDATION_FAILED"}}},
		"a method of no use":     {method: http.MethodPut, body: `{"query":"{ last }"}`, want: []gqlhttp.Observation{{Code: "BAD_USER_INPUT"}}},
		"a subscription, unread": {body: `{"query":"subscription { entries }"}`, want: []gqlhttp.Observation{{Field: "entries", Code: "BAD_USER_INPUT"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			observed := make(chan gqlhttp.Observation, 10)
			address := serve(t, gqlhttp.Config{
				Observe: func(_ context.Context, o gqlhttp.Observation) { observed <- o },
				PresentError: func(ctx context.Context, err error) *gqlerror.Error {
					shown := graphql.DefaultErrorPresenter(ctx, err)
					shown.Extensions = map[string]any{"code": "TORN"}
					return shown
				},
			})
			if test.accept == asEvents {
				subscribe(t, address, test.accept, test.body)
			} else {
				send(t, cmp.Or(test.method, http.MethodPost), address, http.Header{"Content-Type": {asJSON}}, test.body)
			}
			for _, want := range test.want {
				got := <-observed
				require.Positive(t, got.Took)
				got.Took = 0
				require.Equal(t, want, got)
			}
			require.Empty(t, observed)
		})
	}
}
