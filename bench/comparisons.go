package main

import (
	"context"
	"runtime"

	"daypass/bench/load"
	"daypass/bench/stage"
)

// comparison is an operation and what it is compared with.
type comparison struct {
	name, title string
	// subjects are the operation, and then its references, with a connection for each of the people until ctx ends.
	subjects func(ctx context.Context, r *rig, people []stage.Person) []subject
	// slices is how many a turn is long: of what takes tens of milliseconds one slice holds too few to tell tenths apart.
	slices int
}

// subject is one kind of work.
type subject struct {
	name string
	// server is the one that is asked; nil when none is.
	server *stage.Server
	// work is that of one connection.
	work func(i int) (load.Work, error)
}

func comparisons() []comparison {
	return []comparison{
		{"query", "Protected query", queries, 1}, {"refresh", "Refresh", refreshes, 1},
		{"login", "Login", logins, 3}, {"guess", "Guess", guesses, 1},
	}
}

// queries are a protected query, and the same server and schema answering a constant.
func queries(ctx context.Context, r *rig, people []stage.Person) []subject {
	return []subject{
		{"me", r.daypass, func(i int) (load.Work, error) { return riding(ctx, r.daypass.GraphQL(), people[i]) }},
		{"the same server, a constant", r.constant, func(i int) (load.Work, error) { return riding(ctx, r.constant.GraphQL(), people[i]) }},
	}
}

// refreshes are a rotation, its statements by plain database/sql and prepared as Daypass does, and the rotation that most
// tutorials teach.
func refreshes(ctx context.Context, r *rig, people []stage.Person) []subject {
	return []subject{
		{"refreshToken", r.daypass, func(i int) (load.Work, error) { return refreshing(ctx, r.daypass.GraphQL(), &people[i]) }},
		{"its SELECT and UPDATE alone", nil, func(i int) (load.Work, error) { return r.rotatingAlone(ctx, plainly(r.plain), people[i]) }},
		{"the same, prepared", nil, func(i int) (load.Work, error) { return r.rotatingAlone(ctx, r.prepared, people[i]) }},
		{"the textbook rotation alone", nil, func(int) (load.Work, error) { return textbook(ctx, r.textbook) }},
	}
}

// rotatingAlone signs the person in once more, for a row that nobody else writes.
func (r *rig) rotatingAlone(ctx context.Context, statements rotation, person stage.Person) (load.Work, error) {
	another, err := stage.SignIn(ctx, r.daypass.GraphQL(), person.Username)
	if err != nil {
		return nil, err
	}
	claims, err := stage.ReadClaims(another.RefreshToken)
	if err != nil {
		return nil, err
	}
	return rotating(ctx, statements, claims.Session[:]), nil
}

// logins are a sign-in, and the password hash that it cannot do without.
func logins(ctx context.Context, r *rig, people []stage.Person) []subject {
	cores := make(chan struct{}, runtime.GOMAXPROCS(0))
	return []subject{
		{"login", r.daypass, func(i int) (load.Work, error) {
			return signingIn(ctx, r.daypass.GraphQL(), share(r.members, i, len(people)), stage.Password, "")
		}},
		{"Argon2id alone", nil, func(int) (load.Work, error) { return hashing(cores, stage.Password), nil }},
	}
}

// guesses are those at a name that there is not, and at one that there is: the ratio is what a guesser can measure. The
// accounts are nobody's else, for to sign in where somebody guessed costs what it takes to forget that.
func guesses(ctx context.Context, r *rig, people []stage.Person) []subject {
	guessing := func(prefix string) func(i int) (load.Work, error) {
		return func(i int) (load.Work, error) {
			usernames := share(r.guessed, i, len(people))
			for j := range usernames {
				usernames[j] = prefix + usernames[j]
			}
			return signingIn(ctx, r.daypass.GraphQL(), usernames, "a wrong guess", "INVALID_CREDENTIALS")
		}
	}
	return []subject{{"login, unknown username", r.daypass, guessing("not-")}, {"login, wrong password", r.daypass, guessing("")}}
}

// share is every so-and-so-manieth of the accounts, from the i-th on: those that one connection signs in to.
func share(accounts []stage.Person, i, connections int) []string {
	var usernames []string
	for ; i < len(accounts); i += connections {
		usernames = append(usernames, accounts[i].Username)
	}
	return usernames
}
