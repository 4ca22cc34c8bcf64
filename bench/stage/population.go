package stage

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/go-sql-driver/mysql"

	"daypass/bench/load"
	"daypass/internal/token"
	"daypass/models"
)

// Population is accounts and sessions in bulk: as many as there would be after years of sign-ins, in seconds. All follow
// from their numbers, so that tokens can be made for any of them.
type Population struct {
	// Sessions is how many there are, and Expired how many of them, the oldest, are over.
	Sessions, Expired int
	// Historians is how many of the accounts, the first ones, have a history of their sign-ins.
	Historians int
	codec      *token.Codec
	began      time.Time
}

const (
	// sessionsEach is how many sessions an account has.
	sessionsEach = 10
	// signInsApart is the time between two sign-ins.
	signInsApart = time.Millisecond
	// milliseconds is how MySQL reads a time.
	milliseconds = "2006-01-02 15:04:05.000"
)

// NewPopulation returns one that is to be loaded.
func NewPopulation(sessions, expired, historians int) (*Population, error) {
	keys, err := token.NewKeySet([]string{Secret}, nil)
	if err != nil {
		return nil, err
	}
	codec, err := token.NewCodec(token.Config{Issuer: "daypass", Audience: "daypass", Keys: keys, Now: time.Now})
	if err != nil {
		return nil, err
	}
	began := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(sessions)*signInsApart - time.Minute)
	return &Population{Sessions: sessions, Expired: expired, Historians: historians, codec: codec, began: began}, nil
}

// Users is how many accounts there are.
func (p *Population) Users() int { return max(1, p.Sessions/sessionsEach) }

// signedInAt is when session i began.
func (p *Population) signedInAt(i int) time.Time { return p.began.Add(time.Duration(i) * signInsApart) }

// numbered makes an id of a time and a number, in the form of UUIDv7 (RFC 9562 section 5.7).
func numbered(at time.Time, kind string, i int) [16]byte {
	random := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(kind), uint64(i)))
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	copy(id[6:], random[:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// signedUpAt is when account i was made: before the first session began.
func (p *Population) signedUpAt(i int) time.Time {
	return p.began.Add(time.Duration(i-p.Users()) * signInsApart)
}

func (p *Population) user(i int) [16]byte { return numbered(p.signedUpAt(i), "user", i) }

func (p *Population) session(i int) [16]byte { return numbered(p.signedInAt(i), "session", i) }

func nonce(i int) (n [16]byte) {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("nonce"), uint64(i)))
	copy(n[:], sum[:])
	return n
}

// RefreshToken is that which session i began with.
func (p *Population) RefreshToken(i int) (string, error) {
	at := p.signedInAt(i)
	return p.codec.MintRefresh(token.RefreshClaims{
		Subject: models.UserID(p.user(i % p.Users())).String(), SessionID: models.SessionID(p.session(i)).String(), Generation: 1, Nonce: nonce(i),
		IssuedAt: at, ExpiresAt: at.Add(7 * 24 * time.Hour),
	})
}

// AccessToken is one of account i, in the session of that number, with a role.
func (p *Population) AccessToken(i int, role models.Role) (string, error) {
	return p.codec.MintAccess(token.AccessClaims{
		Subject: models.UserID(p.user(i)).String(), SessionID: models.SessionID(p.session(i)).String(), Generation: 1, Role: string(role),
		IssuedAt: time.Now(), ExpiresAt: time.Now().Add(12 * time.Hour),
	})
}

// How the server takes what is written.
const (
	userColumns    = "(@id, username, password_hash, role, sign_ins, created_at, updated_at) SET id = UNHEX(@id)"
	sessionColumns = "(@id, @user, @nonce, generation, confirmed_generation, rotated_at, idle_expires_at, expires_at, revoked_reason," +
		" ip, user_agent, created_at) SET id = UNHEX(@id), user_id = UNHEX(@user), nonce_hash = UNHEX(@nonce)"
	eventColumns = "(@id, kind, @user, @session, detail, ip, user_agent, created_at)" +
		" SET id = UNHEX(@id), user_id = UNHEX(@user), session_id = UNHEX(@session)"
)

