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
	// WireBytes went to and from clients, LogBytes into the redo log, and Syncs is how often the server waited for the disk.
	WireBytes, LogBytes, Syncs int
}

// ReadCounters asks the server, which is a statement too, and counts itself.
func ReadCounters(pool *sql.DB) (Counters, error) {
	rows, err := pool.Query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Queries', 'Com_admin_commands'," +
		" 'Bytes_received', 'Bytes_sent', 'Innodb_os_log_written', 'Innodb_data_fsyncs')")
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
		WireBytes:  values["Bytes_received"] + values["Bytes_sent"],
		LogBytes:   values["Innodb_os_log_written"],
		Syncs:      values["Innodb_data_fsyncs"],
	}, rows.Err()
}

// Since is what was counted since another reading, but for the reading itself.
func (c Counters) Since(before Counters) Counters {
	return Counters{
		Statements: c.Statements - before.Statements - 1,
		Commands:   c.Commands - before.Commands - 1,
		WireBytes:  c.WireBytes - before.WireBytes,
		LogBytes:   c.LogBytes - before.LogBytes,
		Syncs:      c.Syncs - before.Syncs,
	}
}

// Add returns the sum.
func (c Counters) Add(other Counters) Counters {
	return Counters{
		Statements: c.Statements + other.Statements,
		Commands:   c.Commands + other.Commands,
		WireBytes:  c.WireBytes + other.WireBytes,
		LogBytes:   c.LogBytes + other.LogBytes,
		Syncs:      c.Syncs + other.Syncs,
	}
}
