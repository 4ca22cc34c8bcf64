package config

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"
)

// Print writes the settings of the selected command, one a line: the variable, the effective value with secrets
// masked, and where it came from.
func (r *Reader) Print(w io.Writer, ctx *kong.Context) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, flag := range settings(ctx) {
		fmt.Fprintf(table, "%s\t%s\t%s\n", flag.Envs[0], r.shown(flag), source(ctx, flag))
	}
	return table.Flush()
}

func (r *Reader) shown(flag *kong.Flag) string {
	if r.unreadable[flag.Value] != nil {
		return "(unreadable)"
	}
	switch value := flag.Target.Interface().(type) {
	case time.Duration:
		return brief(value)
	case slog.Level:
		return strings.ToLower(value.String())
	default:
		return cmp.Or(fmt.Sprint(value), "(none)")
	}
}

// source tells who had the last word on the value.
func source(ctx *kong.Context, flag *kong.Flag) string {
	for _, element := range ctx.Path {
		if element.Flag == flag && !element.Resolved {
			return "flag --" + flag.Name
		}
	}
	if _, ok := os.LookupEnv(flag.Envs[0]); ok {
		return "variable"
	}
	return "default"
}
