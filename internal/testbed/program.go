package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// endLimit is how long a program may take to end that was asked to.
const endLimit = 60 * time.Second

// Program is a running program that ends with us, however we end (on Linux).
type Program struct{ process *process }

// StartProgram starts a command.
func StartProgram(command *exec.Cmd) (*Program, error) {
	running, err := startProcess(command)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	return &Program{running}, nil
}

// ProcessID is that of the program.
func (p *Program) ProcessID() int { return p.process.command.Process.Pid }

// Done is closed when the program has ended.
func (p *Program) Done() <-chan struct{} { return p.process.done }

// Stop interrupts the program, waits for the end, and returns an error when that was none in peace.
func (p *Program) Stop() error {
	if err := p.process.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case <-p.process.done:
	case <-time.After(endLimit):
		p.process.kill()
		return errors.New("the program does not end")
	}
	if state := p.process.command.ProcessState; !state.Success() {
		return fmt.Errorf("the program ended with %s", state)
	}
	return nil
}

// Kill ends the program as a crash does (SIGKILL).
func (p *Program) Kill() { p.process.kill() }
