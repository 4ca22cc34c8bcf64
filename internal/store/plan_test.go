package store_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// plan is a call and how its statements are to be done.
type plan struct {
	name string
	call func() error
	// index is the one to go by; empty for any.
	index string
	// tolerated is what they may do besides searching by an index.
	tolerated []string
}

// TestEveryStatementUsesAnIndex asks the database how it would do each, among rows enough that it matters.
func TestEveryStatementUsesAnIndex(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		population := fill(t, s)
		if db.IsMySQL() {
			_, err := s.Pool().ExecContext(t.Context(), "ANALYZE TABLE users, refresh_tokens, revocations, security_events, throttles")
			require.NoError(t, err)
		}
		made := recordStatements(t, s)
		for _, plans := range [][]plan{readPlans(t, s, population), eventPlans(t, s, population), writePlans(t, s, population), cleanUpPlans(t, s)} {
			for _, plan := range plans {
				*made = nil
				require.NoError(t, plan.call(), plan.name)
				require.NotEmpty(t, *made, plan.name)
				for _, statement := range *made {
					if strings.HasPrefix(statement.sql, "INSERT ") {
						continue // it searches nothing
					}
					requireIndexes(t, s.Pool(), db.IsMySQL(), statement, plan)
				}
			}
		}
	})
}

// population is some of what fill made.
type population struct {
	users    []models.User
	sessions []models.RefreshToken
	events   []models.SecurityEvent
}

// fill makes 104 accounts, 8 sessions each, and 10 events a session; a revocation and a throttle for each session.
func fill(t *testing.T, s *store.Store) population {
	t.Helper()
	var p population
	var revocations []models.Revocation
	var throttles []models.Throttle
	kinds := []models.EventKind{9: models.EventReuseDetected}
	for i := range 104 {
		user := newUser(t, fmt.Sprintf("%c-user-%d", 'a'+i%26, i))
		user.SignIns = 8
		if i%10 == 0 {
			user.Role = models.RoleAdmin
		}
		p.users = append(p.users, *user)
		for range 8 {
			at := morning.Add(time.Duration(len(p.sessions)) * time.Minute)
			session := newSessionAt(t, user, at)
			for n := range 10 {
				event := newEvent(t, at.Add(time.Duration(n)*time.Second))
				event.Kind, event.UserID, event.SessionID, event.IP = cmp.Or(kinds[n], models.EventSignedIn), &user.ID, &session.ID, fmt.Sprintf("192.0.2.%d", n*i%256)
				p.events = append(p.events, event)
			}
			revocations = append(revocations, models.Revocation{UserID: user.ID, SessionID: &session.ID, ExpiresAt: at})
			throttles = append(throttles, models.Throttle{ID: throttleKeys(len(p.sessions) + 1)[len(p.sessions)], ClearsAt: at, BlockedUntil: at})
			p.sessions = append(p.sessions, *session)
		}
	}
	require.NoError(t, s.GORM().CreateInBatches(p.users, 100).Error)
	require.NoError(t, s.GORM().Omit("User").CreateInBatches(p.sessions, 100).Error)
	require.NoError(t, s.GORM().CreateInBatches(p.events, 500).Error)
	require.NoError(t, s.GORM().CreateInBatches(revocations, 500).Error)
	require.NoError(t, s.GORM().CreateInBatches(throttles, 500).Error)
	return p
}

