//go:build !linux

package testbed

import (
	"errors"
	"os/exec"
)

// dieWithUs does nothing: only Linux ties a child to its parent's life. [Main] and tests end it themselves.
func dieWithUs(*exec.Cmd) {}

func (p *process) end() error { return errors.ErrUnsupported }

func (p *process) pause() error { return errors.ErrUnsupported }

func (p *process) resume() error { return errors.ErrUnsupported }

// account is who a child runs as: whoever we are.
type account struct{}

func unprivileged() (account, error) { return account{}, errors.ErrUnsupported }

func (account) run(*exec.Cmd) {}

func (account) own(...string) error { return nil }
