package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// attack is one request that wants to cost more than it may.
type attack struct {
	name string
	body string
	code string // of the error that answers it; empty: it is answered
}

const meQuery = `{ me { id username role createdAt updatedAt } }`

func asked(name, document, code string) attack {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		panic(err)
	}
	return attack{name: name, body: string(body), code: code}
}

func numbered(n int, format string) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
	}
	return text.String()
}

// doubling returns fragments of which each spreads the next twice.
func doubling(n int, end string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, " fragment f%d on Query{...f%d ...f%d}", i, i+1, i+1)
	}
	return text.String() + fmt.Sprintf(" fragment f%d on Query{%s}", n, end)
}

// everyPair returns fragments of which each spreads all that follow.
func everyPair(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, " fragment f%d on Query{", i)
		for j := i + 1; j < n; j++ {
			fmt.Fprintf(&text, "...f%d ", j)
		}
		text.WriteString("__typename}")
	}
	return text.String()
}

// ring returns fragments of which each spreads the next, and the last the first.
func ring(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, " fragment f%d on Query{...f%d}", i, (i+1)%n)
	}
	return text.String()
}

// introspection is what tools ask to know all of a schema.
var introspection = `{__schema{...schema}} fragment schema on __Schema{description queryType{name} mutationType{name} subscriptionType{name}
	types{...type} directives{name description isRepeatable locations args(includeDeprecated:true){...input}}}
	fragment type on __Type{kind name description specifiedByURL isOneOf
		fields(includeDeprecated:true){name description args(includeDeprecated:true){...input} type{...ref} isDeprecated deprecationReason}
		inputFields(includeDeprecated:true){...input} interfaces{...ref}
		enumValues(includeDeprecated:true){name description isDeprecated deprecationReason} possibleTypes{...ref}}
	fragment input on __InputValue{name description type{...ref} defaultValue isDeprecated deprecationReason}
	fragment ref on __Type{kind name` + strings.Repeat(" ofType{kind name", 9) + strings.Repeat("}", 10)

