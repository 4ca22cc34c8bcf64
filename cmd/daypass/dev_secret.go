package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"daypass/internal/config"
)

// secretFile keeps the secret of daypass dev, so that a restart signs nobody out.
const secretFile = "daypass.secret"

// keepSecret reads the secret from the file, and makes the file when there is none.
func keepSecret(path string, log *slog.Logger) (config.Secrets, error) {
	if err := makeSecret(path); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	content, err := os.ReadFile(path) //nolint:gosec // a constant
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("others on this machine can read the secret; run chmod 600", "file", path, "mode", info.Mode().Perm().String())
	}
	secrets, err := config.ParseSecrets(strings.TrimSpace(string(content)))
	if err == nil && len(secrets) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret: %s: %w; delete it to have a new one made", path, err)
	}
	return secrets, nil
}

// makeSecret writes 256 random bits into a file that only its owner can read, unless the file is there already.
func makeSecret(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a constant
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails: see its documentation
	if _, err := fmt.Fprintln(file, base64.StdEncoding.EncodeToString(secret)); err != nil {
		return errors.Join(err, file.Close())
	}
	return errors.Join(file.Sync(), file.Close())
}
