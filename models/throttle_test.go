package models

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScanTakesAWholeThrottleKey(t *testing.T) {
	key := ThrottleKey(sha256.Sum256([]byte("192.0.2.1")))
	stored, err := key.Value()
	require.NoError(t, err)
	var read ThrottleKey
	require.NoError(t, read.Scan(stored))
	require.Equal(t, key, read)
	for _, wrong := range []any{nil, "text", []byte("short"), make([]byte, 33), int64(1)} {
		require.Error(t, read.Scan(wrong))
	}
}
