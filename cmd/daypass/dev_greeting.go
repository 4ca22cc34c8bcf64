package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"daypass/internal/config"
)

// greeting is what somebody who starts daypass dev wants to know.
type greeting struct {
	url        string
	database   config.DatabaseURL
	playground bool
	// accounts are those that this start made; none on a second start.
	accounts []account
}

func greet(w io.Writer, g greeting) {
	fmt.Fprint(w, "Daypass is ready.\n\n")
	if g.playground {
		fmt.Fprintf(w, "  Playground  %s/\n", g.url)
	}
	fmt.Fprintf(w, "  API         %s/graphql\n", g.url)
	fmt.Fprintf(w, "  Data        %s\n\n", g.database)
	if len(g.accounts) > 0 {
		greetNew(w, g)
	} else {
		greetAgain(w, g)
	}
	fmt.Fprint(w, "\nCtrl-C stops.\n\n")
}

func greetNew(w io.Writer, g greeting) {
	fmt.Fprint(w, "These accounts are new. Their passwords are shown this once:\n\n")
	for _, made := range g.accounts {
		fmt.Fprintf(w, "  %-6s %-6s %s\n", made.username, made.role, made.password)
	}
	fmt.Fprintf(w, "\nLog in from another terminal:\n\n%s\n", curl(g.url, loginOperation(g.accounts[0])))
	if g.playground {
		fmt.Fprint(w, "\nor in the playground: put the password into the variables of its first tab, and run it.\n")
	}
}

func greetAgain(w io.Writer, g greeting) {
	fmt.Fprint(w, "There are accounts already. To see them, or to add one:\n\n")
	where := ""
	if g.database.SQLitePath != "" {
		where = " --database-url " + g.database.String()
	}
	fmt.Fprintf(w, "  %s user list%s\n", programName(), where)
	fmt.Fprintf(w, "  %s user add ada --generate-password%s\n", programName(), where)
	if g.database.SQLitePath != "" {
		fmt.Fprintf(w, "\nTo start afresh, with new passwords, stop and delete %s*.\n", g.database.SQLitePath)
	}
}

// programName is how the reader can call this program again.
func programName() string {
	if path, err := os.Executable(); err == nil && strings.Contains(path, "go-build") {
		return "go run ./cmd/daypass"
	}
	return os.Args[0]
}

func loginOperation(a account) string {
	return fmt.Sprintf(`mutation {
  login(input: {username: %q, password: %q}) {
    accessToken
    refreshToken
    user { username role }
  }
}`, a.username, a.password)
}

// curl returns a command line that sends the operation. Nothing in the operation needs quoting in a shell.
func curl(url, operation string) string {
	body, err := json.Marshal(map[string]string{"query": strings.Join(strings.Fields(operation), " ")})
	if err != nil {
		return ""
	}
	return fmt.Sprintf("  curl -s %s/graphql \\\n    -H 'Content-Type: application/json' \\\n    -d '%s'", url, body)
}
