package playground

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPageAndEveryFileOfIt(t *testing.T) {
	server := serveForTest(t)
	wantTypes := map[string]string{
		".html": "text/html; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".svg":  "image/svg+xml",
		".ttf":  "font/ttf",
		".md":   "text/markdown; charset=utf-8",
	}
	for _, name := range embeddedNames(t) {
		t.Run(name, func(t *testing.T) {
			packed := get(t, server.URL+"/"+name, "gzip")
			require.Equal(t, http.StatusOK, packed.StatusCode)
			require.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
			require.Equal(t, int64(len(packed.body)), packed.ContentLength)

			plain := get(t, server.URL+"/"+name, "identity")
			require.Equal(t, http.StatusOK, plain.StatusCode)
			require.Empty(t, plain.Header.Get("Content-Encoding"))
			require.True(t, bytes.Equal(plain.body, gunzip(t, packed.body)), "both encodings hold the same file")

			for _, answer := range []response{packed, plain} {
				requireSecurityHeaders(t, answer.Header)
				require.Equal(t, "Accept-Encoding", answer.Header.Get("Vary"))
				require.Equal(t, wantTypes[name[strings.LastIndex(name, "."):]], answer.Header.Get("Content-Type"))
			}
		})
	}
}

func TestPageNamesOnlyFilesThatAreServed(t *testing.T) {
	server := serveForTest(t)
	page := get(t, server.URL+"/", "identity")
	require.Contains(t, string(page.body), "<title>Daypass playground</title>")

	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page.body), -1)
	require.GreaterOrEqual(t, len(links), 3, "script, style and icon")
	for _, link := range links {
		require.True(t, strings.HasPrefix(link[1], "./assets/"), "%s is not of this origin", link[1])
		file := get(t, server.URL+strings.TrimPrefix(link[1], "."), "gzip")
		require.Equal(t, http.StatusOK, file.StatusCode, link[1])
	}
}

func TestCaching(t *testing.T) {
	server := serveForTest(t)
	require.Equal(t, "no-cache", get(t, server.URL+"/", "gzip").Header.Get("Cache-Control"))
	for _, name := range embeddedNames(t) {
		if strings.HasPrefix(name, "assets/") {
			require.Regexp(t, `-[\w-]{8}\.\w+$`, name, "what is kept for ever carries a hash")
			got := get(t, server.URL+"/"+name, "gzip").Header.Get("Cache-Control")
			require.Equal(t, "public, max-age=31536000, immutable", got, name)
		}
	}
}

func TestContentEncoding(t *testing.T) {
	server := serveForTest(t)
	tests := []struct {
		name           string
		acceptEncoding string
		want           string
	}{
		{name: "a browser", acceptEncoding: "gzip, deflate, br, zstd", want: "gzip"},
		{name: "any case", acceptEncoding: "GZIP", want: "gzip"},
		{name: "not the first", acceptEncoding: "br;q=1.0, gzip;q=0.5", want: "gzip"},
		{name: "refused", acceptEncoding: "gzip;q=0, br", want: ""},
		{name: "refused with spaces and digits", acceptEncoding: "gzip ; q=0.000", want: ""},
		{name: "a weight that is none", acceptEncoding: "gzip;q=high", want: ""},
		{name: "another coding", acceptEncoding: "br", want: ""},
		{name: "a longer name", acceptEncoding: "x-gzip-not", want: ""},
		{name: "none", acceptEncoding: "identity", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, get(t, server.URL+"/", tt.acceptEncoding).Header.Get("Content-Encoding"))
		})
	}
}

func TestNotThere(t *testing.T) {
	server := serveForTest(t)
	for _, path := range []string{
		"/nothing", "/assets", "/assets/", "/assets/nothing.js", "/index.html.gz", "/playground.go", "/dist/index.html",
		"/../playground.go", "/%2e%2e/playground.go", "/assets/../../playground.go", "//index.html",
	} {
		answer := get(t, server.URL+path, "gzip")
		require.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		require.Empty(t, answer.Header.Get("Cache-Control"), path)
		requireSecurityHeaders(t, answer.Header)
	}
}

func TestMethods(t *testing.T) {
	server := serveForTest(t)

	head := request(t, http.MethodHead, server.URL+"/", "gzip")
	require.Equal(t, http.StatusOK, head.StatusCode)
	require.Positive(t, head.ContentLength)
	require.Empty(t, head.body)

	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		answer := request(t, method, server.URL+"/", "gzip")
		require.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode, method)
		require.Equal(t, "GET, HEAD", answer.Header.Get("Allow"), method)
	}
}

func requireSecurityHeaders(t *testing.T, h http.Header) {
	t.Helper()
	require.Equal(t, "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "+
		"font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "+
		"frame-ancestors 'none'", h.Get("Content-Security-Policy"))
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
	require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
}

type response struct {
	*http.Response
	body []byte
}

func serveForTest(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(Handler())
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url, acceptEncoding string) response {
	t.Helper()
	return request(t, http.MethodGet, url, acceptEncoding)
}

// request sends Accept-Encoding itself, so that the client neither asks for gzip nor unpacks it on its own.
func request(t *testing.T, method, url, acceptEncoding string) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", acceptEncoding)
	answer, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return response{Response: answer, body: body}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	plain, err := io.ReadAll(r)
	require.NoError(t, err)
	return plain
}

// embeddedNames lists the files of the page by the paths that they are served at.
func embeddedNames(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(embedded, "dist", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			require.True(t, strings.HasSuffix(path, ".gz"), "%s is not compressed", path)
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(path, "dist/"), ".gz"))
		}
		return err
	})
	require.NoError(t, err)
	require.Contains(t, names, "index.html")
	return names
}
