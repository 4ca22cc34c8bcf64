// Package auth is the domain: who may sign in, what a refresh token is worth, what a session may still do.
//
// One file tells one use case: [Service.Register], [Service.Login], [Service.Refresh], [Service.Logout],
// [Service.Authenticate]. The policy of rotation is a pure function in verdict.go. The package decides and leaves the
// rest to others: cryptography to internal/token and internal/password, persistence to the [Store] that it is given,
// GraphQL and HTTP to its callers.
package auth
