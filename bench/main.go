// Bench measures Daypass and what stands beside it, on servers that it starts itself.
//
//	go run ./bench            the speed of a query, a refresh and a login, each beside its limit
//	go run ./bench growth     refreshes and pages among 10,000, a million and ten million sessions
//	go run ./bench soak       ten minutes of everything at once: what grows?
//	go run ./bench cluster    three Galera nodes and three replicas, which are killed and cut off
//
// Each prints a table and writes its figures (JSON) and plots (SVG) to docs/figures. How to read them is in
// docs/performance.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/alecthomas/kong"
)

type program struct {
	Speed    speedCmd    `cmd:"" default:"withargs" help:"Compare a query, a refresh and a login with their limits."`
	Growth   growthCmd   `cmd:"" help:"Ask whether anything gets slower or larger as sessions add up."`
	Soak     soakCmd     `cmd:"" help:"Ask what grows while everything happens at once."`
	Cluster  clusterCmd  `cmd:"" help:"Ask what clients notice, and what is lost, when nodes and replicas fail."`
	Constant constantCmd `cmd:"" hidden:"" help:"Serve the schema with an answer that is known."`
}

func main() {
	command := kong.Parse(&program{}, kong.Name("bench"), kong.UsageOnError(), kong.Description(
		"Measures Daypass on servers that it starts itself. Without a command it is speed, whose flags may follow at once: bench --rounds 8 --only refresh.",
	))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, command)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command *kong.Context) error {
	if err := checkNumbers(command.Flags()); err != nil {
		return err
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run()
}

// checkNumbers refuses what nothing can be measured with: no clients, no turns, no time.
func checkNumbers(flags []*kong.Flag) error {
	for _, flag := range flags {
		for _, number := range numbersIn(flag.Target.Interface()) {
			if !(number > 0) { // nor is NaN
				return fmt.Errorf("--%s: must be above 0", flag.Name)
			}
		}
	}
	return nil
}

func numbersIn(value any) []float64 {
	switch value := value.(type) {
	case int:
		return []float64{float64(value)}
	case float64:
		return []float64{value}
	case time.Duration:
		return []float64{value.Seconds()}
	case []int:
		numbers := make([]float64, max(1, len(value))) // an empty list is as good as none
		for i, number := range value {
			numbers[i] = float64(number)
		}
		return numbers
	default:
		return nil
	}
}
