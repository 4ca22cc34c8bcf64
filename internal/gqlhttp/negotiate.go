package gqlhttp

import (
	"net/http"
	"strings"

	"github.com/elnormous/contenttype"
)

const (
	applicationJSON     = "application/json"
	graphqlResponseJSON = "application/graphql-response+json"
)

// negotiate chooses the media type of the answer by the Accept header (RFC 9110 section 12.5.1), or reports false when
// the client takes none of ours. Those who do not care get application/json. An event stream is for POST alone: what asks
// for one by GET is EventSource, which sends no Authorization.
func negotiate(r *http.Request) (string, bool) {
	accept := acceptOf(r.Header)
	if accept == "" {
		return applicationJSON, true
	}
	utf8 := contenttype.Parameters{"charset": "utf-8"}
	offered := []contenttype.MediaType{
		{Type: "application", Subtype: "json", Parameters: utf8},
		{Type: "application", Subtype: "graphql-response+json", Parameters: utf8},
	}
	if r.Method == http.MethodPost {
		offered = append(offered, contenttype.MediaType{Type: "text", Subtype: "event-stream", Parameters: utf8})
	}
	chosen, _, err := contenttype.GetAcceptableMediaTypeFromHeader(accept, offered)
	if err != nil {
		return applicationJSON, false
	}
	return chosen.MIME(), true
}

// takesEvents reports whether the client names the event stream among what it takes, be it as its last choice: who says
// */* would wait for a JSON text that never ends.
func takesEvents(header http.Header) bool {
	accept := acceptOf(header)
	events := []contenttype.MediaType{{Type: "text", Subtype: "event-stream", Parameters: contenttype.Parameters{"charset": "utf-8"}}}
	_, _, err := contenttype.GetAcceptableMediaTypeFromHeader(accept, events)
	return err == nil && strings.Contains(strings.ToLower(accept), textEventStream)
}

func acceptOf(header http.Header) string {
	return strings.TrimSpace(strings.Join(header.Values("Accept"), ","))
}
