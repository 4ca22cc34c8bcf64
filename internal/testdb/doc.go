// Package testdb gives tests real databases: a fresh SQLite file, a fresh database on a MySQL server.
//
// The server is the one that DAYPASS_TEST_DATABASE_URL names (mysql://user:password@host:port/, a user who may create
// databases), or a private one: a mariadbd or mysqld that is installed on this machine, run in a temporary folder with
// full durability while the package's tests run. For that the package has
//
//	func TestMain(m *testing.M) { testdb.Main(m) }
//
// [Galera] starts a cluster for one test, whatever DAYPASS_TEST_DATABASE_URL says.
//
// Where there is no server its tests are skipped and say so; with CI=true they fail.
package testdb
