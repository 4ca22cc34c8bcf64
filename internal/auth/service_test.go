package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/testdb"
	"daypass/models"
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
				pair, err := w.service.Login(t.Context(), test.username, test.password)
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
		pair, err := w.service.Login(ctx, "ada", testPassword)
		require.NoError(t, err)
		record, err := w.store.SessionWithUser(t.Context(), pair.Session.ID)
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
	together(len(errs), func(i int) { _, errs[i] = w.service.Login(t.Context(), "nobody", testPassword) })
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

func TestRefreshHandsOutWhatTheAccountMayDoNow(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		first := w.register(t, "ada")
		require.NoError(t, w.service.SetUserRole(t.Context(), "ada", models.RoleAdmin))

		second := w.refresh(t, first.RefreshToken)
		claims, err := w.tokens.VerifyAccess(second.AccessToken)
		require.NoError(t, err)
		require.Equal(t, "ADMIN", claims.Role)
		require.EqualValues(t, 2, claims.Generation)
		require.Equal(t, first.Session.ID.String(), claims.SessionID)
		require.Equal(t, 15*time.Minute, second.AccessTokenTTL)

		authorized, err := w.service.Authorize(bearing(t.Context(), second.AccessToken), models.RoleAdmin)
		require.NoError(t, err)
		caller, err := auth.CallerFrom(authorized)
		require.NoError(t, err)
		require.Equal(t, first.User.ID, caller.UserID)
		_, err = w.service.Authorize(bearing(t.Context(), first.AccessToken), models.RoleAdmin)
		require.ErrorIs(t, err, auth.ErrForbidden)
	})
}

func TestALostAnswerSignsNobodyOut(t *testing.T) {
	for _, wait := range []time.Duration{time.Second, time.Hour, 6 * 24 * time.Hour} {
		t.Run(wait.String(), func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				w := newWorld(t, db, newClock())
				first := w.register(t, "ada")
				lost := w.refresh(t, first.RefreshToken)
				w.clock.advance(wait)
				retried := w.refresh(t, first.RefreshToken)
				require.Equal(t, lost.RefreshToken, retried.RefreshToken, "byte for byte")
				require.Equal(t, lost.RefreshTokenExpiresAt, retried.RefreshTokenExpiresAt, "the window does not slide")
				w.refresh(t, retried.RefreshToken)
			})
		})
	}
}

func TestAThiefOneGenerationBehindIsCaughtOnceTheOwnerRides(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		owners, thiefs := newWorld(t, db, clock), newWorld(t, db, clock)
		stolen := owners.register(t, "ada").RefreshToken
		owner := owners.refresh(t, stolen)
		clock.advance(11 * time.Second)
		require.Equal(t, owner.RefreshToken, thiefs.refresh(t, stolen).RefreshToken, "nobody has used the new one")

		owners.ride(t, owner)
		confirm(t, owners)
		_, err := thiefs.service.Refresh(t.Context(), stolen)
		require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		_, err = owners.service.Refresh(t.Context(), owner.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		require.Equal(t, 1, thiefs.log.count("refresh token reused"))
		require.Zero(t, thiefs.log.count(stolen), "no token is logged")
	})
}

func TestAProcessKnowsWhatItSawBeforeItIsWritten(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	stolen := w.register(t, "ada").RefreshToken
	w.ride(t, w.refresh(t, stolen))
	w.clock.advance(11 * time.Second)
	_, err := w.service.Refresh(t.Context(), stolen)
	require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
}

func TestConfirmationsWaitForADatabaseThatIsAway(t *testing.T) {
	server := testdb.StartServer(t)
	w := newWorld(t, server.Database(t), newClock())
	pair := w.register(t, "ada")
	server.Kill()
	w.ride(t, pair)
	confirm(t, w)
	require.Positive(t, w.log.count("confirm the use"), "the failure is logged")
	server.Restart(t)
	confirm(t, w)
	record, err := w.store.SessionWithUser(t.Context(), pair.Session.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, record.ConfirmedGeneration)
}

func TestSessionLimits(t *testing.T) {
	const day = 24 * time.Hour
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		idle := w.register(t, "ada")
		w.clock.advance(7*day + 6*time.Second)
		_, err := w.service.Refresh(t.Context(), idle.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)

		busy := w.login(t, "ada")
		for range 29 {
			w.clock.advance(6 * day)
			busy = w.refresh(t, busy.RefreshToken)
		}
		require.Equal(t, busy.Session.ExpiresAt, busy.RefreshTokenExpiresAt, "never past the absolute limit")
		w.clock.advance(6*day + 6*time.Second)
		_, err = w.service.Refresh(t.Context(), busy.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)
	})
}

