package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllows(t *testing.T) {
	tests := []struct {
		has, requires Role
		want          bool
	}{
		{has: RoleUser, requires: RoleUser, want: true},
		{has: RoleUser, requires: RoleAdmin, want: false},
		{has: RoleAdmin, requires: RoleUser, want: true},
		{has: RoleAdmin, requires: RoleAdmin, want: true},
		{has: "", requires: RoleUser, want: false},
		{has: "ROOT", requires: RoleUser, want: false},
		{has: RoleAdmin, requires: "", want: false},
	}
	for _, test := range tests {
		require.Equal(t, test.want, test.has.Allows(test.requires), "%q for %q", test.has, test.requires)
	}
}
