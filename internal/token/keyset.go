package token

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const (
	accessType  = "at+jwt" // RFC 9068 section 2.1
	refreshType = "rt+jwt"
	deviceType  = "dt+jwt"

	// minSecretLength is that of the keys which are derived, in bytes.
	minSecretLength = 32
)

// The labels tell what is derived from a secret (the info of RFC 5869). A changed label voids every token.
const (
	accessKeyLabel    = "daypass v1 access token Ed25519 seed"
	refreshKeyLabel   = "daypass v1 refresh token HS256 key"
	refreshKeyIDLabel = "daypass v1 refresh token kid"
	deviceKeyLabel    = "daypass v1 device token HS256 key"
	deviceKeyIDLabel  = "daypass v1 device token kid"
)

// KeySet holds the keys for each kind of token. It never changes, and it never shows a private key.
type KeySet struct {
	access, refresh, device *keyring
}

// NewKeySet derives keys from the secrets, each of at least 32 random bytes: the first signs, all verify. To rotate,
// add a new secret behind the old one on every replica, then put it in front, and drop the old one when the last refresh
// token that it signed is expired; devices whose tokens it signed are strangers from then on.
//
// Without a PEM text (nil) the secrets yield the keys for access tokens too, Ed25519 for EdDSA. With one, access tokens
// are signed by the first private key in it and verified by all: PKCS #8, SEC 1 or PKCS #1, not encrypted; P-256 for
// ES256, RSA of at least 2048 bits for RS256, Ed25519 for EdDSA. Errors tell which secret or block is wrong.
func NewKeySet(secrets []string, signingKeyPEM []byte) (*KeySet, error) {
	if len(secrets) == 0 {
		return nil, errors.New("read the secrets: there is none")
	}
	var accessKeys, refreshKeys, deviceKeys []*key
	for i, secret := range secrets {
		derived, err := deriveKeys(secret)
		if err != nil {
			return nil, fmt.Errorf("read secret %d of %d: %w", i+1, len(secrets), err)
		}
		accessKeys = append(accessKeys, derived.access)
		refreshKeys = append(refreshKeys, derived.refresh)
		deviceKeys = append(deviceKeys, derived.device)
	}
	if signingKeyPEM != nil {
		var err error
		if accessKeys, err = parseSigningKeys(signingKeyPEM); err != nil {
			return nil, fmt.Errorf("read the signing keys: %w", err)
		}
	}
	return newKeySet(accessKeys, refreshKeys, deviceKeys)
}

func newKeySet(accessKeys, refreshKeys, deviceKeys []*key) (*KeySet, error) {
	access, err := newKeyring(accessKeys)
	if err != nil {
		return nil, err
	}
	refresh, err := newKeyring(refreshKeys)
	if err != nil {
		return nil, err
	}
	device, err := newKeyring(deviceKeys)
	if err != nil {
		return nil, err
	}
	return &KeySet{access: access, refresh: refresh, device: device}, nil
}

// PublicJWKS returns the keys that verify access tokens as a JWK Set (RFC 7517 section 5), the signing one first.
func (k *KeySet) PublicJWKS() ([]byte, error) {
	set := jose.JSONWebKeySet{}
	for _, access := range k.access.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: access.verifying, KeyID: access.id, Algorithm: access.method.Alg(), Use: "sig",
		})
	}
	document, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encode the public keys: %w", err)
	}
	return document, nil
}

// derivedKeys are those that follow from one secret.
type derivedKeys struct{ access, refresh, device *key }

func deriveKeys(secret string) (keys derivedKeys, err error) {
	if len(secret) < minSecretLength {
		return keys, fmt.Errorf("must have at least %d bytes", minSecretLength)
	}
	seed, err := derive(secret, accessKeyLabel, ed25519.SeedSize)
	if err != nil {
		return keys, err
	}
	if keys.access, err = newAccessKey(ed25519.NewKeyFromSeed(seed)); err != nil {
		return keys, err
	}
	if keys.refresh, err = deriveMAC(secret, refreshType, refreshKeyLabel, refreshKeyIDLabel); err != nil {
		return keys, err
	}
	keys.device, err = deriveMAC(secret, deviceType, deviceKeyLabel, deviceKeyIDLabel)
	return keys, err
}

// deriveMAC returns a key for tokens that only Daypass reads.
func deriveMAC(secret, typ, keyLabel, idLabel string) (*key, error) {
	mac, err := derive(secret, keyLabel, sha256.Size)
	if err != nil {
		return nil, err
	}
	id, err := derive(secret, idLabel, 16)
	if err != nil {
		return nil, err
	}
	return newKey(base64.RawURLEncoding.EncodeToString(id), typ, jwt.SigningMethodHS256, mac, mac), nil
}

func derive(secret, label string, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(secret), nil, label, length)
}

// newAccessKey names the key by its thumbprint (RFC 7638), so that the same key has the same name everywhere.
func newAccessKey(private crypto.Signer) (*key, error) {
	method, err := algorithmOf(private)
	if err != nil {
		return nil, err
	}
	public := jose.JSONWebKey{Key: private.Public()}
	thumbprint, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("compute the thumbprint: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(thumbprint)
	return newKey(id, accessType, method, private, public.Key), nil
}
