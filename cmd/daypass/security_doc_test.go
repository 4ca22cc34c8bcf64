package main

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"daypass/internal/config"
)

// ofTheContent are headers that say what is in an answer, not what may be done with it (RFC 9110 section 8).
var ofTheContent = []string{"Content-Type", "Content-Length", "Content-Encoding", "Etag", "Accept-Ranges", "Content-Range", "Allow", "Connection"}

// TestSecurityDocNamesEveryHeader holds the tables of docs/security.md against the answers to all that the front door is
// fuzzed with, and the answers against the tables.
func TestSecurityDocNamesEveryHeader(t *testing.T) {
	doc := securityDoc(t)
	headers, cookies := section(doc, "Headers"), section(doc, "Cookies")
	door, sent := openFrontDoor(t), map[string]bool{}
	for _, seed := range frontDoorSeeds(t) {
		request, _, ok := door.request(t, seed)
		if !ok {
			continue
		}
		visitor, ctx := newVisitor(t)
		door.handler.ServeHTTP(visitor, request.WithContext(ctx))
		for name := range visitor.Header() {
			sent[name] = true
			require.True(t, slices.Contains(ofTheContent, name) || strings.Contains(headers, "`"+name+"`"), name)
		}
		for _, line := range visitor.Header()["Set-Cookie"] {
			for _, flag := range strings.Split(line, "; ")[1:] {
				name, _, _ := strings.Cut(flag, "=")
				require.Contains(t, cookies, "| `"+name+"` | ")
			}
		}
	}
	for _, named := range regexp.MustCompile("(?m)^\\| (`.*?`) \\| ").FindAllStringSubmatch(headers, -1) {
		for name := range strings.SplitSeq(named[1], ", ") {
			require.True(t, sent[http.CanonicalHeaderKey(strings.Trim(name, "`"))], "no answer has the header %s", name)
		}
	}
}

// TestSecurityDocTellsEveryLimit: each setting that bounds something is named, on a line with its default.
func TestSecurityDocTellsEveryLimit(t *testing.T) {
	doc := securityDoc(t)
	parser, err := kong.New(&program{}, append(config.NewReader().Options(), kong.Vars{"version": ""})...)
	require.NoError(t, err)
	told := 0
	for _, command := range parser.Model.Leaves(true) {
		if command.Name != "serve" || command.Parent != parser.Model.Node {
			continue
		}
		for _, flag := range command.Flags {
			if bounds(flag) {
				require.Regexp(t, `(?m)^\|.* `+inWords(flag.Default)+" .*`"+flag.Envs[0]+"`", doc)
				told++
			}
		}
	}
	require.Greater(t, told, 15)
}

// bounds reports whether the setting is a limit, rather than a choice.
func bounds(flag *kong.Flag) bool {
	if len(flag.Envs) == 0 || flag.Group == nil {
		return false
	}
	times := []string{"read-timeout", "request-timeout", "write-timeout", "idle-timeout"}
	return flag.Group.Title == "Limits" || flag.Group.Title == "Passwords" || slices.Contains(times, flag.Name)
}

// inWords is how the docs write a number.
func inWords(value string) string {
	number, err := strconv.Atoi(value)
	if err != nil || number < 1_000 {
		return value
	}
	return inWords(strconv.Itoa(number/1_000)) + "," + value[len(value)-3:]
}

func securityDoc(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/security.md")
	require.NoError(t, err)
	return string(doc)
}

// section returns what stands below a heading.
func section(doc, heading string) string {
	_, below, _ := strings.Cut(doc, "\n## "+heading+"\n")
	text, _, _ := strings.Cut(below, "\n## ")
	return text
}
