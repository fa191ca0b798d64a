package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"kfdesk/store"
)

// planted is what the shop has: in all of it stands the word that no answer to wang may
// have.
type planted struct {
	path                         string // of the conversation, which is li's
	customer, media, quick, mine string // ids; mine is li's own quick reply
	message                      string // the customer's
}

const plantedWord = "planted"

// plants gives the shop one thing of each kind.
func (d *desk) plants(t *testing.T) (p planted) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	shop, err := d.Store.Account(ctx, 1)
	must(err)
	shop.Name = "planted shop"
	must(d.Store.UpdateAccount(ctx, store.Actor{}, shop))
	shop.Rules.Levels[0].Name, shop.Rules.Reasons = "planted level", []string{"planted reason"}
	must(d.Store.SetRules(ctx, store.Actor{}, 1, shop.Rules))
	must(d.Store.SetKFAccounts(ctx, 1, []store.KFAccount{{KFAccount: "li@hemu_life", Nickname: "planted li"}, {KFAccount: "chen@hemu_life", Nickname: "planted chen"}}))
	must(d.Store.SetTag(ctx, store.Actor{}, store.Tag{Account: 1, Name: "planted", Colour: 1}))
	must(d.Store.SetArticles(ctx, 1, "article", 1, []store.Article{{Ref: "planted", Title: "planted"}}))

	p.path = d.says(t, 1, "oplanted", "planted words")
	d.deed(t, "li", p.path+"/claim", nil)
	v := d.call(t, "li", "GET", p.path, nil).ok(t, 200)
	p.customer, p.message = fmt.Sprint(id(v, "conversation", "customer", "id")), fmt.Sprint(id(v, "conversation", "last", "id"))
	d.replies(t, "li", p.path, "planted reply")
	customer := "/api/v1/customers/" + p.customer
	d.call(t, "li", "PUT", customer+"/remark", object{"remark": "planted remark"}).ok(t, 200)
	d.call(t, "li", "POST", customer+"/memos", object{"text": "planted memo"}).ok(t, 200)
	d.call(t, "li", "POST", p.path+"/notes", object{"client_id": "0123456789", "content": "planted note", "mentions": []int64{d.ids["chen"]}}).ok(t, 201)
	d.call(t, "li", "PUT", p.path+"/draft", object{"text": "planted draft"}).ok(t, 200)
	quick := func(who, scope string, account int) string {
		t.Helper()
		return fmt.Sprint(id(d.call(t, who, "POST", quickreplies, object{"scope": scope, "account": account, "category": "planted cat", "title": "planted title", "type": "text",
			"body": object{"content": "planted content"}}).ok(t, 201), "quickreply", "id"))
	}
	p.quick, p.mine = quick("zhou", "team", 1), quick("li", "mine", 0)
	p.media = strings.TrimPrefix(d.medium(t, 1, "image/png", "planted.png", "planted picture"), "/media/")
	return p
}

// showsNone fails where an answer has what is the shop's.
func (a result) showsNone(t *testing.T, what string) {
	t.Helper()
	all := fmt.Sprint(a.header, a.body)
	if at := strings.Index(all, plantedWord); at >= 0 {
		t.Errorf("%s shows what is the shop's: …%s…", what, all[max(0, at-80):min(len(all), at+60)])
	}
}

