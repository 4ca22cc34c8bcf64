// Daypass is a GraphQL authentication API: a person logs in once and holds an all-day pass, the refresh token; each
// ride is paid with a short-lived single-ride ticket, the access token.
//
// Each command has its file; wire.go puts the parts together.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"daypass/internal/config"
	"daypass/internal/token"
)

// program is the command line.
type program struct {
	Dev     devCmd     `cmd:"" help:"Start on this machine with nothing set up: SQLite, a playground, two accounts."`
	Serve   serveCmd   `cmd:"" help:"Start in production, on MySQL or SQLite."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to date, or see whether it is."`
	User    userCmd    `cmd:"" help:"Look after accounts."`
	Config  configCmd  `cmd:"" help:"Show the configuration and where each value comes from, secrets masked."`

	Version kong.VersionFlag `help:"Show the version."`
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	err := run(os.Args[1:])
	complain(err)
	os.Exit(exitCode(err))
}

func run(args []string) error {
	defer boundMemory().keep()
	selected, mistakes, err := parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a second signal ends the program at once
	return errors.Join(selected.Run(ctx), mistakes)
}

// command is what a command line asks for.
type command interface {
	Run(ctx context.Context) error
}

// parse returns the command and, if it is there to find them, the mistakes in its settings. The parser ends with it: while
// a server runs, the tree of commands and flags would be half of what the garbage collector has to look through.
func parse(args []string) (selected command, mistakes, err error) {
	settings := config.NewReader()
	settings.CheckSigningKeys = token.CheckSigningKeys
	parser, err := kong.New(&program{}, append(settings.Options(),
		kong.Name("daypass"),
		kong.Description(description),
		kong.Vars{"version": version()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		kong.Bind(settings),
	)...)
	if err != nil {
		return nil, nil, fmt.Errorf("build the command line: %w", err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return nil, nil, usageError{withoutValues(err.Error(), args)}
	}
	selected, ok := reflect.TypeAssert[command](parsed.Selected().Target.Addr())
	if !ok {
		return nil, nil, fmt.Errorf("run %s: it does nothing", parsed.Command())
	}
	mistakes = settings.Check(parsed)
	if mistakes != nil && !isConfig(parsed) {
		return nil, nil, mistakes
	}
	return selected, mistakes, nil
}

// isConfig reports whether the command is there to find mistakes, and so runs in spite of them.
func isConfig(parsed *kong.Context) bool { return strings.HasPrefix(parsed.Command(), "config") }

// usageError is a command line that cannot be understood.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason + ` (see "daypass --help")` }

// withoutValues keeps a database URL or a secret that slipped into the wrong place, or that a shell cut at a space, out
// of the message.
func withoutValues(message string, args []string) string {
	isSlip := len(args) == 1 && strings.Contains(message, "did you mean")
	if strings.HasPrefix(message, "unexpected argument") && !isSlip {
		return "there is an unexpected argument; quote values that have spaces"
	}
	for _, arg := range args {
		if strings.Contains(arg, "://") {
			message = strings.ReplaceAll(message, arg, "(a URL)")
		}
	}
	return message
}

// complain writes the error to standard error, one line each.
func complain(err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(os.Stderr, "daypass:", strings.TrimSpace(line))
	}
}

func exitCode(err error) int {
	var usage usageError
	var mistakes config.Mistakes
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage), errors.As(err, &mistakes):
		return exitUsage
	default:
		return exitFailure
	}
}

const description = `A GraphQL authentication API: register, log in, refresh, log out.

Try it on this machine:

    daypass dev

Run it in production:

    export DAYPASS_DATABASE_URL='mysql://daypass:PASSWORD@db.example.com/daypass?tls=true'
    export DAYPASS_SECRET="$(openssl rand -base64 48)"
    daypass migrate
    daypass serve

Every setting is a flag and a DAYPASS_ variable; a flag wins. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`
