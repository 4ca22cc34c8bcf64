package main

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func TestNothingIsMeasuredWithNoClientsOrInNoTime(t *testing.T) {
	for flag, arguments := range map[string][]string{
		"--connections": {"speed", "--connections", "8,0"},
		"--slice":       {"--slice", "0s"},
		"--rounds":      {"growth", "--rounds=-1"},
		"--load":        {"soak", "--load", "NaN"},
		"--clients":     {"cluster", "--clients", "0"},
	} {
		parser, err := kong.New(&program{})
		require.NoError(t, err)
		command, err := parser.Parse(arguments)
		require.NoError(t, err, flag)
		require.ErrorContains(t, run(t.Context(), command), flag+": must be above 0")
	}
}
