package graph

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPaginateFollowsTheSpecification holds every page of short lists against what Relay cursor connections, section 4,
// says, taken word by word.
func TestPaginateFollowsTheSpecification(t *testing.T) {
	sizes := []*int{nil, new(0), new(1), new(2), new(3), new(7)}
	pages := 0
	for length := range 6 {
		list := make([]string, length)
		for i := range list {
			list[i] = strconv.Itoa(i)
		}
		for after := -1; after < length; after++ {
			for before := -1; before < length; before++ {
				for _, first := range sizes {
					for _, last := range sizes {
						checkPage(t, list, after, before, first, last)
						pages++
					}
				}
			}
		}
	}
	t.Logf("%d pages", pages)
}

func checkPage(t *testing.T, list []string, after, before int, first, last *int) {
	t.Helper()
	between, args := list, pageArgs{first: first, last: last}
	if before >= 0 {
		between, args.before = between[:before], new("given")
	}
	if after >= 0 {
		between, args.after = between[min(after+1, len(between)):], new("given")
	}
	got, err := paginate(args, func(limit int, backward bool) ([]string, error) {
		if backward {
			return between[max(0, len(between)-limit):], nil
		}
		return between[:min(limit, len(between))], nil
	})
	require.NoError(t, err)

	want := between
	if first != nil {
		want = want[:min(*first, len(want))]
	}
	if last != nil {
		want = want[max(0, len(want)-*last):]
	}
	require.True(t, slices.Equal(want, got.items), "%v after %d before %d first %v last %v: %v", list, after, before, first, last, got.items)
	if first != nil || last == nil {
		require.Equal(t, first != nil && len(between) > *first, got.hasNext)
	}
	if last != nil && first == nil {
		require.Equal(t, len(between) > *last, got.hasPrevious)
		require.Equal(t, before >= 0, got.hasNext)
	}
	if first != nil && last == nil {
		require.Equal(t, after >= 0, got.hasPrevious)
	}
	info := got.info(func(item *string) string { return *item })
	require.Equal(t, len(want) == 0, info.StartCursor == nil && info.EndCursor == nil)
	if len(want) > 0 {
		require.Equal(t, []string{want[0], want[len(want)-1]}, []string{*info.StartCursor, *info.EndCursor})
	}
}

func TestCursorsAreRead(t *testing.T) {
	number := func(place string) (int, bool) { n, err := strconv.Atoi(place); return n, err == nil }
	read, err := readCursor("after", new(newCursor("42")), number)
	require.NoError(t, err)
	require.Equal(t, 42, read)
	read, err = readCursor("after", nil, number)
	require.NoError(t, err)
	require.Zero(t, read)
	for _, wrong := range []string{"", "42", newCursor("x"), newCursor("42") + "=", "%", newCursor("4\xff")} {
		_, err = readCursor("after", &wrong, number)
		require.Error(t, err, wrong)
	}
}

func FuzzUserCursor(f *testing.F) {
	f.Add("usr_01jx5k3q7rf0e8v3m6c2a9d4ht ada")
	f.Add("usr_01jx5k3q7rf0e8v3m6c2a9d4ht \xff")
	f.Add("usr_01jx5k3q7rf0e8v3m6c2a9d4ht")
	f.Fuzz(func(t *testing.T, place string) {
		user, ok := parseUserPlace(place)
		if ok && userCursor(user) != newCursor(place) {
			t.Errorf("two spellings of one place: %q", place)
		}
	})
}
