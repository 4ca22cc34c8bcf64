package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

const databaseURLForms = "mysql://user:password@host:3306/daypass or sqlite:path"

// Errors about a database URL say nothing that could be a piece of a password in the wrong place, and never pass on
// what url.Parse says, since that quotes the URL.
var (
	errDatabaseForm     = errors.New("is not of the form " + databaseURLForms)
	errHostAndSocket    = errors.New("names both a host and a socket; leave the host out: mysql://user:password@/daypass?socket=/path")
	errDatabaseEncoding = errors.New("is not a URL of the form mysql://user:password@host:3306/daypass; " +
		"percent-encode special characters in the user name and the password (@ is %40, / is %2F, ? is %3F, # is %23)")
)

// DatabaseURL says where the records live. One of the fields is set; none in the zero value.
type DatabaseURL struct {
	// MySQL is how to reach a MySQL or MariaDB server; it holds the password.
	MySQL *mysql.Config
	// MySQLFailover are the addresses, host:port, of further servers of the same database, in the order in which to try them.
	MySQLFailover []string
	// SQLitePath is the file of an embedded database.
	SQLitePath string
}

// ParseDatabaseURL reads `mysql://user:password@host:port,host:port/database?tls=...`, with `?socket=/path` in place of
// hosts, or `sqlite:path`. The empty string is the zero value. No error quotes a password.
func ParseDatabaseURL(s string) (DatabaseURL, error) {
	if s == "" {
		return DatabaseURL{}, nil
	}
	if path, ok := strings.CutPrefix(s, "sqlite:"); ok {
		return parseSQLite(path)
	}
	if strings.HasPrefix(s, "mysql://") {
		return parseMySQL(s)
	}
	if scheme, _, ok := strings.Cut(s, "://"); ok && isScheme(scheme) {
		return DatabaseURL{}, fmt.Errorf("has the scheme %q, which is unknown: use %s", scheme, databaseURLForms)
	}
	return DatabaseURL{}, errDatabaseForm
}

func isScheme(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

func parseSQLite(path string) (DatabaseURL, error) {
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		if !strings.HasPrefix(rest, "/") {
			return DatabaseURL{}, errors.New("names a host after sqlite://; write sqlite:path or sqlite:///absolute/path")
		}
		path = rest
	}
	switch {
	case path == "":
		return DatabaseURL{}, errors.New("names no file behind the colon of sqlite:path")
	case path == ":memory:":
		return DatabaseURL{}, errors.New("asks for a database in memory, which would forget every account; name a file")
	case strings.ContainsAny(path, "?#"):
		return DatabaseURL{}, errors.New("has a ? or # after sqlite:, where only a path may stand")
	}
	return DatabaseURL{SQLitePath: path}, nil
}

func parseMySQL(s string) (DatabaseURL, error) {
	s, failover := cutFailover(s)
	u, err := url.Parse(s)
	if err != nil || u.Fragment != "" || strings.Contains(u.EscapedPath()+u.RawQuery, "@") {
		return DatabaseURL{}, errDatabaseEncoding
	}
	if u.User.Username() == "" {
		return DatabaseURL{}, errors.New("names no user before the host")
	}
	cfg := mysql.NewConfig()
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.DBName = strings.TrimPrefix(u.Path, "/")
	if cfg.DBName == "" || strings.Contains(cfg.DBName, "/") {
		return DatabaseURL{}, errors.New("must name one database after the host, such as /daypass")
	}
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(u.Hostname(), portOr(u, "3306"))
	if err := applyParameters(cfg, u); err != nil {
		return DatabaseURL{}, err
	}
	if cfg.Net == "tcp" && u.Hostname() == "" {
		return DatabaseURL{}, errors.New("names no host")
	}
	if err := checkPort(u); err != nil {
		return DatabaseURL{}, err
	}
	if cfg.Net == "unix" && len(failover) > 0 {
		return DatabaseURL{}, errHostAndSocket
	}
	addresses, err := addressesOf(failover)
	if err != nil {
		return DatabaseURL{}, err
	}
	return DatabaseURL{MySQL: cfg, MySQLFailover: addresses}, nil
}

