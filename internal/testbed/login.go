package testbed

import (
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/go-sql-driver/mysql"
)

const serverUser = "daypass"

// login is how a server of ours is reached, by an account that may do everything.
type login struct {
	port     int
	password string
}

// accountSQL makes the account. Names are not resolved, so its host is the loopback address.
func accountSQL(password string) []byte {
	return fmt.Appendf(nil, `CREATE USER IF NOT EXISTS '%[1]s'@'127.0.0.1' IDENTIFIED BY '%[2]s';
GRANT ALL ON *.* TO '%[1]s'@'127.0.0.1' WITH GRANT OPTION;
`, serverUser, password)
}

// Open returns a plain pool of connections to one of the databases. Times are read as [time.Time], and a statement is one
// round trip.
func (l *login) Open(database string) (*sql.DB, error) {
	config := mysql.NewConfig()
	config.User, config.Passwd, config.Net, config.Addr, config.DBName = serverUser, l.password, "tcp", l.Address(), database
	config.ParseTime, config.InterpolateParams = true, true
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// URL is what DAYPASS_DATABASE_URL takes for one of the databases.
func (l *login) URL(database string) string {
	u := url.URL{Scheme: "mysql", User: url.UserPassword(serverUser, l.password), Host: l.Address(), Path: "/" + database}
	return u.String()
}

// Address is the server's, host:port.
func (l *login) Address() string { return loopback(l.port) }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts are different ones. Between asking for them and using them somebody else may take one.
func freePorts(count int) ([]int, error) {
	ports := make([]int, count)
	for i := range ports {
		listener, err := net.Listen("tcp", loopback(0))
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}
