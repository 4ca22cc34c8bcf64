package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// patience is far more than anything here takes, also on a machine that is busy with other tests.
const patience = 60 * time.Second

// daypass is the real program, running.
type daypass struct {
	command        *exec.Cmd
	stdout, stderr *os.File
	ended          chan struct{}
	// URL is where it listens.
	URL string
}

// launch starts the program in the folder, where its output goes to name.out and name.err.
func launch(program, folder, name string, environment []string, arguments ...string) (*daypass, error) {
	d := &daypass{command: exec.Command(program, arguments...), ended: make(chan struct{})}
	var err error
	if d.stdout, err = os.Create(filepath.Join(folder, name+".out")); err != nil {
		return nil, err
	}
	if d.stderr, err = os.Create(filepath.Join(folder, name+".err")); err != nil {
		return nil, err
	}
	d.command.Dir, d.command.Env = folder, environment
	d.command.Stdout, d.command.Stderr = d.stdout, d.stderr
	if err := d.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = d.command.Wait() // the state is read where it matters
		close(d.ended)
	}()
	return d, nil
}

var listeningURL = regexp.MustCompile(`http://(?:127\.0\.0\.1|localhost):\d+`)

// await returns when the program tells where it listens.
func (d *daypass) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for d.URL == "" {
		select {
		case <-d.ended:
			return fmt.Errorf("it ended instead of listening: %s", d.output())
		case <-ctx.Done():
			return fmt.Errorf("it does not listen after %s: %s", patience, d.output())
		case <-time.After(5 * time.Millisecond):
			d.URL = listeningURL.FindString(d.output())
		}
	}
	return nil
}

func (d *daypass) output() string {
	out, _ := os.ReadFile(d.stdout.Name())
	errs, _ := os.ReadFile(d.stderr.Name())
	return string(out) + string(errs)
}

// end sends the signal, waits, and returns an error unless the program ended as it should.
func (d *daypass) end(signal syscall.Signal) error {
	if err := d.command.Process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-d.ended:
	case <-time.After(patience):
		return errors.Join(errors.New("it does not end"), d.command.Process.Kill())
	}
	if state := d.command.ProcessState; signal != syscall.SIGKILL && !state.Success() {
		return fmt.Errorf("it ended with %s: %s", state, d.output())
	}
	return nil
}

// discard makes sure that nothing is left.
func (d *daypass) discard() {
	_ = d.command.Process.Kill() // it may have ended long ago
	<-d.ended
	_ = d.stdout.Close()
	_ = d.stderr.Close()
}
