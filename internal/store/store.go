package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"daypass/internal/auth"
)

// Store keeps accounts and sign-ins in one database. It is safe for concurrent use.
type Store struct {
	db      *gorm.DB
	pool    *sql.DB
	backend backend
	log     *slog.Logger
	retried func(reason string)

	// byKey is for the statements that every query and every refresh needs, signIn for those of a login; the others go
	// through db.
	byKey   *byKey
	signIn  *signIn
	observe StatementObserver
}

// StatementObserver is told of a statement, with a placeholder for each value, before it is sent, and through what it
// returns how that ended.
type StatementObserver func(ctx context.Context, text string, values []any) (ended func(error))

var _ auth.Store = (*Store)(nil)

// backend is all that differs between the databases.
type backend interface {
	// String names the database for people, without secrets.
	String() string
	// open returns a pool of connections with the settings that the store relies on.
	open() (*sql.DB, error)
	// openForMigration returns a pool of one connection that may take its time.
	openForMigration() (*sql.DB, error)
	// servers is what the connections know of the other ends.
	servers() *servers
	// dialector tells GORM which SQL to speak over the pool.
	dialector(pool *sql.DB) gorm.Dialector
	// probe is a statement that needs the database to answer, costs next to nothing, and returns a row from one that takes
	// writes.
	probe() string
	// byKey names a table in a SELECT or an UPDATE that is to find its rows by primary key.
	byKey(table string) string
	// bucket is the number of the bucket that a column's time falls into. It has two placeholders: when the first one
	// begins, and how many milliseconds long each is.
	bucket(column string) string
	// schema returns where the migrations are and how they are told apart from those of others.
	schema() schema
}

// Open connects to the database and returns an error within [Config.ConnectTimeout] when it is out of reach. It makes
// no tables: see [Store.Migrate] and [Store.CheckSchema].
func Open(ctx context.Context, c Config) (*Store, error) {
	c = c.withDefaults()
	back, err := c.backend()
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	pool, err := back.open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", back, err)
	}
	pool.SetMaxOpenConns(c.MaxOpenConns)
	pool.SetMaxIdleConns(c.MaxIdleConns)
	pool.SetConnMaxLifetime(c.ConnMaxLifetime)
	pool.SetConnMaxIdleTime(c.ConnMaxIdleTime)

	s, err := newStore(pool, back, c.Log)
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("open %s: %w", back, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.ConnectTimeout)
	defer cancel()
	if err := s.Ping(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("open %s: %w", back, err)
	}
	return s, nil
}

func newStore(pool *sql.DB, back backend, log *slog.Logger) (*Store, error) {
	db, err := gorm.Open(back.dialector(pool), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	})
	if err != nil {
		return nil, err
	}
	s := &Store{
		db: db, pool: pool, backend: back, log: log, retried: func(string) {}, byKey: newByKey(pool, back), signIn: newSignIn(pool, back),
	}
	s.byKey.rotations.parted = func(ctx context.Context, err error) { s.tookBack(ctx, "rotate sessions", err) }
	s.signIn.newSessions = s.gatherNewSessions()
	return s, nil
}

// Ping implements [auth.Store].
func (s *Store) Ping(ctx context.Context) error {
	return s.runLatest(ctx, "ask the database", func(db *gorm.DB) error {
		var takesWrites []int
		err := db.Raw(s.backend.probe()).Scan(&takesWrites).Error
		if err == nil && len(takesWrites) == 0 {
			err = errReadOnly
		}
		return err
	})
}

// MayLag implements [auth.Store].
func (s *Store) MayLag() bool { return s.backend.servers().lag.Load() }

// Era implements [auth.Store].
func (s *Store) Era() int64 { return s.backend.servers().era.Load() }

// Use adds a plugin of GORM, such as one that traces, and an observer of the few statements that do not go through GORM.
// Call it before anybody else uses the store.
func (s *Store) Use(plugin gorm.Plugin, observe StatementObserver) error {
	s.observe = observe
	return s.db.Use(plugin)
}

// CountRetries has count told, by one of [RetryReasons], each time that the database takes work back which is then done
// again. It is called by many at a time, and returns at once. Call CountRetries before anybody else uses the store.
func (s *Store) CountRetries(count func(reason string)) { s.retried = count }

// Pool is the pool of connections, to watch it.
func (s *Store) Pool() *sql.DB { return s.pool }

// Close closes all connections. Calls that are under way end with an error.
func (s *Store) Close() error { return s.pool.Close() }