// An id of another account is answered as one that does not exist, word for word.
// wang sees the cafe alone, first as an agent, then as a supervisor; what is asked
// for belongs to the shop. TestNothingOfAnotherAccountIsReached does the same over
// the routes of the API.
func TestPagesOfAnotherAccountAreAsNone(t *testing.T) {
	d := newDesk(t)
	p := d.plants(t)
	wang, err := d.Store.Agent(ctx, d.ids["wang"])
	if err != nil {
		t.Fatal(err)
	}
	things := map[string][]string{"/media/": {p.media}, "/quick-replies/": {p.quick, p.mine}, "/customers/": {p.customer}}
	for _, role := range []string{"agent", "supervisor"} {
		wang.Role = role
		if err := d.Store.UpdateAgent(ctx, store.Actor{}, wang); err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, r := range d.guarded() {
			if !strings.Contains(r.Path, "/:") || routes[r.Method+" "+r.Path] == public || strings.HasPrefix(r.Path, "/profile/two-step/") || strings.HasPrefix(r.Path, "/api/") {
				continue
			}
			ids := []string{"1"} // a thing of the admins
			for prefix, list := range things {
				if strings.HasPrefix(r.Path, prefix) {
					ids = list
				}
			}
			for _, one := range ids {
				there, none := parameter.ReplaceAllString(r.Path, one), parameter.ReplaceAllString(r.Path, "987654")
				got, want := d.browse(t, "wang", r.Method, there), d.browse(t, "wang", r.Method, none)
				got.showsNone(t, r.Method+" "+there+" as "+role)
				if got.status != want.status || got.plain() != want.plain() || got.header.Get("Location") != want.header.Get("Location") {
					t.Errorf("%s %s as %s: %d, but %d for what is not there", r.Method, there, role, got.status, want.status)
				}
				if who := routes[r.Method+" "+r.Path]; (who == agent || who == role) && len(r.Path) > 0 && !strings.Contains(r.Path, "sessions") && got.status != 404 {
					t.Errorf("%s %s as %s: %d, which is not none", r.Method, there, role, got.status)
				}
				tried++
			}
		}
		if tried < 45 {
			t.Errorf("only %d routes were tried", tried)
		}
	}
	for _, page := range []string{"/customers/" + p.customer, "/quick-replies/" + p.quick, "/media/" + p.media} {
		if got := d.browse(t, "zhou", "GET", page); got.status != 200 || !strings.Contains(got.body, plantedWord) {
			t.Errorf("%s by an admin: %d, which is to show it", page, got.status)
		}
	}
}

var answerOf = regexp.MustCompile(`"request":"[0-9a-f]*"|"detail":\{"agent":[0-9]+\}|"(read_id|unread|event)":[0-9]+`)

// plain is the body of an answer without what is of its own request: the number, the
// colleague who was named, how far one's own conversation is read.
func (a result) plain() string { return answerOf.ReplaceAllString(a.body, "") }

// Ids inside of a request are none either: wang names, from a conversation of the
// cafe, what is the shop's, and is told the same as of what does not exist.
func TestIDsOfAnotherAccountInsideOfRequests(t *testing.T) {
	d := newDesk(t)
	p := d.plants(t)
	cafe := d.says(t, 2, "o2", "hello")
	d.deed(t, "wang", cafe+"/claim", nil)
	customer := fmt.Sprintf("/api/v1/customers/%d", id(d.call(t, "wang", "GET", cafe, nil).ok(t, 200), "conversation", "customer", "id"))
	for name, tt := range map[string]struct {
		method, path, body, there string
	}{
		"to a colleague":               {"POST", cafe + "/transfer", `{"to":%s}`, fmt.Sprint(d.ids["li"])},
		"inviting a colleague":         {"POST", cafe + "/invite", `{"to":%s}`, fmt.Sprint(d.ids["li"])},
		"a note's colleague":           {"POST", cafe + "/notes", `{"client_id":"0123456789","content":"x","mentions":[%s]}`, fmt.Sprint(d.ids["li"])},
		"ending":                       {"POST", conversations + "end", `{"ids":[%s]}`, p.path[len(conversations):]},
		"a picture":                    {"POST", cafe + "/messages", `{"client_id":"0123456789","type":"image","body":{},"media":%s}`, p.media},
		"a picture of a card":          {"POST", cafe + "/messages", `{"client_id":"card456789","type":"miniprogrampage","body":{"title":"t","appid":"wx0123456789abcdef","pagepath":"pages/a"},"thumb":%s}`, p.media},
		"a draft's file":               {"PUT", cafe + "/draft", `{"text":"x","files":[{"place":"image","media":%s}]}`, p.media},
		"a quick reply's":              {"POST", quickreplies, `{"scope":"mine","account":2,"title":"t","type":"image","body":{},"media":%s}`, p.media},
		"that of a quick reply's card": {"POST", quickreplies, `{"scope":"mine","account":2,"title":"t","type":"miniprogrampage","body":{"title":"t","appid":"wx0123456789abcdef","pagepath":"pages/a"},"thumb":%s}`, p.media},
		"a quick reply for":            {"POST", quickreplies, `{"scope":"mine","account":%s,"title":"t","type":"text","body":{"content":"x"}}`, "1"},
		"a tag":                        {"PUT", customer + "/tags", `{"add":[%s]}`, "1"},
		"the list of":                  {"GET", "/api/v1/conversations?list=waiting&account=%s", "", "1"},
		"a search in":                  {"GET", "/api/v1/search?q=planted&account=%s", "", "1"},
		"a search of":                  {"GET", "/api/v1/search?q=planted&agent=%s", "", fmt.Sprint(d.ids["li"])},
		"an upload to":                 {"POST", "/api/v1/media?kind=image&account=%s", "x", "1"},
		"reading":                      {"POST", cafe + "/read", `{"message":%s}`, p.message},
	} {
		ask := func(id string) result {
			body := tt.body
			if strings.Contains(body, "%s") {
				body = fmt.Sprintf(body, id)
			}
			return d.call(t, "wang", tt.method, strings.Replace(tt.path, "%s", id, 1), body)
		}
		got, want := ask(tt.there), ask("987654")
		got.showsNone(t, name)
		if got.status != want.status || got.plain() != want.plain() {
			t.Errorf("%s: %d %s\nbut of what is not there: %d %s", name, got.status, got.body, want.status, want.body)
		}
	}
}

