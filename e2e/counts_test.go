package e2e

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// database is the desk's own, to be looked at while it runs.
func (d *desk) database() *sql.DB {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.data, "kfdesk.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	must(d.t, err)
	d.t.Cleanup(func() { db.Close() })
	return db
}

// crowd does at random what customers and agents do, all at once. What a rule
// refuses is part of it.
type crowd struct {
	*desk
	people []string
	tokens map[string]string // login → for the JSON API
	agents []string
	n      int // conversations there may be
}

// deeds of agents, with how often each comes.
var deeds = []struct {
	often        int
	method, path string
	body         func(r *rand.Rand) any
}{
	{10, "POST", "conversations/%d/claim", nil},
	{4, "POST", "conversations/claim-next", nil},
	{12, "POST", "conversations/%d/messages", func(r *rand.Rand) any {
		return map[string]any{"client_id": fmt.Sprintf("client-%016x", r.Uint64()), "type": "text", "body": map[string]string{"content": "好的"}, "anyway": true}
	}},
	{8, "POST", "conversations/%d/read", func(r *rand.Rand) any { return map[string]int64{"message": r.Int64N(1 << 20)} }},
	{7, "POST", "conversations/%d/end", nil},
	{2, "POST", "conversations/%d/reopen", nil},
	{3, "POST", "conversations/%d/transfer", func(r *rand.Rand) any { return map[string]int64{"to": r.Int64N(4)} }},
	{2, "POST", "conversations/%d/take-over", nil},
	{2, "PUT", "customers/%d/vip", func(r *rand.Rand) any { return map[string]int{"level": r.IntN(4)} }},
	{1, "PUT", "customers/%d/remark", func(r *rand.Rand) any { return map[string]string{"remark": fmt.Sprint("备注", r.IntN(100))} }},
	{1, "POST", "conversations/%d/notes", func(r *rand.Rand) any {
		return map[string]string{"client_id": fmt.Sprintf("client-%016x", r.Uint64()), "content": "看一下"}
	}},
}

// does one deed by somebody.
func (c *crowd) does(r *rand.Rand) {
	if r.IntN(100) < 48 {
		c.writes(r, c.people[r.IntN(len(c.people))])
		return
	}
	n := r.IntN(52)
	for _, deed := range deeds {
		if n -= deed.often; n >= 0 {
			continue
		}
		path, most := deed.path, c.n
		if strings.HasPrefix(path, "customers/") {
			most = len(c.people)
		}
		if strings.Contains(path, "%d") {
			path = fmt.Sprintf(path, 1+r.IntN(most))
		}
		body := "{}"
		if deed.body != nil {
			b, _ := json.Marshal(deed.body(r)) // texts and numbers always encode
			body = string(b)
		}
		c.asks(c.agents[r.IntN(len(c.agents))], deed.method, path, body)
		return
	}
}

// goes does n deeds, four at a time.
func (c *crowd) goes(round, part, n int) {
	var all sync.WaitGroup
	for hand := range 4 {
		r := rand.New(rand.NewPCG(uint64(round), uint64(10*part+hand)))
		all.Go(func() {
			for range n / 4 {
				c.does(r)
			}
		})
	}
	all.Wait()
}

// writes lets a customer write, go or come back.
func (c *crowd) writes(r *rand.Rand, openid string) {
	var err error
	switch r.IntN(40) {
	case 0:
		err = c.box.Unfollow(openid)
	case 1, 2:
		err = c.box.Follow(openid, "")
	default:
		_, err = c.box.Text(openid, fmt.Sprint("第 ", r.Int64(), " 句"))
	}
	if err != nil && !errors.Is(err, sandbox.ErrNotFollowing) && !errors.Is(err, sandbox.ErrFollowing) {
		c.t.Error(err)
	}
}

// asks may be refused, but never fails.
func (c *crowd) asks(login, method, path, body string) {
	answer, text, err := c.ask(c.tokens[login], method, path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return
	}
	if answer.StatusCode >= 500 || answer.StatusCode == 400 {
		c.t.Errorf("%s %s %s: %s %s", method, path, body, answer.Status, text)
	}
}

