package auth

import (
	"context"
	"fmt"
	"net/netip"

	"daypass/models"
)

// SecurityEvents returns a page of the caller's own history; the filters of the page are not looked at.
func (s *Service) SecurityEvents(ctx context.Context, page EventPage) ([]models.SecurityEvent, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	own := EventPage{
		UserID: &caller.UserID, After: page.After, Before: page.Before, Limit: page.Limit, Backward: page.Backward,
	}
	events, err := s.store.Events(ctx, own)
	if err != nil {
		return nil, fmt.Errorf("list the events: %w", err)
	}
	for i := range events {
		events[i] = seenBy(caller, events[i])
	}
	return events, nil
}

// AllSecurityEvents returns a page of the history of all accounts to an ADMIN, or an [*InputError].
func (s *Service) AllSecurityEvents(ctx context.Context, page EventPage) ([]models.SecurityEvent, error) {
	if _, err := adminFrom(ctx); err != nil {
		return nil, err
	}
	if page.IP != "" {
		address, err := netip.ParseAddr(page.IP)
		if err != nil {
			return nil, &InputError{Fields: map[string]string{"ipAddress": "is not an IP address"}}
		}
		page.IP = address.Unmap().WithZone("").String()
	}
	events, err := s.store.Events(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("list the events: %w", err)
	}
	return events, nil
}

// SecurityEvent returns an event that the caller may see: of its own history, and for an ADMIN any. Of any other it says
// [ErrNotFound].
func (s *Service) SecurityEvent(ctx context.Context, id models.EventID) (*models.SecurityEvent, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	var of *models.UserID
	if !caller.Role.Allows(models.RoleAdmin) {
		of = &caller.UserID
	}
	event, err := s.store.EventByID(ctx, of, id)
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	seen := seenBy(caller, *event)
	return &seen, nil
}

// seenBy leaves out who else acted on the caller's account, and from where: that is known to ADMIN alone.
func seenBy(caller Caller, event models.SecurityEvent) models.SecurityEvent {
	if event.ActorID != nil && !caller.Role.Allows(models.RoleAdmin) {
		event.ActorID, event.IP, event.UserAgent = nil, "", ""
	}
	return event
}
