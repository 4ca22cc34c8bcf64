// Package verify checks the access tokens of Daypass in another service, by the keys that Daypass publishes at
// /.well-known/jwks.json. It asks Daypass for nothing else, and needs none of its secrets.
//
//	verifier, err := verify.New(verify.Config{
//		Issuer:   "https://id.example.com",
//		Audience: "https://api.example.com",
//		JWKSURL:  "https://id.example.com/.well-known/jwks.json",
//	})
//	...
//	http.Handle("/rides", verifier.Middleware(rides))
//
// The handler learns from [FromContext] who asks. A service that answers some requests without a token wraps itself in
// [Verifier.Optional] and asks [Authorize] where it matters; the package gqlauth does that for gqlgen. Whoever does not
// speak HTTP calls [Verifier.Verify].
//
// # What is checked
//
// Signature, algorithm, type, issuer, audience, expiry and every claim that Daypass writes (RFC 8725, RFC 9068). A key
// verifies by one algorithm only: EdDSA, ES256 or RS256. Clocks may differ by 30 seconds. What a header says about keys
// (jku, x5u, jwk, x5c) is not looked at.
//
// # What cannot be known
//
// A token is good until its `exp`. A logout, a closed account and a role that was taken away are felt by Daypass within
// a second, but not here: for up to one access-token lifetime (15 minutes unless configured) the token still passes. For
// what cannot wait, ask Daypass with the token of the caller: `{ me { id role } }` refuses at once.
//
// # Keys
//
// Nothing is fetched before the first token comes. Keys are then kept for the max-age of the answer. They are fetched
// ahead of its end, in the background; a service that was idle past it waits for the new ones. A token with an unknown
// key id has them fetched at once, but no more often than [Config.MinInterval]; of many callers one fetches. When a fetch
// fails, the keys at hand stay good until they are as old as [Config.MaxStale]; after that the answer is
// [ErrUnavailable], as before the first fetch that succeeds.
package verify