// counts are the numbers that an agent's tab shows, as the database has them.
func counts(t testing.TB, db *sql.DB, login string) string {
	t.Helper()
	var mine, waiting, all, ended, unread int
	today := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60))
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location())
	must(t, db.QueryRow(`select count(*) filter (where state = 'open' and agent_id = me.id), count(*) filter (where state = 'waiting'),
		count(*) filter (where state <> 'closed'), count(*) filter (where state = 'closed' and closed_at >= $2),
		count(*) filter (where state = 'open' and agent_id = me.id and unread > 0)
		from conversation, (select id from agent where login = $1) me`, login, midnight.UnixMilli()).Scan(&mine, &waiting, &all, &ended, &unread))
	title := ""
	if todo := waiting + unread; todo > 0 {
		title = fmt.Sprintf("(%d)", todo)
	}
	return fmt.Sprintf("mine %d, waiting %d, all %d, ended %d, title %s", mine, waiting, all, ended, title)
}

// countsShown are those that stand on the screen.
const countsShown = `(() => {
	const number = (view) => [...view.querySelector('.count')?.childNodes ?? []].find((node) => node.nodeType === 3 && node.data.trim())?.data ?? '0';
	const [mine, waiting, all, ended] = [...document.querySelectorAll('.view')].map(number);
	return 'mine ' + mine + ', waiting ' + waiting + ', all ' + all + ', ended ' + ended + ', title ' + (document.title.match(/\(\d+\)/)?.[0] ?? '');
})()`

// countsLike waits until the page has the numbers of the database.
func (p *page) countsLike(db *sql.DB, login, when string) {
	p.t.Helper()
	want, got := counts(p.t, db, login), ""
	eventually(p.t, p.name+": the numbers "+when, func() bool {
		got, _ = try[string](p, countsShown)
		return got == want
	}, func() string { return fmt.Sprintf("shown %s\nstored %s", got, want) })
}

// After 10,000 events at random, whose order nobody knows, over connections that
// break: the numbers that each agent sees are those of the database, and a page
// loaded anew shows the same.
func TestCountsAreTheDatabases(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.colleague("laotang", "老唐", "supervisor")
	c := &crowd{desk: d, agents: []string{"xiaoli", "jiayi", "laotang"}, tokens: map[string]string{}}
	network := newProxy(t, d.URL)
	var pages []*page
	for _, name := range c.agents {
		c.tokens[name] = command(t, nil, "token", "add", "-login", name, "-data", d.data)["token"].(string)
		p := login(t, network.URL, name, password, look{})
		p.watch.expect("ERR_CONNECTION_REFUSED")
		pages = append(pages, p)
	}
	for i := range 60 {
		c.people = append(c.people, d.customer(fmt.Sprint("客户", i)))
		d.says(c.people[i], "你好")
	}
	db := d.database()
	const rounds, each, cut = 10, 1000, 120
	for round := range rounds {
		must(t, db.QueryRow("select max(id) from conversation").Scan(&c.n))
		c.goes(round, 0, each-cut)
		network.cut() // what happens now is told afterwards
		c.goes(round, 1, cut)
		network.mend()
		d.settle()
		d.delivered(db)
		for i, p := range pages {
			p.countsLike(db, c.agents[i], fmt.Sprint("after ", (round+1)*each))
		}
		fresh := pages[round%len(pages)] // knows what is ended only as a number
		fresh.reload()
		fresh.live(1)
	}
	for i, p := range pages {
		p.reload()
		p.live(1)
		p.countsLike(db, c.agents[i], "of a new page")
	}
}

// delivered waits until the console has brought out all replies.
func (d *desk) delivered(db *sql.DB) {
	d.t.Helper()
	var left int
	eventually(d.t, "no reply left", func() bool {
		must(d.t, db.QueryRow("select count(*) from message where dir = 'out' and state in ('pending', 'sending')").Scan(&left))
		return left == 0
	}, func() string { return fmt.Sprint(left, " are left") })
}
