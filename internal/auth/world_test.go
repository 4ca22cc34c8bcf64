package auth_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/internal/token"
	"daypass/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

const testPassword = "correct horse battery staple"

// cheap hashing, where its cost is not the subject.
var cheap = password.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1, MaxQueue: 1000, MaxWait: time.Minute}

// A world is one replica: a service over a pool of its own.
type world struct {
	service *auth.Service
	store   *store.Store
	tokens  *token.Codec
	clock   *clock
	log     *logBook
}

func newWorld(t testing.TB, db *testdb.DB, clock *clock) *world {
	t.Helper()
	return newWorldWith(t, db, clock, cheap)
}

func newWorldWith(t testing.TB, db *testdb.DB, clock *clock, hashing password.Config, change ...func(*auth.Config)) *world {
	t.Helper()
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	require.NoError(t, err)
	tokens, err := token.NewCodec(token.Config{Issuer: "https://daypass.test", Audience: "daypass", Keys: keys, Now: clock.now})
	require.NoError(t, err)
	passwords, err := password.NewHasher(hashing)
	require.NoError(t, err)
	st, log := db.OpenStore(t), &logBook{}
	cfg := auth.Config{
		AccessTokenTTL:  15 * time.Minute,
		RefreshTokenTTL: 7 * 24 * time.Hour,
		SessionTTL:      180 * 24 * time.Hour,
		RefreshGrace:    10 * time.Second,
		Now:             clock.now,
		Log:             slog.New(slog.NewTextHandler(log, nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	service := auth.New(cfg, st, tokens, passwords)
	require.NoError(t, service.LoadRevocations(t.Context()))
	return &world{service: service, store: st, tokens: tokens, clock: clock, log: log}
}

func (w *world) register(t *testing.T, username string) *auth.Pair {
	t.Helper()
	pair, err := w.service.Register(t.Context(), username, testPassword)
	require.NoError(t, err)
	return pair
}

func (w *world) login(t *testing.T, username string) *auth.Pair {
	t.Helper()
	pair, err := w.service.Login(t.Context(), auth.Credentials{Username: username, Password: testPassword})
	require.NoError(t, err)
	return pair
}

func (w *world) refresh(t *testing.T, refreshToken string) *auth.Pair {
	t.Helper()
	pair, err := w.service.Refresh(t.Context(), refreshToken)
	require.NoError(t, err)
	return pair
}

// ride uses the access token as a guarded query does.
func (w *world) ride(t *testing.T, pair *auth.Pair) {
	t.Helper()
	_, err := w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
	require.NoError(t, err)
}

// confirm has the replica write what it saw in use, as it does when it stops.
func confirm(t *testing.T, w *world) {
	t.Helper()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	w.service.ConfirmUses(stopped)
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock {
	return &clock{at: time.Date(2026, 1, 31, 12, 34, 56, 789_000_000, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// logBook keeps what was logged.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*logBook)(nil)

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) count(message string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.text.String(), message)
}

func bearing(ctx context.Context, accessToken string) context.Context {
	return auth.WithRequest(ctx, auth.Request{AccessToken: accessToken})
}
