package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/web"
)

// onCookie is a GraphQL handler that does something with the cookie of each request, and then answers what it was.
func onCookie(do func(auth.TokenCookie)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie := auth.RequestFrom(r.Context()).Cookie
		if cookie == nil {
			_, _ = io.WriteString(w, "no use of it")
			return
		}
		do(cookie)
		_, _ = io.WriteString(w, "presented: "+cookie.Token())
	})
}

func TestFlagsOfTheCookie(t *testing.T) {
	set := func(lifetime time.Duration) func(auth.TokenCookie) {
		return func(c auth.TokenCookie) { c.Set("a.b.c", lifetime) }
	}
	tests := []struct {
		name string
		cfg  web.CookieConfig
		do   func(auth.TokenCookie)
		want []string
	}{
		{
			name: "by default", do: set(7 * 24 * time.Hour),
			want: []string{"__Host-daypass=a.b.c; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict"},
		},
		{
			name: "lax", cfg: web.CookieConfig{SameSite: http.SameSiteLaxMode}, do: set(90 * time.Second),
			want: []string{"__Host-daypass=a.b.c; Path=/; Max-Age=90; HttpOnly; Secure; SameSite=Lax"},
		},
		{
			name: "for pages of other sites", cfg: web.CookieConfig{SameSite: http.SameSiteNoneMode}, do: set(time.Hour),
			want: []string{"__Host-daypass=a.b.c; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=None; Partitioned"},
		},
		{
			name: "over plain HTTP", cfg: web.CookieConfig{PlainHTTP: true}, do: set(time.Hour),
			want: []string{"daypass=a.b.c; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"},
		},
		{
			name: "a last half second", do: set(500 * time.Millisecond),
			want: []string{"__Host-daypass=a.b.c; Path=/; Max-Age=1; HttpOnly; Secure; SameSite=Strict"},
		},
		{
			name: "cleared", do: auth.TokenCookie.Clear,
			want: []string{"__Host-daypass=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"},
		},
		{
			name: "cleared over plain HTTP", cfg: web.CookieConfig{PlainHTTP: true}, do: auth.TokenCookie.Clear,
			want: []string{"daypass=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"},
		},
		{
			name: "cleared, then set", do: func(c auth.TokenCookie) { c.Clear(); c.Set("old", time.Hour); c.Set("new", time.Hour) },
			want: []string{"__Host-daypass=new; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict"},
		},
		{name: "left alone", do: func(auth.TokenCookie) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, _ := serve(t, web.Config{Cookie: tt.cfg, GraphQL: onCookie(tt.do)}, new(journal))
			got := send(t, http.MethodPost, address+"/graphql", http.Header{})
			require.Equal(t, tt.want, got.header["Set-Cookie"])
		})
	}
}

func TestTheDeviceTokenHasACookieOfItsOwn(t *testing.T) {
	for name, plainHTTP := range map[string]bool{"__Host-daypass": false, "daypass": true} {
		address, _ := serve(t, web.Config{
			Cookie: web.CookieConfig{PlainHTTP: plainHTTP},
			GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				request := auth.RequestFrom(r.Context())
				request.DeviceCookie.Set("d", 365*24*time.Hour)
				request.Cookie.Set("t", time.Minute)
				request.Cookie.Clear()
				_, _ = io.WriteString(w, request.Cookie.Token()+" and "+request.DeviceCookie.Token())
			}),
		}, new(journal))
		got := send(t, http.MethodPost, address+"/graphql", http.Header{"Cookie": {name + "-device=e; " + name + "=a"}})
		require.Equal(t, "a and e", got.body)
		require.Len(t, got.header["Set-Cookie"], 2)
		require.Contains(t, got.header["Set-Cookie"][0], name+"-device=d; Path=/; Max-Age=31536000; HttpOnly; ")
		require.Contains(t, got.header["Set-Cookie"][1], name+"=; Path=/; Max-Age=0; HttpOnly; ")
	}
}

func TestTheCookieSparesItsNeighbours(t *testing.T) {
	address, _ := serve(t, web.Config{GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
		cookie := auth.RequestFrom(r.Context()).Cookie
		cookie.Set("a", time.Minute)
		cookie.Clear()
		cookie.Set("b", time.Minute)
	})}, new(journal))
	lines := send(t, http.MethodPost, address+"/graphql", http.Header{}).header["Set-Cookie"]
	require.Len(t, lines, 2)
	require.Equal(t, "theme=dark", lines[0])
	require.Contains(t, lines[1], "__Host-daypass=b;")
}

func TestPresentedCookie(t *testing.T) {
	tests := []struct {
		name      string
		plainHTTP bool
		cookie    []string
		want      string
	}{
		{name: "none"},
		{name: "one", cookie: []string{"__Host-daypass=a.b.c"}, want: "a.b.c"},
		{name: "among others", cookie: []string{"theme=dark; __Host-daypass=a.b.c; lang=de"}, want: "a.b.c"},
		{name: "in a header of its own", cookie: []string{"theme=dark", "__Host-daypass=a.b.c"}, want: "a.b.c"},
		{name: "two", cookie: []string{"__Host-daypass=a.b.c; __Host-daypass=d.e.f"}},
		{name: "the same twice", cookie: []string{"__Host-daypass=a.b.c; __Host-daypass=a.b.c"}},
		{name: "in two headers", cookie: []string{"__Host-daypass=a.b.c", "__Host-daypass=d.e.f"}},
		{name: "one that any subdomain could have set", cookie: []string{"daypass=a.b.c"}},
		{name: "another name", cookie: []string{"__Host-daypass2=a.b.c"}},
		{name: "another case", cookie: []string{"__host-daypass=a.b.c"}},
		{name: "empty", cookie: []string{"__Host-daypass="}},
		{name: "longest", cookie: []string{"__Host-daypass=" + strings.Repeat("a", 4096)}, want: strings.Repeat("a", 4096)},
		{name: "too long", cookie: []string{"__Host-daypass=" + strings.Repeat("a", 4097)}},
		{name: "plain", plainHTTP: true, cookie: []string{"daypass=a.b.c"}, want: "a.b.c"},
		{name: "plain, two", plainHTTP: true, cookie: []string{"daypass=a.b.c; daypass=d.e.f"}},
		{name: "of TLS where there is none", plainHTTP: true, cookie: []string{"__Host-daypass=a.b.c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, _ := serve(t, web.Config{
				Cookie: web.CookieConfig{PlainHTTP: tt.plainHTTP}, GraphQL: onCookie(func(auth.TokenCookie) {}),
			}, new(journal))
			got := send(t, http.MethodPost, address+"/graphql", http.Header{"Cookie": tt.cookie})
			require.Equal(t, "presented: "+tt.want, got.body)
		})
	}
}

func TestAPanicTakesNoCookieAway(t *testing.T) {
	var log journal
	address, _ := serve(t, web.Config{GraphQL: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("the tram derailed")
	})}, &log)
	got := send(t, http.MethodPost, address+"/graphql", http.Header{"Cookie": {"__Host-daypass=a.b.c"}})
	require.Equal(t, 500, got.status)
	require.Empty(t, got.header["Set-Cookie"])
}
