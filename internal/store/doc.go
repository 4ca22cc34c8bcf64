// Package store keeps accounts and sign-ins in MySQL (also MariaDB, Galera, TiDB) or in an SQLite file.
//
// [Store] implements what the domain asks for ([auth.Store]) once for both databases, on GORM. It compares and swaps:
// each method is one statement or one short transaction, and the guards in their WHERE clauses are what makes races
// end well. What a record means, and what should happen to it, is decided in internal/auth.
//
// What differs between the databases is in mysql.go, sqlite.go and migrate_lock.go, and in one folder of migrations each.
// docs/databases.md tells an operator what the package relies on.
package store
