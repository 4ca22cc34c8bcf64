package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// Admins who get rid of one another, each of the next, all at once: the last one stays, whoever that is.
func TestOfAdminsThatFightOneIsLeft(t *testing.T) {
	const rounds, fighters = 200, 4
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		here, hereLog := openLogged(t, db)
		there, thereLog := openLogged(t, db)
		stores := [2]*store.Store{here, there}
		refused := 0
		for round := range rounds {
			admins := make([]*models.User, fighters)
			for i := range admins {
				admins[i] = createAdmin(t, here, "admin-"+string(rune('a'+i)))
				createSession(t, here, admins[i])
				admins[i] = readUser(t, here, admins[i].ID)
			}
			errs := together(fighters, func(i int) error {
				return takeAdminAway(t, stores[i%2], admins[(i+1)%fighters], round+i)
			})
			for _, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, auth.ErrLastAdmin)
					refused++
				}
			}
			require.Len(t, openAdmins(t, here), 1)
			require.NoError(t, here.GORM().Where("1 = 1").Delete(&models.User{}).Error)
		}
		require.Equal(t, rounds, refused, "one a round")
		t.Logf("%d rounds of %d, %d deadlocks", rounds, fighters, strings.Count(hereLog.String()+thereLog.String(), "Error 1213"))
	})
}

// Several of one and the same, too, and those who come back.
func TestAdminsThatComeAndGoAreNeverNone(t *testing.T) {
	const rounds, fighters = 100, 8
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		admins := []*models.User{createAdmin(t, stores[0], "ada"), createAdmin(t, stores[0], "grace"), createAdmin(t, stores[0], "mary")}
		refused := 0
		for round := range rounds {
			errs := together(fighters, func(i int) error {
				admin := admins[(round+i)%len(admins)]
				if i >= 2*len(admins) {
					_, err := stores[i%2].SetRole(t.Context(), admin.ID, models.RoleAdmin, changeAt(t, morning))
					return errors.Join(err, stores[i%2].EnableUser(t.Context(), admin.ID, changeAt(t, morning)))
				}
				return takeAdminAway(t, stores[i%2], admin, i%2)
			})
			for _, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, auth.ErrLastAdmin)
					refused++
				}
			}
			require.NotEmpty(t, openAdmins(t, stores[0]))
		}
		require.NotZero(t, refused)
		t.Logf("%d rounds of %d, the last one was spared %d times", rounds, fighters, refused)
	})
}

func takeAdminAway(t *testing.T, s *store.Store, admin *models.User, how int) error {
	t.Helper()
	var err error
	switch how % 3 {
	case 0:
		_, err = s.SetRole(t.Context(), admin.ID, models.RoleUser, changeAt(t, morning))
	case 1:
		_, err = s.DisableUser(t.Context(), admin.ID, changeAt(t, morning))
	case 2:
		_, err = s.DeleteUser(t.Context(), admin, changeAt(t, morning))
	}
	return err
}

func openAdmins(t *testing.T, s *store.Store) []models.UserID {
	t.Helper()
	var open []models.UserID
	require.NoError(t, s.GORM().Model(&models.User{}).
		Where("role = ? AND disabled_at IS NULL", models.RoleAdmin).Pluck("id", &open).Error)
	return open
}
