package main

import (
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

type configServeCmd struct{ config.Production }

// Run prints the settings; what is wrong with them is told afterwards, by run.
func (*configServeCmd) Run(command *kong.Context, settings *config.Reader) error {
	return settings.Print(os.Stdout, command)
}

type configDevCmd struct{ config.Development }

// Run prints the settings; what is wrong with them is told afterwards, by run.
func (*configDevCmd) Run(command *kong.Context, settings *config.Reader) error {
	return settings.Print(os.Stdout, command)
}
