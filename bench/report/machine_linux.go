package report

import (
	"strings"

	"github.com/prometheus/procfs"
)

// read asks the kernel.
func (m *Machine) read() {
	files, err := procfs.NewDefaultFS()
	if err != nil {
		return
	}
	if cores, err := files.CPUInfo(); err == nil && len(cores) > 0 {
		m.Processor = strings.Join(strings.Fields(cores[0].ModelName), " ")
	}
	if memory, err := files.Meminfo(); err == nil && memory.MemTotalBytes != nil {
		m.MemoryGiB = int((*memory.MemTotalBytes + 1<<29) >> 30)
	}
}