func readPlans(t *testing.T, s *store.Store, p population) []plan {
	ctx, user := t.Context(), &p.users[7]
	users := func(page auth.UserPage) func() error {
		page.Limit = 20
		return func() error { _, err := s.Users(ctx, page); return err }
	}
	// A list without bounds is read along the key from its end, and no further than its limit.
	walk := []string{"index users", "SCAN users"}
	return []plan{
		{name: "UserByID", call: func() error { _, err := s.UserByID(ctx, user.ID); return err }},
		{name: "UsersByID", call: func() error { _, err := s.UsersByID(ctx, []models.UserID{user.ID, p.users[3].ID}); return err }},
		{name: "EventByID", index: "PRIMARY", call: func() error { _, err := s.EventByID(ctx, nil, p.events[5].ID); return err }},
		{name: "EventByID of an account", index: "PRIMARY", call: func() error {
			_, err := s.EventByID(ctx, p.events[5].UserID, p.events[5].ID)
			return err
		}},
		{name: "UserByUsername", call: func() error { _, err := s.UserByUsername(ctx, "A-USER-0"); return err }},
		{name: "Users", call: users(auth.UserPage{}), tolerated: walk},
		{name: "Users, backward", call: users(auth.UserPage{Backward: true}), tolerated: walk},
		{name: "Users after", call: users(auth.UserPage{After: user})},
		{name: "Users before, backward", call: users(auth.UserPage{Before: user, Backward: true})},
		{name: "Users by prefix", call: users(auth.UserPage{Prefix: "h-"})},
		{name: "Users by prefix, after", call: users(auth.UserPage{Prefix: "h-", After: user, Backward: true})},
		{
			name: "CountUsers", call: func() error { _, err := s.CountUsers(ctx, "", 50); return err },
			tolerated: []string{"index users", "ALL <derived2>", "CO-ROUTINE some", "SCAN some", "SCAN users USING COVERING INDEX users_role"},
		},
		{
			name: "CountUsers by prefix", call: func() error { _, err := s.CountUsers(ctx, "h-", 50); return err },
			tolerated: []string{"ALL <derived2>", "CO-ROUTINE some", "SCAN some"},
		},
		{name: "SessionWithUser", index: "PRIMARY", call: func() error { _, err := s.SessionWithUser(ctx, p.sessions[0].Key()); return err }},
		{name: "LiveSessions", call: func() error { _, err := s.LiveSessions(ctx, user.ID, morning, 20); return err }},
		{name: "Revocations", call: func() error { _, err := s.Revocations(ctx, 800, morning, 1000); return err }},
		{name: "Throttles", call: func() error { _, err := s.Throttles(ctx, throttleKeys(3)); return err }},
	}
}

// eventPlans are those of every combination of filters.
func eventPlans(t *testing.T, s *store.Store, p population) []plan {
	ctx := t.Context()
	var plans []plan
	for filter := range 1 << 6 {
		page := auth.EventPage{Limit: 20, Backward: filter&32 != 0}
		index := "PRIMARY"
		if filter&1 != 0 {
			page.Kind, index = models.EventReuseDetected, "security_events_kind"
		}
		if filter&2 != 0 {
			page.IP, index = "192.0.2.7", "security_events_ip"
		}
		if filter&4 != 0 {
			page.UserID, index = &p.users[7].ID, "security_events_user_id"
		}
		if filter&8 != 0 {
			page.Since, page.Until = morning.Add(time.Hour), morning.Add(2*time.Hour)
		}
		if filter&16 != 0 {
			page.After = p.events[len(p.events)/2].ID
		}
		plan := plan{
			name: fmt.Sprintf("Events %+v", page), index: index,
			call: func() error { _, err := s.Events(ctx, page); return err },
		}
		if filter&^32 == 0 {
			plan.index, plan.tolerated = "", []string{"index security_events", "SCAN security_events"} // along the key, as above
		}
		plans = append(plans, plan)
	}
	return append(plans,
		plan{
			name: "AppendEventOnce", index: "security_events_user_id",
			call: func() error { return s.AppendEventOnce(ctx, p.events[2], morning) },
		},
		plan{
			name: "CountEvents", index: "security_events_created_at",
			call:      func() error { _, err := s.CountEvents(ctx, morning, morning.Add(time.Hour), time.Minute); return err },
			tolerated: []string{"temporary", "filesort", "USE TEMP B-TREE FOR GROUP BY", "USE TEMP B-TREE FOR ORDER BY"},
		})
}

