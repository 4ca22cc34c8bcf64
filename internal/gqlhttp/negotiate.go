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
// the client takes none of ours. Those who do not care get application/json.
func negotiate(header http.Header) (string, bool) {
	accept := strings.Join(header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return applicationJSON, true
	}
	utf8 := contenttype.Parameters{"charset": "utf-8"}
	offered := []contenttype.MediaType{
		{Type: "application", Subtype: "json", Parameters: utf8},
		{Type: "application", Subtype: "graphql-response+json", Parameters: utf8},
	}
	chosen, _, err := contenttype.GetAcceptableMediaTypeFromHeader(accept, offered)
	if err != nil {
		return applicationJSON, false
	}
	return chosen.MIME(), true
}
