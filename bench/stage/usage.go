package stage

import (
	"fmt"
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// Usage is what a process used so far. It is read from /proc, so on Linux only.
type Usage struct {
	CPU time.Duration
	// Resident and Peak are bytes of memory, now and at most since [ForgetPeak].
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

// ForgetPeak lets [Usage.Peak] begin anew (proc(5), clear_refs).
func ForgetPeak(processID int) error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", processID), []byte("5"), 0); err != nil {
		return fmt.Errorf("forget the most memory that a process held: %w", err)
	}
	return nil
}

// Stolen is for how long, over all processors and since the machine started, the owner of a virtual machine gave to others
// what it wanted to use (proc(5), steal). Linux only.
func Stolen() (time.Duration, error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, fmt.Errorf("read what others took: %w", err)
	}
	stat, err := fs.Stat()
	if err != nil {
		return 0, fmt.Errorf("read what others took: %w", err)
	}
	return time.Duration(stat.CPUTotal.Steal * float64(time.Second)), nil
}
