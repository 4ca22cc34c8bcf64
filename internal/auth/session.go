package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"

	"daypass/models"
)

// nonce is the secret of one sign-in: every refresh token of it carries the nonce, its record only the hash. So a leak
// of the database cannot be turned into tokens, nor can a leak of the signing key.
type nonce [16]byte

func newNonce() nonce {
	var n nonce
	_, _ = rand.Read(n[:]) // never fails: since Go 1.24 the program ends instead
	return n
}

func (n nonce) hash() []byte {
	sum := sha256.Sum256(n[:])
	return sum[:]
}

// maxUserAgent is how many characters of a user agent are kept; enough to tell devices apart.
const maxUserAgent = 255

// newSession makes the record of a sign-in from the device that sent the request.
func (s *Service) newSession(ctx context.Context, user *models.User) (*models.RefreshToken, nonce, error) {
	now, request, secret := s.now(), RequestFrom(ctx), newNonce()
	id, err := models.NewSessionID(now)
	if err != nil {
		return nil, nonce{}, fmt.Errorf("name the session: %w", err)
	}
	expiresAt := now.Add(s.cfg.SessionTTL)
	return &models.RefreshToken{
		ID:            id,
		UserID:        user.ID,
		NonceHash:     secret.hash(),
		Generation:    1,
		RotatedAt:     now,
		IdleExpiresAt: earlier(now.Add(s.cfg.RefreshTokenTTL), expiresAt),
		ExpiresAt:     expiresAt,
		IP:            request.IP,
		UserAgent:     clip(request.UserAgent),
		CreatedAt:     now,
	}, secret, nil
}

// clip makes what a client calls itself fit for a column of text.
func clip(userAgent string) string {
	characters := []rune(strings.ToValidUTF8(userAgent, "\uFFFD"))
	return string(characters[:min(len(characters), maxUserAgent)])
}
