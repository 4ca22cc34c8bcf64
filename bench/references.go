package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/crypto/argon2"

	"daypass/bench/load"
)

// What a refresh and a login are compared with: no HTTP, no GraphQL, no tokens.

var errNothingRotated = errors.New("no row was rotated")

const (
	readRow = `SELECT t.user_id, t.nonce_hash, t.generation, t.confirmed_generation, t.rotated_at,
		t.idle_expires_at, t.expires_at, t.revoked_at, u.role, u.disabled_at
		FROM refresh_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ?`
	rotateRow = `UPDATE refresh_tokens SET generation = ?, rotated_at = ?, idle_expires_at = ?
		WHERE id = ? AND generation <= ? AND revoked_at IS NULL`
)

// rotation is the two statements of a refresh.
type rotation struct {
	read   func(ctx context.Context, values ...any) *sql.Row
	rotate func(ctx context.Context, values ...any) (sql.Result, error)
}

// plainly sends them as text.
func plainly(pool *sql.DB) rotation {
	return rotation{
		func(ctx context.Context, values ...any) *sql.Row {
			return pool.QueryRowContext(ctx, readRow, values...)
		},
		func(ctx context.Context, values ...any) (sql.Result, error) {
			return pool.ExecContext(ctx, rotateRow, values...)
		},
	}
}

// prepared has them parsed once a connection, as Daypass does. They end with the pool.
func prepared(ctx context.Context, pool *sql.DB) (rotation, error) {
	read, readErr := pool.PrepareContext(ctx, readRow)       //nolint:sqlclosecheck // it ends with the pool
	rotate, rotateErr := pool.PrepareContext(ctx, rotateRow) //nolint:sqlclosecheck // it ends with the pool
	if err := errors.Join(readErr, rotateErr); err != nil {
		return rotation{}, err
	}
	return rotation{read.QueryRowContext, rotate.ExecContext}, nil
}

// rotating is the least that a refresh of Daypass can do: its SELECT by primary keys and its guarded UPDATE, by
// database/sql, on a row of its own.
func rotating(ctx context.Context, statements rotation, id []byte) load.Work {
	return func() error {
		var role string
		var nonceHash, userID []byte
		var current, confirmed int
		var rotatedAt, idleExpiresAt, expiresAt time.Time
		var revokedAt, disabledAt sql.NullTime
		err := statements.read(ctx, id).Scan(&userID, &nonceHash, &current, &confirmed, &rotatedAt, &idleExpiresAt, &expiresAt, &revokedAt, &role, &disabledAt)
		if err != nil {
			return err
		}
		now := time.Now().UTC()
		done, err := statements.rotate(ctx, current+1, now, now.Add(time.Hour), id, current)
		return orNothingRotated(done, err)
	}
}

func orNothingRotated(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	if changed, err := done.RowsAffected(); err != nil || changed != 1 {
		return errors.Join(errNothingRotated, err)
	}
	return nil
}

// textbookSchema is what most tutorials keep: a row a token, which is found by its hash.
const textbookSchema = `CREATE TABLE textbook_tokens (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id BINARY(16) NOT NULL, token_hash BINARY(32) NOT NULL,
	expires_at DATETIME(3) NOT NULL, revoked_at DATETIME(3) NULL, created_at DATETIME(3) NOT NULL,
	UNIQUE KEY (token_hash), KEY (user_id)) ENGINE = InnoDB`

// textbook is the rotation that most tutorials teach: in one transaction lock the row of the token, mark it as used, and
// insert one for the next.
func textbook(ctx context.Context, pool *sql.DB) (load.Work, error) {
	user, current := randomHash()[:16], randomHash()
	if err := insertToken(ctx, pool, user, current); err != nil {
		return nil, err
	}
	return func() error {
		next := randomHash()
		err := rotateByTheBook(ctx, pool, current, next)
		for isDeadlock(err) {
			err = rotateByTheBook(ctx, pool, current, next)
		}
		current = next
		return err
	}, nil
}

// isDeadlock reports whether the database took the transaction back in favour of another: at REPEATABLE READ, the default,
// those that insert into one gap of an index get in each other's way.
func isDeadlock(err error) bool {
	refused, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && refused.Number == 1213
}

func rotateByTheBook(ctx context.Context, pool *sql.DB, current, next []byte) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var id int64
	var user []byte
	var expiresAt time.Time
	var revokedAt sql.NullTime
	row := tx.QueryRowContext(ctx, "SELECT id, user_id, expires_at, revoked_at FROM textbook_tokens WHERE token_hash = ? FOR UPDATE", current)
	if err := row.Scan(&id, &user, &expiresAt, &revokedAt); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, "UPDATE textbook_tokens SET revoked_at = ? WHERE id = ?", time.Now().UTC(), id)
	if err := orNothingRotated(done, err); err != nil {
		return err
	}
	if err := insertToken(ctx, tx, user, next); err != nil {
		return err
	}
	return tx.Commit()
}

// executor is a pool or a transaction.
type executor interface {
	ExecContext(ctx context.Context, query string, values ...any) (sql.Result, error)
}

func insertToken(ctx context.Context, db executor, user, hash []byte) error {
	now := time.Now().UTC()
	_, err := db.ExecContext(ctx, "INSERT INTO textbook_tokens (user_id, token_hash, expires_at, created_at) VALUES (?, ?, ?, ?)",
		user, hash, now.Add(time.Hour), now)
	return err
}

func randomHash() []byte {
	hash := make([]byte, 32)
	_, _ = rand.Read(hash) // never fails: since Go 1.24 the program ends instead
	return hash
}

// hashing is the least that a login can do: Argon2id with the cost that Daypass uses, as many at a time as there are cores, its
// garbage collected as Go does it by itself.
func hashing(cores chan struct{}, password string) load.Work {
	return func() error {
		cores <- struct{}{}
		defer func() { <-cores }()
		argon2.IDKey([]byte(password), []byte("sixteen byte salt"), 2, 19456, 1, 32)
		return nil
	}
}
