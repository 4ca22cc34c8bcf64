package main

import (
	"context"
	"os"

	"github.com/alecthomas/kong"

	"daypass/internal/config"
)

type configCmd struct {
	Serve configServeCmd `cmd:"" default:"withargs" help:"What daypass serve would use."`
	Dev   configDevCmd   `cmd:"" help:"What daypass dev would use."`
}

// Help gives examples.
func (*configCmd) Help() string {
	return `Examples:

    daypass config
    daypass config dev
    DAYPASS_ACCESS_TOKEN_TTL=5m daypass config serve --addr :9000

Mistakes are told below the table, all at once, and the exit code is then 2.`
}

type configServeCmd struct {
	config.Production
	printing `kong:"-"`
}

type configDevCmd struct {
	config.Development
	printing `kong:"-"`
}

// printing is a command that shows how its own command line was understood.
type printing struct {
	parsed   *kong.Context
	settings *config.Reader
}

// AfterApply implements [kong.AfterApply].
func (p *printing) AfterApply(parsed *kong.Context, settings *config.Reader) error { //nolint:unparam // kong wants an error
	p.parsed, p.settings = parsed, settings
	return nil
}

// Run prints the settings; what is wrong with them is told afterwards, by run.
func (p *printing) Run(context.Context) error { return p.settings.Print(os.Stdout, p.parsed) }
