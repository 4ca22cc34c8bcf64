package graph

import (
	"context"
	"errors"
	"strings"
	"sync"

	"daypass/internal/auth"
	"daypass/models"
)

// UserConnection is a page of accounts.
type UserConnection struct {
	Edges    []*UserEdge
	Nodes    []*User
	PageInfo *PageInfo

	count func() (int, error)
}

// TotalCount counts when a query wants it, and once however often that is.
func (c *UserConnection) TotalCount() (int, error) { return c.count() }

// user returns the account, or null when there is none.
func (r *Resolver) user(ctx context.Context, id string) (*User, error) {
	userID, err := userIDOf(id)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // null is the answer
	}
	user, err := r.auth.User(ctx, userID)
	if errors.Is(err, auth.ErrNotFound) {
		return nil, nil //nolint:nilnil // null is the answer
	}
	if err != nil {
		return nil, err
	}
	return newUser(user), nil
}

// changeUser does something to the account that the id names, and returns it as it is afterwards.
func changeUser(
	ctx context.Context, id string, change func(context.Context, models.UserID) (*models.User, error),
) (*User, error) {
	userID, err := userIDOf(id)
	if err != nil {
		return nil, err
	}
	user, err := change(ctx, userID)
	if err != nil {
		return nil, err
	}
	return newUser(user), nil
}

func (r *Resolver) users(ctx context.Context, args pageArgs, search string) (*UserConnection, error) {
	after, err := readCursor("after", args.after, parseUserPlace)
	if err != nil {
		return nil, err
	}
	before, err := readCursor("before", args.before, parseUserPlace)
	if err != nil {
		return nil, err
	}
	page, err := paginate(args, func(limit int, backward bool) ([]models.User, error) {
		return r.auth.Users(ctx, auth.UserPage{Prefix: search, After: after, Before: before, Limit: limit, Backward: backward})
	})
	if err != nil {
		return nil, err
	}
	connection := &UserConnection{PageInfo: page.info(userCursor)}
	connection.count = sync.OnceValues(func() (int, error) { return r.auth.CountUsers(ctx, search) })
	for i := range page.items {
		user := newUser(&page.items[i])
		connection.Nodes = append(connection.Nodes, user)
		connection.Edges = append(connection.Edges, &UserEdge{Cursor: userCursor(&page.items[i]), Node: user})
	}
	return connection, nil
}

// userCursor has what either order goes by, the id and the name, so that a page can go on even after its last account
// is gone.
func userCursor(user *models.User) string { return newCursor(user.ID.String() + " " + user.Username) }

func parseUserPlace(place string) (*models.User, bool) {
	id, name, _ := strings.Cut(place, " ")
	userID, err := models.ParseUserID(id)
	outside := func(r rune) bool { return r <= ' ' || r > '~' }
	return &models.User{ID: userID, Username: name}, err == nil && name != "" && !strings.ContainsFunc(name, outside)
}
