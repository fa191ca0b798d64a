package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figures are what the program holds; -1 for sockets and files where there is no /proc.
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
	now.goroutines, err = c.goroutines()
	return now, err
}

// goroutines asks the program's metrics.
func (c *chaos) goroutines() (int, error) {
	if c.Metrics == "" {
		return -1, errors.New("the program has no metrics")
	}
	answer, err := (&http.Client{Transport: c.asker}).Get(c.Metrics)
	if err != nil {
		return -1, err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.Atoi(n)
		}
	}
	return -1, errors.Join(errors.New("the metrics do not tell the goroutines"), lines.Err())
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
	if err != nil {
		c.fault("what the program holds cannot be read: %v", err)
	} else if now.goroutines > before.goroutines || now.sockets > before.sockets || now.files > before.files+2*readers {
		c.fault("the program holds %+v when idle, it held %+v at the start", now, before)
	}
}

// known are the files that may lie in the data directory of a program that has ended.
// Every day it makes a backup.
var known = regexp.MustCompile(`^(kfdesk\.db|search\.db|key|lock(\.db)?(-journal)?|before-restore-[^/]+(/.*)?|backups(/kfdesk-\d{8}-\d{6}\.(kfbackup|json))?|media(/[0-9a-f]{2}(/[0-9a-f]{64})?)?|\.)$`)

// snapshotOf is where the database lies on its way into a backup.
func snapshotOf(backup string) string { return ".snapshot-" + filepath.Base(backup) + ".part" }

// judgeFiles: the data directory has no file that is not known, but the snapshots of
// backups that were cut off, and every medium is what its name says.
func (c *chaos) judgeFiles(cut []string) {
	c.counts["media"] = 0
	_ = filepath.WalkDir(c.Data, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(c.Data, path)
		name = filepath.ToSlash(name)
		snapshot := func(of string) bool {
			return strings.HasPrefix(name+"/", snapshotOf(of)+"/")
		}
		switch {
		case err != nil:
			c.fault("the data directory cannot be read: %v", err)
			return nil
		case !known.MatchString(name) && !slices.ContainsFunc(cut, snapshot):
			c.fault("%s is left in the data directory", name)
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
