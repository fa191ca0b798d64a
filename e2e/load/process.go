package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ticks a second in which Linux counts CPU for programs.
const ticks = 100

// cpu is the seconds of CPU that a process has used.
func cpu(pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in brackets may hold anything.
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / ticks
}

// busy is the seconds of CPU that the whole machine has used.
func busy() (sum float64) {
	raw, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(raw), "\n")
	for i, field := range strings.Fields(line) {
		if n, err := strconv.ParseFloat(field, 64); err == nil && i != 4 && i != 5 { // not idle, not waiting for a disk
			sum += n / ticks
		}
	}
	return sum
}

// rss is the memory of a process in KiB, 0 where that cannot be read.
func rss(pid int) int64 {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.SplitSeq(string(raw), "\n") {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")), 10, 64)
			return n
		}
	}
	return 0
}

// watch notes the most memory of a process until it is asked for.
func watch(pid int) (most func() int64) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var peak int64
	wg.Go(func() {
		often := time.NewTicker(50 * time.Millisecond)
		defer often.Stop()
		for {
			peak = max(peak, rss(pid))
			select {
			case <-stop:
				return
			case <-often.C:
			}
		}
	})
	return func() int64 { close(stop); wg.Wait(); return peak }
}
