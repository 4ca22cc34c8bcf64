package config

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBrowsersAreTrustedNoFurtherThanTold(t *testing.T) {
	g, ctx, reader := read(t, map[string]string{"DAYPASS_DATABASE_URL": "sqlite:x.db", "DAYPASS_SECRET": secretA}, "serve")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, Browsers{CookieSameSite: SameSiteStrict, CookieSecure: true}, g.Serve.Browsers)

	g, ctx, reader = read(t, nil, "dev")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, Browsers{CookieSameSite: SameSiteStrict}, g.Dev.Browsers, "no browser sends a secure cookie over plain HTTP, but for some")

	g, ctx, reader = read(t, map[string]string{
		"DAYPASS_ALLOWED_ORIGINS": "https://app.example.com, http://localhost:5173", "DAYPASS_COOKIE_SAMESITE": "None",
	}, "dev", "--cookie-secure", "--hsts-max-age=8760h")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, Browsers{
		AllowedOrigins: Origins{"https://app.example.com", "http://localhost:5173"},
		CookieSameSite: SameSiteNone, CookieSecure: true, HSTSMaxAge: 365 * 24 * time.Hour,
	}, g.Dev.Browsers)
	var out bytes.Buffer
	require.NoError(t, reader.Print(&out, ctx))
	require.Regexp(t, `DAYPASS_ALLOWED_ORIGINS +https://app.example.com,http://localhost:5173 +variable`, out.String())
}

func TestMistakesAboutBrowsers(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{name: "none without Secure", args: []string{"--cookie-samesite=none"}, want: "DAYPASS_COOKIE_SAMESITE (--cookie-samesite): is none; browsers"},
		{name: "another word", args: []string{"--cookie-samesite=loose"}, want: `"loose" is not one of strict, lax, none`},
		{name: "no word", args: []string{"--cookie-samesite="}, want: `"" is not one of`},
		{name: "HSTS for ever", args: []string{"--hsts-max-age=100000h"}, want: "DAYPASS_HSTS_MAX_AGE (--hsts-max-age): is 100000h; choose between 0s and 17520h"},
		{name: "HSTS below zero", args: []string{"--hsts-max-age=-1s"}, want: "choose between"},
		{
			name: "all entries at once", args: []string{"--allowed-origins=https://a.example,*,https://b.example/,https://a.example"},
			want: "DAYPASS_ALLOWED_ORIGINS (--allowed-origins): entry 2 has a wildcard; whoever gets a page there could act for all users, " +
				"so name each origin; entry 3 has more than scheme://host[:port]; leave out what comes before or after, a last slash too; " +
				"entry 4 is the same as entry 1",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, ctx, reader := read(t, nil, append([]string{"dev"}, test.args...)...)
			var mistakes Mistakes
			require.ErrorAs(t, reader.Check(ctx), &mistakes)
			require.Len(t, mistakes, 1)
			require.Contains(t, mistakes[0].String(), test.want)
		})
	}
}

func TestOriginsAreThoseThatBrowsersSend(t *testing.T) {
	for _, origin := range []string{
		"https://app.example.com", "https://app.example.com:8443", "http://localhost:5173", "http://127.0.0.1:3000", "http://[::1]:3000",
		"https://xn--bcher-kva.example", "capacitor://localhost", "chrome-extension://abcdefghijklmnop", "http://app.internal", "https://a:80",
	} {
		got, err := ParseOrigins(origin)
		require.NoError(t, err, origin)
		require.Equal(t, Origins{origin}, got)
	}
	tests := map[string]string{
		"*": "wildcard", "https://*": "wildcard", "https://*.example.com": "wildcard", "http://localhost:*": "wildcard",
		"null": "null", " ": "empty", "https://a.example,": "entry 2 is empty",
		"app.example.com": "scheme://", "localhost:5173": "scheme://", "//app.example.com": "scheme://", "file://": "scheme://",
		"https://": "scheme://", "https://:443": "scheme://", "https:app.example.com": "scheme://", "https://a b": "scheme://",
		"https://app.example.com/": "more than", "https://app.example.com/login": "more than", "https://app.example.com?x": "more than",
		"https://app.example.com?": "more than", "https://app.example.com#": "more than", "https://ada:pw@app.example.com": "more than",
		"https://App.example.com": "lower case", "HTTPS://app.example.com": "lower case", "https://bücher.example": "xn--",
		"https://app.example.com:443": "leave out", "http://app.example.com:80": "leave out", "https://app.example.com:": "port",
		"https://app.example.com:08443": "port", "https://app.example.com:70000": "port", "https://app.example.com:0": "port",
	}
	for origin, want := range tests {
		_, err := ParseOrigins(origin)
		require.ErrorContains(t, err, want, origin)
		require.NotContains(t, err.Error(), "pw")
	}
}
