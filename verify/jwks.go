package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

const (
	maxKeys = 32
	// What lies between is as strong as it must be (RFC 7518 section 3.3) and no slower to verify than a token is worth.
	minRSABits, maxRSABits = 2048, 8192
)

// key is a public key with the one algorithm that it may be used with (RFC 8725 section 3.1).
type key struct {
	id, alg string
	public  publicKey
	parser  *jwt.Parser
}

// publicKey is what those of the standard library have in common.
type publicKey interface {
	Equal(other crypto.PublicKey) bool
}

// keySet is what a JWK Set is good for: its keys by their id, and why the others are not among them.
type keySet struct {
	keys   map[string]*key
	unused []error
}

// parseKeySet reads a JWK Set (RFC 7517 section 5). It fails when no key of it can be used, so that a faulty answer does
// not replace good keys.
func parseKeySet(document []byte) (keySet, error) {
	var members struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(document, &members); err != nil {
		return keySet{}, errors.New("it is not a JWK Set")
	}
	if len(members.Keys) > maxKeys {
		return keySet{}, fmt.Errorf("it has %d keys; want at most %d", len(members.Keys), maxKeys)
	}
	set := keySet{keys: make(map[string]*key, len(members.Keys))}
	for i, member := range members.Keys {
		k, err := parseKey(member)
		if err == nil {
			err = set.add(k)
		}
		if err != nil {
			set.unused = append(set.unused, fmt.Errorf("key %d of %d: %w", i+1, len(members.Keys), err))
		}
	}
	set.dropAmbiguous()
	if len(set.keys) == 0 {
		return keySet{}, errors.Join(append([]error{errors.New("it has no key that can be used")}, set.unused...)...)
	}
	return set, nil
}

// add keeps a nil key under an id that several keys have: nobody can tell which of them is meant.
func (s *keySet) add(k *key) error {
	other, taken := s.keys[k.id]
	switch {
	case !taken:
		s.keys[k.id] = k
		return nil
	case other.same(k):
		return nil
	default:
		s.keys[k.id] = nil
		return errors.New("its id is that of another key; neither is used")
	}
}

func (s *keySet) dropAmbiguous() {
	for id, k := range s.keys {
		if k == nil {
			delete(s.keys, id)
		}
	}
}

// same reports whether both verify the same tokens.
func (k *key) same(other *key) bool {
	return k != nil && other != nil && k.id == other.id && k.alg == other.alg && k.public.Equal(other.public)
}

func parseKey(member []byte) (*key, error) {
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(member, &jwk); err != nil {
		return nil, errors.New("it cannot be read") // the cause may quote the key
	}
	alg, public, err := algorithmOf(jwk.Key)
	switch {
	case err != nil:
		return nil, err
	case jwk.KeyID == "":
		return nil, errors.New("it has no id")
	case jwk.Use != "" && jwk.Use != "sig":
		return nil, errors.New("it is not for signatures")
	case jwk.Algorithm != "" && jwk.Algorithm != alg:
		return nil, fmt.Errorf("its algorithm is not %s", alg)
	}
	return &key{
		id: jwk.KeyID, alg: alg, public: public,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{alg}), jwt.WithStrictDecoding(),
			jwt.WithoutClaimsValidation(), // the verifier's, with its clock and its names
		),
	}, nil
}

// algorithmOf returns the one algorithm that Daypass signs with by such a key (RFC 7518 section 3.1, RFC 8037 section
// 3.1). A private key that is published is everybody's, and a symmetric one verifies for whoever can forge.
func algorithmOf(material any) (string, publicKey, error) {
	switch k := material.(type) {
	case ed25519.PublicKey:
		return jwt.SigningMethodEdDSA.Alg(), k, nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return "", nil, errors.New("its curve is not P-256")
		}
		return jwt.SigningMethodES256.Alg(), k, nil
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return "", nil, fmt.Errorf("it has %d bits; want %d to %d", bits, minRSABits, maxRSABits)
		}
		return jwt.SigningMethodRS256.Alg(), k, nil
	default:
		return "", nil, fmt.Errorf("a %T is not a public key for signatures", material)
	}
}
