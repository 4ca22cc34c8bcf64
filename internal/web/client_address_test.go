package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/web"
)

const (
	xff       = "X-Forwarded-For"
	forwarded = "Forwarded"
)

// proxies are a load balancer, whatever stands in 10/8, and a network of IPv6.
func proxies() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:a::/48"),
	}
}

// clientOf returns the address that the domain is told.
func clientOf(t *testing.T, f web.Forwarding, peer string, header http.Header) string {
	t.Helper()
	var seen *string
	handler := web.Handler(complete(web.Config{
		Forwarding: f,
		GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			ip := auth.RequestFrom(r.Context()).IP
			seen = &ip
		}),
	}, new(journal)))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	request.RemoteAddr, request.Header = peer, header
	handler.ServeHTTP(httptest.NewRecorder(), request)
	require.NotNil(t, seen)
	return *seen
}

func TestAddressOfTheClient(t *testing.T) {
	const proxy, strangerPeer = "192.0.2.1:4711", "203.0.113.66:4711"
	tests := []struct {
		name   string
		header string
		peer   string
		lines  []string
		want   string
	}{
		{name: "no header", peer: proxy, want: "192.0.2.1"},
		{name: "an empty header", peer: proxy, lines: []string{""}, want: "192.0.2.1"},
		{name: "one proxy", peer: proxy, lines: []string{"203.0.113.9"}, want: "203.0.113.9"},
		{name: "a client behind a private address", peer: proxy, lines: []string{"192.168.1.7"}, want: "192.168.1.7"},
		{name: "IPv6", peer: proxy, lines: []string{"2001:db8:b::9"}, want: "2001:db8:b::9"},
		{name: "an IPv6 proxy", peer: "[2001:db8:a::1]:4711", lines: []string{"2001:db8:b::9"}, want: "2001:db8:b::9"},
		{name: "an IPv4 proxy on an IPv6 socket", peer: "[::ffff:192.0.2.1]:4711", lines: []string{"203.0.113.9"}, want: "203.0.113.9"},
		{name: "an IPv4 client in IPv6", peer: proxy, lines: []string{"::ffff:203.0.113.9"}, want: "203.0.113.9"},
		{name: "a port", peer: proxy, lines: []string{"203.0.113.9:50000"}, want: "203.0.113.9"},
		{name: "a port with IPv6", peer: proxy, lines: []string{"[2001:db8:b::9]:50000"}, want: "2001:db8:b::9"},
		{name: "brackets", peer: proxy, lines: []string{"[2001:db8:b::9]"}, want: "2001:db8:b::9"},
		{name: "a zone", peer: proxy, lines: []string{"fe80::9%eth0"}, want: "fe80::9"},
		{name: "a proxy with a zone", peer: "[2001:db8:a::1%eth0]:4711", lines: []string{"203.0.113.9"}, want: "203.0.113.9"},
		{name: "a chain of proxies", peer: proxy, lines: []string{"203.0.113.9, 10.1.2.3, 2001:db8:a::7"}, want: "203.0.113.9"},
		{name: "made up by the client", peer: proxy, lines: []string{"6.6.6.6, 10.9.9.9, 203.0.113.9"}, want: "203.0.113.9"},
		{name: "made up in a line of its own", peer: proxy, lines: []string{"6.6.6.6", "203.0.113.9"}, want: "203.0.113.9"},
		{name: "a proxy in a line of its own", peer: proxy, lines: []string{"203.0.113.9", "10.1.2.3"}, want: "203.0.113.9"},
		{name: "garbage in front", peer: proxy, lines: []string{`<script>,,";, 203.0.113.9`}, want: "203.0.113.9"},
		{name: "garbage alone", peer: proxy, lines: []string{"garbage"}, want: "192.0.2.1"},
		{name: "garbage by a proxy", peer: proxy, lines: []string{"203.0.113.9, unknown"}, want: "192.0.2.1"},
		{name: "no address at all", peer: proxy, lines: []string{"0.0.0.0"}, want: "192.0.2.1"},
		{name: "nobody but proxies", peer: proxy, lines: []string{"10.1.2.3, 2001:db8:a::7"}, want: "192.0.2.1"},
		{name: "a thousand entries", peer: proxy, lines: []string{strings.Repeat("6.6.6.6,", 1000) + "203.0.113.9"}, want: "203.0.113.9"},
		{name: "from a stranger", peer: strangerPeer, lines: []string{"203.0.113.9"}, want: "203.0.113.66"},
		{name: "from a stranger who names proxies", peer: strangerPeer, lines: []string{"203.0.113.9, 192.0.2.1"}, want: "203.0.113.66"},
		{name: "from a stranger with a zone", peer: "[fe80::1%192.0.2.1]:1", lines: []string{"203.0.113.9"}, want: "fe80::1"},
		{name: "no peer", peer: "@", lines: []string{"203.0.113.9"}, want: ""},

		{header: forwarded, name: "one proxy", peer: proxy, lines: []string{"for=203.0.113.9"}, want: "203.0.113.9"},
		{header: forwarded, name: "all parameters", peer: proxy, lines: []string{`by=192.0.2.1;For=203.0.113.9;host=id.example;proto=https`}, want: "203.0.113.9"},
		{header: forwarded, name: "quoted", peer: proxy, lines: []string{`for="203.0.113.9"`}, want: "203.0.113.9"},
		{header: forwarded, name: "a port", peer: proxy, lines: []string{`for="203.0.113.9:50000"`}, want: "203.0.113.9"},
		{header: forwarded, name: "IPv6", peer: proxy, lines: []string{`for="[2001:db8:b::9]"`}, want: "2001:db8:b::9"},
		{header: forwarded, name: "IPv6 and a port", peer: proxy, lines: []string{`for="[2001:db8:b::9]:50000";proto=https`}, want: "2001:db8:b::9"},
		{header: forwarded, name: "a chain", peer: proxy, lines: []string{`for=6.6.6.6, for=203.0.113.9;proto=https, for="[2001:db8:a::7]"`}, want: "203.0.113.9"},
		{header: forwarded, name: "several lines", peer: proxy, lines: []string{`for=6.6.6.6`, `for=203.0.113.9`, `for=10.1.2.3`}, want: "203.0.113.9"},
		{header: forwarded, name: "hidden by a proxy", peer: proxy, lines: []string{"for=_hidden"}, want: "192.0.2.1"},
		{header: forwarded, name: "unknown to a proxy", peer: proxy, lines: []string{"for=6.6.6.6, for=unknown"}, want: "192.0.2.1"},
		{header: forwarded, name: "no for", peer: proxy, lines: []string{"by=203.0.113.9;proto=https"}, want: "192.0.2.1"},
		{header: forwarded, name: "of the other form", peer: proxy, lines: []string{"203.0.113.9"}, want: "192.0.2.1"},
		{header: forwarded, name: "nobody but proxies", peer: proxy, lines: []string{"for=10.1.2.3"}, want: "192.0.2.1"},
		{header: forwarded, name: "from a stranger", peer: strangerPeer, lines: []string{"for=203.0.113.9"}, want: "203.0.113.66"},
		{header: forwarded, name: "an element within the host that was asked for", peer: proxy, lines: []string{`proto=http;host="a,for=6.6.6.6;x=";for=203.0.113.9`}, want: "192.0.2.1"},
		{header: forwarded, name: "a parameter within the host that was asked for", peer: proxy, lines: []string{`host="a;for=6.6.6.6;x=";for=203.0.113.9`}, want: "192.0.2.1"},
		{header: forwarded, name: "a comma within quotes", peer: proxy, lines: []string{`for=203.0.113.9;host="a,for=6.6.6.6"`}, want: "192.0.2.1"},
		{header: forwarded, name: "a backslash within quotes", peer: proxy, lines: []string{`for=203.0.113.9;host="a\\b"`}, want: "192.0.2.1"},
		{header: forwarded, name: "an element behind an escaped quote", peer: proxy, lines: []string{`host="a\",for=6.6.6.6;x=";for=203.0.113.9`}, want: "192.0.2.1"},
		{header: forwarded, name: "a quote left open", peer: proxy, lines: []string{`for=6.6.6.6;by=", for=203.0.113.9`}, want: "192.0.2.1"},
		{header: forwarded, name: "a quote left open in a line of its own", peer: proxy, lines: []string{`for=6.6.6.6;by="`, `for=203.0.113.9`}, want: "192.0.2.1"},
	}
	for _, tt := range tests {
		if tt.header == "" {
			tt.header = xff
		}
		t.Run(tt.header+"/"+tt.name, func(t *testing.T) {
			header := http.Header{}
			if tt.lines != nil {
				header[tt.header] = tt.lines
			}
			require.Equal(t, tt.want, clientOf(t, web.Forwarding{TrustedProxies: proxies(), Header: tt.header}, tt.peer, header))

			// The header that the proxies do not write comes from the client as it is.
			other := map[string]string{xff: forwarded, forwarded: xff}[tt.header]
			for _, spoof := range []string{"6.6.6.6", "for=6.6.6.6"} {
				header[other], header["X-Real-Ip"], header["True-Client-Ip"] = []string{spoof}, []string{"6.6.6.6"}, []string{"6.6.6.6"}
				require.Equal(t, tt.want, clientOf(t, web.Forwarding{TrustedProxies: proxies(), Header: tt.header}, tt.peer, header))
			}
			if peer, err := netip.ParseAddrPort(tt.peer); err == nil {
				trustNobody := clientOf(t, web.Forwarding{Header: tt.header}, tt.peer, header)
				require.Equal(t, peer.Addr().Unmap().WithZone("").String(), trustNobody)
			}
		})
	}
}

