package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// figures are what the program holds; -1 where that cannot be read.
type figures struct{ goroutines, sockets, files int }

const (
	idleTime = 30 * time.Second // connections that nobody uses end within it
	readers  = 8                // of the store, which open when they are needed
)

// idle counts what the program holds when nobody is connected.
func (c *chaos) idle(ctx context.Context) (figures, error) {
	c.asker.CloseIdleConnections()
	c.pusher.CloseIdleConnections()
	c.HangUp()
	now := figures{-1, -1, -1}
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.PID))
	if err == nil {
		now.sockets, now.files = 0, 0
	}
	for _, fd := range list {
		to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", c.PID, fd.Name()))
		switch {
		case strings.HasPrefix(to, "socket:"):
			now.sockets++
		case strings.HasPrefix(to, "/"):
			now.files++
		}
	}
	if c.Metrics == "" {
		return now, nil
	}
	answer, err := (&http.Client{Transport: c.asker}).Get(c.Metrics)
	if err != nil {
		return now, err
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			now.goroutines, err = strconv.Atoi(n)
		}
	}
	return now, err
}

// judgeLeaks: when nobody is connected any more, the program holds no more than at its
// start, but the files of the store's readers.
func (c *chaos) judgeLeaks(ctx context.Context, before figures) {
	var now figures
	var err error
	for began := time.Now(); time.Since(began) < idleTime; rest(ctx, 500*time.Millisecond) {
		now, err = c.idle(ctx)
		if err == nil && now.goroutines <= before.goroutines && now.sockets <= before.sockets && now.files <= before.files+2*readers {
			break
		}
	}
	if c.Metrics == "" {
		c.count("goroutines were not counted: the program has no metrics")
	}
	if err != nil || now.goroutines > before.goroutines || now.sockets > before.sockets || now.files > before.files+2*readers {
		c.fault("the program holds %+v when idle, it held %+v at the start; %v", now, before, err)
	}
}

// known are the files that may lie in the data directory of a program that has ended.
var known = regexp.MustCompile(`^(kfdesk\.db|search\.db|key|lock(\.db)?(-journal)?|before-restore-[^/]+(/.*)?|media(/[0-9a-f]{2}(/[0-9a-f]{64})?)?|\.)$`)

// judgeFiles: the data directory has no file that is not known, and every medium is
// what its name says.
func (c *chaos) judgeFiles() {
	_ = filepath.WalkDir(c.Data, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(c.Data, path)
		if err != nil || !known.MatchString(filepath.ToSlash(name)) {
			c.fault("%s is left in the data directory; %v", name, err)
			return nil
		}
		if strings.HasPrefix(name, "media") && d.Type().IsRegular() {
			raw, _ := os.ReadFile(path)
			if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != d.Name() {
				c.fault("%s is not what its name says", name)
			}
			c.counts["media"]++
		}
		return nil
	})
}
