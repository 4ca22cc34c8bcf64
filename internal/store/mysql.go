package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// mysqlBackend is MySQL and what speaks its protocol: MariaDB, Galera, TiDB.
type mysqlBackend struct {
	config *mysql.Config
	// addresses are those of config and of the servers to fail over to.
	addresses []string
	log       *slog.Logger
	known     servers
}

func newMySQL(c Config) (backend, error) {
	config := c.MySQL.Clone()
	err := config.Apply(
		mysql.Charset("utf8mb4", "utf8mb4_general_ci"),
		mysql.TimeTruncate(time.Millisecond),
	)
	if err != nil {
		return nil, err
	}
	config.ParseTime = true
	config.Loc = time.UTC
	// One round trip a statement instead of prepare, execute, close.
	config.InterpolateParams = true
	config.MultiStatements = false
	// Guards and look-ups ask how many rows matched, not how many differ afterwards.
	config.ClientFoundRows = true
	// The driver would leave a server that became read-only with one connection, and do the statement again elsewhere, after
	// what was read here: see hasLeft.
	config.RejectReadOnly = false
	config.CheckConnLiveness = true
	config.Timeout = c.ConnectTimeout
	config.ReadTimeout = max(config.ReadTimeout, networkWait)
	config.WriteTimeout = max(config.WriteTimeout, networkWait)
	config.Logger = driverLog{c.Log}
	config.Params = sessionVariables(config.Params)
	return &mysqlBackend{config: config, addresses: append([]string{config.Addr}, c.MySQLFailover...), log: c.Log}, nil
}

// sessionVariables are set on every connection. Each exists on MySQL, MariaDB and TiDB.
func sessionVariables(configured map[string]string) map[string]string {
	variables := map[string]string{
		"autocommit":               "1",
		"time_zone":                "'+00:00'",
		"sql_mode":                 "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
		"innodb_lock_wait_timeout": strconv.Itoa(int(lockWait.Seconds())),
	}
	all := maps.Clone(configured)
	if all == nil {
		return variables
	}
	maps.Copy(all, variables)
	return all
}

func (b *mysqlBackend) String() string {
	return fmt.Sprintf("mysql database %q at %s", b.config.DBName, strings.Join(b.addresses, ","))
}

func (b *mysqlBackend) open() (*sql.DB, error) {
	connector, err := b.connector(b.config)
	if err != nil {
		return nil, err
	}
	if several, ok := connector.(*failover); ok {
		b.known.suspect = several.suspect
	}
	return sql.OpenDB(connector), nil
}

// openForMigration leaves out the bound on the network: to alter a big table takes what it takes.
func (b *mysqlBackend) openForMigration() (*sql.DB, error) {
	config := b.config.Clone()
	config.ReadTimeout = 0
	connector, err := b.connector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (b *mysqlBackend) connector(config *mysql.Config) (driver.Connector, error) {
	if len(b.addresses) > 1 {
		return newFailover(config, b.addresses, &b.known, b.log)
	}
	connector, err := mysql.NewConnector(config)
	return server{connector, &b.known}, err
}

func (b *mysqlBackend) servers() *servers { return &b.known }

func (b *mysqlBackend) dialector(pool *sql.DB) gorm.Dialector {
	return gormmysql.New(gormmysql.Config{Conn: pool, SkipInitializeWithVersion: true})
}

func (b *mysqlBackend) probe() string {
	return "SELECT 1 FROM DUAL WHERE CONCAT(@@GLOBAL.read_only) IN ('0', 'OFF')"
}

// byKey leaves no choice. By the index of its account a record would be found as well, which is then one more to read and
// to lock; and where both come as lists a server may make pairs of them until it gives up, and reads the whole table.
func (b *mysqlBackend) byKey(table string) string { return table + " FORCE INDEX (PRIMARY)" }

func (b *mysqlBackend) bucket(column string) string {
	return "TIMESTAMPDIFF(MICROSECOND, ?, " + column + ") DIV (1000 * ?)"
}

// driverLog takes the driver's remarks about connections, which hold no values.
type driverLog struct{ log *slog.Logger }

func (l driverLog) Print(v ...any) {
	l.log.LogAttrs(context.Background(), slog.LevelWarn, "mysql driver", slog.String("remark", fmt.Sprint(v...)))
}
