package auth

import (
	"context"
	"net/netip"

	"daypass/models"
)

// move returns where the request refreshes the session from, or nil when that is no other place than before.
func (s *Service) move(ctx context.Context, record *models.RefreshToken) (*Move, error) {
	request := RequestFrom(ctx)
	userAgent := clip(request.UserAgent)
	if sameNetwork(record.IP, request.IP) && sameDevice(record.UserAgent, userAgent) {
		return nil, nil //nolint:nilnil // most requests are no move
	}
	event, err := s.event(ctx, models.EventRefreshedFromNewPlace, &record.UserID, &record.ID)
	if err != nil {
		return nil, err
	}
	return &Move{IP: request.IP, UserAgent: userAgent, Event: event}, nil
}

// sameNetwork compares addresses as coarsely as providers hand them out (/16, /32), for a phone changes its own all day.
// An address that is unknown is no other one.
func sameNetwork(before, now string) bool {
	return before == now || before == "" || now == "" || network(before) == network(now)
}

// network returns what [sameNetwork] compares; for what is no address, the zero prefix.
func network(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 32
	if ip.Is4() {
		bits = 16
	}
	prefix, _ := ip.Prefix(bits) // every address has so many
	return prefix
}

// sameDevice compares names only when it has to: a browser that was updated is the same device.
func sameDevice(before, now string) bool {
	return before == now || DeviceName(before) == DeviceName(now)
}
