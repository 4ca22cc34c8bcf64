package gqlhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// diary is an executable schema of a few fields. It resolves some fields at the root by hand, and no others.
type diary struct {
	schema *ast.Schema
	// entries are what a subscription is sent; nil: there is nothing to come.
	entries chan string
}

func newDiary() diary {
	source, err := os.ReadFile("testdata/diary.graphqls")
	if err != nil {
		panic(err)
	}
	return diary{schema: gqlparser.MustLoadSchema(&ast.Source{Name: "diary.graphqls", Input: string(source)})}
}

func (d diary) Schema() *ast.Schema { return d.schema }

func (diary) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (d diary) Exec(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if operation.Operation.Operation == ast.Subscription {
		return d.subscribe(ctx, operation.Operation.SelectionSet[0].(*ast.Field).Name)
	}
	object := "Query"
	if operation.Operation.Operation == ast.Mutation {
		object = "Mutation"
	}
	return func(ctx context.Context) *graphql.Response {
		values := map[string]any{}
		for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{object}) {
			value, err := resolve(object, field.Field, operation.Variables)
			if err != nil {
				graphql.AddError(ctx, err)
			}
			if err != nil && field.Definition.Type.NonNull {
				return &graphql.Response{Data: json.RawMessage("null")}
			}
			values[field.Alias] = value
		}
		data, err := json.Marshal(values)
		if err != nil {
			panic(err)
		}
		return &graphql.Response{Data: data}
	}
}

func resolve(object string, field *ast.Field, variables map[string]any) (any, error) {
	switch field.Name {
	case "__typename":
		return object, nil
	case "page":
		return field.ArgumentMap(variables)["id"], nil
	case "count":
		return len(field.ArgumentMap(variables)), nil
	case "write":
		return "written", nil
	case "broken", "dead":
		return nil, errors.New("the page is torn")
	case "panic":
		panic("ink on the floor")
	default:
		return json.RawMessage("null"), nil
	}
}

// subscribe begins at once, but for `slow`, and unless it is refused.
func (d diary) subscribe(ctx context.Context, field string) graphql.ResponseHandler {
	switch field {
	case "secrets":
		graphql.AddError(ctx, errors.New("the diary is locked"))
		return nil
	case "slow":
		<-ctx.Done()
	}
	entries := d.entries
	if entries == nil {
		entries = make(chan string)
		close(entries)
	}
	return func(ctx context.Context) *graphql.Response {
		select {
		case entry, more := <-entries:
			if more {
				return &graphql.Response{Data: json.RawMessage(fmt.Sprintf(`{"entries":%q}`, entry))}
			}
		case <-ctx.Done():
		}
		return nil
	}
}
