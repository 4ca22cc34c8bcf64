package tracing

import (
	"fmt"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// checkHeaders holds the variables with headers for the collector to their form, name=value,name=value with values
// percent-encoded (OpenTelemetry specification, "Specifying headers via environment variables"). OpenTelemetry passes over
// what has another one, and prints it; there is a key in it, as a rule, so the error quotes nothing.
func checkHeaders() error {
	for _, variable := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		value := os.Getenv(variable)
		if value == "" {
			continue
		}
		for i, header := range strings.Split(value, ",") {
			if !isHeader(header) {
				return fmt.Errorf("%s: header %d is not name=value, with %%20 for a space and %%2C for a comma", variable, i+1)
			}
		}
	}
	return nil
}

func isHeader(header string) bool {
	name, value, found := strings.Cut(header, "=")
	_, err := url.PathUnescape(value)
	return found && err == nil && httpguts.ValidHeaderFieldName(strings.TrimSpace(name))
}
