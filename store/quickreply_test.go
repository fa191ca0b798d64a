package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// quick is a text of the team (0), or of an agent, that must be taken.
func (d *desk) quick(agent int64, code string) QuickReply {
	by := &d.admin
	if agent == d.li.ID {
		by = &d.li
	}
	d.pushes++
	q, err := d.AddQuickReply(ctx, by, QuickReply{Agent: agent, Code: code, Title: fmt.Sprint("title ", d.pushes)}, d.draft("hello"))
	if err != nil {
		panic(err)
	}
	return q
}

func (w *walked) quick(agent int64, code string) QuickReply {
	w.Helper()
	return w.desk.quick(agent, code)
}

func orNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// codes are those of the quick replies that an agent may use, in order.
func (d *desk) codes(t testing.TB, a *Agent) string {
	t.Helper()
	var list []string
	for _, q := range must(d.QuickReplies(ctx, a))(t) {
		list = append(list, q.Code)
	}
	return strings.Join(list, " ")
}

func TestSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"":       "",
		"灯罩换新":   "deng/ding zhao huan xin",
		"长 VIP3": "zhang/chang - v i p 3",
		"绿：é":    "lv/lu - é",
	} {
		equal(t, text, spell(text), want)
	}
}

// The team's are kept by supervisors and admins, and used by all; one's own are
// nobody else's.
func TestWhoMayDoWhatWithQuickReplies(t *testing.T) {
	d := openDesk(t)
	boss := d.addAgent(t, "lead", "supervisor", "")
	draft := d.draft("hello")
	_, err := d.AddQuickReply(ctx, &d.li, QuickReply{Title: "t"}, draft)
	refused(t, err, "not_supervisor")
	team := must(d.AddQuickReply(ctx, &boss, QuickReply{Title: "t", Code: "/HX"}, draft))(t)
	equal(t, "the code as it is kept", team.Code, "hx")
	own := d.quick(d.li.ID, "mine")
	_, err = d.AddQuickReply(ctx, &d.su, QuickReply{Agent: d.li.ID, Title: "t"}, draft)
	equal(t, "for somebody else", err, ErrNotFound)

	equal(t, "li's", d.codes(t, &d.li), "hx mine")
	equal(t, "su's", d.codes(t, &d.su), "hx")
	equal(t, "the admin's", d.codes(t, &d.admin), "hx")
	for _, a := range []*Agent{&d.su, &d.admin} {
		equal(t, "another's", d.RemoveQuickReply(ctx, a, own.ID), ErrNotFound)
		_, err := d.UseQuickReply(ctx, a, own.ID)
		equal(t, "another's", err, ErrNotFound)
		equal(t, "another's", d.MoveQuickReply(ctx, a, own.ID, true), ErrNotFound)
		equal(t, "another's", d.UpdateQuickReply(ctx, a, own, nil), ErrNotFound)
		_, err = d.QuickReply(ctx, a, own.ID)
		equal(t, "another's", err, ErrNotFound)
	}
	refused(t, d.RemoveQuickReply(ctx, &d.li, team.ID), "not_supervisor")
	refused(t, d.MoveQuickReply(ctx, &d.li, team.ID, true), "not_supervisor")
	refused(t, d.UpdateQuickReply(ctx, &d.li, team, nil), "not_supervisor")
	own.Agent = 0
	refused(t, d.UpdateQuickReply(ctx, &d.li, own, nil), "not_supervisor")
	team.Agent = d.li.ID // takes it from the team
	refused(t, d.UpdateQuickReply(ctx, &d.li, team, nil), "not_supervisor")
	ok(t, d.RemoveQuickReply(ctx, &boss, team.ID))
	ok(t, d.RemoveQuickReply(ctx, &d.li, own.ID))
	equal(t, "li's", d.codes(t, &d.li), "")
}

func TestFieldsOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	d.quick(0, "hx")
	for name, c := range map[string]struct {
		q    QuickReply
		code string
	}{
		"without a title":   {QuickReply{Title: " "}, "empty"},
		"a long title":      {QuickReply{Title: strings.Repeat("长", QuickTitleMost+1)}, "too_long"},
		"a long category":   {QuickReply{Title: "t", Category: strings.Repeat("长", QuickCategoryMost+1)}, "too_long"},
		"a space in a code": {QuickReply{Title: "t", Code: "a b"}, "bad_code"},
		"a slash in a code": {QuickReply{Title: "t", Code: "a/b"}, "bad_code"},
		"a long code":       {QuickReply{Title: "t", Code: strings.Repeat("a", 21)}, "bad_code"},
		"a code twice":      {QuickReply{Title: "t", Code: "HX"}, "code_taken"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.AddQuickReply(ctx, &d.admin, c.q, d.draft("hello"))
			refused(t, err, c.code)
		})
	}
	d.quick(d.li.ID, "hx") // as the team has it
	q := d.quick(0, "")
	d.quick(0, "") // without a code there is nothing to be taken
	q.Code = "hx"
	refused(t, d.UpdateQuickReply(ctx, &d.admin, q, nil), "code_taken")
	q.Code, q.Title = "", "换新"
	other := d.draft("other")
	ok(t, d.UpdateQuickReply(ctx, &d.admin, q, &other))
	now := must(d.QuickReply(ctx, &d.li, q.ID))(t)
	equal(t, "as it is now", now.Spelling+string(now.Body), `huan xin{"content":"other"}`)
}

// What holds a file belongs to an official account, and who does not see that
// does not see it.
func TestQuickRepliesWithFiles(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	file := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: "h"}))(t)
	foreign := must(d.AddMedia(ctx, Media{Account: other, Kind: "image", Hash: "h"}))(t)
	draft := Draft{Type: "image", Body: []byte(`{}`), MediaID: file.ID}
	add := func(a *Agent, agent, account int64, d2 Draft) (QuickReply, error) {
		return d.AddQuickReply(ctx, a, QuickReply{Title: "t", Agent: agent, Account: account}, d2)
	}
	_, err := add(&d.li, d.li.ID, 0, draft)
	refused(t, err, "empty")
	_, err = add(&d.li, d.li.ID, other, draft)
	equal(t, "of an account that is not seen", err, ErrNotFound)
	draft.MediaID = foreign.ID
	_, err = add(&d.li, d.li.ID, d.account, draft)
	refused(t, err, "no_media")
	_, err = add(&d.li, d.li.ID, d.account, Draft{Type: "mpnewsarticle", Body: []byte(`{}`), Article: "none"})
	refused(t, err, "bad_article")
	draft.MediaID = file.ID
	q := must(add(&d.admin, 0, d.account, draft))(t)
	equal(t, "its file", q.Media.ID, file.ID)
	equal(t, "seen by li", len(must(d.QuickReplies(ctx, &d.li))(t)), 1)
	q.Body, q.Title = []byte(`{"x":1}`), "u"
	ok(t, d.UpdateQuickReply(ctx, &d.admin, q, nil))
	equal(t, "what it sends stays", string(must(d.QuickReply(ctx, &d.li, q.ID))(t).Body), "{}")
	cover := must(d.AddMedia(ctx, Media{Account: d.account, Kind: "image", Hash: "i"}))(t)
	news := Draft{Type: "news", Body: []byte(`{"title":"n"}`), MediaID: cover.ID}
	ok(t, d.UpdateQuickReply(ctx, &d.admin, q, &news))
	now := must(d.QuickReply(ctx, &d.li, q.ID))(t)
	equal(t, "another type", fmt.Sprint(now.Type, string(now.Body), now.Media.ID, now.UpdatedBy), fmt.Sprint("news", `{"title":"n"}`, cover.ID, d.admin.ID))
	news.MediaID = foreign.ID
	refused(t, d.UpdateQuickReply(ctx, &d.su, q, &news), "not_supervisor")
	q.Account = 0
	refused(t, d.UpdateQuickReply(ctx, &d.admin, q, &news), "empty")
	text := d.draft("text")
	ok(t, d.UpdateQuickReply(ctx, &d.admin, q, &text))
	now = must(d.QuickReply(ctx, &d.li, q.ID))(t)
	equal(t, "a text for all accounts", fmt.Sprint(now.Type, now.Account, now.Media), "text0 <nil>")
	q.Account, news.MediaID = d.account, cover.ID
	ok(t, d.UpdateQuickReply(ctx, &d.admin, q, &news))
	ok(t, d.Unbind(ctx, Actor{}, d.li.ID, d.account))
	li := must(d.Agent(ctx, d.li.ID))(t)
	equal(t, "seen without the account", len(must(d.QuickReplies(ctx, &li))(t)), 0)
	_, err = d.UseQuickReply(ctx, &li, q.ID)
	equal(t, "used without the account", err, ErrNotFound)
}

func TestOrderOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	for _, one := range []struct{ category, code string }{{"b", "b1"}, {"", "x1"}, {"b", "b2"}, {"a", "a1"}, {"b", "b3"}} {
		must(d.AddQuickReply(ctx, &d.admin, QuickReply{Title: "t", Category: one.category, Code: one.code}, d.draft("hello")))(t)
	}
	ids := map[string]int64{}
	for _, q := range must(d.QuickReplies(ctx, &d.admin))(t) {
		ids[q.Code] = q.ID
	}
	for _, c := range []struct {
		move string
		up   bool
		want string
	}{
		{"b1", true, "a1 b1 b2 b3 x1"}, // is the first already
		{"b3", false, "a1 b1 b2 b3 x1"},
		{"b3", true, "a1 b1 b3 b2 x1"},
		{"b3", true, "a1 b3 b1 b2 x1"},
		{"b3", false, "a1 b1 b3 b2 x1"},
		{"a1", true, "a1 b1 b3 b2 x1"},
	} {
		ok(t, d.MoveQuickReply(ctx, &d.admin, ids[c.move], c.up))
		equal(t, "after moving "+c.move, d.codes(t, &d.li), c.want)
	}
}

// Uses are counted by the month.
func TestUseOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	q := d.quick(0, "")
	used := func() int { t.Helper(); return must(d.QuickReply(ctx, &d.li, q.ID))(t).Used }
	for n := range 3 {
		equal(t, "as told", must(d.UseQuickReply(ctx, &d.li, q.ID))(t).Used, n+1)
	}
	equal(t, "this month", used(), 3)
	d.clock.advance(32 * 24 * time.Hour)
	equal(t, "in the next", used(), 0)
	must(d.UseQuickReply(ctx, &d.li, q.ID))(t)
	equal(t, "counted anew", used(), 1)
}

func TestImportOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	d.quick(0, "hx")
	list := func(codes ...string) (list []QuickImport) {
		for i, code := range codes {
			list = append(list, QuickImport{QuickReply{Title: fmt.Sprint("t", i), Code: code}, d.draft("hello")})
		}
		return list
	}
	take := func(list []QuickImport, partly bool) string {
		t.Helper()
		added, no, err := d.ImportQuickReplies(ctx, &d.admin, list, partly)
		ok(t, err)
		said := fmt.Sprint(added)
		for i := range list {
			if no[i] != nil {
				said += fmt.Sprintf(" %d:%s", i, no[i].Code)
			}
		}
		return said
	}
	equal(t, "one that is bad", take(list("a", "b c", "hx"), false), "0 1:bad_code 2:code_taken")
	equal(t, "nothing of it is there", d.codes(t, &d.li), "hx")
	equal(t, "partly", take(list("a", "b c", "hx", "a"), true), "1 1:bad_code 2:code_taken 3:code_taken")
	equal(t, "what is there", d.codes(t, &d.li), "hx a")
	equal(t, "known ones are no fault", take(list("hx", "", "b"), false), "2 0:code_taken")
	equal(t, "known by their titles", take(list("hx", "", "b"), false), "0 0:code_taken 1:quick_known 2:code_taken")
	_, no, err := d.ImportQuickReplies(ctx, &d.li, list("z"), true)
	ok(t, err)
	equal(t, "the team's by an agent", no[0].Code, "not_supervisor")

	many := make([]QuickImport, QuickMost)
	for i := range many {
		many[i] = QuickImport{QuickReply{Title: fmt.Sprint("m", i), Agent: d.li.ID}, d.draft("hello")}
	}
	_, no, err = d.ImportQuickReplies(ctx, &d.li, append(many, many[0]), false)
	ok(t, err)
	equal(t, "the last is known", no[QuickMost].Code, "quick_known")
	_, err = d.AddQuickReply(ctx, &d.li, QuickReply{Title: "one more", Agent: d.li.ID}, d.draft("hello"))
	refused(t, err, "quick_full")
}

