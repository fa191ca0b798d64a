package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
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

// samples is the memory of a process, in KiB, every sampleEvery.
type samples []int64

const sampleEvery = 50 * time.Millisecond

// watch notes the memory of a process until it is asked for.
func watch(pid int) (end func() samples) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var list samples
	wg.Go(func() {
		often := time.NewTicker(sampleEvery)
		defer often.Stop()
		for {
			list = append(list, rss(pid))
			select {
			case <-stop:
				return
			case <-often.C:
			}
		}
	})
	return func() samples { close(stop); wg.Wait(); return list }
}

func (s samples) most() int64 { return slices.Max(s) }

// growth is how much more it becomes in a minute, in KiB: the slope of the line that
// fits the second half best.
func (s samples) growth() float64 {
	s = s[len(s)/2:]
	var x, y, xx, xy float64
	for i, kib := range s {
		t := float64(i)
		x, y, xx, xy = x+t, y+float64(kib), xx+t*t, xy+t*float64(kib)
	}
	n := float64(len(s))
	if n*xx == x*x {
		return 0
	}
	return (n*xy - x*y) / (n*xx - x*x) * float64(time.Minute/sampleEvery)
}

// each is the median of each span.
func (s samples) each(span time.Duration) (medians []int64) {
	for part := range slices.Chunk(s, int(span/sampleEvery)) {
		part = slices.Clone(part)
		slices.Sort(part)
		medians = append(medians, part[len(part)/2])
	}
	return medians
}
