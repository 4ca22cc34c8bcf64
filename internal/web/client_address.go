package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/realclientip/realclientip-go"
)

// Forwarding says whose word on the address of a client counts. Nobody's does in the zero value: then the peer is the
// client, whatever headers it sends.
type Forwarding struct {
	// TrustedProxies are the networks of the proxies in front. Each must add the address of its own peer to Header, behind
	// what is there already, or replace it.
	TrustedProxies []netip.Prefix
	// Header is the one that they write: `X-Forwarded-For`, or `Forwarded` (RFC 7239). The other one is never read: what
	// the proxies do not write comes from clients as it is.
	Header string
}

// clientAddresses finds out where requests come from.
type clientAddresses struct {
	Forwarding

	rightmost realclientip.Strategy
	log       *slog.Logger
	warned    atomic.Bool
}

func newClientAddresses(f Forwarding, log *slog.Logger) *clientAddresses {
	if len(f.TrustedProxies) == 0 {
		return &clientAddresses{log: log}
	}
	ranges := make([]net.IPNet, len(f.TrustedProxies))
	for i, trusted := range f.TrustedProxies {
		ranges[i] = net.IPNet{IP: trusted.Addr().AsSlice(), Mask: net.CIDRMask(trusted.Bits(), trusted.Addr().BitLen())}
	}
	f.Header = http.CanonicalHeaderKey(f.Header)
	return &clientAddresses{
		Forwarding: f,
		// Must panics for another header than the two.
		rightmost: realclientip.Must(realclientip.NewRightmostTrustedRangeStrategy(f.Header, ranges)),
		log:       log,
	}
}

// of returns the address of the client: the last one of the chain of proxies that is not itself a trusted proxy. What
// stands before it may be made up. It is that of the peer when the chain names nobody else, or cannot be read for sure.
func (a *clientAddresses) of(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	address := plain(peer.Addr())
	if !a.trusts(address) {
		a.warn(r, address)
		return address.String()
	}
	if a.Header == "Forwarded" && slices.ContainsFunc(r.Header[a.Header], ambiguous) {
		return address.String()
	}
	client, err := netip.ParseAddr(a.rightmost.ClientIP(r.Header, r.RemoteAddr))
	if err != nil {
		return address.String()
	}
	return plain(client).String()
}

// warn tells an operator who trusts nobody of what looks like a proxy: behind one, all clients share the limits of its
// address. It does so once, since anybody can send such a header.
func (a *clientAddresses) warn(r *http.Request, peer netip.Addr) {
	if len(a.TrustedProxies) > 0 || (r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == "") {
		return
	}
	if a.warned.CompareAndSwap(false, true) {
		a.log.WarnContext(r.Context(), "a request came through a proxy that is not trusted: all its clients count as one",
			"proxy", peer.String())
	}
}

func (a *clientAddresses) trusts(peer netip.Addr) bool {
	return slices.ContainsFunc(a.TrustedProxies, func(trusted netip.Prefix) bool { return trusted.Contains(peer) })
}

// plain is the one spelling of an address: a zone means something to one host only.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// harmless matches the quoted strings (RFC 9110 section 5.6.4) that mean the same whether one minds the quotes or not.
var harmless = regexp.MustCompile(`"[^"\\,;]*"`)

// ambiguous reports whether a line of the Forwarded header could be taken apart in two ways. The library minds no quotes,
// so what a proxy quotes, such as the host that a client asked for, could pass for elements of the chain; and to one that
// does, a quote that a client left open would hide what the proxy wrote.
func ambiguous(line string) bool {
	return strings.ContainsAny(harmless.ReplaceAllString(line, ""), `"\`)
}
