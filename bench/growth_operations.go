package main

import (
	"context"
	"fmt"

	"daypass/bench/load"
	"daypass/models"
)

// operation is something to do on a database of some size.
type operation struct {
	name string
	// work is that of one of so many connections.
	work func(ctx context.Context, size *grown, connection, connections int) (load.Work, error)
}

func growthOperations() []operation {
	return []operation{
		{"refreshToken", refreshingAnyone},
		{"sessions", asking(models.RoleUser, `{ sessions { id createdAt lastUsedAt expiresAt ipAddress deviceName current } }`)},
		{"users, the first 100", asking(models.RoleAdmin, `{ users(first: 100) { nodes { id username role } pageInfo { endCursor } } }`)},
		{"users, found by name", asking(models.RoleAdmin, `{ users(first: 20, search: "member-0000") { nodes { id username } } }`)},
		{"securityEvents", asking(models.RoleUser, `{ securityEvents(first: 20) { nodes { id kind createdAt } } }`)},
	}
}

// rider is a connection's part of the sessions: each so-manieth of them.
type rider struct {
	size              *grown
	first, step, turn int
	// current are the tokens of those that were refreshed before.
	current map[int]string
}

// stride spreads the sessions that come one after the other over the whole table; it is prime.
const stride = 7_368_787

// next returns the number of the session whose turn it is, and its token. Those that expired are left out.
func (r *rider) next() (int, string, error) {
	count := (r.size.Sessions - r.size.Expired - r.first + r.step - 1) / r.step
	i := r.size.Expired + r.first + r.step*int(int64(r.turn)*stride%int64(count))
	r.turn++
	if current, known := r.current[i]; known {
		return i, current, nil
	}
	current, err := r.size.RefreshToken(i)
	return i, current, err
}

// refreshingAnyone refreshes one session after the other, all over the table.
func refreshingAnyone(ctx context.Context, size *grown, connection, connections int) (load.Work, error) {
	client, err := load.OpenGraphQL(ctx, size.daypass.GraphQL(), "")
	if err != nil {
		return nil, err
	}
	r := &rider{size: size, first: connection, step: connections, current: map[int]string{}}
	return func() error {
		i, current, err := r.next()
		if err != nil {
			return err
		}
		var data struct{ RefreshToken struct{ RefreshToken string } }
		if err := client.Ask(refreshDocument, map[string]string{"token": current}, &data); err != nil {
			return fmt.Errorf("session %d: %w", i, err)
		}
		r.current[i] = data.RefreshToken.RefreshToken
		return nil
	}, nil
}

// asking asks the same with the access token of another account on each connection.
func asking(role models.Role, document string) func(context.Context, *grown, int, int) (load.Work, error) {
	return func(ctx context.Context, size *grown, connection, connections int) (load.Work, error) {
		token, err := size.AccessToken(size.Historians*connection/connections, role)
		if err != nil {
			return nil, err
		}
		client, err := load.OpenGraphQL(ctx, size.daypass.GraphQL(), token)
		if err != nil {
			return nil, err
		}
		request, err := load.Encode(document, nil)
		if err != nil {
			return nil, err
		}
		return func() error {
			_, err := client.Send(request, "")
			return err
		}, nil
	}
}
