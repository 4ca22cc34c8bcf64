package config

import (
	"net/url"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

func TestParseDatabaseURL(t *testing.T) {
	tests := map[string]struct {
		url        string
		wantSQLite string
		wantMySQL  *mysql.Config // only the fields that a URL can set
		wantOthers []string
		wantShown  string
	}{
		"sqlite":          {url: "sqlite:daypass.db", wantSQLite: "daypass.db", wantShown: "sqlite:daypass.db"},
		"sqlite absolute": {url: "sqlite:/var/lib/daypass.db", wantSQLite: "/var/lib/daypass.db", wantShown: "sqlite:/var/lib/daypass.db"},
		"sqlite slashes":  {url: "sqlite:///var/lib/daypass.db", wantSQLite: "/var/lib/daypass.db", wantShown: "sqlite:/var/lib/daypass.db"},
		"sqlite spaces":   {url: "sqlite:my data/daypass.db", wantSQLite: "my data/daypass.db", wantShown: "sqlite:my data/daypass.db"},
		"mysql": {
			url:       "mysql://daypass:pw@db.example.com:3307/auth",
			wantMySQL: &mysql.Config{User: "daypass", Passwd: "pw", Net: "tcp", Addr: "db.example.com:3307", DBName: "auth"},
			wantShown: "mysql://daypass:***@db.example.com:3307/auth",
		},
		"default port, no password": {
			url:       "mysql://root@localhost/daypass",
			wantMySQL: &mysql.Config{User: "root", Net: "tcp", Addr: "localhost:3306", DBName: "daypass"},
			wantShown: "mysql://root@localhost:3306/daypass",
		},
		"IPv6": {
			url:       "mysql://u:p@[2001:db8::1]/daypass",
			wantMySQL: &mysql.Config{User: "u", Passwd: "p", Net: "tcp", Addr: "[2001:db8::1]:3306", DBName: "daypass"},
			wantShown: "mysql://u:***@[2001:db8::1]:3306/daypass",
		},
		"several hosts": {
			url:        "mysql://u:p,@db1,db2:3307,[2001:db8::1],[::1]:3308/daypass?tls=true",
			wantMySQL:  &mysql.Config{User: "u", Passwd: "p,", Net: "tcp", Addr: "db1:3306", DBName: "daypass", TLSConfig: "true"},
			wantOthers: []string{"db2:3307", "[2001:db8::1]:3306", "[::1]:3308"},
			wantShown:  "mysql://u:***@db1:3306,db2:3307,[2001:db8::1]:3306,[::1]:3308/daypass?tls=true",
		},
		"percent-encoded": {
			url:       "mysql://day%40pass:p%40ss%2F%3A%3F%23%25w@db/daypass?tls=skip-verify",
			wantMySQL: &mysql.Config{User: "day@pass", Passwd: "p@ss/:?#%w", Net: "tcp", Addr: "db:3306", DBName: "daypass", TLSConfig: "skip-verify"},
			wantShown: "mysql://day%40pass:***@db:3306/daypass?tls=skip-verify",
		},
		"an unencoded @ in the password": {
			url:       "mysql://u:p@ss@db/daypass",
			wantMySQL: &mysql.Config{User: "u", Passwd: "p@ss", Net: "tcp", Addr: "db:3306", DBName: "daypass"},
			wantShown: "mysql://u:***@db:3306/daypass",
		},
		"socket": {
			url:       "mysql://u:p@/daypass?socket=/run/mysqld/mysqld.sock",
			wantMySQL: &mysql.Config{User: "u", Passwd: "p", Net: "unix", Addr: "/run/mysqld/mysqld.sock", DBName: "daypass"},
			wantShown: "mysql://u:***@/daypass?socket=%2Frun%2Fmysqld%2Fmysqld.sock",
		},
		"nothing": {},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseDatabaseURL(test.url)
			require.NoError(t, err)
			require.Equal(t, test.wantSQLite, got.SQLitePath)
			require.Equal(t, test.wantShown, got.String())
			require.Equal(t, test.wantOthers, got.MySQLFailover)
			if test.wantMySQL == nil {
				require.Nil(t, got.MySQL)
				return
			}
			want := mysql.NewConfig()
			want.User, want.Passwd, want.Net = test.wantMySQL.User, test.wantMySQL.Passwd, test.wantMySQL.Net
			want.Addr, want.DBName, want.TLSConfig = test.wantMySQL.Addr, test.wantMySQL.DBName, test.wantMySQL.TLSConfig
			require.Equal(t, want, got.MySQL)
		})
	}
}