func TestTheNameOfTheHeaderMayBeInAnyCase(t *testing.T) {
	for _, name := range []string{"x-forwarded-for", "X-FORWARDED-FOR"} {
		f := web.Forwarding{TrustedProxies: proxies(), Header: name}
		require.Equal(t, "203.0.113.9", clientOf(t, f, "10.0.0.1:1", http.Header{xff: {"203.0.113.9"}}))
	}
	require.Panics(t, func() {
		web.Handler(complete(web.Config{Forwarding: web.Forwarding{TrustedProxies: proxies(), Header: "X-Real-IP"}}, new(journal)))
	}, "no chain, so no telling who wrote it")
}

func TestAProxyThatNobodyTrustsIsToldOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		f      web.Forwarding
		header http.Header
		want   int
	}{
		{name: "trusting nobody", header: http.Header{xff: {"203.0.113.9"}}, want: 1},
		{name: "the other header", header: http.Header{forwarded: {"for=203.0.113.9"}}, want: 1},
		{name: "no proxy", header: http.Header{}, want: 0},
		{name: "trusting others", f: web.Forwarding{TrustedProxies: proxies(), Header: xff}, header: http.Header{xff: {"203.0.113.9"}}, want: 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log journal
			address, stop := serve(t, web.Config{Forwarding: tt.f}, &log)
			for range 3 {
				send(t, http.MethodPost, address+"/graphql", tt.header)
			}
			stop()
			require.Len(t, log.records(t, "a request came through a proxy that is not trusted: all its clients count as one"), tt.want)
		})
	}
}

// FuzzForwarded: whatever stands before what a trusted proxy adds, the client cannot name another address than its own.
func FuzzForwarded(f *testing.F) {
	for _, made := range []string{"", "6.6.6.6", "for=6.6.6.6", `for="`, `for="6.6.6.6", `, `a=",for=6.6.6.6;b="`, `\`, ",", ";", "for=", "10.0.0.1"} {
		f.Add(made)
	}
	f.Fuzz(func(t *testing.T, made string) {
		for name, added := range map[string]string{xff: "203.0.113.9", forwarded: "for=203.0.113.9;proto=https"} {
			for _, lines := range [][]string{{made, added}, {made + ", " + added}} {
				client := clientOf(t, web.Forwarding{TrustedProxies: proxies(), Header: name}, "10.0.0.1:1", http.Header{name: lines})
				if client != "10.0.0.1" || name == xff {
					require.Equal(t, "203.0.113.9", client, "%s: %q", name, lines)
				}
			}
		}
	})
}
