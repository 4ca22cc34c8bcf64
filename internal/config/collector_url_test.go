package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARatioIsANumber(t *testing.T) {
	g, ctx, reader := read(t, nil, "dev", "--trace-ratio=0.25")
	require.NoError(t, reader.Check(ctx))
	require.InDelta(t, 0.25, g.Dev.TraceRatio, 0)
	for _, ratio := range []string{"NaN", "often", ""} {
		_, ctx, reader = read(t, nil, "dev", "--trace-ratio="+ratio)
		require.ErrorContains(t, reader.Check(ctx), "DAYPASS_TRACE_RATIO (--trace-ratio): ")
	}
}

func TestCollectorURL(t *testing.T) {
	for given, want := range map[string]CollectorURL{
		"":                             "",
		"http://127.0.0.1:4318":        "http://127.0.0.1:4318",
		"http://127.0.0.1:4318/":       "http://127.0.0.1:4318",
		"http://[::1]:4318":            "http://[::1]:4318",
		"https://otlp.example.com/eu/": "https://otlp.example.com/eu",
	} {
		got, err := ParseCollectorURL(given)
		require.NoError(t, err, given)
		require.Equal(t, want, got)
	}
	for given, reason := range map[string]string{
		"127.0.0.1:4318":                       "is not a URL",
		"localhost:4318":                       "is not a URL",
		"grpc://hunter2.example:4317":          "is not a URL",
		"http://":                              "is not a URL",
		"http://%zz-hunter2":                   "is not a URL",
		"http://user:hunter2@collector:4318":   "has a user or a password",
		"http://hunter2@collector:4318":        "has a user or a password",
		"http://collector:4318?token=hunter2":  "has a ? or #",
		"http://collector:4318#hunter2":        "has a ? or #",
		"http://collector:65536":               "has a port",
		"http://collector:4318/v1/traces":      "ends with /v1/traces",
		"http://collector:4318/here/v1/traces": "ends with /v1/traces",
	} {
		_, err := ParseCollectorURL(given)
		require.ErrorContains(t, err, reason, given)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
