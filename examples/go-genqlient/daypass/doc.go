// Package daypass keeps a Go program signed in to Daypass: generated operations (operations.graphql, genqlient), and a
// [Session] whose transport sends the access token along, refreshes it ahead of its end, and once more when the server
// refuses it. Copy it and put your own operations in.
package daypass

//go:generate go -C .. tool genqlient
