package stage

import (
	"database/sql"
	"fmt"
	"strconv"
)

// Counters are those of a MySQL server since it started.
type Counters struct {
	// Statements are those that were executed.
	Statements int
	// Commands are what came over the wire: statements, and what prepares and closes them, and pings.
	Commands int
}

// ReadCounters asks the server, which is a statement too, and counts itself.
func ReadCounters(pool *sql.DB) (Counters, error) {
	rows, err := pool.Query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Queries', 'Com_admin_commands')")
	if err != nil {
		return Counters{}, fmt.Errorf("read the counters of the server: %w", err)
	}
	defer rows.Close()
	values := map[string]int{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return Counters{}, fmt.Errorf("read the counters of the server: %w", err)
		}
		if values[name], err = strconv.Atoi(value); err != nil {
			return Counters{}, fmt.Errorf("read the counters of the server: %w", err)
		}
	}
	return Counters{
		Statements: values["Questions"],
		Commands:   values["Queries"] + values["Com_admin_commands"],
	}, rows.Err()
}
