package models

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIDsSortByTime(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	earlier, err := NewUserID(at)
	require.NoError(t, err)
	later, err := NewUserID(at.Add(time.Millisecond))
	require.NoError(t, err)
	require.Less(t, string(earlier[:]), string(later[:]))
	require.Less(t, earlier.String(), later.String())
}

func TestTheFirstEventIDStandsBeforeThoseOfItsTime(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 0, 0, 7_000_000, time.UTC)
	for range 1000 {
		before, err := NewEventID(at.Add(-time.Millisecond))
		require.NoError(t, err)
		then, err := NewEventID(at)
		require.NoError(t, err)
		first := FirstEventID(at)
		require.Less(t, string(before[:]), string(first[:]))
		require.Less(t, string(first[:]), string(then[:]))
	}
	require.Zero(t, FirstEventID(time.Time{}), "long before there were any")
}

func TestParseRefusesOtherKindsAndOtherSpellings(t *testing.T) {
	id, err := NewSessionID(time.Now())
	require.NoError(t, err)
	text := id.String()
	for _, wrong := range []string{
		"", "ses_", text[:len(text)-1], text + "0", strings.ToUpper(text), strings.Replace(text, "ses_", "usr_", 1),
		strings.Replace(text, "_", "-", 1), " " + text, "ses_zzzzzzzzzzzzzzzzzzzzzzzzzz",
	} {
		_, err := ParseSessionID(wrong)
		require.Error(t, err, wrong)
	}
}

func FuzzParseUserID(f *testing.F) {
	f.Add("usr_01jx5k3q7rf0e8v3m6c2a9d4ht")
	f.Add("usr_")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseUserID(text)
		if err == nil && id.String() != text {
			t.Errorf("two spellings of one id: %q and %q", text, id)
		}
	})
}

func TestScanTakesSixteenBytes(t *testing.T) {
	id, err := NewUserID(time.Now())
	require.NoError(t, err)
	stored, err := id.Value()
	require.NoError(t, err)
	var read UserID
	require.NoError(t, read.Scan(stored))
	require.Equal(t, id, read)
	for _, wrong := range []any{nil, "text", []byte("short"), int64(1)} {
		require.Error(t, read.Scan(wrong))
	}
}
