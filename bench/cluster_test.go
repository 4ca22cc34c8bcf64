package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/models"
)

func TestTheReckoningFindsWhatIsWrong(t *testing.T) {
	well := func() (*toldSession, *keptSession) {
		return &toldSession{byLogin: true, generation: 5}, &keptSession{generation: 5, signIns: 1}
	}
	for name, test := range map[string]struct {
		change func(told *toldSession, kept *keptSession)
		clean  bool
	}{
		"nothing":                       {func(*toldSession, *keptSession) {}, true},
		"a rotation without its answer": {func(_ *toldSession, k *keptSession) { k.generation++ }, true},
		"a lost rotation":               {func(_ *toldSession, k *keptSession) { k.generation-- }, false},
		"a logout":                      {func(s *toldSession, k *keptSession) { s.leaving, s.left, k.revoked, k.logouts = true, true, true, 1 }, true},
		"a logout without its answer":   {func(s *toldSession, k *keptSession) { s.leaving, k.revoked, k.logouts = true, true, 1 }, true},
		"a lost logout":                 {func(s *toldSession, k *keptSession) { s.leaving, s.left, k.logouts = true, true, 1 }, false},
		"a logout that is told twice":   {func(s *toldSession, k *keptSession) { s.leaving, s.left, k.revoked, k.logouts = true, true, true, 2 }, false},
		"a logout that nobody asked":    {func(_ *toldSession, k *keptSession) { k.logouts = 1 }, false},
		"signed out without a reason":   {func(s *toldSession, _ *keptSession) { s.signedOut = "REUSED" }, false},
		"signed out after its logout":   {func(s *toldSession, _ *keptSession) { s.leaving, s.signedOut = true, "REVOKED" }, true},
		"no event of the sign-in":       {func(_ *toldSession, k *keptSession) { k.signIns = 0 }, false},
		"a theft":                       {func(s *toldSession, k *keptSession) { s.robbed, k.revoked, k.thefts = true, true, 1 }, true},
		"a theft that goes on":          {func(s *toldSession, k *keptSession) { s.robbed, k.thefts = true, 1 }, false},
		"a theft that is told twice":    {func(s *toldSession, k *keptSession) { s.robbed, k.revoked, k.thefts = true, true, 2 }, false},
		"a theft that nobody committed": {func(_ *toldSession, k *keptSession) { k.thefts = 1 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			told, kept := well()
			test.change(told, kept)
			c := newClusterReckoning()
			c.compare(told, kept)
			require.Equal(t, test.clean, c.clean(), "%+v", c)
		})
	}
	told, _ := well()
	c := newClusterReckoning()
	c.compare(told, nil)
	require.False(t, c.clean(), "a login was lost")
}

func TestNothingThatIsWrongIsClean(t *testing.T) {
	require.True(t, newClusterReckoning().clean())
	for name, spoil := range map[string]func(c *clusterReckoning){
		"wrongly signed out": func(c *clusterReckoning) { c.WronglySignedOut["REUSED"] = 1 },
		"gave up":            func(c *clusterReckoning) { c.GaveUp = 1 },
		"an internal error":  func(c *clusterReckoning) { c.InternalErrors = 1 },
		"a surprise":         func(c *clusterReckoning) { c.Surprises = []string{"refused"} },
		"a lost login":       func(c *clusterReckoning) { c.LostLogins = 1 },
		"a lost rotation":    func(c *clusterReckoning) { c.LostRotations = 1 },
		"a lost logout":      func(c *clusterReckoning) { c.LostLogouts = 1 },
		"a lost theft":       func(c *clusterReckoning) { c.LostThefts = 1 },
		"a differing table":  func(c *clusterReckoning) { c.Differing = []string{"users"} },
		"a missing event":    func(c *clusterReckoning) { c.MissingEvents = 1 },
		"an event in excess": func(c *clusterReckoning) { c.ExcessEvents = 1 },
	} {
		c := newClusterReckoning()
		spoil(&c)
		require.False(t, c.clean(), name)
	}
}

func TestAJournalKnowsTheNewestToken(t *testing.T) {
	j := &journal{}
	require.NoError(t, j.begin(unsignedToken(t, 1), true))
	newer, err := j.rotated(unsignedToken(t, 1), unsignedToken(t, 3))
	require.NoError(t, err)
	require.True(t, newer)
	newer, err = j.rotated(unsignedToken(t, 1), unsignedToken(t, 2))
	require.NoError(t, err)
	require.False(t, newer, "the other tab was ahead")
	require.EqualValues(t, 3, j.current().generation)
	require.Empty(t, j.surprises)
	_, err = j.rotated(unsignedToken(t, 3), unsignedToken(t, 3))
	require.NoError(t, err)
	require.NotEmpty(t, j.surprises, "nothing was rotated")
}

// TestALineAsksOn has one replica that does not listen, one that fails once, and one that answers.
func TestALineAsksOn(t *testing.T) {
	var asked atomic.Int64
	answers := []string{
		`{"errors": [{"extensions": {"code": "SERVICE_UNAVAILABLE"}}]}`,
		`{"data": {"me": {"id": "usr_1"}}}`,
		`{"errors": [{"extensions": {"code": "INVALID_REFRESH_TOKEN", "reason": "REUSED"}}]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, answers[asked.Add(1)-1])
	}))
	defer server.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	b := &balancer{endpoints: []string{gone.URL, server.URL, server.URL}, ready: make([]atomic.Bool, 3), outages: make([]atomic.Int64, 3)}
	for i := range b.ready {
		b.ready[i].Store(true)
	}
	record := newClusterRecord()
	line := newClusterLine(b, record, 0)
	defer line.close()

	var data struct{ Me struct{ ID string } }
	require.NoError(t, line.ask("", meDocument, nil, &data))
	require.Equal(t, "usr_1", data.Me.ID)
	require.Equal(t, map[string]int{noConnection: 1, "SERVICE_UNAVAILABLE": 1}, record.phase().failures)
	require.Equal(t, 1, record.phase().sample.Operations)
	var refused *refusal
	require.ErrorAs(t, line.ask("", meDocument, nil, &data), &refused)
	require.Equal(t, "REUSED", refused.Reason)

	b.ready[2].Store(false)
	require.Equal(t, 0, b.from(2), "the next one that is ready")
}

// unsignedToken is one whose claims clients of the bench read.
func unsignedToken(t *testing.T, generation int) string {
	t.Helper()
	claims := fmt.Sprintf(`{"sid": "%s", "gen": %d}`, models.SessionID{1}, generation)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg": "HS256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}
