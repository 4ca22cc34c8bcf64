//go:build !linux

package report

func (*Machine) read() {}
