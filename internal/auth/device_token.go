package auth

import (
	"crypto/rand"
	"fmt"
	"time"

	"daypass/internal/token"
	"daypass/models"
)

// deviceTokenTTL is how long a device is known after the last sign-in on it.
const deviceTokenTTL = 365 * 24 * time.Hour

// newDevice names a device on which nobody signed in before.
func newDevice() string { return rand.Text() }

// knownDevice returns the device whose token this is, or nothing: the account must have signed in there since it was last
// changed, so that a new password ends the use of stolen ones. Whoever steals the token gains guesses of its own, as many
// as any address has, and no more.
func (s *Service) knownDevice(user *models.User, deviceToken string) string {
	claims, err := s.tokens.VerifyDevice(deviceToken) // also for no account, which must not be told by the time
	if err != nil || user == nil || claims.Subject != user.ID.String() {
		return ""
	}
	if claims.IssuedAt.Before(user.UpdatedAt.Truncate(time.Second)) {
		return ""
	}
	return claims.ID
}

// withDevice adds a fresh token by which the device is known at the next sign-in.
func (s *Service) withDevice(pair *Pair, device string) (*Pair, error) {
	issuedAt := s.now()
	deviceToken, err := s.tokens.MintDevice(token.DeviceClaims{
		Subject: pair.User.ID.String(), ID: device, IssuedAt: issuedAt, ExpiresAt: issuedAt.Add(deviceTokenTTL),
	})
	if err != nil {
		return nil, fmt.Errorf("mint device token: %w", err)
	}
	pair.DeviceToken = deviceToken
	return pair, nil
}