// Personal ones are the business of their owner; what was the team's or becomes
// it is everybody's.
func TestEventsOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	before := d.newest(t)
	own := d.quick(d.li.ID, "")
	team := d.quick(0, "")
	ok(t, d.UpdateQuickReply(ctx, &d.li, own, nil))
	team.Agent = d.admin.ID
	ok(t, d.UpdateQuickReply(ctx, &d.admin, team, nil))
	ok(t, d.RemoveQuickReply(ctx, &d.admin, team.ID))
	var agents []int64
	for _, c := range must(d.Changes(ctx, before, 10))(t) {
		agents = append(agents, c.Event.Agent)
	}
	equal(t, "for whom", fmt.Sprint(agents), fmt.Sprint([]int64{d.li.ID, 0, d.li.ID, 0, d.admin.ID}))
}

// A category is renamed, goes up in another one, or leaves its replies without
// one; the team's and each agent's own are apart.
func TestCategoriesOfQuickReplies(t *testing.T) {
	d := openDesk(t)
	boss := d.addAgent(t, "lead", "supervisor", "")
	add := func(agent int64, title, category string) {
		q := QuickReply{Agent: agent, Title: title, Category: category}
		must(d.AddQuickReply(ctx, map[int64]*Agent{0: &boss, d.li.ID: &d.li}[agent], q, d.draft("hello")))(t)
	}
	add(0, "1", "old")
	add(0, "2", "old")
	add(0, "3", "kept")
	add(d.li.ID, "4", "old")
	list := func() string {
		t.Helper()
		var list []string
		for _, q := range must(d.QuickReplies(ctx, &d.li))(t) {
			list = append(list, q.Category+q.Title)
		}
		return strings.Join(list, " ")
	}
	ok(t, d.RenameQuickCategory(ctx, &boss, true, "old", " new "))
	equal(t, "renamed", list(), "kept3 new1 new2 old4")
	ok(t, d.RenameQuickCategory(ctx, &boss, true, "new", "kept"))
	equal(t, "together", list(), "kept1 kept2 kept3 old4")
	ok(t, d.RenameQuickCategory(ctx, &d.li, false, "old", ""))
	equal(t, "without one", list(), "kept1 kept2 kept3 4")
	refused(t, d.RenameQuickCategory(ctx, &d.li, true, "kept", "x"), "not_supervisor")
	refused(t, d.RenameQuickCategory(ctx, &boss, true, "kept", strings.Repeat("长", QuickCategoryMost+1)), "too_long")
	for _, none := range []string{"old", ""} {
		if err := d.RenameQuickCategory(ctx, &boss, true, none, "x"); err != ErrNotFound {
			t.Errorf("no such category %q: %v", none, err)
		}
	}
}

// Of a category of the team's a supervisor changes what they see.
func TestCategoriesOfOtherAccounts(t *testing.T) {
	d := openDesk(t)
	other := d.addAccount(t, "wxfedcba0987654321")
	boss := d.addAgent(t, "lead", "supervisor", "boss@hemu")
	for _, account := range []int64{0, d.account, other} {
		must(d.AddQuickReply(ctx, &d.admin, QuickReply{Account: account, Title: fmt.Sprint(account), Category: "old"}, d.draft("hello")))(t)
	}
	list := func() (list string) {
		for _, q := range must(d.QuickReplies(ctx, &d.admin))(t) {
			list += fmt.Sprint(q.Category, q.Account, " ")
		}
		return list
	}
	ok(t, d.RenameQuickCategory(ctx, &boss, true, "old", "new"))
	equal(t, "by a supervisor", list(), fmt.Sprintf("new0 new%d old%d ", d.account, other))
	equal(t, "what is left is not theirs", d.RenameQuickCategory(ctx, &boss, true, "old", "new"), ErrNotFound)
	ok(t, d.RenameQuickCategory(ctx, &d.admin, true, "old", ""))
	ok(t, d.RenameQuickCategory(ctx, &d.admin, true, "new", "all"))
	equal(t, "by an admin", list(), fmt.Sprintf("all0 all%d %d ", d.account, other))
}
