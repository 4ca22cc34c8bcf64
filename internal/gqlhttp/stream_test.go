package gqlhttp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

const subscription = `{"query":"subscription { entries }"}`

// stream is a connection on which events arrive.
type stream struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Reader
	hangUp   context.CancelFunc
}

func subscribe(t *testing.T, address, accept, body string) stream {
	t.Helper()
	ctx, hangUp := context.WithCancel(t.Context())
	t.Cleanup(hangUp)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	request.Header = http.Header{"Content-Type": {asJSON}, "Accept": {accept}}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return stream{t, response, bufio.NewReader(response.Body), hangUp}
}

// event returns the next one, or the comment, without the empty line behind it.
func (s stream) event() string {
	s.t.Helper()
	var event strings.Builder
	for {
		line, err := s.lines.ReadString('\n')
		require.NoError(s.t, err)
		if line == "\n" {
			return strings.TrimSuffix(event.String(), "\n")
		}
		event.WriteString(line)
	}
}

func (s stream) requireEnd() {
	s.t.Helper()
	_, err := s.lines.ReadByte()
	require.ErrorIs(s.t, err, io.EOF)
}

func TestASubscriptionIsAStreamOfEvents(t *testing.T) {
	for _, accept := range []string{asEvents, "Text/Event-Stream;charset=UTF-8", asJSON + ", " + asEvents + ";q=0.1", "text/event-stream, multipart/mixed"} {
		t.Run(accept, func(t *testing.T) {
			diary := newDiary()
			diary.entries = make(chan string)
			server := httptest.NewServer(gqlhttp.NewHandler(diary, gqlhttp.Config{}))
			t.Cleanup(server.Close)

			got := subscribe(t, server.URL, accept, subscription)
			require.Equal(t, 200, got.response.StatusCode)
			require.Equal(t, asEvents, got.response.Header.Get("Content-Type"))
			require.Equal(t, "no-store", got.response.Header.Get("Cache-Control"))
			require.Equal(t, "no", got.response.Header.Get("X-Accel-Buffering"))
			require.Equal(t, ":", got.event(), "the stream is open before there is anything to tell")
			for _, entry := range []string{"rain", "a\nb"} {
				diary.entries <- entry
				require.Equal(t, "event: next\ndata: "+`{"data":{"entries":`+quoted(entry)+`}}`, got.event())
			}
			close(diary.entries)
			require.Equal(t, "event: complete", got.event())
			got.requireEnd()
		})
	}
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"` }

func TestErrorsOfAnOperationAreEvents(t *testing.T) {
	address := serve(t, gqlhttp.Config{MaxTokens: 60})
	tests := []struct {
		name, document, want string
	}{
		{name: "refused by its resolver", document: "subscription { secrets }", want: "the diary is locked"},
		{name: "syntax", document: "subscription {", want: "GRAPHQL_PARSE_FAILED"},
		{name: "unknown field", document: "subscription { lost }", want: "GRAPHQL_VALIDATION_FAILED"},
		{name: "no field of its own", document: "subscription { __typename }", want: "GRAPHQL_VALIDATION_FAILED"},
		{name: "nothing left", document: "subscription { entries @skip(if: true) }", want: "GRAPHQL_VALIDATION_FAILED"},
		{name: "nothing left of a fragment", document: "subscription { ...f @include(if: false) } fragment f on Subscription { entries }", want: "GRAPHQL_VALIDATION_FAILED"},
		{name: "two", document: "subscription { entries secrets }", want: "OPERATION_TOO_COMPLEX"},
		{name: "twice", document: "subscription { entries ...f } fragment f on Subscription { other: entries }", want: "OPERATION_TOO_COMPLEX"},
		{name: "a variable", document: "query ($s: Int!) { count(since: $s) }", want: "BAD_USER_INPUT"},
		{name: "too long", document: "{" + strings.Repeat(" last", 60) + "}", want: "OPERATION_TOO_COMPLEX"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := subscribe(t, address, asEvents, query(t, tt.document, nil))
			require.Equal(t, 200, got.response.StatusCode)
			event := got.event()
			if event == ":" {
				event = got.event()
			}
			require.True(t, strings.HasPrefix(event, `event: next`+"\n"+`data: {"errors":[`), event)
			require.Contains(t, event, tt.want)
			require.NotContains(t, event, `"data":`)
			require.Equal(t, "event: complete", got.event())
			got.requireEnd()
		})
	}
}

func TestQueriesAndMutationsCanBeStreamsOfOneEvent(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	for document, want := range map[string]string{
		"{ __typename }":                         `{"data":{"__typename":"Query"}}`,
		`mutation { write(input: {text: "x"}) }`: `{"data":{"write":"written"}}`,
		"{ last broken }":                        `{"errors":[{"message":"the page is torn"}],"data":{"broken":null,"last":null}}`,
	} {
		got := subscribe(t, address, asEvents, query(t, document, nil))
		require.Equal(t, asEvents, got.response.Header.Get("Content-Type"))
		require.Equal(t, "event: next\ndata: "+want, got.event())
		require.Equal(t, "event: complete", got.event())
		got.requireEnd()
	}
}

