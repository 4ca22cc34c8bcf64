package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatClientsCopyIsWhatTheTestsRun holds each block of docs/clients.md to the file that the line before it names.
func TestWhatClientsCopyIsWhatTheTestsRun(t *testing.T) {
	page, err := os.ReadFile("../../docs/clients.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)(\n[^\n]*\n)\n```[a-z]+\n(.*?)```\n").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, strings.Count(string(page), "\n```")/2)
	source := regexp.MustCompile(`[Ff]rom \[([^]]+)]\(\.\./([^)]+)\):\n$`)
	for _, block := range blocks {
		named := source.FindStringSubmatch(block[1])
		require.NotNil(t, named, "the line before a block says where it is from: %s", block[1])
		require.Equal(t, named[1], named[2])
		file, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(named[2])))
		require.NoError(t, err)
		require.Contains(t, string(file), block[2], "docs/clients.md differs from %s", named[2])
	}
}
