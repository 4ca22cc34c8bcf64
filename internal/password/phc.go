package password

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
)

const (
	maxMemoryKiB  = 1 << 20
	maxIterations = 64
	minSaltLength = 8
	minKeyLength  = 16
)

// checkPHC refuses a stored string that Argon2 would panic on, that would exhaust memory or time, or whose key is so
// short (the empty one above all) that wrong passwords match it.
func checkPHC(phc string) error {
	params, salt, key, err := argon2id.DecodeHash(phc)
	if err != nil || len(salt) < minSaltLength || len(key) < minKeyLength || checkCost(*params) != nil {
		return ErrMalformedHash
	}
	return nil
}

// checkCost holds the cost within what RFC 9106 section 3.1 defines and one machine can bear.
func checkCost(p argon2id.Params) error {
	switch {
	case p.Parallelism < 1:
		return errors.New("parallelism must be at least 1")
	case p.Iterations < 1 || p.Iterations > maxIterations:
		return fmt.Errorf("iterations must be 1 to %d", maxIterations)
	case p.Memory < 8*uint32(p.Parallelism) || p.Memory > maxMemoryKiB:
		return fmt.Errorf("memory must be 8 KiB for each lane to %d KiB", maxMemoryKiB)
	default:
		return nil
	}
}

// newDecoy returns a PHC string that no password is known to match: its key is random, not the outcome of a hash.
func newDecoy(p argon2id.Params) string {
	salt, key := make([]byte, p.SaltLength), make([]byte, p.KeyLength)
	_, _ = rand.Read(salt) // never fails
	_, _ = rand.Read(key)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.Memory, p.Iterations, p.Parallelism, b64(salt), b64(key))
}
