package main

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes traces by OTLP over HTTP, and keeps them.
type collector struct {
	URL string

	mutex     sync.Mutex
	raw       bytes.Buffer
	resources []*tracepb.ResourceSpans
	spans     []*tracepb.Span
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := c.take(body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *collector) take(body []byte) error {
	var request collectorpb.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &request); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.raw.Write(body)
	c.resources = append(c.resources, request.GetResourceSpans()...)
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	return nil
}

// bytes are all that was sent.
func (c *collector) bytes() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.raw.String()
}

// all returns the spans, earliest first.
func (c *collector) all() []*tracepb.Span {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.SortedStableFunc(slices.Values(c.spans), func(a, b *tracepb.Span) int {
		return cmp.Compare(a.GetStartTimeUnixNano(), b.GetStartTimeUnixNano())
	})
}

// tree returns what was told as text: a span a line, below the one that it is part of, with its outcome or status.
func (c *collector) tree() string {
	var text strings.Builder
	spans := c.all()
	known := map[string]bool{"": true}
	for _, span := range spans {
		known[string(span.GetSpanId())] = true
	}
	var below func(parent, indent string)
	below = func(parent, indent string) {
		for _, span := range spans {
			if string(span.GetParentSpanId()) == parent {
				text.WriteString(indent + lineOf(span) + "\n")
				below(string(span.GetSpanId()), indent+"  ")
			}
		}
	}
	below("", "")
	for _, span := range spans {
		if !known[string(span.GetParentSpanId())] {
			text.WriteString("lost: " + lineOf(span) + "\n")
		}
	}
	return text.String()
}

func lineOf(span *tracepb.Span) string {
	words := []string{span.GetName()}
	for _, key := range []string{"http.response.status_code", "daypass.outcome"} {
		if value := attributeOf(span, key); value != "" {
			words = append(words, value)
		}
	}
	if span.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		words = append(words, "failed")
	}
	return strings.Join(words, " ")
}

// attributeOf returns the value as text, that of a list with commas; empty when there is none.
func attributeOf(span *tracepb.Span, key string) string {
	for _, attribute := range span.GetAttributes() {
		if attribute.GetKey() == key {
			return textOf(attribute.GetValue())
		}
	}
	return ""
}

func textOf(value *commonpb.AnyValue) string {
	switch value.GetValue().(type) {
	case *commonpb.AnyValue_IntValue:
		return strconv.FormatInt(value.GetIntValue(), 10)
	case *commonpb.AnyValue_ArrayValue:
		var words []string
		for _, element := range value.GetArrayValue().GetValues() {
			words = append(words, textOf(element))
		}
		return strings.Join(words, ",")
	default:
		return value.GetStringValue()
	}
}

// attributes lists the keys of all spans, with whatever else a span can say than its name.
func (c *collector) attributes() string {
	keys := map[string]bool{}
	for _, span := range c.all() {
		for _, attribute := range span.GetAttributes() {
			keys[attribute.GetKey()] = true
		}
		for what, said := range map[string]bool{
			"events": len(span.GetEvents()) > 0, "links": len(span.GetLinks()) > 0, "state": span.GetTraceState() != "",
			"message": span.GetStatus().GetMessage() != "",
		} {
			if said {
				keys["("+what+")"] = true
			}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(keys)), " ")
}

func (c *collector) resourceAttributes() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	keys := map[string]bool{}
	for _, resource := range c.resources {
		for _, attribute := range resource.GetResource().GetAttributes() {
			keys[attribute.GetKey()] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// named returns the only span of that name.
func (c *collector) named(t *testing.T, name string) *tracepb.Span {
	t.Helper()
	var found []*tracepb.Span
	for _, span := range c.all() {
		if span.GetName() == name {
			found = append(found, span)
		}
	}
	require.Len(t, found, 1, "%s in\n%s", name, c.tree())
	return found[0]
}

// with returns the first span whose attribute contains the text.
func (c *collector) with(t *testing.T, key, text string) *tracepb.Span {
	t.Helper()
	for _, span := range c.all() {
		if strings.Contains(attributeOf(span, key), text) {
			return span
		}
	}
	require.Fail(t, "no such span", "%s with %s in\n%s", key, text, c.tree())
	return nil
}

func traceIDOf(span *tracepb.Span) string { return hex.EncodeToString(span.GetTraceId()) }
