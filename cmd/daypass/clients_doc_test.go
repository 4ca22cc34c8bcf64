package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatClientsCopyIsWhatTheTestsRun holds the blocks that docs/clients.md and the README take from files to these files.
func TestWhatClientsCopyIsWhatTheTestsRun(t *testing.T) {
	held := holdBlocks(t, "docs/clients.md")
	page, err := os.ReadFile("../../docs/clients.md")
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(page), "\n```")/2, held, "every block of that page says where it is from")
	require.Positive(t, holdBlocks(t, "README.md"))
}

// holdBlocks compares each block of a page that says where it is from, and returns how many do.
func holdBlocks(t *testing.T, path string) int {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("../..", path))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)from \\[([^]]+)]\\(([^)]+)\\):\n\n```[a-z]+\n(.*?)```\n").
		FindAllStringSubmatch(strings.ReplaceAll(string(page), "From [", "from ["), -1)
	for _, block := range blocks {
		name, link, content := block[1], block[2], block[3]
		require.Equal(t, filepath.Clean(name), filepath.Join(filepath.Dir(path), link))
		file, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		require.Contains(t, string(file), content, "%s differs from %s", path, name)
	}
	return len(blocks)
}
