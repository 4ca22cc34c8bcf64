package stage

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
)

// Usage is what a process used so far. It is read from /proc, so on Linux only.
type Usage struct {
	CPU time.Duration
	// Resident and Peak are bytes of memory, now and at most.
	Resident, Peak uint64
}

// UsageOf reads what a process used.
func UsageOf(processID int) (Usage, error) {
	process, err := procfs.NewProc(processID)
	if err != nil {
		return Usage{}, fmt.Errorf("read what a process used: %w", err)
	}
	stat, err := process.Stat()
	if err != nil {
		return Usage{}, fmt.Errorf("read what a process used: %w", err)
	}
	status, err := process.NewStatus()
	if err != nil {
		return Usage{}, fmt.Errorf("read what a process used: %w", err)
	}
	return Usage{
		CPU:      time.Duration(stat.CPUTime() * float64(time.Second)),
		Resident: status.VmRSS, Peak: status.VmHWM,
	}, nil
}
