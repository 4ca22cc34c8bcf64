package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Khan/genqlient/generate"
	"github.com/stretchr/testify/require"
)

// TestGeneratedCodeIsFresh: the committed code is what genqlient makes of schema.graphqls and, alike, of what the running
// server tells about itself.
func TestGeneratedCodeIsFresh(t *testing.T) {
	committed, err := os.ReadFile("daypass/generated.go")
	require.NoError(t, err)
	t.Run("schema.graphqls", func(t *testing.T) {
		require.Equal(t, string(committed), generated(t, "../../schema.graphqls"), "run: go generate ./...")
	})
	t.Run("introspection", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "schema.graphqls")
		require.NoError(t, os.WriteFile(file, []byte(introspected(t, startServer(t).url())), 0o600))
		require.Equal(t, string(committed), generated(t, file))
	})
}

func generated(t *testing.T, schema string) string {
	t.Helper()
	config, err := generate.ReadAndValidateConfig("genqlient.yaml")
	require.NoError(t, err)
	config.Schema = generate.StringList{schema}
	files, err := generate.Generate(config)
	require.NoError(t, err)
	require.Len(t, files, 1)
	for _, content := range files {
		return string(content)
	}
	return ""
}

const introspection = `{ __schema { types {
  kind name description
  fields(includeDeprecated: true) { name description args { ...value } type { ...type } }
  inputFields { ...value } interfaces { name } possibleTypes { name } enumValues(includeDeprecated: true) { name description }
} } }
fragment value on __InputValue { name description type { ...type } defaultValue }
fragment type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`

type typeRef struct {
	Kind, Name string
	OfType     *typeRef
}

func (r *typeRef) String() string {
	switch r.Kind {
	case "NON_NULL":
		return r.OfType.String() + "!"
	case "LIST":
		return "[" + r.OfType.String() + "]"
	default:
		return r.Name
	}
}

type value struct {
	Name, Description, DefaultValue string
	Type                            typeRef
}

type definition struct {
	Kind, Name, Description string
	Fields                  []struct {
		Name, Description string
		Args              []value
		Type              typeRef
	}
	InputFields []value
	Interfaces  []struct{ Name string }
	EnumValues  []struct{ Name, Description string }
}

// introspected asks the server for its schema, and writes it down as a document.
func introspected(t *testing.T, url string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": introspection})
	require.NoError(t, err)
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Schema struct{ Types []definition } `json:"__schema"`
		}
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	var document strings.Builder
	for _, d := range answer.Data.Schema.Types {
		if !strings.HasPrefix(d.Name, "__") {
			document.WriteString(d.document())
		}
	}
	require.Contains(t, document.String(), "type Query")
	return document.String()
}

func (d *definition) document() string {
	keyword := map[string]string{"OBJECT": "type", "INTERFACE": "interface", "INPUT_OBJECT": "input", "ENUM": "enum", "SCALAR": "scalar"}[d.Kind]
	var lines []string
	for _, field := range d.Fields {
		lines = append(lines, described(field.Description)+field.Name+arguments(field.Args)+": "+field.Type.String())
	}
	for _, input := range d.InputFields {
		lines = append(lines, input.document())
	}
	for _, v := range d.EnumValues {
		lines = append(lines, described(v.Description)+v.Name)
	}
	text := described(d.Description) + keyword + " " + d.Name
	for _, i := range d.Interfaces {
		text += " implements " + i.Name // none here has two
	}
	if lines != nil {
		text += " {\n" + strings.Join(lines, "\n") + "\n}"
	}
	return text + "\n\n"
}

func arguments(args []value) string {
	if len(args) == 0 {
		return ""
	}
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = arg.document()
	}
	return "(" + strings.Join(texts, "\n") + ")"
}

func (v *value) document() string {
	text := described(v.Description) + v.Name + ": " + v.Type.String()
	if v.DefaultValue != "" {
		text += " = " + v.DefaultValue
	}
	return text
}

func described(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("\"\"\"\n%s\n\"\"\"\n", text)
}