func TestLogoutIsSafeToRepeat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		logout := func(ctx context.Context, refreshToken string) {
			require.NoError(t, w.service.Logout(ctx, refreshToken))
		}
		gone := func(pair *auth.Pair) {
			_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		}

		first := w.register(t, "ada")
		second := w.refresh(t, first.RefreshToken)
		logout(t.Context(), first.RefreshToken) // an earlier generation will do
		logout(t.Context(), second.RefreshToken)
		logout(t.Context(), second.RefreshToken)
		gone(second)

		byAccess := w.login(t, "ada")
		w.clock.advance(time.Hour) // past the access token's end
		logout(bearing(t.Context(), byAccess.AccessToken), "")
		gone(byAccess)

		mine, other := w.login(t, "ada"), w.login(t, "ada")
		logout(bearing(t.Context(), mine.AccessToken), other.RefreshToken) // the refresh token is what counts
		gone(other)
		w.refresh(t, mine.RefreshToken)

		logout(t.Context(), "")
		logout(bearing(t.Context(), "no token"), "no token either")
		require.Zero(t, w.log.count("reused"), "a token that was logged out is no theft")
	})
}

func TestAClientThatHangsUpStillEndsItsSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()

		pair := w.register(t, "ada")
		require.NoError(t, w.service.Logout(gone, pair.RefreshToken))
		_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
	})
}

func TestForgedTokensCostNoDatabaseWork(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	pair := w.register(t, "ada")
	require.NoError(t, w.store.Close()) // from here on, any question to the database is an error of its own

	tampered := pair.RefreshToken[:len(pair.RefreshToken)-2] + "AA"
	for name, presented := range map[string]string{
		"empty": "", "noise": "a.b.c", "tampered": tampered, "an access token": pair.AccessToken, "huge": strings.Repeat("x", 1<<20),
	} {
		_, err := w.service.Refresh(t.Context(), presented)
		require.ErrorIs(t, err, auth.ErrRefreshTokenInvalid, name)
		require.NoError(t, w.service.Logout(t.Context(), presented+"."), name)
	}
	_, err := w.service.Authorize(bearing(t.Context(), pair.RefreshToken), models.RoleUser)
	require.ErrorIs(t, err, auth.ErrUnauthenticated, "a refresh token is no access token")
	_, err = w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
	require.NoError(t, err, "an access token needs no database")
	w.clock.advance(8 * 24 * time.Hour)
	_, err = w.service.Refresh(t.Context(), pair.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)
}

func TestADatabaseThatGoesAwayIsNoVerdict(t *testing.T) {
	server := testdb.StartServer(t)
	w := newWorld(t, server.Database(t), newClock())
	pair := w.register(t, "ada")
	server.Kill()
	_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorIs(t, w.service.Logout(t.Context(), pair.RefreshToken), auth.ErrUnavailable)
	server.Restart(t)
	w.refresh(t, pair.RefreshToken)
}

func TestOnesOwnAccountAndSessionsOnly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		ada := w.register(t, "ada")
		w.clock.advance(time.Second)
		newer := w.login(t, "ada")
		grace := w.register(t, "grace")
		ctx, err := w.service.Authorize(bearing(t.Context(), ada.AccessToken), models.RoleUser)
		require.NoError(t, err)

		me, err := w.service.Me(ctx)
		require.NoError(t, err)
		require.Equal(t, "ada", me.Username)
		sessions, err := w.service.Sessions(ctx)
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{newer.Session.ID, ada.Session.ID}, []models.SessionID{sessions[0].ID, sessions[1].ID})

		_, err = w.service.User(ctx, grace.User.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		_, err = w.service.Session(ctx, grace.Session.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		_, err = w.service.Session(ctx, newer.Session.ID)
		require.NoError(t, err)
		require.NoError(t, w.service.Logout(t.Context(), newer.RefreshToken))
		_, err = w.service.Session(ctx, newer.Session.ID)
		require.ErrorIs(t, err, auth.ErrNotFound, "an ended session is not listed")

		require.NoError(t, w.service.DisableUser(t.Context(), "ada"))
		_, err = w.service.Me(ctx)
		require.ErrorIs(t, err, auth.ErrUnauthenticated, "however long the access token would last")
	})
}

func bearing(ctx context.Context, accessToken string) context.Context {
	return auth.WithRequest(ctx, auth.Request{AccessToken: accessToken})
}