func writePlans(t *testing.T, s *store.Store, p population) []plan {
	ctx, session := t.Context(), &p.sessions[0]
	user, admin, leaver := &p.users[1], &p.users[10], &p.users[20]
	move := rotationOf(2, morning)
	move.Move = &auth.Move{IP: "192.0.2.1", UserAgent: "elsewhere", Event: newEvent(t, morning)}
	return []plan{
		{name: "ReplacePasswordHash", call: func() error {
			return s.ReplacePasswordHash(ctx, user.ID, user.PasswordHash, user.PasswordHash)
		}},
		{name: "CreateSession", call: func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), user, 1000, changeAt(t, morning))
			return err
		}},
		{name: "CreateSession that looks for room", call: func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), wellUsed(user), 1000, changeAt(t, morning))
			return err
		}},
		{name: "CreateSession that ends others", call: func() error {
			_, err := s.CreateSession(ctx, newSession(t, user), wellUsed(user), 5, changeAt(t, morning))
			return err
		}},
		{name: "Rotate", index: "PRIMARY", call: func() error { _, err := s.Rotate(ctx, session.Key(), rotationOf(1, morning)); return err }},
		{name: "Rotate with a move", index: "PRIMARY", call: func() error { _, err := s.Rotate(ctx, session.Key(), move); return err }},
		{name: "NoteReplay", index: "PRIMARY", call: func() error { _, err := s.NoteReplay(ctx, session.Key(), 3, morning); return err }},
		{name: "Confirm", index: "PRIMARY", call: func() error {
			generations := map[models.SessionKey]uint64{newSession(t, user).Key(): 1}
			for i := range p.sessions[:200] {
				generations[p.sessions[i].Key()] = 1
			}
			return s.Confirm(ctx, generations)
		}},
		{name: "Revoke", index: "PRIMARY", call: func() error {
			_, err := s.Revoke(ctx, session.Key(), models.RevokedByReuse, changeAt(t, morning))
			return err
		}},
		{name: "RevokeAll", call: func() error {
			_, err := s.RevokeAll(ctx, p.users[2].ID, models.RevokedByAdmin, changeAt(t, morning))
			return err
		}},
		{name: "ChangePassword", call: func() error {
			_, err := s.ChangePassword(ctx, user, "$argon2id$new", newSession(t, user), changeAt(t, morning))
			return err
		}},
		{name: "SetRole", call: func() error { _, err := s.SetRole(ctx, admin.ID, models.RoleUser, changeAt(t, morning)); return err }},
		{name: "DisableUser", call: func() error { _, err := s.DisableUser(ctx, admin.ID, changeAt(t, morning)); return err }},
		{name: "EnableUser", call: func() error { return s.EnableUser(ctx, admin.ID, changeAt(t, morning)) }},
		{name: "DeleteUser", call: func() error { _, err := s.DeleteUser(ctx, leaver, changeAt(t, morning)); return err }},
		{name: "UpdateThrottles", call: func() error { return s.UpdateThrottles(ctx, throttleKeys(3), countOne) }},
		{name: "ForgetThrottles", call: func() error { return s.ForgetThrottles(ctx, throttleKeys(3)) }},
	}
}

func cleanUpPlans(t *testing.T, s *store.Store) []plan {
	ctx, at := t.Context(), morning.Add(31*24*time.Hour)
	return []plan{
		{name: "TakeLock", call: func() error { _, err := s.TakeLock(ctx, models.LockCleanUp, at, at); return err }},
		{name: "DeleteExpired", call: func() error { _, err := s.DeleteExpired(ctx, auth.Expired{At: at, EventsBefore: at}, 20); return err }},
		{name: "DeleteIdleSessions", call: func() error { _, err := s.DeleteIdleSessions(ctx, models.SessionID{1}, at, 20); return err }},
	}
}
