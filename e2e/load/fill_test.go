package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/store"
)

var ctx = context.Background()

const filled = 2_000

// What fill makes is what the store would have made: the store opens it, its lists
// are what a recount of the messages says, searches find all, and a conversation that
// went through the store has the same rows.
func TestFill(t *testing.T) {
	dir := t.TempDir()
	s, err := rig.New(ctx, rig.Options{Data: filepath.Join(dir, "a"), Agents: []string{agent}})
	must(t, err)
	s.Close()
	must(t, os.CopyFS(filepath.Join(dir, "b"), os.DirFS(filepath.Join(dir, "a"))))
	file := filepath.Join(dir, "a", "kfdesk.db")
	must(t, fillFile(ctx, io.Discard, file, filled, time.Now()))
	db := open(t, filepath.Join(dir, "a"))
	recounts(t, db)
	t.Run("lists", func(t *testing.T) { lists(t, filepath.Join(dir, "a")) })
	t.Run("as the store", func(t *testing.T) {
		played := play(t, filepath.Join(dir, "b"))
		want, got := rowsOf(t, open(t, filepath.Join(dir, "b")), played), rowsOf(t, db, 1)
		if diff := slices.Compare(want, got); diff != 0 {
			t.Errorf("the store makes\n%s\n\nfill makes\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
	})
	if err := fillFile(ctx, io.Discard, file, filled, time.Now()); err == nil {
		t.Error("a database with messages is filled again")
	}
	t.Run("sizes", func(t *testing.T) {
		var out bytes.Buffer
		must(t, run(ctx, &out, []string{"sizes", "-json", filepath.Join(dir, "a")}))
		var list []size
		must(t, json.Unmarshal(out.Bytes(), &list))
		if one := list[0]; one.Rows != together || one.Found != 1 || one.Holding != 1 || one.Messages < filled+inserts || one.Bytes < 100 ||
			one.Insert*one.Last50*one.Active*one.Search*one.Start == 0 {
			t.Errorf("%s", out.Bytes())
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kfdesk.db")+"?_pragma=query_only(1)")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// recounts compares what the rows say of others with those.
func recounts(t *testing.T, db *sql.DB) {
	t.Helper()
	for what, query := range map[string]string{
		"messages":     fmt.Sprintf("select count(*) - %d from message", filled),
		"strangers":    "select count(*) from pragma_foreign_key_check",
		"damage":       "select count(*) from pragma_integrity_check where integrity_check <> 'ok'",
		"active":       fmt.Sprintf("select count(*) - %d from conversation where state <> 'closed'", together),
		"waiting":      fmt.Sprintf("select count(*) - %d from conversation where state = 'waiting'", together/2),
		"no one's":     "select count(*) from message m left join conversation v on v.id = m.conversation_id where v.customer_id is not m.customer_id",
		"unread":       "select count(*) from conversation v where unread <> case state when 'closed' then 0 else (select count(*) from message where conversation_id = v.id and dir = 'in' and id > v.read_id) end",
		"read by none": "select count(*) from conversation where agent_id = 0 and (read_id > 0 or state <> 'waiting')",
		"last":         "select count(*) from conversation v left join message m on m.id = (select max(id) from message where conversation_id = v.id and dir in ('in', 'out')) where (v.last_id, v.last_dir, v.last_text, v.last_state, v.last_at, v.last_agent) is not (m.id, m.dir, m.body ->> 'content', m.state, m.at, m.agent_id)",
		"waits since":  "select count(*) from conversation v where (waiting_since > 0) <> (state <> 'closed' and last_dir = 'in')",
		"newest":       "select count(*) from customer c where (conversation_id, conversations) is not (select max(id), count(*) from conversation where customer_id = c.id)",
		"two at once":  "select count(*) from (select 1 from conversation where state <> 'closed' group by customer_id having count(*) > 1)",
		"budget":       "select count(*) from customer c where message_left <> 5 - (select count(*) from message m where m.customer_id = c.id and m.dir = 'out' and m.id > (select max(id) from message where customer_id = c.id and dir = 'in'))",
		"window":       "select count(*) from customer c where message_since <> (select max(at) from message where customer_id = c.id and dir = 'in')",
		"order":        "select count(*) from message m join message n on n.id = m.id + 1 where n.at < m.at - 1000",
		"events":       "select count(*) from message m where event_id is not (select max(id) from event where message_id = m.id)",
		"event of":     "select count(*) from conversation v where event_id is not (select max(id) from event where conversation_id = v.id)",
		"sequence":     "select count(*) from sqlite_sequence where (name = 'message' and seq <> (select max(id) from message)) or (name = 'event' and seq <> (select max(id) from event))",
		"24 each":      "select count(*) from message where dir in ('in', 'out') and length(replace(body ->> 'content', '" + rare + "', '')) <> 24",
		"rare":         "select count(*) - 1 from message where body like '%" + rare + "%'",
		"attempts":     "select count(*) - (select count(*) from attempt) from message where dir = 'out'",
	} {
		var n int
		must(t, db.QueryRow(query).Scan(&n))
		if n != 0 {
			t.Errorf("%s: off by %d", what, n)
		}
	}
}

// lists asks the store.
func lists(t *testing.T, dir string) {
	db, err := store.Open(ctx, dir, store.Options{})
	must(t, err)
	defer db.Close()
	who, err := db.AgentByLogin(ctx, agent)
	must(t, err)
	active, err := db.ActiveConversations(ctx, &who)
	must(t, err)
	if len(active) != together {
		t.Errorf("%d are active", len(active))
	}
	must(t, untilIndexed(ctx, io.Discard, db))
	found, err := db.Search(ctx, &who, store.Query{Text: rare})
	must(t, err)
	if len(found.Hits) != 1 || found.Behind != 0 {
		t.Errorf("%d are found, %d behind", len(found.Hits), found.Behind)
	}
	// And it goes on from there.
	account, err := db.AccountByAppID(ctx, rig.Demo.AppID)
	must(t, err)
	push := &wechat.Push{ToUserName: rig.Demo.OriginalID, FromUserName: active[0].Customer.OpenID, CreateTime: time.Now().Unix(), MsgType: "text", Content: "在吗", MsgID: "1"}
	again, err := db.Receive(ctx, courier.Incoming(account.ID, push))
	must(t, err)
	v, err := db.Conversation(ctx, &who, active[0].ID)
	must(t, err)
	if again || v.Unread != active[0].Unread+1 || v.Last.ID != filled+1 {
		t.Errorf("the next message makes %+v", v)
	}
}

// play lets a conversation go through the store and gives its id.
func play(t *testing.T, dir string) (id int64) {
	now := time.Now().Add(-time.Hour)
	db, err := store.Open(ctx, dir, store.Options{Now: func() time.Time { return now }})
	must(t, err)
	defer db.Close()
	who, err := db.AgentByLogin(ctx, agent)
	must(t, err)
	account, err := db.AccountByAppID(ctx, rig.Demo.AppID)
	must(t, err)
	for i, kind := range script {
		now = now.Add(time.Minute)
		switch kind {
		case "in":
			push := &wechat.Push{ToUserName: rig.Demo.OriginalID, FromUserName: openid(1), CreateTime: now.Unix(), MsgType: "text", Content: "在吗", MsgID: fmt.Sprint(i)}
			push.Raw = push.Marshal()
			_, err := db.Receive(ctx, courier.Incoming(account.ID, push))
			must(t, err)
			v, err := db.NewestConversation(ctx, account.ID, openid(1))
			must(t, err)
			id = v.ID
		case "claimed":
			_, err := db.Claim(ctx, &who, id)
			must(t, err)
		case "out":
			v, err := db.Conversation(ctx, &who, id)
			must(t, err)
			_, err = db.Read(ctx, &who, id, v.Last.ID)
			must(t, err)
			m, _, _, err := db.Reply(ctx, &who, id, store.Draft{ClientID: fmt.Sprint("client-", i), Type: "text", Body: []byte(`{"content":"在的"}`), Anyway: true})
			must(t, err)
			now = now.Add(time.Minute) // longer than it can be taken back
			_, err = db.ClaimReplies(ctx, 10)
			must(t, err)
			must(t, db.Sent(ctx, m.ID, store.Result{State: "sent"}))
		case "ended":
			_, err := db.End(ctx, &who, id)
			must(t, err)
		}
	}
	return id
}

// rowsOf are all rows of a conversation, without what differs from one to the other:
// ids count within it, times and texts are only there or not.
func rowsOf(t *testing.T, db *sql.DB, conversation int64) (list []string) {
	t.Helper()
	ids := map[string]map[any]int{"message": {}, "event": {}}
	for _, query := range []string{
		"select * from message where conversation_id = $1 order by id", "select * from event where conversation_id = $1 order by id",
		"select * from conversation where id = $1", "select a.* from attempt a join message m on m.id = a.message_id where m.conversation_id = $1 order by m.id",
		"select * from customer where id = (select customer_id from conversation where id = $1)",
	} {
		rows, err := db.Query(query, conversation)
		must(t, err)
		names, err := rows.Columns()
		must(t, err)
		table := strings.Fields(query)[3]
		for rows.Next() {
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(any)
			}
			must(t, rows.Scan(values...))
			text := table
			for i, name := range names {
				text += " " + name + "=" + plain(ids, table, name, *values[i].(*any))
			}
			list = append(list, text)
		}
		must(t, rows.Err())
	}
	return list
}

func plain(ids map[string]map[any]int, table, name string, v any) string {
	number := func(of string) string {
		if v == int64(0) {
			return "0"
		}
		if ids[of][v] == 0 {
			ids[of][v] = len(ids[of]) + 1
		}
		return fmt.Sprint(ids[of][v])
	}
	switch {
	case name == "id" && (table == "message" || table == "event"):
		return number(table)
	case name == "message_id", name == "last_id", name == "read_id":
		return number("message")
	case name == "event_id" && table != "customer":
		return number("event")
	case strings.Contains(" retry_at client_id profile_at subscribed_at language conversations message_left ", " "+name+" "): // of undo, of WeChat's profile, of other conversations
		return "?"
	case v == nil || v == "" || v == int64(0):
		return fmt.Sprint(v)
	}
	if n, ok := v.(int64); ok && n < 1e12 && !strings.HasSuffix(name, "_id") && name != "id" {
		return fmt.Sprint(n)
	}
	if text, ok := v.(string); ok && len(text) <= len("conversation") && !strings.Contains(name, "text") {
		return text
	}
	return "…"
}
