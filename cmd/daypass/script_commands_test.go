package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommands is what the scripts can do beyond the commands of testscript:
//
//	start NAME[,NAME...] ARGS...   starts programs, all at once, and waits until they listen; the last is then in use
//	use NAME                       sends what follows to that program
//	end NAME [INT]                 ends a program by SIGTERM or SIGINT; it must drain and exit with 0
//	crash NAME                     ends a program by SIGKILL
//	[!] graphql OPERATION [-as ACCESS_TOKEN] [-from ADDRESS] [-until CODE] [VARIABLE=VALUE...]
//	                               sends testdata/operations/OPERATION.graphql, again and again until it is refused with
//	                               that code; !: is refused
//	get PATH                       fetches a page: the status and the body
//	fails LIMIT PROGRAM ARGS...    runs a program that must fail, within that time
//	capture VARIABLE FIELD         keeps a field of the answer
//	find VARIABLE FILE PATTERN     keeps what the group in the pattern matches
//	silence VARIABLE               opens a port that accepts connections and never says a word
//
// The program NAME writes to NAME.out and NAME.err.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"start":   startCommand,
		"use":     useCommand,
		"end":     endCommand,
		"crash":   crashCommand,
		"graphql": graphqlCommand,
		"get":     getCommand,
		"fails":   failsCommand,
		"capture": captureCommand,
		"find":    findCommand,
		"silence": silenceCommand,
	}
}

// scene is what the commands of one script know of each other.
type scene struct {
	// path is where the program is.
	path     string
	programs map[string]*daypass
	inUse    *daypass
	last     answer
}

type sceneKey struct{}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value(sceneKey{}).(*scene) }

func (s *scene) program(ts *testscript.TestScript, name string) *daypass {
	program, ok := s.programs[name]
	if !ok {
		ts.Fatalf("there is no program %s", name)
	}
	return program
}

func startCommand(ts *testscript.TestScript, _ bool, args []string) {
	s, environment := sceneOf(ts), environmentOf(ts)
	names := strings.Split(args[0], ",")
	for _, name := range names {
		program, err := launch(s.path, ts.MkAbs("."), name, environment, args[1:]...)
		ts.Check(err)
		ts.Defer(program.discard)
		s.programs[name] = program
	}
	for _, name := range names {
		s.inUse = s.programs[name]
		ts.Check(s.inUse.await())
		ts.Setenv("URL", s.inUse.URL)
	}
}

// environmentOf returns the variables of the script that concern the program.
func environmentOf(ts *testscript.TestScript) []string {
	var environment []string
	for _, name := range []string{"PATH", "HOME", "GOCOVERDIR", "GORACE", "DAYPASS_DATABASE_URL", "DAYPASS_SECRET", "DAYPASS_REFRESH_GRACE"} {
		if value := ts.Getenv(name); value != "" {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

func useCommand(ts *testscript.TestScript, _ bool, args []string) {
	sceneOf(ts).inUse = sceneOf(ts).program(ts, args[0])
}

func endCommand(ts *testscript.TestScript, _ bool, args []string) {
	signal := syscall.SIGTERM
	if len(args) > 1 && args[1] == "INT" {
		signal = syscall.SIGINT
	}
	ts.Check(sceneOf(ts).program(ts, args[0]).end(signal))
}

func crashCommand(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(sceneOf(ts).program(ts, args[0]).end(syscall.SIGKILL))
}

func graphqlCommand(ts *testscript.TestScript, refused bool, args []string) {
	s := sceneOf(ts)
	c := frontEnd{url: s.inUse.URL}
	operation, args := args[0], args[1:]
	until := ""
	for options := map[string]*string{"-as": &c.accessToken, "-from": &c.forwardedFor, "-until": &until}; len(args) > 1; args = args[2:] {
		option, ok := options[args[0]]
		if !ok {
			break
		}
		*option = args[1]
	}
	variables := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		variables[name] = value
	}
	var err error
	for tries := 0; tries == 0 || (tries < 20 && !strings.Contains(s.last.String(), until)); tries++ {
		s.last, err = c.do(operation, variables)
		ts.Check(err)
	}
	_, err = ts.Stdout().Write([]byte(s.last.String()))
	ts.Check(err)
	if refused != (len(s.last.Errors) > 0) {
		ts.Fatalf("answered %s", s.last)
	}
}

func getCommand(ts *testscript.TestScript, _ bool, args []string) {
	response, err := http.Get(sceneOf(ts).inUse.URL + args[0])
	ts.Check(err)
	defer response.Body.Close()
	_, err = fmt.Fprintln(ts.Stdout(), response.Status)
	ts.Check(err)
	_, err = io.Copy(ts.Stdout(), response.Body)
	ts.Check(err)
}

func failsCommand(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	began := time.Now()
	if ts.Exec(args[1], args[2:]...) == nil {
		ts.Fatalf("it succeeds")
	}
	if took := time.Since(began); took > limit {
		ts.Fatalf("it takes %s", took)
	}
}

func captureCommand(ts *testscript.TestScript, _ bool, args []string) {
	value := sceneOf(ts).last.field(args[1])
	if value == "" {
		ts.Fatalf("the answer has no %s: %s", args[1], sceneOf(ts).last)
	}
	ts.Setenv(args[0], value)
}

func findCommand(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(`(?m)` + args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if match == nil {
		ts.Fatalf("%s does not match in %s:\n%s", args[2], args[1], ts.ReadFile(args[1]))
	}
	ts.Setenv(args[0], match[1])
}

func silenceCommand(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() }) // the backlog accepts, nobody reads
	ts.Setenv(args[0], listener.Addr().String())
}
