package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is far more than a start takes, also on a machine that is busy with other tests.
const patience = 60 * time.Second

// TestExtending does what extending.md says, block by block, on a copy of the tree and without the internet.
func TestExtending(t *testing.T) {
	w := &walk{t: t, tree: copyTree(t), migration: nextMigration(t)}
	did := map[string]int{}
	for _, b := range blocksOf(t, "extending.md") {
		did[b.language]++
		switch {
		case b.language == "sh":
			w.run(b.text)
		case b.language == "graphql":
			w.ask(b.person, b.text)
		case b.language == "json":
			w.compare(b.text)
		case b.language == "diff":
			w.change(b.file, b.text)
		case b.isNew:
			w.create(b.file, b.text)
		default:
			t.Fatalf("nobody knows what to do with a block in %s: %s", b.language, b.text)
		}
	}
	for _, language := range []string{"sh", "graphql", "json", "diff", "go", "sql"} {
		require.NotZero(t, did[language], language)
	}
	require.Equal(t, did["graphql"], did["json"], "each operation has its answer")
}

// block is a fenced block, with what the text before it says that it is for.
type block struct {
	language, text string
	file           string
	isNew          bool
	person         string
}

var (
	fenced  = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	naming  = regexp.MustCompile("(?m)^`([^`]+)`(, new)?:$")
	persons = regexp.MustCompile("As (?:`([a-z]+)`|nobody)[^\n]*:\n*$")
)

func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	content, err := os.ReadFile(page)
	require.NoError(t, err)
	text := string(content)
	var blocks []block
	var last block
	end := 0
	for _, at := range fenced.FindAllStringSubmatchIndex(text, -1) {
		before := text[end:at[0]]
		if names := naming.FindAllStringSubmatch(before, -1); names != nil {
			last.file, last.isNew = names[len(names)-1][1], names[len(names)-1][2] != ""
		}
		if person := persons.FindStringSubmatch(before); person != nil {
			last.person = person[1]
		}
		last.language, last.text, end = text[at[2]:at[3]], text[at[4]:at[5]], at[1]
		blocks = append(blocks, last)
	}
	return blocks
}

// walk is a reader at work.
type walk struct {
	t         *testing.T
	tree      string
	migration string
	url       string
	tokens    map[string]string
	// noteID is the last that an answer had; answer is that answer, without what differs from run to run.
	noteID string
	answer any
}

func copyTree(t *testing.T) string {
	t.Helper()
	tree := t.TempDir()
	root := os.DirFS("..")
	require.NoError(t, fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git" || entry.Name() == "node_modules":
			return skip(entry)
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(tree, path), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(tree, path), content, 0o600)
	}))
	return tree
}

// skip leaves a folder out, or a file alone: a worktree has a file in place of .git.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// nextMigration is the number that the page calls NNNNN.
func nextMigration(t *testing.T) string {
	t.Helper()
	migrations, err := filepath.Glob("../internal/store/migrations/mysql/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, migrations)
	return fmt.Sprintf("%05d", len(migrations)+1)
}

// create writes a new file.
func (w *walk) create(file, text string) {
	w.t.Helper()
	path := filepath.Join(w.tree, strings.ReplaceAll(file, "NNNNN", w.migration))
	require.NoFileExists(w.t, path)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(w.t, os.WriteFile(path, []byte(text), 0o600))
}

// change puts the lines of a diff that are not old in the place of those that are not new. There must be one such place.
func (w *walk) change(file, diff string) {
	w.t.Helper()
	var before, after strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(diff, "NNNNN", w.migration)) {
		sign, text := line[0], strings.TrimSuffix(line[1:], "\n")+"\n" // an empty line may have lost its sign
		if sign != '+' {
			before.WriteString(text)
		}
		if sign != '-' {
			after.WriteString(text)
		}
	}
	path := filepath.Join(w.tree, file)
	content, err := os.ReadFile(path)
	require.NoError(w.t, err)
	require.Equal(w.t, 1, strings.Count(string(content), before.String()), "places in %s for\n%s", file, diff)
	require.NoError(w.t, os.WriteFile(path, []byte(strings.Replace(string(content), before.String(), after.String(), 1)), 0o600))
}

