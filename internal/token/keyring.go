package token

import (
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// key is one key for one kind of token, with the only algorithm that it may be used with (RFC 8725 section 3.1).
type key struct {
	id        string
	typ       string
	method    jwt.SigningMethod
	signing   any
	verifying any
	parser    *jwt.Parser
}

func newKey(id, typ string, method jwt.SigningMethod, signing, verifying any) *key {
	return &key{
		id: id, typ: typ, method: method, signing: signing, verifying: verifying,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{method.Alg()}),
			jwt.WithStrictDecoding(),
			jwt.WithoutClaimsValidation(), // the codec's, with its clock and its names
		),
	}
}

func (k *key) token(claims jwt.Claims) *jwt.Token {
	t := jwt.NewWithClaims(k.method, claims)
	t.Header["typ"], t.Header["kid"] = k.typ, k.id
	return t
}

// header returns the first segment of every token that the key signs.
func (k *key) header() (string, error) {
	text, err := k.token(jwt.MapClaims{}).SigningString()
	header, _, _ := strings.Cut(text, ".")
	return header, err
}

// keyring holds the keys for one kind of token: the first signs, all verify.
type keyring struct {
	keys     []*key
	byHeader map[string]*key
}

func newKeyring(keys []*key) (*keyring, error) {
	ring := &keyring{byHeader: make(map[string]*key, len(keys))}
	for _, k := range keys {
		header, err := k.header()
		if err != nil {
			return nil, fmt.Errorf("encode the header of key %s: %w", k.id, err)
		}
		if _, repeated := ring.byHeader[header]; !repeated {
			ring.byHeader[header] = k
			ring.keys = append(ring.keys, k)
		}
	}
	return ring, nil
}

// sign returns the compact JWS (RFC 7515 section 3.1) of complete claims.
func (r *keyring) sign(claims jwt.ClaimsValidator) (string, error) {
	if err := claims.Validate(); err != nil {
		return "", err
	}
	signer := r.keys[0]
	raw, err := signer.token(claims).SignedString(signer.signing)
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", signer.id, err)
	}
	if len(raw) > maxLength {
		return "", fmt.Errorf("claims make a token of %d bytes, over the limit of %d", len(raw), maxLength)
	}
	return raw, nil
}

// authentic reports whether one of the keys signed the token, and fills the claims. Only then may they be read.
func (r *keyring) authentic(raw string, claims jwt.Claims) bool {
	// Go's base64 skips line breaks, strict or not: with them one token would have many spellings.
	if len(raw) > maxLength || strings.ContainsAny(raw, "\r\n") {
		return false
	}
	header, _, _ := strings.Cut(raw, ".")
	k, ok := r.byHeader[header]
	if !ok {
		return false
	}
	_, err := k.parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return k.verifying, nil })
	return err == nil
}
