package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Networks are ranges of addresses.
type Networks []netip.Prefix

// ParseNetworks reads a comma list of networks, such as `10.0.0.0/8`, and single addresses; spaces around an entry do
// not count. The empty string is none at all. The error tells every entry that is wrong.
func ParseNetworks(s string) (Networks, error) {
	if s == "" {
		return nil, nil
	}
	var networks Networks
	var wrong []string
	for i, entry := range strings.Split(s, ",") {
		network, err := parseNetwork(strings.TrimSpace(entry))
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("entry %d %s", i+1, err))
		}
		networks = append(networks, network)
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return networks, nil
}

func parseNetwork(entry string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(entry); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(entry)
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", entry)
	case network.Addr().Is4In6():
		return netip.Prefix{}, fmt.Errorf("%q is IPv4 written as IPv6; write it as IPv4", entry)
	case network.Masked() != network:
		return netip.Prefix{}, fmt.Errorf("%q has bits behind its prefix; the network is %s", entry, network.Masked())
	case network.Bits() == 0:
		return netip.Prefix{}, fmt.Errorf("%q is everybody, so that anybody would be believed", entry)
	default:
		return network, nil
	}
}

// String returns the comma list.
func (n Networks) String() string {
	entries := make([]string, len(n))
	for i, network := range n {
		entries[i] = network.String()
	}
	return strings.Join(entries, ",")
}

// ForwardedHeader is the header that proxies write the address of the client to.
type ForwardedHeader string

// The headers.
const (
	XForwardedFor ForwardedHeader = "X-Forwarded-For"
	// Forwarded is that of RFC 7239.
	Forwarded ForwardedHeader = "Forwarded"
)

func parseForwardedHeader(s string) (ForwardedHeader, error) {
	for _, header := range []ForwardedHeader{XForwardedFor, Forwarded} {
		if strings.EqualFold(s, string(header)) {
			return header, nil
		}
	}
	return "", fmt.Errorf("%q is not one of %s, %s", s, XForwardedFor, Forwarded)
}
