package report

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/prometheus/procfs"
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
	files, err := procfs.NewDefaultFS()
	if err != nil {
		return m
	}
	if cores, err := files.CPUInfo(); err == nil && len(cores) > 0 {
		m.Processor = strings.Join(strings.Fields(cores[0].ModelName), " ")
	}
	if memory, err := files.Meminfo(); err == nil && memory.MemTotalBytes != nil {
		m.MemoryGiB = int((*memory.MemTotalBytes + 1<<29) >> 30)
	}
	return m
}

// String is one line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %d GiB, %s, %s", m.Processor, m.Cores, m.MemoryGiB, m.Go, m.Database)
}
