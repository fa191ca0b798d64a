package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// The names in the JSON shapes of the contract.
const (
	accountShape      = "id name appid wechat_id rules tags refused"
	agentShape        = "id login name role presence capacity active bindings"
	bindingShape      = "account account_name kf_account nick avatar"
	conversationShape = "id account state agent customer unread read_id waiting_since created_at claimed_at first_reply_at closed_at returned_at raised_at reason last grants event"
	customerShape     = "id openid remark language vip following source subscribed_at conversations session blocked_at tags event"
	lastShape         = "id dir type text state agent at"
	grantShape        = "left total since until cause"
	messageShape      = "id conversation customer dir type body at event agent kf_account nick state errcode errmsg attempts retry_at client_id nth of sent_at"
	mediaShape        = "id state mime size width height duration name error"
)

// shape fails unless o is an object with all the names of must, and no others
// than those of may.
func shape(t *testing.T, what string, o any, must, may string) {
	t.Helper()
	m, ok := o.(object)
	if !ok {
		t.Errorf("%s is %v, not an object", what, o)
	}
	for _, name := range strings.Fields(must) {
		if _, ok := m[name]; !ok {
			t.Errorf("%s has no %s", what, name)
		}
	}
	for name := range m {
		if !slices.Contains(strings.Fields(must+" "+may), name) {
			t.Errorf("%s has %s", what, name)
		}
	}
}

func conversationShaped(t *testing.T, o any) object {
	t.Helper()
	shape(t, "conversation", o, conversationShape, "")
	shape(t, "customer", dig(o, "customer"), customerShape, "")
	shape(t, "last", dig(o, "last"), lastShape, "")
	shape(t, "grants", dig(o, "grants"), "", "message action")
	for _, kind := range []string{"message", "action"} {
		if g := dig(o, "grants", kind); g != nil {
			shape(t, kind, g, grantShape, "")
		}
	}
	v, _ := o.(object)
	return v
}

