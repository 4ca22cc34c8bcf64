package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// frontEnd is a client, in as few lines as possible.
type frontEnd struct {
	url         string
	accessToken string
	// forwardedFor is where a proxy says that the client is; empty without a proxy.
	forwardedFor string
	// client is what sends; nil for [http.DefaultClient].
	client *http.Client
}

// do sends testdata/operations/<name>.graphql and returns the answer, whatever it says.
func (c frontEnd) do(name string, variables map[string]string) (answer, error) {
	operation, err := os.ReadFile(filepath.Join("testdata", "operations", name+".graphql"))
	if err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(map[string]any{"query": string(operation), "variables": variables})
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequest(http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.accessToken)
	}
	if c.forwardedFor != "" {
		request.Header.Set("X-Forwarded-For", c.forwardedFor)
	}
	response, err := cmp.Or(c.client, http.DefaultClient).Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	return readAnswer(response)
}

// answer is a GraphQL response.
type answer struct {
	Data   map[string]any   `json:"data"`
	Errors []map[string]any `json:"errors,omitempty"`
}

func readAnswer(response *http.Response) (answer, error) {
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	var a answer
	if err := json.Unmarshal(content, &a); err != nil {
		return answer{}, fmt.Errorf("%s: %s: %w", response.Status, content, err)
	}
	return a, nil
}

// refusal is an answer that says no.
type refusal struct {
	code, reason string
	// retryAfter is in seconds; 0 when the answer does not ask for a wait.
	retryAfter float64
	answer     answer
}

func (r *refusal) Error() string { return "refused: " + r.answer.String() }

// err returns the refusal that the answer is, if it is one.
func (a answer) err() error {
	if len(a.Errors) == 0 {
		return nil
	}
	extensions, _ := a.Errors[0]["extensions"].(map[string]any)
	r := &refusal{answer: a}
	r.code, _ = extensions["code"].(string)
	r.reason, _ = extensions["reason"].(string)
	r.retryAfter, _ = extensions["retryAfter"].(float64)
	return r
}

// String returns the answer as indented JSON, a field a line.
func (a answer) String() string {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text) + "\n"
}

// field returns the first string or number of that name, at any depth.
func (a answer) field(name string) string { return findField(a.Data, name) }

func findField(node any, name string) string {
	object, _ := node.(map[string]any)
	for key, value := range object {
		switch value.(type) {
		case string, float64:
			if key == name {
				return fmt.Sprint(value)
			}
		default:
			if found := findField(value, name); found != "" {
				return found
			}
		}
	}
	return ""
}
