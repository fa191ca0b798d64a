package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	_ "modernc.org/sqlite"
)

// trouble makes what the plan says until ctx ends.
func (c *chaos) trouble(ctx context.Context, list []trouble) {
	began := time.Now()
	for _, t := range list {
		if !rest(ctx, time.Until(began.Add(t.at))) {
			return
		}
		fmt.Printf("%8.3f  %v\n", time.Since(began).Seconds(), t)
		c.count("trouble: %s", t.kind)
		now := time.Now()
		err := c.make(ctx, t)
		if ends[t.kind] || t.kind == "disk full" || t.kind == "files may not grow" {
			c.note(func() { c.hard = append(c.hard, span{now, time.Now()}) })
		}
		if errors.Is(err, errNotHere) {
			c.count("trouble that could not be made: %s", t.kind)
		} else if err != nil { // it is alone: no other trouble excuses that
			c.fault("%v at %s: %v", t, now.Format(clockFormat), err)
		}
	}
}

var errNotHere = errors.New("only on Linux")

func (c *chaos) make(ctx context.Context, t trouble) error {
	switch t.kind {
	case "fault":
		c.Box.AddFault(t.fault)
	case "tokens expire":
		c.Box.ExpireTokens("")
	case "request cut off":
		c.cutCalls.Add(int32(t.times))
	case "pushes cut":
		c.cutPushes.Add(int32(t.times))
	case "push answers lost":
		c.lostTold.Add(int32(t.times))
	case "agents' answers lost":
		c.lostDone.Add(int32(t.times))
	case "sockets cut":
		for i := range t.times {
			c.screens[(t.who+i)%len(c.screens)].cut()
		}
	case "kill":
		return c.killed(ctx, t.wait)
	case "kill at the start":
		return c.killedAtStart(ctx, t.wait)
	case "kill in the midst":
		return c.killedSending(ctx, t.wait)
	case "stop":
		return errors.Join(c.Stop(), c.start(ctx))
	case "disk full":
		return c.fillDisk(ctx, t.wait)
	case "files may not grow":
		return c.limitFiles(ctx, t.wait)
	case "start on a full disk":
		return c.startFull(ctx, t.wait)
	case "clock":
		return c.setClock(t.jump)
	case "clock far off":
		err := c.setClock(t.jump)
		rest(ctx, t.wait)
		return errors.Join(err, c.setClock(0))
	case "backup":
		return c.backup(ctx)
	case "backup killed":
		return c.killedBackup(ctx, t.wait/300)
	case "restore":
		return c.restore(ctx)
	}
	return nil
}

// start starts the program again, however long the troubles of before last.
func (c *chaos) start(ctx context.Context) (err error) {
	ctx, stop := whole(ctx)
	defer stop()
	for range 3 {
		if err = c.Start(); err == nil || !rest(ctx, time.Second) {
			return err
		}
	}
	return err
}

// kill ends the program as a power cut does, and notes what it was about to send.
func (c *chaos) kill(ctx context.Context) error {
	c.Kill()
	return c.noteSending(ctx)
}

// noteSending notes which replies the program that does not run was about to send, or
// has from a backup as not yet sent.
func (c *chaos) noteSending(ctx context.Context) error {
	marks, err := c.sending(context.WithoutCancel(ctx))
	c.note(func() {
		for _, mark := range marks {
			if r := c.replies[mark]; r != nil {
				r.cutOff = true
			}
		}
	})
	return err
}

func (c *chaos) killed(ctx context.Context, down time.Duration) error {
	err := c.kill(ctx)
	rest(ctx, down)
	return errors.Join(err, c.start(ctx))
}

// killedAtStart kills it again while it starts.
func (c *chaos) killedAtStart(ctx context.Context, after time.Duration) error {
	err := c.kill(ctx)
	err = errors.Join(err, c.Launch())
	rest(ctx, after/20)
	return errors.Join(err, c.kill(ctx), c.start(ctx))
}

