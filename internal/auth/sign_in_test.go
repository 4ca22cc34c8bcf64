package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/testdb"
)

func TestRegisterNamesEverythingThatIsWrong(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	tests := []struct {
		name, username, password string
		wantFields               []string
	}{
		{name: "short name", username: "ab", password: testPassword, wantFields: []string{"username"}},
		{name: "long name", username: strings.Repeat("a", 65), password: testPassword, wantFields: []string{"username"}},
		{name: "letters that look alike", username: "аda", password: testPassword, wantFields: []string{"username"}},
		{name: "space at the end", username: "ada ", password: testPassword, wantFields: []string{"username"}},
		{name: "short password", username: "ada", password: "1234567", wantFields: []string{"password"}},
		{name: "common password", username: "ada", password: "Password1", wantFields: []string{"password"}},
		{name: "the username", username: "ada.lovelace", password: "Ada.Lovelace", wantFields: []string{"password"}},
		{name: "both", username: "", password: "", wantFields: []string{"username", "password"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.service.Register(t.Context(), test.username, test.password)
			var input *auth.InputError
			require.ErrorAs(t, err, &input)
			require.Len(t, input.Fields, len(test.wantFields))
			for _, field := range test.wantFields {
				require.NotEmpty(t, input.Fields[field])
			}
			require.NotContains(t, err.Error(), testPassword)
		})
	}
}

func TestLogin(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		w.register(t, "Ada")
		_, err := w.service.Register(t.Context(), "grace", "pässwörd für alle") // composed letters
		require.NoError(t, err)
		w.register(t, "mallory")
		require.NoError(t, w.service.DisableUser(t.Context(), "mallory"))

		tests := []struct {
			name, username, password string
			wantErr                  error
		}{
			{name: "right", username: "Ada", password: testPassword},
			{name: "name in another case", username: "aDA", password: testPassword},
			{name: "decomposed letters", username: "grace", password: "pa\u0308sswo\u0308rd fu\u0308r alle"},
			{name: "wrong password", username: "Ada", password: testPassword + ".", wantErr: auth.ErrInvalidCredentials},
			{name: "no password", username: "Ada", password: "", wantErr: auth.ErrInvalidCredentials},
			{name: "huge password", username: "Ada", password: strings.Repeat("x", 90_000), wantErr: auth.ErrInvalidCredentials},
			{name: "unknown name", username: "nobody", password: testPassword, wantErr: auth.ErrInvalidCredentials},
			{name: "a name that only a collation takes for Ada", username: "Àda", password: testPassword, wantErr: auth.ErrInvalidCredentials},
			{name: "padded name", username: "Ada ", password: testPassword, wantErr: auth.ErrInvalidCredentials},
			{name: "disabled", username: "mallory", password: testPassword, wantErr: auth.ErrInvalidCredentials},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				pair, err := w.service.Login(t.Context(), auth.Credentials{Username: test.username, Password: test.password})
				require.ErrorIs(t, err, test.wantErr)
				if test.wantErr == nil {
					require.True(t, strings.EqualFold(test.username, pair.User.Username))
					w.refresh(t, pair.RefreshToken)
				}
			})
		}
	})
}

func TestLoginRemembersTheDevice(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		w.register(t, "ada")
		ctx := auth.WithRequest(t.Context(), auth.Request{
			IP: "2001:db8::1", UserAgent: "odd \xff bytes 🚋 " + strings.Repeat("é", 300),
		})
		pair, err := w.service.Login(ctx, auth.Credentials{Username: "ada", Password: testPassword})
		require.NoError(t, err)
		record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		require.Equal(t, "2001:db8::1", record.IP)
		require.Len(t, []rune(record.UserAgent), 255)
		require.Contains(t, record.UserAgent, "🚋")
	})
}

func TestLoginMovesAPasswordToNewHashingParameters(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		old := newWorld(t, db, clock)
		before := old.register(t, "ada").User.PasswordHash
		dearer := cheap
		dearer.Iterations = 2
		upgraded := newWorldWith(t, db, clock, dearer)

		pair := upgraded.login(t, "ada")
		after, err := upgraded.store.UserByUsername(t.Context(), "ada")
		require.NoError(t, err)
		require.Contains(t, before, "t=1")
		require.Contains(t, after.PasswordHash, "t=2")
		upgraded.refresh(t, pair.RefreshToken)
		upgraded.login(t, "ada")
		again, err := upgraded.store.UserByUsername(t.Context(), "ada")
		require.NoError(t, err)
		require.Equal(t, after.PasswordHash, again.PasswordHash, "rehashed once")
	})
}

func TestAFullHashingQueueIsOverloadNotRefusal(t *testing.T) {
	// The one hash that may run takes long; nobody may wait.
	busy := password.Config{MemoryKiB: 64 * 1024, Iterations: 3, Parallelism: 1, Concurrency: 1, MaxQueue: 1, MaxWait: time.Millisecond}
	w := newWorldWith(t, testdb.SQLite(t), newClock(), busy)
	errs := make([]error, 8)
	together(len(errs), func(i int) {
		_, errs[i] = w.service.Login(t.Context(), auth.Credentials{Username: "nobody", Password: testPassword})
	})
	refused, unavailable := 0, 0
	for _, err := range errs {
		if errors.Is(err, auth.ErrInvalidCredentials) {
			refused++
			continue
		}
		require.ErrorIs(t, err, auth.ErrUnavailable)
		unavailable++
	}
	require.Positive(t, refused)
	require.Positive(t, unavailable)
}
