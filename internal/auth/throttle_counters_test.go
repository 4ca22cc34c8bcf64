package auth

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/models"
)

func TestNoTwoSubjectsAreCountedAsOne(t *testing.T) {
	seen := map[models.ThrottleKey][]string{}
	for _, subject := range [][]string{
		{"ada"}, {"ada", ""}, {"", "ada"}, {"ad", "a"}, {"a", "da"}, {"ada", "192.0.2.1/32"}, {"ada1", "92.0.2.1/32"}, {}, {""}, {"", ""},
		{"ada", "ada"}, {"ada\x00\x00ada"}, {"ada\x00"}, {"\x00ada"}, {"ada", "\x00"}, {"\x00\x00\x00\x00\x00\x00\x00\x03ada"},
	} {
		for _, kind := range []throttleKind{throttleAccount, throttleAccountAndAddress, throttleAddress, throttleDevice} {
			key := throttleKey(kind, subject...)
			require.Empty(t, seen[key], "%s %q", kind, subject)
			require.Equal(t, key, throttleKey(kind, subject...), "the same everywhere")
			seen[key] = append([]string{string(kind)}, subject...)
		}
	}
}

func TestWhatOneClientHoldsIsOneAddress(t *testing.T) {
	tests := []struct {
		name, ip, want string
	}{
		{name: "IPv4", ip: "203.0.113.9", want: "203.0.113.9/32"},
		{name: "IPv4 in IPv6", ip: "::ffff:203.0.113.9", want: "203.0.113.9/32"},
		{name: "IPv6", ip: "2001:db8:1:2:3:4:5:6", want: "2001:db8:1:2::/64"},
		{name: "the first of a network", ip: "2001:db8:1:2::", want: "2001:db8:1:2::/64"},
		{name: "the last of a network", ip: "2001:db8:1:2:ffff:ffff:ffff:ffff", want: "2001:db8:1:2::/64"},
		{name: "the network beside it", ip: "2001:db8:1:3::", want: "2001:db8:1:3::/64"},
		{name: "a zone", ip: "fe80::1%eth0", want: "fe80::/64"},
		{name: "unknown", ip: "", want: ""},
		{name: "noise", ip: "localhost", want: ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, addressBlock(test.ip)) })
	}
}
