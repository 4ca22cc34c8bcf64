package graph

import (
	"context"
	"errors"

	"daypass/internal/auth"
	"daypass/models"
)

// node finds the object of any type that the id names; each type checks again whether the caller may see it. What is
// not there and what may not be seen are both null, so that ids cannot be probed.
func (r *Resolver) node(ctx context.Context, id string) (Node, error) {
	node, err := r.visibleNode(ctx, id)
	if errors.Is(err, auth.ErrNotFound) {
		return nil, nil //nolint:nilnil // null is the answer (Relay object identification)
	}
	return node, err
}

func (r *Resolver) visibleNode(ctx context.Context, id string) (Node, error) {
	if userID, err := models.ParseUserID(id); err == nil {
		return r.userNode(ctx, userID)
	}
	if sessionID, err := models.ParseSessionID(id); err == nil {
		return r.sessionNode(ctx, sessionID)
	}
	if eventID, err := models.ParseEventID(id); err == nil {
		return r.eventNode(ctx, eventID)
	}
	return nil, auth.ErrNotFound
}

func (r *Resolver) userNode(ctx context.Context, id models.UserID) (Node, error) {
	user, err := r.auth.User(ctx, id)
	if err != nil {
		return nil, err
	}
	return newUser(user), nil
}

func (r *Resolver) sessionNode(ctx context.Context, id models.SessionID) (Node, error) {
	caller, err := auth.CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	record, err := r.auth.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	return newSession(record, caller.SessionID), nil
}

func (r *Resolver) eventNode(ctx context.Context, id models.EventID) (Node, error) {
	record, err := r.auth.SecurityEvent(ctx, id)
	if err != nil {
		return nil, err
	}
	return newSecurityEvents(ctx, r.auth, []models.SecurityEvent{*record})[0], nil
}
