package gqlhttp

import (
	"cmp"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	defaultMaxTokens = 1_000
	defaultMaxDepth  = 20
	defaultMaxCost   = 10_000
)

// limits bound the work that one document can cause. Each tells in its error what was measured and what is allowed.
type limits struct {
	tokens      int
	comparisons int // of fields that share a name, see [merging]
	depth       int
	cost        int
}

func newLimits(cfg *Config) limits {
	tokens := cmp.Or(cfg.MaxTokens, defaultMaxTokens)
	return limits{
		tokens:      tokens,
		comparisons: 10 * tokens,
		depth:       cmp.Or(cfg.MaxDepth, defaultMaxDepth),
		cost:        cmp.Or(cfg.MaxCost, defaultMaxCost),
	}
}

// check returns what is too much about an operation, or nil.
func (l limits) check(kind ast.Operation, m measure) *gqlerror.Error {
	switch {
	case m.depth > l.depth:
		return tooComplex("depth", m.depth, l.depth, "Fields are nested too deep")
	case kind != ast.Query && m.rootFields > 1:
		return tooComplex("rootFields", m.rootFields, 1, "Send each "+string(kind)+" in a request of its own: too many fields at the root")
	case m.cost > l.cost:
		return tooComplex("cost", m.cost, l.cost, "The operation costs too much: ask for fewer fields or smaller pages")
	default:
		return nil
	}
}

// tooComplex is ErrorCode.OPERATION_TOO_COMPLEX of schema.graphqls.
func tooComplex(measured string, value, limit int, reason string) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    fmt.Sprintf("%s (%s %d, limit %d).", reason, measured, value, limit),
		Extensions: map[string]any{"code": "OPERATION_TOO_COMPLEX", measured: value, "limit": limit},
	}
}
