package token_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

var p256 = elliptic.P256()

func TestRotationOfSecrets(t *testing.T) {
	before, _ := newCodec(t, withKeys(newKeys(t, nil, secret)))
	during, _ := newCodec(t, withKeys(newKeys(t, nil, otherSecret, secret)))
	after, _ := newCodec(t, withKeys(newKeys(t, nil, otherSecret)))
	oldAccess, oldRefresh := mintAccess(t, before, accessClaims()), mintRefresh(t, before, refreshClaims())
	newAccess, newRefresh := mintAccess(t, during, accessClaims()), mintRefresh(t, during, refreshClaims())
	oldDevice, newDevice := mintDevice(t, before, deviceClaims()), mintDevice(t, during, deviceClaims())

	for _, tc := range []struct {
		name                    string
		codec                   *token.Codec
		access, refresh, device string
		want                    error
	}{
		{"old before", before, oldAccess, oldRefresh, oldDevice, nil},
		{"old during", during, oldAccess, oldRefresh, oldDevice, nil},
		{"old after", after, oldAccess, oldRefresh, oldDevice, token.ErrInvalid},
		{"new before", before, newAccess, newRefresh, newDevice, token.ErrInvalid},
		{"new during", during, newAccess, newRefresh, newDevice, nil},
		{"new after", after, newAccess, newRefresh, newDevice, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := tc.codec.VerifyAccess(tc.access)
			require.Equal(t, tc.want, err)
			_, err = tc.codec.VerifyRefresh(tc.refresh)
			require.Equal(t, tc.want, err)
			_, err = tc.codec.VerifyDevice(tc.device)
			require.Equal(t, tc.want, err)
		})
	}
	require.Len(t, publicKeys(t, newKeys(t, nil, otherSecret, secret)), 2)
	require.Len(t, publicKeys(t, newKeys(t, nil, secret, secret)), 1, "a repeated secret is one key")
}

func TestRotationOfSigningKeys(t *testing.T) {
	first, second := pkcs8(t, newECDSA(t, p256)), pkcs8(t, newEd25519(t))
	before, _ := newCodec(t, withKeys(newKeys(t, first, secret)))
	during, _ := newCodec(t, withKeys(newKeys(t, append(second, first...), secret)))
	old := mintAccess(t, before, accessClaims())
	_, err := during.VerifyAccess(old)
	require.NoError(t, err)
	header, _ := segments(t, mintAccess(t, during, accessClaims()))
	require.Contains(t, header, `"alg":"EdDSA"`)

	// With a PEM text the secrets' own keys are out of use: whoever learns a secret forges no access token.
	derived, _ := newCodec(t, withKeys(newKeys(t, nil, secret)))
	_, err = during.VerifyAccess(mintAccess(t, derived, accessClaims()))
	require.Equal(t, token.ErrInvalid, err)
	_, err = during.VerifyRefresh(mintRefresh(t, derived, refreshClaims()))
	require.NoError(t, err)
}

func TestSigningKeyForms(t *testing.T) {
	p256Key, rsaKey := newECDSA(t, p256), newRSA(t, 2048)
	sec1, err := x509.MarshalECPrivateKey(p256Key)
	require.NoError(t, err)
	for _, tc := range []struct {
		name string
		pem  []byte
		alg  string
	}{
		{"Ed25519 in PKCS #8", pkcs8(t, newEd25519(t)), "EdDSA"},
		{"P-256 in PKCS #8", pkcs8(t, p256Key), "ES256"},
		{"P-256 in SEC 1", pemBlock("EC PRIVATE KEY", sec1), "ES256"},
		{"P-256 after its parameters", append(pemBlock("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}), pemBlock("EC PRIVATE KEY", sec1)...), "ES256"},
		{"RSA in PKCS #8", pkcs8(t, rsaKey), "RS256"},
		{"RSA in PKCS #1", pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), "RS256"},
		{"words around", append([]byte("made in March\n"), append(pkcs8(t, newEd25519(t)), "\nkeep it\n"...)...), "EdDSA"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			keys := newKeys(t, tc.pem, secret)
			codec, _ := newCodec(t, withKeys(keys))
			raw := mintAccess(t, codec, accessClaims())
			claims, err := codec.VerifyAccess(raw)
			require.NoError(t, err)
			require.Equal(t, accessClaims(), claims)

			published := publicKeys(t, keys)
			require.Len(t, published, 1)
			require.Equal(t, tc.alg, published[0].Algorithm)
			require.Equal(t, "sig", published[0].Use)
			require.True(t, published[0].IsPublic())
			requireVerifiesElsewhere(t, raw, published[0])
		})
	}
}

// requireVerifiesElsewhere checks the signature by another library, with nothing but the published key.
func requireVerifiesElsewhere(t *testing.T, raw string, published jose.JSONWebKey) {
	t.Helper()
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(published.Algorithm)})
	require.NoError(t, err)
	require.Equal(t, published.KeyID, signed.Signatures[0].Header.KeyID)
	_, err = signed.Verify(published)
	require.NoError(t, err)
}

