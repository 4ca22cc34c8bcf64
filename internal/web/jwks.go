package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"
)

// publishKeys serves a JSON Web Key Set (RFC 7517 section 8.5.2). Caches may keep it for five minutes (RFC 9111 section
// 5.2.2.1): the time by which a new key should be published before it signs, and for which a withdrawn key may still be
// trusted.
func publishKeys(jwks []byte) http.Handler {
	sum := sha256.Sum256(jwks)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(jwks))
	})
}
