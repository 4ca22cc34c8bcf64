package graph

import (
	"context"
	"time"

	"daypass/internal/auth"
	"daypass/models"
)

// eventFilter says which events of all accounts are wanted; nil lets everything pass.
type eventFilter struct {
	kind         *models.EventKind
	userID       *string
	ipAddress    *string
	since, until *time.Time
}

func (f eventFilter) page() (auth.EventPage, error) {
	page := auth.EventPage{Kind: deref(f.kind), Since: deref(f.since), Until: deref(f.until)}
	if f.kind != nil && page.Kind == "" {
		// What differs in case from a value of the enum passes the validator, and then means none.
		return page, &auth.InputError{Fields: map[string]string{"kind": "is not a valid value"}}
	}
	if f.userID != nil {
		id, err := models.ParseUserID(*f.userID)
		if err != nil {
			return page, &auth.InputError{Fields: map[string]string{"userId": "is not the id of an account"}}
		}
		page.UserID = &id
	}
	if f.ipAddress != nil {
		page.IP = *f.ipAddress
		if page.IP == "" {
			return page, &auth.InputError{Fields: map[string]string{"ipAddress": "is not an IP address"}}
		}
	}
	return page, nil
}

// securityEvents returns the part of a history that the arguments want.
func (r *Resolver) securityEvents(
	ctx context.Context, args pageArgs, filtered auth.EventPage, list func(context.Context, auth.EventPage) ([]models.SecurityEvent, error),
) (*SecurityEventConnection, error) {
	var err error
	if filtered.After, err = readCursor("after", args.after, parseEventPlace); err != nil {
		return nil, err
	}
	if filtered.Before, err = readCursor("before", args.before, parseEventPlace); err != nil {
		return nil, err
	}
	page, err := paginate(args, func(limit int, backward bool) ([]models.SecurityEvent, error) {
		filtered.Limit, filtered.Backward = limit, backward
		return list(ctx, filtered)
	})
	if err != nil {
		return nil, err
	}
	connection := &SecurityEventConnection{Nodes: newSecurityEvents(ctx, r.auth, page.items), PageInfo: page.info(eventCursor)}
	for i, event := range connection.Nodes {
		connection.Edges = append(connection.Edges, &SecurityEventEdge{Cursor: eventCursor(&page.items[i]), Node: event})
	}
	return connection, nil
}

func eventCursor(event *models.SecurityEvent) string { return newCursor(event.ID.String()) }

func parseEventPlace(place string) (models.EventID, bool) {
	id, err := models.ParseEventID(place)
	return id, err == nil
}

func (r *Resolver) securityOverview(ctx context.Context, since, until time.Time, bucket TimeBucket) (*SecurityOverview, error) {
	lengths := map[TimeBucket]time.Duration{TimeBucketMinute: time.Minute, TimeBucketHour: time.Hour, TimeBucketDay: 24 * time.Hour}
	counted, err := r.auth.SecurityOverview(ctx, since, until, lengths[bucket])
	if err != nil {
		return nil, err
	}
	overview := &SecurityOverview{}
	for _, count := range counted {
		overview.Counts = append(overview.Counts, &SecurityEventCount{Kind: count.Kind, From: count.From, Count: count.Count})
	}
	return overview, nil
}

func deref[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}