// cutFailover takes the hosts behind the first one out of the URL.
func cutFailover(s string) (single string, failover []string) {
	start := strings.LastIndex(s, "@") + 1
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	hosts := strings.Split(s[start:end], ",")
	return s[:start] + hosts[0] + s[end:], hosts[1:]
}

// addressesOf reads hosts with or without ports.
func addressesOf(hosts []string) ([]string, error) {
	var addresses []string
	for _, host := range hosts {
		u, err := url.Parse("mysql://" + host)
		if err != nil || u.Hostname() == "" {
			return nil, errors.New("has something that is no host between the commas")
		}
		if err := checkPort(u); err != nil {
			return nil, err
		}
		addresses = append(addresses, net.JoinHostPort(u.Hostname(), portOr(u, "3306")))
	}
	return addresses, nil
}

func checkPort(u *url.URL) error {
	if port, err := strconv.ParseUint(portOr(u, "3306"), 10, 16); err != nil || port == 0 {
		return errors.New("has a port that is not between 1 and 65535")
	}
	return nil
}

func portOr(u *url.URL, standard string) string {
	if port := u.Port(); port != "" {
		return port
	}
	return standard
}

// applyParameters sets what stands behind the question mark, and tells all that is wrong there.
func applyParameters(cfg *mysql.Config, u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errDatabaseEncoding
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if err := applyParameter(cfg, u, name, query[name]); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func applyParameter(cfg *mysql.Config, u *url.URL, name string, values []string) error {
	switch {
	case name != "tls" && name != "socket":
		return fmt.Errorf("has the unknown parameter %q; known are tls and socket", name)
	case len(values) > 1:
		return fmt.Errorf("has the parameter %q more than once", name)
	case name == "tls":
		return applyTLS(cfg, values[0])
	default:
		return applySocket(cfg, u.Host, values[0])
	}
}

func applyTLS(cfg *mysql.Config, value string) error {
	switch value {
	case "true", "false", "skip-verify", "preferred":
		cfg.TLSConfig = value
		return nil
	default:
		return fmt.Errorf("has tls=%q, which is not one of true, false, skip-verify, preferred", value)
	}
}

func applySocket(cfg *mysql.Config, host, path string) error {
	if host != "" {
		return errHostAndSocket
	}
	if !strings.HasPrefix(path, "/") {
		return errors.New("has a socket that is not an absolute path")
	}
	cfg.Net, cfg.Addr = "unix", path
	return nil
}

// IsZero reports whether no database is named.
func (d DatabaseURL) IsZero() bool { return d.MySQL == nil && d.SQLitePath == "" }

// String returns the URL with `***` in place of the password.
func (d DatabaseURL) String() string {
	switch {
	case d.MySQL != nil:
		return maskedMySQL(d.MySQL, d.MySQLFailover)
	case d.SQLitePath != "":
		return "sqlite:" + d.SQLitePath
	default:
		return ""
	}
}

func maskedMySQL(cfg *mysql.Config, failover []string) string {
	hosts := strings.Join(append([]string{cfg.Addr}, failover...), ",")
	user, query := url.User(cfg.User).String(), url.Values{}
	if cfg.Passwd != "" {
		user += ":***"
	}
	if cfg.Net == "unix" {
		hosts = ""
		query.Set("socket", cfg.Addr)
	}
	if cfg.TLSConfig != "" {
		query.Set("tls", cfg.TLSConfig)
	}
	u := url.URL{Path: "/" + cfg.DBName, RawQuery: query.Encode()}
	return "mysql://" + user + "@" + hosts + u.String()
}

// Format writes what [DatabaseURL.String] says, whatever the verb.
func (d DatabaseURL) Format(f fmt.State, _ rune) { fmt.Fprint(f, d.String()) }

// MarshalText writes what [DatabaseURL.String] says, so that no log or JSON document holds the password.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