// run does what a shell would; what goes on running is started on a free port.
func (w *walk) run(command string) {
	w.t.Helper()
	if strings.TrimSpace(command) == "go run ./cmd/daypass dev" {
		w.start()
		return
	}
	words := strings.Fields(command)
	w.command(words[0], words[1:]...)
}

func (w *walk) command(name string, arguments ...string) {
	w.t.Helper()
	began := time.Now()
	command := exec.CommandContext(w.t.Context(), name, arguments...)
	command.Dir, command.Env = w.tree, append(os.Environ(), "GOPROXY=off")
	output, err := command.CombinedOutput()
	require.NoError(w.t, err, "%s %v: %s", name, arguments, output)
	w.t.Logf("%s %s: %s", name, strings.Join(arguments, " "), time.Since(began).Round(time.Second/10))
}

var (
	listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	account   = regexp.MustCompile(`(demo|admin) +(?:USER|ADMIN) +([A-Z2-7]{26})\b`)
)

// start builds the program, has it serve, and signs in those whom it greets with.
func (w *walk) start() {
	w.t.Helper()
	folder := w.t.TempDir()
	program := filepath.Join(folder, "daypass")
	w.command("go", "build", "-o", program, "./cmd/daypass")
	command := exec.CommandContext(w.t.Context(), program, "dev", "--addr=127.0.0.1:0")
	command.Dir = folder
	output, err := os.Create(filepath.Join(folder, "output"))
	require.NoError(w.t, err)
	command.Stdout, command.Stderr = output, output
	require.NoError(w.t, command.Start())
	w.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = output.Close()
	})
	var greeting string
	require.Eventually(w.t, func() bool {
		content, _ := os.ReadFile(output.Name())
		greeting = string(content)
		return len(account.FindAllString(greeting, -1)) == 2 && listening.MatchString(greeting)
	}, patience, 10*time.Millisecond, "it does not start")
	w.url = listening.FindString(greeting)
	w.tokens = map[string]string{"": ""}
	for _, made := range account.FindAllStringSubmatch(greeting, -1) {
		w.tokens[made[1]] = w.login(made[1], made[2])
	}
}

func (w *walk) login(username, password string) string {
	w.t.Helper()
	w.send("", fmt.Sprintf(`mutation { login(input: {username: %q, password: %q}) { accessToken } }`, username, password))
	token := regexp.MustCompile(`[\w-]+\.[\w-]+\.[\w-]+`).FindString(fmt.Sprint(w.answer))
	require.NotEmpty(w.t, token, w.answer)
	return token
}

// ask sends an operation as that person, about the note that was shown last.
func (w *walk) ask(person, operation string) {
	w.t.Helper()
	token, ok := w.tokens[person]
	require.True(w.t, ok, "who is %q?", person)
	w.send(token, strings.ReplaceAll(operation, "note_...", w.noteID))
}

var aNoteID = regexp.MustCompile(`note_[0-9a-z]{26}`)

func (w *walk) send(accessToken, operation string) {
	w.t.Helper()
	body, err := json.Marshal(map[string]string{"query": operation})
	require.NoError(w.t, err)
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/graphql", bytes.NewReader(body))
	require.NoError(w.t, err)
	request.Header.Set("Content-Type", "application/json")
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	if id := aNoteID.Find(text); id != nil {
		w.noteID = string(id)
	}
	w.answer = parsed(w.t, aNoteID.ReplaceAllString(string(text), "note_..."))
}

// compare holds the last answer against the one on the page.
func (w *walk) compare(want string) {
	w.t.Helper()
	require.Equal(w.t, parsed(w.t, want), w.answer)
}

// parsed reads an answer, and leaves out where in the document an error lies.
func parsed(t *testing.T, text string) any {
	t.Helper()
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &answer), text)
	failures, _ := answer["errors"].([]any)
	for _, failure := range failures {
		delete(failure.(map[string]any), "locations")
	}
	return answer
}
