package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/store"
)

const fillMost = 10_000_000

// fill makes a data directory with as many messages as asked for, with which the
// program can be tried: as it would be had all of them come and gone by themselves.
func fill(ctx context.Context, out io.Writer, args []string) error {
	set := flag.NewFlagSet("load fill", flag.ContinueOnError)
	dir := set.String("data", "", "data directory to make")
	most := set.Int("messages", 10_000, "how many")
	indexed := set.Bool("index", true, "wait for the search index; else the program fills it when it is started")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *most < 100 || *most > fillMost {
		return fmt.Errorf("-data names a new directory; 100 to %d messages", fillMost)
	}
	s, err := rig.New(ctx, rig.Options{Data: *dir, Agents: []string{agent}}) // its account and its agent
	if err != nil {
		return err
	}
	s.Close()
	began := time.Now()
	if err := fillFile(ctx, out, filepath.Join(*dir, "kfdesk.db"), *most, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d messages in %.0f s\n", *most, time.Since(began).Seconds())
	if !*indexed {
		return nil
	}
	db, err := store.Open(ctx, *dir, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer db.Close()
	return untilIndexed(ctx, out, db)
}

// untilIndexed waits until the search index knows all messages.
func untilIndexed(ctx context.Context, out io.Writer, db *store.Store) error {
	who, err := db.AgentByLogin(ctx, agent)
	if err != nil {
		return err
	}
	began := time.Now()
	for told := time.Now(); ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		found, err := db.Search(ctx, &who, store.Query{Text: rare})
		if err != nil {
			return err
		}
		if found.Behind == 0 && time.Since(began) > time.Second {
			fmt.Fprintf(out, "indexed in %.0f s\n", time.Since(began).Seconds())
			return nil
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			fmt.Fprintf(out, "the index is %d behind\n", found.Behind)
		}
	}
	return ctx.Err()
}

// fillFile writes the messages of the account and the agent that are in a database.
func fillFile(ctx context.Context, out io.Writer, file string, most int, now time.Time) error {
	// What is made by one command can be made again: nothing waits for the disk.
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(off)&_pragma=cache_size(-262144)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	f := &filler{told: time.Now(), ctx: ctx, out: out, db: db, most: most, words: newChatter(1)}
	if err := f.begin(now); err != nil {
		return err
	}
	if err := f.all(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "pragma wal_checkpoint(truncate)")
	return err
}
