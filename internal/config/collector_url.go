package config

import (
	"errors"
	"net/url"
	"strings"
)

// tracesPath is where collectors take traces (OTLP specification, "OTLP/HTTP Request").
const tracesPath = "/v1/traces"

// CollectorURL is the base URL of a collector that speaks OTLP over HTTP, without a slash at its end; empty when there is
// none.
type CollectorURL string

// ParseCollectorURL reads `http://host:port` or `https://host/prefix`. The empty string is no collector. No error quotes the
// URL, since somebody may have put a password there.
func ParseCollectorURL(s string) (CollectorURL, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", errors.New("is not a URL such as http://127.0.0.1:4318")
	case u.User != nil:
		return "", errors.New("has a user or a password; put credentials into OTEL_EXPORTER_OTLP_HEADERS")
	case strings.ContainsAny(s, "?#"):
		return "", errors.New("has a ? or #, where only a host and a path may stand")
	}
	if err := checkPort(u); err != nil {
		return "", err
	}
	base := strings.TrimRight(s, "/")
	if strings.HasSuffix(base, tracesPath) {
		return "", errors.New("ends with " + tracesPath + ", which is added to it; leave that out")
	}
	return CollectorURL(base), nil
}
