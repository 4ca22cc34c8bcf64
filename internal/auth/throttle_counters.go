package auth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"daypass/models"
)

// throttleKind says what attempts are counted by. It is the Detail of an [models.EventThrottled].
type throttleKind string

const (
	throttleAccountAndAddress throttleKind = "ACCOUNT_AND_ADDRESS"
	throttleAccount           throttleKind = "ACCOUNT"
	throttleAddress           throttleKind = "ADDRESS"
	// throttleDevice: by account and device, where the account signed in before.
	throttleDevice throttleKind = "DEVICE"
	// throttleSession: by session, when that is asked for the current password.
	throttleSession throttleKind = "SESSION"
	// throttleRegistration: by address.
	throttleRegistration throttleKind = "REGISTRATION"
)

// counter is one of those that an attempt is counted by.
type counter struct {
	kind   throttleKind
	key    models.ThrottleKey
	policy throttlePolicy
}

func newCounter(kind throttleKind, policy throttlePolicy, subject ...string) counter {
	return counter{kind: kind, key: throttleKey(kind, subject...), policy: policy}
}

// throttleKey hides what is counted behind a hash. Each part goes in with its length, so that no two subjects are one.
func throttleKey(kind throttleKind, subject ...string) models.ThrottleKey {
	var text []byte
	for _, part := range append([]string{string(kind)}, subject...) {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// ofOneClient reports whether the counter is forgotten when its client turns out to know the password. The others are
// shared with strangers: somebody who signs in to an account of its own in between must not begin anew.
func (c counter) ofOneClient() bool {
	return c.kind == throttleAccountAndAddress || c.kind == throttleDevice || c.kind == throttleSession
}

// attempt is somebody's try at a password.
type attempt struct {
	counters []counter
	// userID is whose password; nil when there is no such account.
	userID *models.UserID
	// sessionID is the session that asks; nil for a sign-in.
	sessionID *models.SessionID
}

func newAttempt(userID *models.UserID, sessionID *models.SessionID, counters ...counter) attempt {
	unlimited := func(c counter) bool { return c.policy.free == 0 }
	return attempt{counters: slices.DeleteFunc(counters, unlimited), userID: userID, sessionID: sessionID}
}

// signInAttempt is counted by the name as it was typed, so that names which exist and names which do not behave alike.
func (s *Service) signInAttempt(ctx context.Context, username string, user *models.User, device string) attempt {
	limits, address := s.cfg.Limits, addressBlock(RequestFrom(ctx).IP)
	var userID *models.UserID
	if user != nil {
		userID = &user.ID
	}
	if user != nil && device != "" {
		return newAttempt(userID, nil, newCounter(throttleDevice, limits.perClient(), user.ID.String(), device))
	}
	byAddress := newCounter(throttleAddress, limits.perAddress(), address)
	if !usernamePattern.MatchString(username) {
		return newAttempt(userID, nil, byAddress)
	}
	account := strings.ToLower(username)
	return newAttempt(userID, nil,
		newCounter(throttleAccountAndAddress, limits.perClient(), account, address),
		newCounter(throttleAccount, limits.perAccount(), account),
		byAddress)
}

// addressBlock is the part of an address that one client has to itself: all of IPv4, the network of 64 bits of IPv6.
// It is empty when the address is unknown.
func addressBlock(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	address = address.Unmap().WithZone("")
	block, err := address.Prefix(min(address.BitLen(), 64))
	if err != nil {
		return ""
	}
	return block.String()
}

func keysOf(counters []counter) []models.ThrottleKey {
	keys := make([]models.ThrottleKey, len(counters))
	for i, c := range counters {
		keys[i] = c.key
	}
	return keys
}
