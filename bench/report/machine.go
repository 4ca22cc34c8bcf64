package report

import (
	"fmt"
	"runtime"
)

// Machine is where figures are from.
type Machine struct {
	Processor string
	Cores     int
	MemoryGiB int
	Go        string
	// Database is what the server calls itself.
	Database string
}

// ThisMachine describes where we run; what cannot be found out is left empty.
func ThisMachine(database string) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Database: database}
	m.read()
	return m
}

// String is one line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %d GiB, %s, %s", m.Processor, m.Cores, m.MemoryGiB, m.Go, m.Database)
}
