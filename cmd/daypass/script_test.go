package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// TestMain makes this test binary the program where it is called daypass, and else runs the tests beside a MySQL server.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "daypass" {
		main()
	}
	testdb.Main(m)
}

// installProgram returns a folder that holds the program.
func installProgram(t testing.TB) string {
	t.Helper()
	binary, err := os.Executable()
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.Symlink(binary, filepath.Join(folder, "daypass")))
	return folder
}

// TestScripts runs the stories in testdata/script. Those in any/ run on each database, with DAYPASS_DATABASE_URL set.
func TestScripts(t *testing.T) {
	t.Run("dev", func(t *testing.T) {
		runScripts(t, "dev", nil)
	})
	t.Run("sqlite", func(t *testing.T) {
		runScripts(t, "any", testdb.SQLite)
	})
	t.Run("mysql", func(t *testing.T) {
		runScripts(t, "any", testdb.MySQL)
	})
	t.Run("replicas", func(t *testing.T) {
		runScripts(t, "mysql", testdb.MySQL)
	})
}

func runScripts(t *testing.T, folder string, database func(testing.TB) *testdb.DB) {
	t.Helper()
	programs := installProgram(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script/" + folder,
		Cmds:                scriptCommands(),
		Deadline:            time.Now().Add(3 * patience),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[sceneKey{}] = &scene{path: filepath.Join(programs, "daypass"), programs: map[string]*daypass{}}
			env.Setenv("PATH", programs+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("GOCOVERDIR", os.Getenv("GOCOVERDIR"))
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("SECRET_A", "alpha-alpha-alpha-alpha-alpha-alpha")
			env.Setenv("SECRET_B", "bravo-bravo-bravo-bravo-bravo-bravo")
			if database != nil {
				env.Setenv("DAYPASS_DATABASE_URL", database(env.T().(testing.TB)).URL())
				env.Setenv("DAYPASS_SECRET", env.Getenv("SECRET_A"))
			}
			return nil
		},
	})
}

func TestURLInTheWrongPlaceIsNotRepeated(t *testing.T) {
	err := run([]string{"migrate", "up", "mysql://daypass:hunter2@db/daypass"})
	require.ErrorAs(t, err, new(usageError))
	require.NotContains(t, err.Error(), "hunter2")
	require.Equal(t, exitUsage, exitCode(err))
}