func TestWhatIsNoOperationIsNoStream(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name, method, contentType, accept, body string
		status                                  int
		says                                    string
	}{
		{name: "a subscription for JSON", accept: asJSON, body: subscription, status: 406, says: "text/event-stream"},
		{name: "for GraphQL response", accept: asGraphQLResponse, body: subscription, status: 406, says: "text/event-stream"},
		{name: "for anything", accept: "*/*", body: subscription, status: 406, says: "text/event-stream"},
		{name: "for any text", accept: "text/*", body: subscription, status: 406, says: "text/event-stream"},
		{name: "for no events", accept: "*/*, text/event-stream;q=0", body: subscription, status: 406, says: "text/event-stream"},
		{name: "by GET", method: http.MethodGet, accept: asEvents, status: 406, says: "application/json"},
		{name: "by GET, for JSON too", method: http.MethodGet, accept: asEvents + "," + asJSON, status: 405, says: "POST"},
		{name: "a text", contentType: "text/plain", accept: asEvents, body: subscription, status: 415},
		{name: "not JSON", accept: asEvents, body: "{", status: 400},
		{name: "a batch", accept: asEvents, body: "[" + subscription + "]", status: 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {asJSON}, "Accept": {tt.accept}}
			target, method := address, http.MethodPost
			if tt.contentType != "" {
				header.Set("Content-Type", tt.contentType)
			}
			if tt.method != "" {
				method, target = tt.method, address+"?query=subscription%7Bentries%7D"
			}
			got := send(t, method, target, header, tt.body)
			require.Equal(t, tt.status, got.status, got.body)
			require.NotEmpty(t, got.code())
			require.Contains(t, got.answer.Errors[0].Message, tt.says)
			require.NotEqual(t, asEvents, got.header.Get("Content-Type"))
		})
	}
}

func TestAStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		diary, recorder := newDiary(), httptest.NewRecorder()
		diary.entries = make(chan string)
		served := make(chan struct{})
		go func() {
			defer close(served)
			gqlhttp.NewHandler(diary, gqlhttp.Config{}).ServeHTTP(recorder, newSubscription(t.Context()))
		}()
		time.Sleep(40 * time.Second)
		diary.entries <- "rain"
		time.Sleep(14 * time.Second)
		diary.entries <- "sun"
		time.Sleep(16 * time.Second)
		close(diary.entries)
		<-served
		const next = "event: next\ndata: {\"data\":{\"entries\":%}}\n\n"
		want := ":\n\n" + ":\n\n:\n\n" + strings.Replace(next, "%", `"rain"`, 1) + strings.Replace(next, "%", `"sun"`, 1) +
			":\n\n" + "event: complete\n\n"
		require.Equal(t, want, recorder.Body.String(), "one each 15 s of silence")
		time.Sleep(time.Hour)
		require.Equal(t, want, recorder.Body.String(), "and none after its end")
	})
}

// broken is a connection whose client is gone, which shows when something is sent.
type broken struct{ *httptest.ResponseRecorder }

func (b broken) Write(p []byte) (int, error) {
	if b.Body.Len() > 0 {
		return 0, errors.New("broken pipe")
	}
	return b.ResponseRecorder.Write(p)
}

func TestADeadClientIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		diary, began := newDiary(), time.Now()
		diary.entries = make(chan string)
		gqlhttp.NewHandler(diary, gqlhttp.Config{}).ServeHTTP(broken{httptest.NewRecorder()}, newSubscription(t.Context()))
		require.Equal(t, 15*time.Second, time.Since(began))
	})
}

// stuck is a connection whose client stops to read, until the server gives it up.
type stuck struct {
	*httptest.ResponseRecorder

	deadline time.Time
}

func (s *stuck) SetWriteDeadline(deadline time.Time) error {
	s.deadline = deadline
	return nil
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.Body.Len() == 0 {
		return s.ResponseRecorder.Write(p)
	}
	if s.deadline.IsZero() {
		return 0, errors.New("it would hang for ever")
	}
	time.Sleep(time.Until(s.deadline))
	return 0, os.ErrDeadlineExceeded
}

func TestAClientThatDoesNotReadLosesItsStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		diary, began := newDiary(), time.Now()
		diary.entries = make(chan string)
		gqlhttp.NewHandler(diary, gqlhttp.Config{}).ServeHTTP(&stuck{ResponseRecorder: httptest.NewRecorder()}, newSubscription(t.Context()))
		require.Equal(t, 25*time.Second, time.Since(began), "15 s of silence, and 10 s for a heartbeat")
	})
}

func TestTheTimeLimitOfARequestEndsWhereTheWaitBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		unlimited := func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithCancel(context.WithoutCancel(ctx))
		}
		diary := newDiary()
		diary.entries = make(chan string)
		handler := gqlhttp.NewHandler(diary, gqlhttp.Config{StreamContext: unlimited})

		slow := newSubscription(limited)
		slow.Body = io.NopCloser(strings.NewReader(`{"query":"subscription { slow }"}`))
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, slow)
		require.Equal(t, 503, recorder.Code, "the work before is limited")
		require.Contains(t, recorder.Body.String(), "SERVICE_UNAVAILABLE")

		limited, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		recorder, began := httptest.NewRecorder(), time.Now()
		time.AfterFunc(time.Hour, func() { close(diary.entries) })
		handler.ServeHTTP(recorder, newSubscription(limited))
		require.Equal(t, time.Hour, time.Since(began))
		require.True(t, strings.HasSuffix(recorder.Body.String(), "event: complete\n\n"))
	})
}

func newSubscription(ctx context.Context) *http.Request {
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(subscription))
	request.Header = http.Header{"Content-Type": {asJSON}, "Accept": {asEvents}}
	return request
}
