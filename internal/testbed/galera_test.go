package testbed_test

import (
	"daypass/internal/testbed"
	"github.com/stretchr/testify/require"
	"testing"
	"time"
)

func TestX(t *testing.T) {
	began := time.Now()
	g, err := testbed.StartGalera(3, testbed.GaleraConfig{})
	require.NoError(t, err)
	defer g.Discard()
	t.Log(time.Since(began))
	began = time.Now()
	g.Nodes()[1].Kill()
	require.NoError(t, g.Nodes()[1].Restart())
	t.Log(time.Since(began))
}