// Load writes all of them into a database that is migrated and empty.
func (p *Population) Load(ctx context.Context, pool *sql.DB) error {
	for _, table := range []struct {
		name, columns string
		rows          int
		row           func(w io.Writer, i int)
	}{
		{"users", userColumns, p.Users(), p.writeUser},
		{"refresh_tokens", sessionColumns, p.Sessions, p.writeSession},
		{"security_events", eventColumns, p.Historians * sessionsEach, p.writeEvent},
	} {
		if err := loadTable(ctx, pool, table.name, table.columns, table.rows, table.row); err != nil {
			return fmt.Errorf("load %s: %w", table.name, err)
		}
	}
	_, err := pool.ExecContext(ctx, "ANALYZE TABLE users, refresh_tokens, security_events")
	return err
}

// LoadSessions writes the sessions alone.
func (p *Population) LoadSessions(ctx context.Context, pool *sql.DB) error {
	if err := loadTable(ctx, pool, "refresh_tokens", sessionColumns, p.Sessions, p.writeSession); err != nil {
		return fmt.Errorf("load sessions: %w", err)
	}
	return nil
}

// loadTable has the server read rows as they are written.
func loadTable(ctx context.Context, pool *sql.DB, table, columns string, rows int, row func(w io.Writer, i int)) error {
	if rows == 0 {
		return nil
	}
	reader, writer := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(writer, 1<<20)
		for i := range rows {
			row(buffered, i)
		}
		_ = writer.CloseWithError(buffered.Flush())
	}()
	mysql.RegisterReaderHandler(table, func() io.Reader { return reader })
	defer mysql.DeregisterReaderHandler(table)
	connection, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	for _, statement := range []string{
		"SET SESSION unique_checks = 0, sql_mode = 'STRICT_ALL_TABLES'",
		"LOAD DATA LOCAL INFILE 'Reader::" + table + "' INTO TABLE " + table + " CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' " + columns,
		"SET SESSION unique_checks = 1",
	} {
		if _, err := connection.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (p *Population) writeUser(w io.Writer, i int) {
	role, at := models.RoleUser, p.signedUpAt(i).Format(milliseconds)
	if i == 0 {
		role = models.RoleAdmin
	}
	fmt.Fprintf(w, "%x\tmember-%08d\t$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$bm9ib2R5IHNpZ25zIGluIGJ5IHRoaXMgcGFzc3dvcmQ\t%s\t1\t%s\t%s\n",
		p.user(i), i, role, at, at)
}

func (p *Population) writeSession(w io.Writer, i int) {
	at, secret := p.signedInAt(i), nonce(i)
	hash := sha256.Sum256(secret[:])
	idle, absolute := at.Add(7*24*time.Hour), at.Add(180*24*time.Hour)
	if i < p.Expired {
		idle, absolute = at.Add(-24*time.Hour), at.Add(-24*time.Hour)
	}
	fmt.Fprintf(w, "%x\t%x\t%s\t1\t0\t%s\t%s\t%s\t\t127.0.0.1\t%s\t%s\n", p.session(i), p.user(i%p.Users()), hex.EncodeToString(hash[:]),
		at.Format(milliseconds), idle.Format(milliseconds), absolute.Format(milliseconds), load.UserAgent, at.Format(milliseconds))
}

// writeEvent writes the sign-in that began a session of somebody who has a history.
func (p *Population) writeEvent(w io.Writer, i int) {
	session := i/p.Historians*p.Users() + i%p.Historians
	at := p.signedInAt(session)
	fmt.Fprintf(w, "%x\tSIGNED_IN\t%x\t%x\t\t127.0.0.1\t%s\t%s\n", numbered(at, "event", i), p.user(session%p.Users()), p.session(session),
		load.UserAgent, at.Format(milliseconds))
}
