package main

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"

	"kfdesk/store"
)

// record is a row of the program's messages; grants are what it thinks that a customer
// has granted.
type record struct {
	id                            int64
	openid, dir, state, mark, raw string
	spent                         string
	spentSince                    int64
}

type bucket struct {
	left         int
	since, until int64
}

type grants struct{ message, action bucket }

// records reads the database beside the program, or when it has ended.
func (c *chaos) records(ctx context.Context) (rows []record, of map[string]grants, err error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.Join(c.Data, "kfdesk.db"), RawQuery: "_pragma=query_only(1)&_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	list, err := db.QueryContext(ctx, `select m.id, c.openid, m.dir, m.state, coalesce(m.client_id, ''), coalesce(m.raw, x''), m.spent, m.spent_since
		from message m join customer c on c.id = m.customer_id order by m.id`)
	if err != nil {
		return nil, nil, err
	}
	defer list.Close()
	for list.Next() {
		var r record
		if err := list.Scan(&r.id, &r.openid, &r.dir, &r.state, &r.mark, &r.raw, &r.spent, &r.spentSince); err != nil {
			return nil, nil, err
		}
		r.raw = string(store.UnpackRaw([]byte(r.raw)))
		rows = append(rows, r)
	}
	if err := list.Err(); err != nil {
		return nil, nil, err
	}
	people, err := db.QueryContext(ctx, `select openid, message_left, message_since, message_until, action_left, action_since, action_until from customer`)
	if err != nil {
		return nil, nil, err
	}
	defer people.Close()
	of = map[string]grants{}
	for people.Next() {
		var openid string
		var g grants
		m, a := &g.message, &g.action
		if err := people.Scan(&openid, &m.left, &m.since, &m.until, &a.left, &a.since, &a.until); err != nil {
			return nil, nil, err
		}
		of[openid] = g
	}
	return rows, of, people.Err()
}