// says lets a customer write to an official account, or send a picture when
// they have no words, and gives the conversation.
func (d *desk) says(t *testing.T, account int64, customer, words string) string {
	t.Helper()
	a, err := d.Store.Account(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	n := d.number()
	p := &wechat.Push{ToUserName: a.OriginalID, FromUserName: customer, CreateTime: d.clock.Now().Unix(), MsgType: "text", MsgID: n, Content: words}
	if words == "" {
		p.MsgType, p.MediaID, p.PicURL = "image", "media_id", "http://mmbiz.qpic.cn/1"
	}
	d.send(t, request("POST", callbackURL(a.AppID, d.signed(n)), strings.NewReader(string(p.Marshal())))).taken(t)
	v, err := d.Store.NewestConversation(t.Context(), account, customer)
	if err != nil {
		t.Fatal(err)
	}
	return conversations + strconv.FormatInt(v.ID, 10)
}

const conversations = "/api/v1/conversations/"

func TestMe(t *testing.T) {
	d := newDesk(t)
	me := d.call(t, "li", "GET", "/api/v1/me", nil).ok(t, 200)
	shape(t, "me", me, "me accounts agents", "")
	shape(t, "agent", me["me"], agentShape, "")
	shape(t, "binding", me["me"].(object)["bindings"].([]any)[0], bindingShape, "")
	if got := fmt.Sprint(me["me"]); !strings.Contains(got, "login:li") || !strings.Contains(got, "kf_account:li@hemu_life nick:小李") {
		t.Errorf("li is %s", got)
	}
	accounts := me["accounts"].([]any)
	if len(accounts) != 1 {
		t.Fatalf("li sees %d accounts", len(accounts))
	}
	shape(t, "account", accounts[0], accountShape, "")
	if n := len(me["agents"].([]any)); n != 5 {
		t.Errorf("%d agents", n)
	}
	if n := len(d.call(t, "zhou", "GET", "/api/v1/me", nil).ok(t, 200)["accounts"].([]any)); n != 2 {
		t.Errorf("the admin sees %d accounts", n)
	}
}

func TestListsOfConversations(t *testing.T) {
	d := newDesk(t)
	first := d.says(t, 1, "o1", "hello")
	d.says(t, 1, "o2", "")
	d.says(t, 2, "o3", "coffee?")
	d.clock.Advance(time.Minute)
	d.call(t, "li", "POST", first+"/claim", nil).ok(t, 200)

	active := d.call(t, "li", "GET", "/api/v1/conversations?view=active", nil).ok(t, 200)
	shape(t, "active", active, "since now conversations counts", "")
	list := active["conversations"].([]any)
	if len(list) != 2 || active["now"] != float64(noon+60_000) {
		t.Fatalf("%d conversations at %v", len(list), active["now"])
	}
	v := conversationShaped(t, list[0])
	if v["state"] != "open" || v["agent"] != float64(d.ids["li"]) || v["unread"] != 1.0 || v["waiting_since"] != float64(noon) ||
		v["claimed_at"] != float64(noon+60_000) || dig(v, "last", "text") != "hello" || dig(v, "grants", "message", "left") != 5.0 {
		t.Errorf("the claimed one: %v", v)
	}
	if v := conversationShaped(t, list[1]); v["state"] != "waiting" || v["agent"] != 0.0 || dig(v, "last", "type") != "image" {
		t.Errorf("the waiting one: %v", v)
	}
	newest, _, err := d.Store.LastEvent(t.Context())
	if err != nil || active["since"] != float64(newest) {
		t.Errorf("since is %v, not %d", active["since"], newest)
	}
	if all := d.call(t, "zhou", "GET", "/api/v1/conversations", nil).ok(t, 200)["conversations"].([]any); len(all) != 3 {
		t.Errorf("the admin sees %d", len(all))
	}
}

func TestEndedConversations(t *testing.T) {
	d := newDesk(t)
	empty := d.call(t, "li", "GET", "/api/v1/conversations?view=ended", nil).ok(t, 200)
	if list, ok := empty["conversations"].([]any); !ok || len(list) != 0 || empty["more"] != false {
		t.Errorf("nothing ended: %v", empty)
	}
	var paths []string
	for i := range store.EndedPage + 3 {
		path := d.says(t, 1, fmt.Sprintf("o%d", i), "hello")
		d.call(t, "li", "POST", path+"/claim", nil).ok(t, 200)
		d.clock.Advance(time.Second)
		d.call(t, "li", "POST", path+"/end", nil).ok(t, 200)
		paths = append(paths, path)
	}
	slices.Reverse(paths)
	page := d.call(t, "li", "GET", "/api/v1/conversations?view=ended", nil).ok(t, 200)
	shape(t, "ended", page, "since conversations more", "")
	list := page["conversations"].([]any)
	if len(list) != store.EndedPage || page["more"] != true {
		t.Fatalf("%d, more %v", len(list), page["more"])
	}
	last := id(conversationShaped(t, list[len(list)-1]), "id")
	rest := d.call(t, "li", "GET", "/api/v1/conversations?view=ended&before="+strconv.FormatInt(last, 10), nil).ok(t, 200)
	list = append(list, rest["conversations"].([]any)...)
	if rest["more"] != false || len(list) != len(paths) {
		t.Fatalf("%d in all, more %v", len(list), rest["more"])
	}
	for i, v := range list {
		if path := conversations + strconv.FormatInt(id(v, "id"), 10); path != paths[i] {
			t.Fatalf("the %d. is %s, want %s", i, path, paths[i])
		}
	}
	if n := len(d.call(t, "wang", "GET", "/api/v1/conversations?view=ended", nil).ok(t, 200)["conversations"].([]any)); n != 0 {
		t.Errorf("wang sees %d of another account", n)
	}
}

// Today is the browser's day, not the server's.
func TestCountsOfToday(t *testing.T) {
	d := newDesk(t)
	at := func(clock string) {
		when, err := time.Parse("2006-01-02 15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		d.clock.ms.Store(when.UnixMilli())
	}
	for i, clock := range []string{"2025-01-01 15:59", "2025-01-01 16:00", "2025-01-01 23:59", "2025-01-02 00:00"} {
		at(clock)
		path := d.says(t, 1, fmt.Sprintf("o%d", i), "hello")
		d.call(t, "li", "POST", path+"/claim", nil).ok(t, 200)
		d.call(t, "li", "POST", path+"/end", nil).ok(t, 200)
	}
	at("2025-01-02 00:30")
	for query, want := range map[string]float64{"": 1, "?zone=0": 1, "?zone=480": 3, "?zone=-60": 4, "?zone=60": 2, "?zone=99999": 4, "?zone=x": 1} {
		counts := d.call(t, "li", "GET", "/api/v1/counts"+query, nil).ok(t, 200)
		shape(t, "counts", counts, "ended_today since", "")
		if counts["ended_today"] != want {
			t.Errorf("counts%s: %v, want %v", query, counts["ended_today"], want)
		}
		list := d.call(t, "li", "GET", "/api/v1/conversations"+query, nil).ok(t, 200)
		if got := dig(list, "counts", "ended_today"); got != want {
			t.Errorf("conversations%s: %v, want %v", query, got, want)
		}
	}
}

func TestTimeline(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "0")
	d.call(t, "li", "POST", path+"/claim", nil).ok(t, 200)
	for i := 1; i < 120; i++ {
		d.says(t, 1, "o1", strconv.Itoa(i))
	}
	page := func(query string, count int, more bool) []any {
		t.Helper()
		got := d.call(t, "chen", "GET", path+"/messages"+query, nil).ok(t, 200)
		shape(t, "timeline", got, "since messages more", "")
		list := got["messages"].([]any)
		if len(list) != count || got["more"] != more {
			t.Fatalf("messages%s: %d, more %v; want %d, %v", query, len(list), got["more"], count, more)
		}
		for i := 1; i < len(list); i++ {
			if id(list[i-1], "id") >= id(list[i], "id") {
				t.Fatalf("messages%s are not in order", query)
			}
		}
		return list
	}
	all := page("?limit=200", 121, false)
	shape(t, "text", all[0], messageShape, "")
	if claimed := all[1]; dig(claimed, "type") != "claimed" || dig(claimed, "dir") != "event" || dig(claimed, "agent") != float64(d.ids["li"]) ||
		dig(claimed, "body", "waited_ms") != 0.0 {
		t.Errorf("the claim: %v", claimed)
	}
	num := func(i int) string { return strconv.FormatInt(id(all[i], "id"), 10) }
	newest := page("", 50, true)
	older := page("?before="+strconv.FormatInt(id(newest[0], "id"), 10), 50, true)
	oldest := page("?before="+strconv.FormatInt(id(older[0], "id"), 10), 21, false)
	if got := slices.Concat(oldest, older, newest); fmt.Sprint(got) != fmt.Sprint(all) {
		t.Error("the pages do not make up the timeline")
	}
	if got := page("?limit=3&after="+num(9), 3, true); fmt.Sprint(got) != fmt.Sprint(all[10:13]) {
		t.Errorf("after: %v", got)
	}
	page("?after="+num(118), 2, false)
	page("?after="+num(120), 0, false)
	page("?before="+num(0), 0, false)
	page("?limit=0", 1, true)
	page("?limit=9999", 121, false)
}

// A customer's timeline goes on over their conversations.
func TestTimelineOverConversations(t *testing.T) {
	d := newDesk(t)
	first := d.says(t, 1, "o1", "yesterday")
	d.call(t, "li", "POST", first+"/claim", nil).ok(t, 200)
	d.call(t, "li", "POST", first+"/end", nil).ok(t, 200)
	d.clock.Advance(time.Hour)
	second := d.says(t, 1, "o1", "today")
	if first == second {
		t.Fatal("the conversation of an hour ago was reopened")
	}
	a := d.call(t, "li", "GET", first+"/messages", nil).ok(t, 200)["messages"]
	b := d.call(t, "li", "GET", second+"/messages", nil).ok(t, 200)["messages"]
	if fmt.Sprint(a) != fmt.Sprint(b) || len(a.([]any)) != 4 {
		t.Errorf("two timelines of one customer:\n%v\n%v", a, b)
	}
}

func TestOneConversation(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	got := d.call(t, "li", "GET", path, nil).ok(t, 200)
	shape(t, "answer", got, "since conversation", "")
	conversationShaped(t, got["conversation"])
	for _, path := range []string{conversations + "99", conversations + "0", conversations + "-1", conversations + "x", conversations + "99999999999999999999"} {
		d.call(t, "li", "GET", path, nil).refused(t, 404, "not_found")
	}
}