func TestNewKeySetTellsWhatIsWrong(t *testing.T) {
	private := pkcs8(t, newEd25519(t))
	der, err := x509.MarshalPKIXPublicKey(newECDSA(t, p256).Public())
	require.NoError(t, err)
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	agreement, err := x509.MarshalPKCS8PrivateKey(x25519)
	require.NoError(t, err)
	for _, tc := range []struct {
		name    string
		secrets []string
		pem     []byte
		want    string
	}{
		{name: "no secret", want: "there is none"},
		{name: "short secret", secrets: []string{secret, "hunter2 hunter2 hunter2 hunter2"}, want: "secret 2 of 2: must have at least 32 bytes"},
		{name: "empty file", pem: []byte{}, want: "no private key in PEM form"},
		{name: "not PEM", pem: []byte("hunter2"), want: "no private key in PEM form"},
		{name: "public key", pem: pemBlock("PUBLIC KEY", der), want: "block 1 of 1: a PUBLIC KEY is not a private key"},
		{name: "certificate", pem: append(private, pemBlock("CERTIFICATE", der)...), want: "block 2 of 2: a CERTIFICATE is not a private key"},
		{name: "encrypted", pem: pemBlock("ENCRYPTED PRIVATE KEY", der), want: "encrypted"},
		{name: "encrypted the old way", pem: []byte(strings.Replace(string(pemBlock("RSA PRIVATE KEY", der)), "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1)), want: "encrypted"},
		{name: "X25519", pem: pemBlock("PRIVATE KEY", agreement), want: "a *ecdh.PrivateKey cannot sign"},
		{name: "P-384", pem: pkcs8(t, newECDSA(t, elliptic.P384())), want: "the curve is P-384; want P-256"},
		{name: "RSA of 1024 bits", pem: pkcs8(t, newRSA(t, 1024)), want: "the RSA key has 1024 bits; want at least 2048"},
		{name: "damaged first block", pem: append([]byte("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"), private...), want: "block 1 of 2 is damaged"},
		{name: "cut off second block", pem: append(private, private[:60]...), want: "block 2 of 2 is damaged"},
		{name: "not DER", pem: pemBlock("PRIVATE KEY", []byte("hunter2")), want: "block 1 of 1"},
		{name: "only parameters", pem: pemBlock("EC PARAMETERS", []byte{6, 0}), want: "no private key in PEM form"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.pem != nil {
				tc.secrets = []string{secret}
			}
			_, err := token.NewKeySet(tc.secrets, tc.pem)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), secret)
		})
	}
}

// RFC 8037 appendix A: the Ed25519 key of A.1, published as in A.2, named as in A.3.
func TestRFC8037Vectors(t *testing.T) {
	seed, err := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	require.NoError(t, err)
	document, err := newKeys(t, pkcs8(t, ed25519.NewKeyFromSeed(seed)), secret).PublicJWKS()
	require.NoError(t, err)
	require.JSONEq(t, `{"keys":[{
		"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig", "alg": "EdDSA",
		"kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	}]}`, string(document))
}

// RFC 7638 section 3.1 names the RSA key whose private half is in RFC 7517 appendix A.2.
func TestRFC7638Vector(t *testing.T) {
	var private jose.JSONWebKey
	document, err := os.ReadFile("testdata/rfc7517-a2-rsa.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(document, &private))
	signer, ok := private.Key.(crypto.Signer)
	require.True(t, ok)
	published := publicKeys(t, newKeys(t, pkcs8(t, signer), secret))
	require.Equal(t, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", published[0].KeyID)
	require.Equal(t, "RS256", published[0].Algorithm)
}

func TestKeysAreNotShown(t *testing.T) {
	for name, keys := range map[string]*token.KeySet{
		"derived": newKeys(t, nil, secret),
		"PEM":     newKeys(t, pkcs8(t, newECDSA(t, p256)), secret),
	} {
		document, err := keys.PublicJWKS()
		require.NoError(t, err)
		require.NotContains(t, string(document), `"d"`, name)
		require.NotContains(t, string(document), `"k"`, name)
	}
}