// killedSending kills it while a reply is on its way to WeChat.
func (c *chaos) killedSending(ctx context.Context, wait time.Duration) error {
	for range int(wait/time.Millisecond) + 500 {
		if c.onTheWay() {
			break
		}
		rest(ctx, time.Millisecond)
	}
	return c.killed(ctx, 0)
}

func (c *chaos) onTheWay() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.replies {
		if n := len(r.calls); n > 0 && r.calls[n-1].ended.IsZero() {
			return true
		}
	}
	return false
}

// sending lists the marks of the replies that the database of the killed program
// has as being sent. It looks at a copy: that of the program is left as it is.
func (c *chaos) sending(ctx context.Context) (marks []string, err error) {
	dir, err := os.MkdirTemp("", "kfdesk-look-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"kfdesk.db", "kfdesk.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(c.Data, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), raw, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "kfdesk.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	list, err := db.QueryContext(ctx, "select client_id from message where state = 'sending'")
	if err != nil {
		return nil, err
	}
	defer list.Close()
	for list.Next() {
		var mark string
		if err := list.Scan(&mark); err != nil {
			return nil, err
		}
		marks = append(marks, mark)
	}
	return marks, list.Err()
}

// setClock puts the program's clock so far off the real time. What was begun with the
// wrong time may end a little later.
func (c *chaos) setClock(off time.Duration) error {
	const later = 2 * time.Second
	began, part := time.Now(), c.clock+".new" // so that it is never seen half written
	err := errors.Join(os.WriteFile(part, strconv.AppendInt(nil, int64(off), 10), 0o600), os.Rename(part, c.clock))
	c.note(func() {
		now := time.Now()
		if n := len(c.off); n > 0 && c.off[n-1].to.After(now) {
			c.off[n-1].to = now.Add(later)
		}
		if off != 0 {
			c.off = append(c.off, span{began, now.Add(time.Hour)})
		}
	})
	return err
}

// commandTime is how long a command may take.
const commandTime = time.Minute

// whole is for what is not broken off when the time of the troubles is over.
func whole(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), commandTime)
}

func (c *chaos) newBackup() string {
	return filepath.Join(c.dir, fmt.Sprintf("%d.kfbackup", time.Now().UnixNano()))
}

// backup saves the data beside the running program.
func (c *chaos) backup(ctx context.Context) error {
	ctx, stop := whole(ctx)
	defer stop()
	path, began := c.newBackup(), time.Now()
	if _, err := c.Command(ctx, "backup", "-out", path); err != nil {
		return err
	}
	c.saved, c.savedAt = path, began
	return nil
}

// killedBackup kills the command while it has a snapshot, if it is not faster.
func (c *chaos) killedBackup(ctx context.Context, after time.Duration) error {
	ctx, kill := whole(ctx)
	defer kill()
	path := c.newBackup()
	var watch sync.WaitGroup
	watch.Go(func() {
		for rest(ctx, time.Millisecond) {
			if _, err := os.Stat(filepath.Join(c.Data, snapshotOf(path))); err == nil {
				rest(ctx, after)
				kill()
			}
		}
	})
	_, err := c.Command(ctx, "backup", "-out", path)
	kill()
	watch.Wait()
	if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.Exited() {
		return err
	}
	c.cut = append(c.cut, path)
	c.count("backups that were killed")
	return nil
}

// restore puts the last backup back. What happened since is gone, and known to be.
func (c *chaos) restore(ctx context.Context) error {
	if c.saved == "" {
		return errors.New("there is no backup yet")
	}
	ctx, stop := whole(ctx)
	defer stop()
	err := c.kill(ctx)
	if _, failed := c.Command(ctx, "restore", c.saved, "-force"); failed != nil {
		err = errors.Join(err, failed)
	} else {
		c.note(func() { c.restores = append(c.restores, span{c.savedAt, time.Now()}) })
		c.age.Add(1)
		err = errors.Join(err, c.noteSending(ctx))
	}
	return errors.Join(err, c.start(ctx))
}
