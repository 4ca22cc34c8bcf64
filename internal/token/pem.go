package token

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

const minRSABits = 2048 // RFC 7518 section 3.3

// CheckSigningKeys returns why [NewKeySet] would refuse the PEM text, or nil.
func CheckSigningKeys(text []byte) error {
	_, err := parseSigningKeys(text)
	return err
}

// parseSigningKeys reads every private key in the PEM text, in its order.
func parseSigningKeys(text []byte) ([]*key, error) {
	// The decoder skips what it cannot read; a damaged first key must not make the second one sign.
	announced := bytes.Count(text, []byte("-----BEGIN "))
	var keys []*key
	for n := 1; n <= announced; n++ {
		block, rest := pem.Decode(text)
		if block == nil || bytes.Count(rest, []byte("-----BEGIN ")) != announced-n {
			return nil, fmt.Errorf("block %d of %d is damaged", n, announced)
		}
		text = rest
		if block.Type == "EC PARAMETERS" { // OpenSSL writes them before an EC PRIVATE KEY, which repeats them
			continue
		}
		parsed, err := parseSigningKey(block)
		if err != nil {
			return nil, fmt.Errorf("block %d of %d: %w", n, announced, err)
		}
		keys = append(keys, parsed)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no private key in PEM form")
	}
	return keys, nil
}

func parseSigningKey(block *pem.Block) (*key, error) {
	private, err := parsePrivateKey(block)
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T cannot sign", private)
	}
	return newAccessKey(signer)
}

func parsePrivateKey(block *pem.Block) (any, error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
		return nil, errors.New("the key is encrypted; store it decrypted, readable by Daypass alone")
	}
	switch block.Type {
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("a %s is not a private key", block.Type)
	}
}

// algorithmOf returns the one algorithm that a key signs with (RFC 7518 section 3.1, RFC 8037 section 3.1).
func algorithmOf(private crypto.Signer) (jwt.SigningMethod, error) {
	switch k := private.(type) {
	case ed25519.PrivateKey:
		return jwt.SigningMethodEdDSA, nil
	case *ecdsa.PrivateKey:
		if k.Curve != elliptic.P256() {
			return nil, fmt.Errorf("the curve is %s; want P-256", k.Curve.Params().Name)
		}
		return jwt.SigningMethodES256, nil
	case *rsa.PrivateKey:
		if k.N.BitLen() < minRSABits {
			return nil, fmt.Errorf("the RSA key has %d bits; want at least %d", k.N.BitLen(), minRSABits)
		}
		return jwt.SigningMethodRS256, nil
	default:
		return nil, fmt.Errorf("no algorithm for a %T", private)
	}
}
