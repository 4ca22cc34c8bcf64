package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows on a terminal how far a measurement is.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(steps int) progress {
	return progress{progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(),
	)}
}

func (p progress) step() { _ = p.bar.Add(1) } // it only shows

func (p progress) say(what string) { p.bar.Describe(what) }

func (p progress) end() { _ = p.bar.Finish() }