// No list, count, page or search shows anything of an account that is not seen: words
// that stand everywhere in the shop are in no answer to wang, who sees the cafe alone.
func TestListsShowNothingOfAnotherAccount(t *testing.T) {
	d := newDesk(t)
	d.withPhone()
	d.plants(t)
	d.search(t, "li", "q=planted") // the index knows all of it
	addresses := []string{"/api/v1/search?q=planted", "/api/v1/search?q=planted&account=1"}
	for _, list := range []string{"waiting", "mine", "open", "all", "ended", "blocked", "closed", ""} {
		addresses = append(addresses, "/api/v1/conversations?list="+list, "/api/v1/conversations?account=1&list="+list)
	}
	for _, r := range d.guarded() {
		if r.Method == "GET" && !strings.ContainsAny(r.Path, ":*") {
			addresses = append(addresses, r.Path)
		}
	}
	wang, err := d.Store.Agent(ctx, d.ids["wang"])
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"agent", "supervisor"} {
		wang.Role = role
		if err := d.Store.UpdateAgent(ctx, store.Actor{}, wang); err != nil {
			t.Fatal(err)
		}
		for _, address := range addresses {
			d.browse(t, "wang", "GET", address).showsNone(t, address+" as "+role)
		}
	}
	for who, address := range map[string]string{"li": "/api/v1/search?q=planted", "zhou": "/quick-replies", "chen": "/api/v1/mentions"} {
		if !strings.Contains(d.browse(t, who, "GET", address).body, "planted") {
			t.Errorf("%s does not see it at %s either", who, address)
		}
	}
}

// Over the socket neither: to open a conversation of another account, or to type in
// it, is to name one that does not exist.
func TestSocketOpensNothingOfAnotherAccount(t *testing.T) {
	l := newLive(t)
	shop, cafe := l.says(t, 1, "o1", "planted"), l.says(t, 2, "o2", "hello")
	wang, zhou := l.dial(t, "wang", l.newest(t)), l.dial(t, "zhou", l.newest(t))
	zhou.opens(t, shop)
	number := strings.TrimPrefix(shop, conversations)
	for _, signal := range []string{`{"open":` + number + `}`, `{"open":987654}`, `{"typing":` + number + `}`, `{"open":` + number + `,"typing":` + number + `}`} {
		wang.says(t, signal)
	}
	l.says(t, 1, "o1", "planted too")
	l.call(t, "zhou", "POST", shop+"/notes", object{"client_id": "0123456789", "content": "planted note"}).ok(t, 201)
	wang.says(t, `{"open":`+strings.TrimPrefix(cafe, conversations)+`}`)
	l.says(t, 2, "o2", "the last")
	for opened, last := false, false; !opened || !last; { // whichever comes first
		frame := wang.next(t)
		if text := fmt.Sprint(frame); strings.Contains(text, "planted") || fmt.Sprint(frame["conversation"]) == number && frame["signal"] != nil {
			t.Fatalf("wang is shown %v", text)
		}
		if o := frame["opened"]; o != nil {
			if opened || fmt.Sprint(o) != strings.TrimPrefix(cafe, conversations) {
				t.Errorf("wang has opened %v", o)
			}
			opened = true
		}
		last = last || dig(frame, "conversation", "last", "text") == "the last"
	}
	// Nobody is told of them there.
	wang.says(t, `{"typing":`+number+`}`)
	l.says(t, 1, "o1", "the very last")
	for {
		frame := zhou.next(t)
		if frame["signal"] == "together" && strings.Contains(fmt.Sprint(frame["looking"], frame["typing"]), fmt.Sprint(l.ids["wang"])) && fmt.Sprint(frame["conversation"]) == number {
			t.Fatalf("zhou is told of wang: %v", frame)
		}
		if dig(frame, "conversation", "last", "text") == "the very last" {
			break
		}
	}
}
