package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// size is what a database of one size costs. Times are in ms.
type size struct {
	Data     string  `json:"data"`
	Messages int64   `json:"messages"`
	Start    float64 `json:"start"` // of the program, until its first answer
	Insert   float64 `json:"insert"`
	Last50   float64 `json:"last50"`  // of a customer
	Active   float64 `json:"active"`  // the list of those that have not ended
	Rows     int     `json:"rows"`    // in it
	Search   float64 `json:"search"`  // two rare characters, the newest page
	Common   float64 `json:"common"`  // two that are frequent
	Found    int     `json:"found"`   // of the rare, on all pages
	Holding  int     `json:"holding"` // messages that hold them
	Quiet99  float64 `json:"insert_p99"`
	Filling  float64 `json:"insert_p99_filling"` // while the index is made
	Indexed  float64 `json:"indexed_s"`          // seconds to make it, inserts beside it at first
	Bytes    float64 `json:"bytes_each"`         // on the disk, with the index
}

// How much is measured.
const (
	starts  = 3
	inserts = 2_000
	looks   = 300
	beside  = 10 * time.Second // of inserts while the index is made, at most
	almost  = 500              // messages that are behind when it is made
)

// sizes measures databases that fill made, the smallest first.
func sizes(ctx context.Context, out io.Writer, args []string) error {
	set := flag.NewFlagSet("load sizes", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "print JSON")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() == 0 {
		return errors.New("name the data directories that load fill made: messages are added, and the search index is made again")
	}
	var list []size
	for _, dir := range set.Args() {
		one, err := sizeOf(ctx, os.Stderr, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		list = append(list, *one)
	}
	return tellSizes(out, list, *asJSON)
}

// tellSizes prints what was measured. It is an error when a search does not find all.
func tellSizes(out io.Writer, list []size, asJSON bool) error {
	if !asJSON {
		printSizes(out, list)
	} else if err := json.NewEncoder(out).Encode(list); err != nil {
		return err
	}
	for _, one := range list {
		if one.Found != one.Holding {
			return fmt.Errorf("%s: a search finds %d of %d", one.Data, one.Found, one.Holding)
		}
	}
	return nil
}

func sizeOf(ctx context.Context, told io.Writer, dir string) (*size, error) {
	one := &size{Data: dir}
	if _, err := os.Stat(filepath.Join(dir, "kfdesk.db")); err != nil {
		return nil, err
	}
	if err := one.start(ctx, dir); err != nil {
		return nil, err
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "search.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	db, err := store.Open(ctx, dir, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	m := &measurer{ctx: ctx, db: db}
	err = m.inside(told, one)
	if closing := db.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = one.count(ctx, dir)
	}
	return one, err
}

// start starts the program some times.
func (one *size) start(ctx context.Context, dir string) error {
	s, err := rig.New(ctx, rig.Options{Data: dir, Agents: []string{agent}})
	if err != nil {
		return err
	}
	defer s.Close()
	took := newLatency()
	for range starts {
		if err := s.Stop(); err != nil {
			return err
		}
		if err := s.Start(); err != nil {
			return err
		}
		took.add(s.Took)
	}
	one.Start = took.quantiles().P50
	return nil
}

// count reads the files: how large they are, and what a search has to find.
func (one *size) count(ctx context.Context, dir string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kfdesk.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "select count(*), coalesce(sum(body like '%"+rare+"%'), 0) from message").Scan(&one.Messages, &one.Holding); err != nil {
		return err
	}
	for _, name := range []string{"kfdesk.db", "search.db"} {
		file, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		one.Bytes += float64(file.Size()) / float64(one.Messages)
	}
	return nil
}

// measurer measures an open store.
type measurer struct {
	ctx     context.Context
	db      *store.Store
	who     store.Agent
	account int64
	active  []store.Conversation
	words   *chatter
	next    int64 // MsgId
}

