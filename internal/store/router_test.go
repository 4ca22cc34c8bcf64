package store_test

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sqlc-dev/marino/ast"
	"github.com/sqlc-dev/marino/opcode"
	"github.com/stretchr/testify/require"
)

// router reads one statement, with what stands for its placeholders.
type router struct {
	*testing.T

	sql    string
	values []any
}

// scope is what a statement, or a SELECT within its FROM, names and demands.
type scope struct {
	router

	sources    []*source
	conditions []ast.ExprNode
	// nested are the routes of the SELECTs in the FROM.
	nested []route
}

// source is a table in a FROM, with what is known of the shard key.
type source struct {
	alias, table string
	// keys are the values of which it has one; empty for any.
	keys     []string
	lookedUp bool
}

// search returns where the rows are that a SELECT, UPDATE or DELETE looks for.
func (r router) search(from *ast.TableRefsClause, where ast.ExprNode) []route {
	s := &scope{router: r, conditions: conjuncts(where)}
	s.open(from.TableRefs)
	for range s.sources { // a key may be handed on from table to table
		for _, condition := range s.conditions {
			s.learn(condition)
		}
	}
	routes := s.nested
	for _, source := range s.sources {
		routes = append(routes, r.routeOf(source))
	}
	return routes
}

// open takes in what stands in a FROM.
func (s *scope) open(node ast.ResultSetNode) {
	switch n := node.(type) {
	case nil:
	case *ast.Join:
		s.open(n.Left)
		s.open(n.Right)
		if n.On != nil {
			require.NotContains(s, []ast.JoinType{ast.LeftJoin, ast.RightJoin}, n.Tp, s.sql)
			s.conditions = append(s.conditions, conjuncts(n.On.Expr)...)
		}
	case *ast.TableSource:
		s.openTable(n)
	default:
		s.Fatalf("a FROM with a %T: %s", node, s.sql)
	}
}

func (s *scope) openTable(n *ast.TableSource) {
	switch of := n.Source.(type) {
	case *ast.TableName:
		opened := &source{alias: of.Name.L, table: of.Name.L}
		if n.AsName.L != "" {
			opened.alias = n.AsName.L
		}
		s.sources = append(s.sources, opened)
	case *ast.SelectStmt:
		s.nested = append(s.nested, s.search(of.From, of.Where)...)
	default:
		s.Fatalf("a table that is a %T: %s", of, s.sql)
	}
}

// conjuncts are the conditions that must all hold.
func conjuncts(condition ast.ExprNode) []ast.ExprNode {
	switch c := condition.(type) {
	case nil:
		return nil
	case *ast.ParenthesesExpr:
		return conjuncts(c.Expr)
	case *ast.BinaryOperationExpr:
		if c.Op == opcode.LogicAnd {
			return append(conjuncts(c.L), conjuncts(c.R)...)
		}
	}
	return []ast.ExprNode{condition}
}

// learn notes what an equality, or a list, says about the shard key of a table.
func (s *scope) learn(condition ast.ExprNode) {
	switch c := condition.(type) {
	case *ast.BinaryOperationExpr:
		if c.Op != opcode.EQ {
			return
		}
		if left, right := s.keyed(c.L), s.keyed(c.R); left != nil && right != nil {
			left.know(right.keys)
			right.know(left.keys)
			return
		}
		s.compare(c.L, []ast.ExprNode{c.R})
		s.compare(c.R, []ast.ExprNode{c.L})
	case *ast.PatternInExpr:
		if !c.Not && c.Sel == nil {
			s.compare(c.Expr, c.List)
		}
	}
}

// know keeps the shortest list: all of them hold.
func (s *source) know(keys []string) {
	if len(keys) > 0 && (len(s.keys) == 0 || len(keys) < len(s.keys)) {
		s.keys = keys
	}
}

// compare notes that a column has one of the values. Nothing equals NULL.
func (s *scope) compare(column ast.ExprNode, with []ast.ExprNode) {
	keys := make([]string, len(with))
	for i, expression := range with {
		value, null, known := s.value(expression)
		if !known || null {
			return
		}
		keys[i] = value
	}
	slices.Sort(keys)
	if keyed := s.keyed(column); keyed != nil {
		keyed.know(slices.Compact(keys))
	} else if of, name := s.column(column); of != nil && len(keys) == 1 && name == lookups[of.table] {
		of.lookedUp = true
	}
}

// keyed returns the table whose shard key the expression is; nil when it is something else.
func (s *scope) keyed(expression ast.ExprNode) *source {
	if of, name := s.column(expression); of != nil && name == shardKeys[of.table] {
		return of
	}
	return nil
}

func (s *scope) column(expression ast.ExprNode) (*source, string) {
	column, ok := expression.(*ast.ColumnNameExpr)
	if !ok {
		return nil, ""
	}
	for _, of := range s.sources {
		if column.Name.Table.L == of.alias || column.Name.Table.L == "" && len(s.sources) == 1 {
			return of, column.Name.Name.L
		}
	}
	s.Fatalf("a column of no table: %s", s.sql)
	return nil, ""
}

// value returns what stands for a placeholder; anything else is not known.
func (r router) value(expression ast.ExprNode) (value string, null, known bool) {
	placeholder, ok := expression.(*ast.ParamMarkerExprBase)
	if !ok {
		return "", false, false
	}
	stored, err := driver.DefaultParameterConverter.ConvertValue(r.values[strings.Count(r.sql[:placeholder.Offset], "?")])
	require.NoError(r, err)
	if id, ok := stored.([]byte); ok {
		return hex.EncodeToString(id), false, true
	}
	return fmt.Sprint(stored), stored == nil, true
}

func (r router) routeOf(s *source) route {
	to := route{table: s.table, reach: everywhere}
	switch {
	case unsharded[s.table]:
		to.reach = inOnePlace
	case shardKeys[s.table] == "":
		r.Fatalf("a table that has no place: %s", r.sql)
	case len(s.keys) == 1:
		to.reach, to.key = byKey, s.keys[0]
	case len(s.keys) > 1:
		to.reach = byKeys
	case s.lookedUp:
		to.reach = byLookup
	}
	return to
}

// insert returns where new rows go.
func (r router) insert(s *ast.InsertStmt) []route {
	rows := r.target(s.Table)
	at := slices.IndexFunc(s.Columns, func(column *ast.ColumnName) bool { return column.Name.L == shardKeys[rows.table] })
	require.GreaterOrEqual(r, at, 0, "rows without a shard key: %s", r.sql)
	require.NotEmpty(r, s.Lists, r.sql)
	var routes []route
	for _, row := range s.Lists {
		key, null, known := r.value(row[at])
		require.True(r, known, r.sql)
		if null {
			routes = append(routes, route{table: rows.table, reach: ofNobody})
		} else if !slices.Contains(rows.keys, key) {
			rows.keys = append(rows.keys, key)
		}
	}
	if len(rows.keys) > 0 {
		routes = append(routes, r.routeOf(rows))
	}
	return routes
}

// requireKeysStay fails on what would move a row to another shard.
func (r router) requireKeysStay(table *ast.TableRefsClause, list []*ast.Assignment) {
	rows := r.target(table)
	for _, assignment := range list {
		require.NotContains(r, []string{shardKeys[rows.table], lookups[rows.table]}, assignment.Column.Name.L, r.sql)
	}
}

// target returns the one table that is written.
func (r router) target(table *ast.TableRefsClause) *source {
	s := &scope{router: r}
	s.open(table.TableRefs)
	require.Len(r, s.sources, 1, r.sql)
	return s.sources[0]
}
