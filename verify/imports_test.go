package verify_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestImportersGetNoBallast holds what another service links against: no database, no GraphQL, nothing else of ours.
func TestImportersGetNoBallast(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		"daypass/verify",
		"github.com/go-jose/go-jose/v4",
		"github.com/go-jose/go-jose/v4/cipher",
		"github.com/go-jose/go-jose/v4/json",
		"github.com/golang-jwt/jwt/v5",
		"github.com/hashicorp/golang-lru/v2",
		"github.com/hashicorp/golang-lru/v2/internal",
		"github.com/hashicorp/golang-lru/v2/simplelru",
		"golang.org/x/sync/singleflight",
	}, strings.Fields(string(output)))
}