func (m *measurer) inside(told io.Writer, one *size) (err error) {
	if m.who, err = m.db.AgentByLogin(m.ctx, agent); err != nil {
		return err
	}
	account, err := m.db.AccountByAppID(m.ctx, rig.Demo.AppID)
	if err != nil {
		return err
	}
	if m.active, err = m.db.ActiveConversations(m.ctx, &m.who); err != nil {
		return err
	}
	if len(m.active) == 0 {
		return errors.New("no conversation is active")
	}
	m.account, one.Rows, m.words, m.next = account.ID, len(m.active), newChatter(2), time.Now().UnixNano()
	began := time.Now()
	n := 0
	filling, err := m.insert(func() bool {
		n++
		return n%100 > 0 || time.Since(began) < beside && m.behind() > almost
	})
	if err != nil {
		return err
	}
	if err := untilIndexed(m.ctx, told, m.db); err != nil {
		return err
	}
	one.Filling, one.Indexed = filling.P99, time.Since(began).Seconds()
	n = 0
	quiet, err := m.insert(func() bool { n++; return n <= inserts })
	if err != nil {
		return err
	}
	one.Insert, one.Quiet99 = quiet.P50, quiet.P99
	return m.reads(one)
}

// insert receives messages, one after the other.
func (m *measurer) insert(more func() bool) (quantiles, error) {
	took := newLatency()
	for i := 0; more() && m.ctx.Err() == nil; i++ {
		m.next++
		push := &wechat.Push{ToUserName: rig.Demo.OriginalID, FromUserName: m.active[i%len(m.active)].Customer.OpenID, CreateTime: time.Now().Unix(),
			MsgType: "text", Content: m.words.text(), MsgID: fmt.Sprint(m.next)}
		push.Raw = push.Marshal()
		in := courier.Incoming(m.account, push)
		began := time.Now()
		if _, err := m.db.Receive(m.ctx, in); err != nil {
			return quantiles{}, err
		}
		took.add(time.Since(began))
	}
	return took.quantiles(), m.ctx.Err()
}

// behind is how many messages the index does not know yet.
func (m *measurer) behind() int64 {
	found, err := m.db.Search(m.ctx, &m.who, store.Query{Text: rare})
	if err != nil {
		return 0
	}
	return found.Behind
}

func (m *measurer) reads(one *size) error {
	ended, err := m.db.EndedConversations(m.ctx, &m.who, 0)
	if err != nil {
		return err
	}
	customers := int64(1)
	for _, v := range slices.Concat(ended, m.active) {
		customers = max(customers, v.Customer.ID)
	}
	found := 0
	common := string([]rune{0x4e00, 0x4e01})
	for _, c := range []struct {
		took *float64
		do   func() error
	}{
		{&one.Last50, func() error {
			_, err := m.db.Messages(m.ctx, rand.Int64N(customers)+1, 0, 0, 50)
			return err
		}},
		{&one.Active, func() error { _, err := m.db.ActiveConversations(m.ctx, &m.who); return err }},
		{&one.Search, func() error { _, err := m.db.Search(m.ctx, &m.who, store.Query{Text: rare}); return err }},
		{&one.Common, func() error { _, err := m.db.Search(m.ctx, &m.who, store.Query{Text: common}); return err }},
	} {
		took := newLatency()
		for range looks {
			began := time.Now()
			if err := c.do(); err != nil {
				return err
			}
			took.add(time.Since(began))
		}
		*c.took = took.quantiles().P50
	}
	for q := (store.Query{Text: rare}); ; {
		page, err := m.db.Search(m.ctx, &m.who, q)
		if err != nil {
			return err
		}
		if found += len(page.Hits); !page.More {
			break
		}
		q.Before = page.Next
	}
	one.Found = found
	return nil
}

func printSizes(out io.Writer, list []size) {
	fmt.Fprintf(out, "%-10s %8s %10s %9s %9s %10s %11s %14s %16s %9s %7s\n", "messages", "start", "insert p50", "last 50", "list", "search", "common two", "found", "insert p99", "index", "bytes")
	for i, one := range list {
		fmt.Fprintf(out, "%-10d %5.0f ms %7.2f ms %6.2f ms %6.2f ms %7.2f ms %8.2f ms %7d/%-6d %5.2f → %5.2f ms %7.0f s %7.0f\n", one.Messages, one.Start, one.Insert, one.Last50,
			one.Active, one.Search, one.Common, one.Found, one.Holding, one.Quiet99, one.Filling, one.Indexed, one.Bytes)
		if i > 0 {
			was := list[i-1]
			fmt.Fprintf(out, "%-10s %8s %8.2f × %7.2f × %7.2f ×\n", "  of those", "", one.Insert/was.Insert, one.Last50/was.Last50, one.Active/was.Active)
		}
	}
}
