package graph

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"daypass/internal/auth"
)

const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// pageArgs are the arguments of a connection (Relay cursor connections, section 4).
type pageArgs struct {
	first, last   *int
	after, before *string
}

// newPageArgs takes the arguments of the field that is being resolved. The default of `first` is for those who ask for
// neither: beside a `last` alone it would cut the list from the wrong end.
func newPageArgs(ctx context.Context, first *int, after *string, last *int, before *string) pageArgs {
	if last != nil && !given(ctx, "first") {
		first = nil
	}
	return pageArgs{first: first, last: last, after: after, before: before}
}

// given reports whether the query has a value for the argument, be it null, and not only the schema a default.
func given(ctx context.Context, name string) bool {
	argument := graphql.GetFieldContext(ctx).Field.Arguments.ForName(name)
	if argument == nil {
		return false
	}
	if argument.Value.Kind != ast.Variable {
		return true
	}
	_, sent := graphql.GetOperationContext(ctx).Variables[argument.Value.Raw]
	return sent
}

// page is a slice of a list, and what lies around it.
type page[T any] struct {
	items                []T
	hasNext, hasPrevious bool
}

// paginate asks for the slice of a list that the arguments want. The list returns up to so many items from between the
// cursors: from the start or, backward, from the end, but always in the order of the list. It is asked for one item more
// than the page holds, which tells whether there are more.
func paginate[T any](args pageArgs, list func(limit int, backward bool) ([]T, error)) (page[T], error) {
	size, backward, err := args.size()
	if err != nil {
		return page[T]{}, err
	}
	items, err := list(size+1, backward)
	if err != nil {
		return page[T]{}, err
	}
	if backward {
		kept, more := lastOf(items, size)
		return page[T]{items: kept, hasNext: args.before != nil, hasPrevious: more}, nil
	}
	kept, more := items[:min(size, len(items))], len(items) > size
	cut := false
	if args.last != nil {
		kept, cut = lastOf(kept, *args.last)
	}
	return page[T]{items: kept, hasNext: more, hasPrevious: cut || args.after != nil}, nil
}

func lastOf[T any](items []T, count int) (kept []T, more bool) {
	if len(items) <= count {
		return items, false
	}
	return items[len(items)-count:], true
}

// size returns how many items are wanted, and whether they are the last ones.
func (a pageArgs) size() (size int, backward bool, err error) {
	reasons := map[string]string{}
	for name, count := range map[string]*int{"first": a.first, "last": a.last} {
		if count != nil && (*count < 0 || *count > maxPageSize) {
			reasons[name] = fmt.Sprintf("must be 0 to %d", maxPageSize)
		}
	}
	switch {
	case len(reasons) > 0:
		return 0, false, &auth.InputError{Fields: reasons}
	case a.first != nil:
		return *a.first, false, nil
	case a.last != nil:
		return *a.last, true, nil
	default:
		return defaultPageSize, false, nil
	}
}

// info describes the page, given what tells an item's place.
func (p page[T]) info(cursor func(*T) string) *PageInfo {
	info := &PageInfo{HasNextPage: p.hasNext, HasPreviousPage: p.hasPrevious}
	if len(p.items) > 0 {
		start, end := cursor(&p.items[0]), cursor(&p.items[len(p.items)-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info
}

// newCursor makes a place in a list opaque, so that nobody counts on its form.
func newCursor(place string) string { return base64.RawURLEncoding.EncodeToString([]byte(place)) }

// readCursor returns the place that the argument of that name holds; empty when it was left out.
func readCursor[P any](name string, cursor *string, parse func(place string) (P, bool)) (place P, err error) {
	if cursor == nil {
		return place, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*cursor)
	if err == nil {
		if parsed, ok := parse(string(text)); ok {
			return parsed, nil
		}
	}
	return place, &auth.InputError{Fields: map[string]string{name: "is not a cursor of this list"}}
}
