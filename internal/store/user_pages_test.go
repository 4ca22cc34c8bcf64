package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// createUsers keeps accounts with those names, each a millisecond younger than the one before.
func createUsers(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	for i, name := range names {
		user := newUser(t, name)
		var err error
		user.ID, err = models.NewUserID(morning.Add(time.Duration(i) * time.Millisecond))
		require.NoError(t, err)
		require.NoError(t, s.CreateUser(t.Context(), user, newEvent(t, morning)))
	}
}

func usersOf(t *testing.T, s *store.Store, page auth.UserPage) []models.User {
	t.Helper()
	users, err := s.Users(t.Context(), page)
	require.NoError(t, err)
	return users
}

func namesOf(users []models.User) []string {
	names := make([]string, len(users))
	for i := range users {
		names[i] = users[i].Username
	}
	return names
}

func TestUsersAreListedNewestFirst(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		require.Empty(t, usersOf(t, s, auth.UserPage{Limit: 10}))
		createUsers(t, s, "zoe", "ada", "mia", "Bob", "eve")
		all := usersOf(t, s, auth.UserPage{Limit: 10})
		require.Equal(t, []string{"eve", "Bob", "mia", "ada", "zoe"}, namesOf(all))
		requireEveryPage(t, s, auth.UserPage{}, all)
	})
}

func TestUsersWithAPrefixAreListedByName(t *testing.T) {
	names := []string{
		"ab", "a_b", "A_B-2", "a_", "aB3", "abc", "a.b", "a.B.c", "a-b", "A-", "b_a", "a__b", "zab", strings.Repeat("ab", 32), "a9", "ZZZ",
	}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		createUsers(t, s, names...)
		for prefix, want := range map[string][]string{
			"a_":                     {"a_", "a_b", "A_B-2", "a__b"},
			"A_B":                    {"a_b", "A_B-2"},
			"a.":                     {"a.b", "a.B.c"},
			"A.b.C":                  {"a.B.c"},
			"a-":                     {"A-", "a-b"},
			"ab":                     {"ab", strings.Repeat("ab", 32), "aB3", "abc"},
			"ab3":                    {"aB3"},
			strings.Repeat("aB", 32): {strings.Repeat("ab", 32)},
			"z":                      {"zab", "ZZZ"},
			"zz":                     {"ZZZ"},
			"a%":                     nil,
			"%":                      nil,
			`a\_`:                    nil,
			"b_a_":                   nil,
		} {
			all := usersOf(t, s, auth.UserPage{Prefix: prefix, Limit: 100})
			require.ElementsMatch(t, want, namesOf(all), prefix)
			require.True(t, slices.IsSortedFunc(all, byName(db)), "%s: %v", prefix, namesOf(all))
			requireEveryPage(t, s, auth.UserPage{Prefix: prefix}, all)
		}
	})
}

// byName compares names as the database does: one folds letters to capitals, the other to small ones, which stand
// before and after the underscore.
func byName(db *testdb.DB) func(a, b models.User) int {
	fold := strings.ToLower
	if db.IsMySQL() {
		fold = strings.ToUpper
	}
	return func(a, b models.User) int { return strings.Compare(fold(a.Username), fold(b.Username)) }
}

// requireEveryPage asks for the list in every piece that it can be cut into.
func requireEveryPage(t *testing.T, s *store.Store, page auth.UserPage, all []models.User) {
	t.Helper()
	for after := -1; after <= len(all); after++ {
		for before := after + 1; before <= len(all); before++ {
			page.After, page.Before = nil, nil
			if after >= 0 {
				page.After = &all[after]
			}
			if before < len(all) {
				page.Before = &all[before]
			}
			between := all[after+1 : before]
			for _, limit := range []int{1, 2, len(all) + 1} {
				size := min(limit, len(between))
				page.Limit, page.Backward = limit, false
				require.Equal(t, namesOf(between[:size]), namesOf(usersOf(t, s, page)), "%+v", page)
				page.Backward = true
				require.Equal(t, namesOf(between[len(between)-size:]), namesOf(usersOf(t, s, page)), "backward: %+v", page)
			}
		}
	}
}

// What is added or removed while somebody turns pages neither repeats an account nor hides one.
func TestPagesOfUsersAreStable(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		for _, prefix := range []string{"", "user-"} {
			s := db.OpenStore(t)
			names := []string{prefix + "user-c", prefix + "user-f", prefix + "user-i", prefix + "user-l", prefix + "user-o"}
			createUsers(t, s, names...)
			seen := map[string]int{}
			page := auth.UserPage{Prefix: prefix, Limit: 1}
			for turn := 0; ; turn++ {
				users := usersOf(t, s, page)
				if len(users) == 0 {
					break
				}
				seen[users[0].Username]++
				page.After = &users[0]
				// One that sorts before all, one among them and one behind; and the one where we are goes.
				if turn < 3 {
					createUsers(t, s, prefix+"user-a"+users[0].Username[len(prefix):], prefix+"user-j"+users[0].Username[len(prefix):])
				}
				_, err := s.Pool().ExecContext(t.Context(), "DELETE FROM users WHERE id = ?", users[0].ID)
				require.NoError(t, err)
			}
			for _, name := range names {
				require.Equal(t, 1, seen[name], name)
			}
			_, err := s.Pool().ExecContext(t.Context(), "DELETE FROM users")
			require.NoError(t, err)
		}
	})
}

func TestUsersAreCountedNoFurtherThanAsked(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		createUsers(t, s, "a_1", "a_2", "A_3", "ab", "b")
		for _, tt := range []struct {
			prefix      string
			limit, want int
		}{
			{"", 1, 1}, {"", 4, 4}, {"", 5, 5}, {"", 100, 5},
			{"a_", 2, 2}, {"A_", 3, 3}, {"a_", 100, 3}, {"c", 100, 0},
		} {
			count, err := s.CountUsers(t.Context(), tt.prefix, tt.limit)
			require.NoError(t, err)
			require.Equal(t, tt.want, count, "%+v", tt)
		}
	})
}
