package config

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// minSecretBytes is the least that HMAC with SHA-256 asks of a key (RFC 7518 section 3.2).
const minSecretBytes = 32

// Secrets are the keys of the server, newest first: the first signs, all verify.
type Secrets []string

// ParseSecrets reads a comma list; spaces around an entry do not count. The empty string is no secrets at all.
// The error tells every entry that is wrong by its place and length.
func ParseSecrets(s string) (Secrets, error) {
	if s == "" {
		return nil, nil
	}
	var secrets Secrets
	var wrong []string
	for i, entry := range strings.Split(s, ",") {
		secret := strings.TrimSpace(entry)
		switch twin := slices.Index(secrets, secret); {
		case len(secret) == 0:
			wrong = append(wrong, fmt.Sprintf("entry %d is empty", i+1))
		case len(secret) < minSecretBytes:
			wrong = append(wrong, fmt.Sprintf("entry %d has %d bytes, and %d are the least", i+1, len(secret), minSecretBytes))
		case twin >= 0:
			wrong = append(wrong, fmt.Sprintf("entry %d is the same as entry %d", i+1, twin+1))
		}
		secrets = append(secrets, secret)
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return secrets, nil
}

// String tells how many secrets there are and how long each is, and nothing else.
func (s Secrets) String() string {
	lengths := make([]string, len(s))
	for i := range s {
		lengths[i] = fmt.Sprint(len(s[i]))
	}
	switch len(s) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 secret of %s bytes", lengths[0])
	default:
		return fmt.Sprintf("%d secrets of %s bytes", len(s), strings.Join(lengths, ", "))
	}
}

// Format writes what [Secrets.String] says, whatever the verb.
func (s Secrets) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText writes what [Secrets.String] says, so that no log or JSON document holds a secret.
func (s Secrets) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// PEMFile is a file and what it held when the configuration was read.
type PEMFile struct {
	// Path is where the file is; empty for no file.
	Path string
	// PEM is its content, which has at least one PEM block (RFC 7468).
	PEM []byte
}

func (r *Reader) readPEMFile(path string) (PEMFile, error) {
	if path == "" {
		return PEMFile{}, nil
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err // the path is told below
	}
	if err != nil {
		return PEMFile{}, fmt.Errorf("the file %s cannot be read: %w", path, err)
	}
	if block, _ := pem.Decode(content); block == nil {
		return PEMFile{}, fmt.Errorf("the file %s holds no PEM block", path)
	}
	if r.CheckSigningKeys != nil {
		if err := r.CheckSigningKeys(content); err != nil {
			return PEMFile{}, fmt.Errorf("the file %s is of no use: %w", path, err)
		}
	}
	return PEMFile{Path: path, PEM: content}, nil
}

// String returns the path.
func (f PEMFile) String() string { return f.Path }

// Format writes the path, whatever the verb.
func (f PEMFile) Format(s fmt.State, _ rune) { fmt.Fprint(s, f.Path) }

// MarshalText writes the path, so that no log or JSON document holds the key.
func (f PEMFile) MarshalText() ([]byte, error) { return []byte(f.Path), nil }
