package gqlhttp_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

// TestAudits runs the server audits of npm graphql-http where they are installed: `npm ci` in the folder audit.
func TestAudits(t *testing.T) {
	if _, err := os.Stat("audit/node_modules"); err != nil {
		t.Skip("the audits are not installed: npm ci --prefix internal/gqlhttp/audit")
	}
	address := serve(t, gqlhttp.Config{Introspection: true})
	output, err := exec.CommandContext(t.Context(), "node", "audit/audit.mjs", address).CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Contains(t, string(output), "61 passed, 0 failed")
}