// attacks are those of the table of limits, each in the largest form that gets in where it is turned away late.
func attacks() []attack {
	const tooComplex, notValid = "OPERATION_TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED"
	const login = `a#:login(input:{username:"a",password:"b"}){expiresIn}`
	aliased := strings.ReplaceAll(introspection, "{__schema{...schema}}", "{"+numbered(75, "a#:__schema{...schema}")+"}")
	return []attack{
		asked("24 fragments that double", "{...f0}"+doubling(24, "me{id}"), tooComplex),
		asked("40 fragments that double", "{...f0}"+doubling(40, "me{id}"), tooComplex),
		asked("40 that double nothing", "{...f0}"+doubling(40, "...gone"), notValid),
		asked("40 that double themselves", "{...f0}"+doubling(40, "...f0"), notValid),
		{name: "40 in another operation", body: `{"operationName":"b","query":"query a{...f0} query b{__typename}` + doubling(40, "me{id}") + `"}`},
		asked("28 fragments, every pair", "{...f0}"+everyPair(28), tooComplex),
		asked("100 fragments in a ring", "{...f0}"+ring(100), notValid),
		asked("100,000 fields", "{"+strings.Repeat(" __type", 100_000)+"}", "BAD_USER_INPUT"),
		asked("45,000 fields", "{"+strings.Repeat(" a", 45_000)+"}", tooComplex),
		asked("990 times one field", "{"+strings.Repeat(" __typename", 990)+"}", tooComplex),
		asked("165 times each of 6 fields", "{me{"+strings.Repeat(" id username role createdAt updatedAt __typename", 165)+"}}", tooComplex),
		asked("each pair in conflict", "{me{"+strings.Repeat(" a:id a:role", 160)+"}}", notValid),
		asked("pairs within pairs", "{"+strings.Repeat("me{"+strings.Repeat(" id username role", 10)+"}", 25)+"}", tooComplex),
		asked("1,000 logins", "mutation{"+numbered(1_000, login)+"}", tooComplex),
		asked("60 logins", "mutation{"+numbered(60, login)+"}", tooComplex),
		asked("60 logins, skipped", "mutation{"+numbered(40, strings.ReplaceAll(login, "}){", "})@skip(if:true){"))+"}", tooComplex),
		asked("300 times __schema", "{"+numbered(300, "a#:__schema{types{name}}")+"}", tooComplex),
		asked("75 times the whole schema", aliased, tooComplex),
		asked("the whole schema", introspection, ""),
		asked("150 times me", "{"+numbered(150, "a#:me{id}")+"}", tooComplex),
		asked("20 times all sessions", "{"+numbered(20, "a#:sessions{id createdAt lastUsedAt expiresAt ipAddress userAgent}")+"}", tooComplex),
		asked("90 deep", `{__type(name:"User"){`+strings.Repeat("ofType{", 90)+"name"+strings.Repeat("}", 90)+"}}", tooComplex),
		asked("490 lists deep", "{node(id:"+strings.Repeat("[", 480)+strings.Repeat("]", 480)+"){id}}", notValid),
		asked("20,000 directives", "{__typename"+strings.Repeat("@a", 20_000)+"}", tooComplex),
		asked("490 directives", "{__typename"+strings.Repeat("@a", 490)+"}", notValid),
		asked("900 unknown fields", "{"+numbered(900, " a#")+"}", notValid),
		{name: "a batch of 1,000", body: "[" + strings.Repeat(`{"query":"{me{id}}"},`, 999) + `{"query":"{me{id}}"}]`, code: "BAD_USER_INPUT"},
		{name: "33,000 objects in a variable", body: `{"query":"{__typename}","variables":{"a":[` + strings.Repeat("{},", 32_900) + "{}]}}"},
		{name: "a variable 9,000 deep", body: `{"query":"{__typename}","variables":{"a":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "}}"},
		{name: "a document of 95 KB", body: `{"query":"{__typename}` + strings.Repeat(" ", 95_000) + `"}`},
		{name: "a name of 95 KB", body: `{"query":"{` + strings.Repeat("a", 95_000) + `}"}`, code: notValid},
	}
}

// TestAbuseCostsLittle prints what each attack costs beside an ordinary query, and holds it to what no machine moves: the
// memory that is allocated for it.
func TestAbuseCostsLittle(t *testing.T) {
	cfg := wiredConfig()
	cfg.Introspection = true
	db := testdb.SQLite(t)
	program, err := wire(cfg, db.OpenStore(t), nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	service, handler := program.service, program.handler
	pair := crowded(t, db, service)
	eventful(t, db)

	ordinary := measure(t, handler, pair.AccessToken, asked("", meQuery, ""))
	t.Logf("%-36s %10s %12s", "", "time", "allocated")
	t.Logf("%-36s %10s %9.0f KB", "an ordinary query", ordinary.time, ordinary.kilobytes)
	for _, a := range slices.Concat(attacks(), pages()) {
		cost := measure(t, handler, pair.AccessToken, a)
		t.Logf("%-36s %10s %9.0f KB   %6.1f times, %6.1f times", a.name, cost.time, cost.kilobytes,
			float64(cost.time)/float64(ordinary.time), cost.kilobytes/ordinary.kilobytes)
		require.Less(t, cost.kilobytes, a.mayAllocate(), a.name)
	}
}

// mayAllocate is in KB. What is turned away takes no more than the values of a whole body do, and what is answered no
// more than 10,000 fields do, with the longest that there can be in them.
func (a attack) mayAllocate() float64 {
	if a.code != "" {
		return 2_000
	}
	return 36_000 // the race detector adds some
}

type cost struct {
	time      time.Duration // of the fastest
	kilobytes float64
}

func measure(t *testing.T, handler http.Handler, bearer string, a attack) cost {
	t.Helper()
	const rounds = 10
	var requests [rounds]*http.Request
	for i := range requests {
		requests[i] = a.request(t, bearer, i)
	}
	var answers [rounds][]byte
	c := cost{time: time.Hour}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range requests {
		began := time.Now()
		answers[i] = serveTo(handler, requests[i])
		c.time = min(c.time, time.Since(began))
	}
	runtime.ReadMemStats(&after)
	c.kilobytes = float64(after.TotalAlloc-before.TotalAlloc) / 1_000 / rounds
	for i := range answers {
		requireCode(t, a, answers[i])
	}
	return c
}

// request is the attack, by a text that no cache knows.
func (a attack) request(t *testing.T, bearer string, salt int) *http.Request {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(a.salted(salt)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+bearer)
	return request
}

func (a attack) salted(salt int) string {
	if a.name == "" { // an ordinary query comes again and again
		return a.body
	}
	return strings.Replace(a.body, `"query":"`, `"query":"`+strings.Repeat(" ", salt), 1)
}

func serveTo(handler http.Handler, request *http.Request) []byte {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Body.Bytes()
}

func requireCode(t *testing.T, a attack, body []byte) {
	t.Helper()
	var got answer
	require.NoError(t, json.Unmarshal(body, &got), a.name)
	if a.code == "" {
		require.Empty(t, got.Errors, a.name)
		return
	}
	require.NotEmpty(t, got.Errors, a.name)
	require.Equal(t, a.code, got.Errors[0]["extensions"].(map[string]any)["code"], "%s: %.500s", a.name, body)
}
