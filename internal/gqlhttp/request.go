package gqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// decode reads the parameters of the request (GraphQL over HTTP, "Request parameters"). Its errors are of type [httpError].
func (t transport) decode(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, error) {
	var params *graphql.RawParams
	var err error
	switch r.Method {
	case http.MethodGet:
		params, err = decodeURL(r.URL)
	case http.MethodPost:
		params, err = t.decodeBody(w, r)
	default:
		err = errMethodNotAllowed
	}
	if err != nil {
		return nil, err
	}
	if params.Query == "" {
		return nil, errNoQuery
	}
	return params, nil
}

func decodeURL(u *url.URL) (*graphql.RawParams, error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errBadURL
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	if !utf8.ValidString(params.Query) || !utf8.ValidString(params.OperationName) {
		return nil, errBadURL
	}
	if err := decodeParameter(values.Get("variables"), &params.Variables); err != nil {
		return nil, err
	}
	if err := decodeParameter(values.Get("extensions"), &params.Extensions); err != nil {
		return nil, err
	}
	return params, nil
}

func decodeParameter(value string, into *map[string]any) error {
	if value == "" {
		return nil
	}
	return decodeJSON([]byte(value), into)
}

func (t transport) decodeBody(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, error) {
	if !isJSON(r.Header) {
		return nil, errUnsupportedMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, t.maxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, bodyTooLarge(t.maxBodyBytes)
	}
	if err != nil {
		return nil, errUnreadable
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, errBatch
	}
	params := new(graphql.RawParams)
	return params, decodeJSON(body, params)
}

// isJSON reports whether the body is declared as application/json in UTF-8 and as it is. Anything else would let a
// page of a foreign origin send it without a preflight.
func isJSON(header http.Header) bool {
	mediaType, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || mediaType != applicationJSON || header.Get("Content-Encoding") != "" {
		return false
	}
	charset, stated := parameters["charset"]
	return !stated || strings.EqualFold(charset, "utf-8")
}

// decodeJSON takes exactly one JSON text. Numbers keep their digits, as the coercion of variables needs them.
func decodeJSON(text []byte, into any) error {
	if !utf8.Valid(text) || !json.Valid(text) {
		return errNotJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return errWrongType
	}
	return nil
}
