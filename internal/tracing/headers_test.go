package tracing_test

import (
	"io"
	"log/slog"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/tracing"
)

// TestHeadersForTheCollectorAreNotPrinted has a key in each mistake that OpenTelemetry would print.
func TestHeadersForTheCollectorAreNotPrinted(t *testing.T) {
	const key = "s3cr3t"
	for _, variable := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		for headers, taken := range map[string]bool{
			"":                                   true,
			"authorization=Bearer%20" + key:      true,
			"a=" + key + ", b = " + key + "==":   true,
			"Authorization: Bearer " + key:       false,
			"Authorization: Bearer " + key + "=": false,
			"a=1,b=%zz" + key:                    false,
			"=" + key:                            false,
		} {
			t.Setenv(variable, headers)
			var err error
			printed := standardError(t, func() {
				_, err = tracing.New(tracing.Config{Endpoint: "http://127.0.0.1:9", Log: slog.New(slog.DiscardHandler)})
			})
			require.Empty(t, printed, headers)
			if taken {
				require.NoError(t, err, headers)
				continue
			}
			require.ErrorContains(t, err, variable)
			require.NotContains(t, err.Error(), key)
		}
		t.Setenv(variable, "")
	}
}

// standardError returns what is printed there meanwhile.
func standardError(t *testing.T, work func()) string {
	t.Helper()
	before := os.Stderr
	defer func() { os.Stderr = before }()
	read, write, err := os.Pipe()
	require.NoError(t, err)
	os.Stderr = write
	work()
	require.NoError(t, write.Close())
	printed, err := io.ReadAll(read)
	require.NoError(t, err)
	return string(printed)
}
