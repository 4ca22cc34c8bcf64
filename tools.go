//go:build tools

// Package tools pins the code generator: without this import `go mod tidy` would drop it.
package tools

import _ "github.com/99designs/gqlgen"
