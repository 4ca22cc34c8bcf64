package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"daypass/internal/config"
)

// TestReadmeTellsEverySetting holds the table of the README against the flags of serve.
func TestReadmeTellsEverySetting(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	parser, err := kong.New(&program{}, append(config.NewReader().Options(), kong.Vars{"version": ""})...)
	require.NoError(t, err)
	told := 0
	for _, command := range parser.Model.Leaves(true) {
		if command.Name != "serve" || command.Parent != parser.Model.Node {
			continue
		}
		for _, flag := range command.Flags {
			if len(flag.Envs) > 0 {
				require.Contains(t, string(readme), settingRow(flag))
				told++
			}
		}
	}
	require.NotContains(t, string(readme), "TABLE")
	require.Equal(t, told, strings.Count(string(readme), "\n| `DAYPASS_"), "and tells of no other")
}

func settingRow(flag *kong.Flag) string {
	name, fallback := "--"+flag.Name, "needed"
	if flag.IsBool() {
		name = "--[no-]" + flag.Name
	}
	if flag.Default != "" {
		fallback = "`" + flag.Default + "`"
	} else if slices.Contains([]string{
		"allowed-origins", "operator-addr", "otlp-endpoint", "signing-key-file", "trace-callers", "trusted-proxies",
	}, flag.Name) {
		fallback = "none"
	}
	return fmt.Sprintf("\n| `%s` | `%s` | %s | ", flag.Envs[0], name, fallback)
}
