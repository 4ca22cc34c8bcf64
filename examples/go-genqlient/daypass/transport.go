package daypass

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Transport returns an [http.RoundTripper] that sends the access token along. It refreshes the token ahead of its end; and
// when the server refuses it all the same it refreshes once, and sends the request again. A request that was refused for
// that reason changed nothing.
func (s *Session) Transport() http.RoundTripper {
	host := ""
	if api, err := url.Parse(s.cfg.URL); err == nil {
		host = api.Host
	}
	return &transport{session: s, host: host}
}

type transport struct {
	session *Session
	host    string
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != t.host {
		return t.session.cfg.Transport.RoundTrip(request) // a redirect, which must not see the token
	}
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	token, err := t.session.accessToken(request.Context())
	if err != nil {
		return nil, err
	}
	response, err := t.send(request, body, token)
	if err != nil || token == "" || !unauthenticated(response) {
		return response, err
	}
	_ = response.Body.Close()
	if token, err = t.session.refresh(request.Context(), token); err != nil {
		return nil, err
	}
	return t.send(request, body, token)
}

// send sends a copy: a RoundTripper leaves the request as it is.
func (t *transport) send(request *http.Request, body []byte, token string) (*http.Response, error) {
	own := request.Clone(request.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	if token != "" {
		own.Header.Set("Authorization", "Bearer "+token)
	}
	return t.session.cfg.Transport.RoundTrip(own)
}

// bodyOf reads and closes the body, so that it can be sent twice.
func bodyOf(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	defer request.Body.Close()
	return io.ReadAll(request.Body)
}

// unauthenticated reports whether any field was refused for lack of a valid access token. It leaves the body as it was.
func unauthenticated(response *http.Response) bool {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if !strings.HasSuffix(mediaType, "json") {
		return false // a stream, or a page of a proxy
	}
	body, readErr := io.ReadAll(response.Body)
	_ = response.Body.Close()
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{readErr}))
	var answer struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if readErr != nil || json.Unmarshal(body, &answer) != nil {
		return false
	}
	for _, e := range answer.Errors {
		if e.Extensions.Code == "UNAUTHENTICATED" {
			return true
		}
	}
	return false
}

// failing ends a body as it ended: with an error, or well.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
