// Package graph is the GraphQL front of the domain: resolvers that read input, call one use case of internal/auth and
// shape its answer, the @auth directive, and the one table that says what the outside learns of an error.
//
// The contract is schema.graphqls at the root; generated.go and models_generated.go follow from it.
package graph

//go:generate go -C .. run github.com/99designs/gqlgen generate