func TestParseDatabaseURLRefuses(t *testing.T) {
	tests := map[string]struct{ url, want string }{
		"another database":      {"postgres://u:hunter2@db/x", `the scheme "postgres"`},
		"a Go DSN":              {"u:hunter2@tcp(db)/x", "is not of the form"},
		"a word":                {"hunter2", "is not of the form"},
		"no user":               {"mysql://db/x", "names no user"},
		"no host":               {"mysql://u:hunter2@/x", "names no host"},
		"no database":           {"mysql://u:hunter2@db", "one database"},
		"an empty host":         {"mysql://u:hunter2@db,,db2/x", "no host between the commas"},
		"nothing but a comma":   {"mysql://u:hunter2@,/x", "names no host"},
		"a second bad port":     {"mysql://u:hunter2@db,db2:0/x", "port"},
		"a word as second port": {"mysql://u:hunter2@db,db2:mysql/x", "no host between the commas"},
		"hosts and a socket":    {"mysql://u:hunter2@,db2/x?socket=/s", "both a host and a socket"},
		"two databases":         {"mysql://u:hunter2@db/x/y", "one database"},
		"a port out of range":   {"mysql://u:hunter2@db:99999/x", "port"},
		"a word as port":        {"mysql://u:hunter2@db:mysql/x", "percent-encode"},
		"unknown parameters":    {"mysql://u:hunter2@db/x?tls=true&charset=utf8&a=b", `unknown parameter "a"; known are tls and socket; has the unknown parameter "charset"`},
		"a parameter twice":     {"mysql://u:hunter2@db/x?tls=true&tls=false", `"tls" more than once`},
		"an unknown tls mode":   {"mysql://u:hunter2@db/x?tls=maybe", `tls="maybe"`},
		"host and socket":       {"mysql://u:hunter2@db/x?socket=/s", "both a host and a socket"},
		"a relative socket":     {"mysql://u:hunter2@/x?socket=s", "absolute path"},
		"a / in the password":   {"mysql://u:hunter2/hunter2@db/x", "percent-encode"},
		"a digit, / and @":      {"mysql://u:1/hunter2@db/x", "percent-encode"},
		"a ? in the password":   {"mysql://u:1?hunter2=1@db/x", "percent-encode"},
		"a # in the password":   {"mysql://u:1#hunter2@db/x", "percent-encode"},
		"a % in the password":   {"mysql://u:%hunter2@db/x", "percent-encode"},
		"sqlite without a file": {"sqlite:", "names no file"},
		"sqlite with a host":    {"sqlite://daypass.db", "sqlite:path"},
		"sqlite in memory":      {"sqlite::memory:", "forget"},
		"sqlite parameters":     {"sqlite:x.db?mode=ro", "only a path"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseDatabaseURL(test.url)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), "\n")
			require.True(t, got.IsZero())
		})
	}
}

// FuzzDatabasePassword holds a password to two promises: encoded, it arrives as it was; however it is written, it
// shows neither in the error nor in the print.
func FuzzDatabasePassword(f *testing.F) {
	f.Add("", "", "db/daypass")
	f.Add("1/", "?#", "db/daypass?tls=true")
	f.Add("@h/x?a=", "&b", "[::1]:3306/daypass?socket=/s")
	f.Add("1#", "%", "db:port/daypass")
	f.Add(",", "@,", "db,db2:1/daypass")
	f.Add("%zz", "\x00", "")
	f.Fuzz(func(t *testing.T, before, after, rest string) {
		const marker = "hunter2"
		if strings.Contains(rest, marker) {
			t.Skip("the rest is no secret")
		}
		password := before + marker + after

		encoded, err := ParseDatabaseURL("mysql://" + url.UserPassword("u", password).String() + "@db/daypass")
		require.NoError(t, err)
		require.Equal(t, password, encoded.MySQL.Passwd)
		require.Equal(t, "mysql://u:***@db:3306/daypass", encoded.String())

		raw, err := ParseDatabaseURL("mysql://u:" + password + "@" + rest)
		require.NotContains(t, raw.String(), marker)
		if err != nil {
			require.NotContains(t, err.Error(), marker)
		}
	})
}

// FuzzSecrets holds a list of secrets to the same promise.
func FuzzSecrets(f *testing.F) {
	f.Add("hunter2-hunter2", "hunter2-hunter2-hunter2-hunter2-hunter2")
	f.Add("", " ,")
	f.Fuzz(func(t *testing.T, first, second string) {
		const marker = "hunter2"
		got, err := ParseSecrets(first + marker + "," + second)
		require.NotContains(t, got.String(), marker)
		if err != nil {
			require.NotContains(t, err.Error(), marker)
			return
		}
		for _, secret := range got {
			require.GreaterOrEqual(t, len(secret), minSecretBytes)
		}
	})
}
