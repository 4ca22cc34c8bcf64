package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxPasswordInput is more than any password that is accepted.
const maxPasswordInput = 4096

// readPassword asks twice without echo when the input is a terminal, and else takes the first line of it.
func readPassword(ctx context.Context, input *os.File, prompt io.Writer) (string, error) {
	if !term.IsTerminal(int(input.Fd())) {
		return readLine(input)
	}
	first, err := ask(ctx, input, prompt, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask(ctx, input, prompt, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ")
	}
	return first, nil
}

func readLine(input io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(input, maxPasswordInput)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("there is no password on standard input; pipe one in, or use --generate-password")
	}
	return line, nil
}

// ask reads a line without echo. When the context ends it leaves the terminal as it was.
func ask(ctx context.Context, terminal *os.File, prompt io.Writer, question string) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("prepare the terminal: %w", err)
	}
	type reply struct {
		line []byte
		err  error
	}
	replies := make(chan reply, 1)
	fmt.Fprint(prompt, question)
	go func() {
		line, err := term.ReadPassword(fd)
		replies <- reply{line, err}
	}()
	defer fmt.Fprintln(prompt)
	select {
	case r := <-replies:
		if r.err != nil {
			return "", fmt.Errorf("read the password: %w", r.err)
		}
		return string(r.line), nil
	case <-ctx.Done():
		return "", errors.Join(errors.New("interrupted"), term.Restore(fd, before))
	}
}
