package store

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// walked is a desk with a bit of everything, for a deed on it.
type walked struct {
	*desk
	testing.TB
	waiting, served, ended Conversation // li serves and served, su serves answers
	failed, unknown        Message      // of served
	pending                Message      // of served, too
	sending                Message      // of another of li's
	other                  int64        // an account without pushes
	media                  Media        // wanted, of a push
	avatar                 Media        // wanted, of li's kf_account
	secret                 string       // of li's session
	tag                    int64        // of ours, on served
}

func walk(t testing.TB) *walked {
	w := *prepared.walk(t)
	w.desk, w.TB = w.copy(t), t
	return &w
}

// makeWalked makes the desk that is copied. It is closed.
func makeWalked(t testing.TB) *walked {
	w := &walked{desk: openDesk(t)}
	w.other = w.addAccount(t, "wxfedcba0987654321")
	w.receive(t, w.event("deed", "subscribe", "subscribe"))
	w.waiting = w.receive(t, w.text("waiting", "hello"))
	w.ended = must(w.End(ctx, &w.li, w.open(t, "ended", &w.li).ID))(t)
	w.served = w.open(t, "served", &w.li)
	for _, m := range []struct {
		to    *Message
		state string
	}{{&w.failed, "failed"}, {&w.unknown, "unknown"}} {
		*m.to = w.reply(t, &w.li, w.served.ID)
		w.send(t, Result{State: m.state})
	}
	w.sending = w.reply(t, &w.li, w.open(t, "sending", &w.li).ID)
	must(w.ClaimReplies(ctx, 1))(t)
	w.pending = w.reply(t, &w.li, w.served.ID)
	in := w.push("picture", "in", "image")
	in.Media = &Wanted{Kind: "image", Source: "m1"}
	w.media = *w.timeline(t, w.receive(t, in).Customer.ID)[0].Media
	list := must(w.KFAccounts(ctx, w.account))(t)
	list[0].AvatarURL = "https://avatar"
	ok(t, w.SetKFAccounts(ctx, w.account, list))
	w.avatar.ID = must(row(ctx, w, one[int64], "select id from media where kind = 'avatar'"))(t)
	ok(t, w.SetWechatTags(ctx, Actor{}, w.account, []Tag{{Name: "VIP", WechatID: 134}}))
	ok(t, w.SetTag(ctx, Actor{}, Tag{Account: w.account, Name: "after-sales"}))
	w.tag = 2
	must(w.TagCustomer(ctx, &w.li, w.served.Customer.ID, []int64{1, 2}, nil))(t)
	w.secret = must(w.AddSession(ctx, Session{AgentID: w.li.ID, Kind: "browser"}, time.Hour))(t)
	w.clock.advance(time.Minute)
	ok(t, w.Close())
	ok(t, os.Rename(w.Dir(), filepath.Join(prepared.dir, "walked")))
	w.dir = filepath.Join(prepared.dir, "walked")
	return w
}

// deeds are all public methods that change something, with the kinds of the
// events that they append.
var deeds = []struct {
	method, events string
	do             func(w *walked) error
}{
	{"Receive", "message", func(w *walked) error { return w.take(w.text("served", "more")) }},
	{"Receive", "message", func(w *walked) error { return w.take(w.text("new", "hello")) }},
	{"Receive", "message", func(w *walked) error { return w.take(w.event("ended", "view", "")) }},
	{"Receive", "account message", func(w *walked) error { // the account's first push
		in := w.text("new", "hello")
		in.Account = w.other
		return w.take(in)
	}},
	{"Reply", "message", func(w *walked) error { _, _, _, err := w.Reply(ctx, &w.li, w.served.ID, w.draft("a")); return err }},
	{"Resend", "message", func(w *walked) error { _, _, err := w.Resend(ctx, &w.li, w.failed.ID, 1); return err }},
	{"Delivered", "message", func(w *walked) error { _, _, err := w.Delivered(ctx, &w.li, w.unknown.ID); return err }},
	{"Discard", "message", func(w *walked) error { _, _, err := w.Discard(ctx, &w.li, w.failed.ID); return err }},
	{"Undo", "message", func(w *walked) error { _, _, err := w.Undo(ctx, &w.li, w.pending.ID); return err }},
	{"SendNow", "message", func(w *walked) error { _, _, err := w.SendNow(ctx, &w.li, w.pending.ID); return err }},
	{"SaveDraft", "draft", func(w *walked) error {
		_, err := w.SaveDraft(ctx, &w.li, SavedDraft{Conversation: w.served.ID, Mode: "reply", Text: "well"})
		return err
	}},
	{"PruneDrafts", "", func(w *walked) error { return w.PruneDrafts(ctx, 0) }},
	{"ClaimReplies", "", func(w *walked) error { // pending and sending look the same
		list, err := w.ClaimReplies(ctx, 10)
		equal(w, "claimed", len(list), 1)
		return err
	}},
	{"Sent", "message", func(w *walked) error { return w.Sent(ctx, w.sending.ID, Result{State: "sent"}) }},
	{"Recover", "message", func(w *walked) error { _, err := w.Recover(ctx); return err }},
	{"SetPicURL", "", func(w *walked) error { return w.SetPicURL(ctx, w.sending.ID, "https://pic") }}, // its result follows
	{"Claim", "message", func(w *walked) error { _, err := w.Claim(ctx, &w.su, w.waiting.ID); return err }},
	{"Claim", "", func(w *walked) error { _, err := w.Claim(ctx, &w.li, w.served.ID); return err }},
	{"ClaimNext", "message", func(w *walked) error { _, err := w.ClaimNext(ctx, &w.su); return err }},
	{"End", "message", func(w *walked) error { _, err := w.End(ctx, &w.li, w.served.ID); return err }},
	{"EndFor", "message", func(w *walked) error { _, err := w.EndFor(ctx, &w.li, w.served.ID, ""); return err }},
	{"EndAll", "message message", func(w *walked) error {
		_, err := w.EndAll(ctx, &w.li, []int64{w.served.ID, w.sending.Conversation, w.ended.ID}, "")
		return err
	}},
	{"Transfer", "agent message message", func(w *walked) error {
		ok(w, w.SetPresence(ctx, w.su.ID, "online"))
		_, err := w.Transfer(ctx, &w.li, w.served.ID, w.su.ID, "look")
		return err
	}},
	{"Transfer", "message", func(w *walked) error { _, err := w.Transfer(ctx, &w.li, w.served.ID, 0, ""); return err }},
	{"TakeOver", "message", func(w *walked) error {
		w.su.Role = "supervisor"
		_, err := w.TakeOver(ctx, &w.su, w.served.ID)
		return err
	}},
	{"Invite", "agent message", func(w *walked) error {
		ok(w, w.SetPresence(ctx, w.su.ID, "online"))
		_, err := w.Invite(ctx, &w.li, w.served.ID, w.su.ID)
		return err
	}},
	{"SetPresence", "agent", func(w *walked) error { return w.SetPresence(ctx, w.li.ID, "busy") }},
	{"Here", "agent", func(w *walked) error { return w.Here(ctx, w.li.ID) }},
	{"Idle", "", func(w *walked) error { return w.Idle(ctx, w.li.ID) }}, // away is away
	{"Gone", "", func(w *walked) error { return w.Gone(ctx, w.li.ID) }},
	{"Reopen", "message", func(w *walked) error { _, err := w.Reopen(ctx, &w.su, w.ended.ID); return err }},
	{"Read", "conversation", func(w *walked) error { _, err := w.Read(ctx, &w.li, w.served.ID, w.served.Last.ID); return err }},
	{"Lapse", "conversation", func(w *walked) error { return w.Lapse(ctx) }},
	{"SetProfile", "conversation", func(w *walked) error {
		return w.SetProfile(ctx, w.served.Customer.ID, &Profile{Following: true, Remark: "a regular"})
	}},
	{"SetProfile", "", func(w *walked) error { return w.SetProfile(ctx, w.served.Customer.ID, nil) }},
	{"SetSession", "conversation", func(w *walked) error { return w.SetSession(ctx, w.served.Customer.ID, "") }},
	{"SetVIP", "conversation", func(w *walked) error { _, err := w.SetVIP(ctx, &w.li, w.served.Customer.ID, 2); return err }},
	{"SetVIP", "", func(w *walked) error { _, err := w.SetVIP(ctx, &w.li, w.served.Customer.ID, 0); return err }},
	{"Route", "", func(w *walked) error { return w.Route(ctx) }},
	{"Route", "account message message", func(w *walked) error { // the rules give it away, silence is looked for
		w.presence(w, &w.li, "online")
		w.rule(w, func(r *Rules) { r.Assign, r.Silence = "fewest", 1 })
		return w.Route(ctx)
	}},
	{"Active", "", func(w *walked) error { return w.Active(ctx, w.li.ID, w.served.ID) }},
	{"SetRemark", "conversation", func(w *walked) error { _, err := w.SetRemark(ctx, &w.li, w.served.Customer.ID, "Wu"); return err }},
	{"SetRemark", "", func(w *walked) error { _, err := w.SetRemark(ctx, &w.li, w.served.Customer.ID, ""); return err }},
	{"AddMemo", "conversation", func(w *walked) error {
		_, err := w.AddMemo(ctx, &w.li, w.served.Customer.ID, "north gate")
		return err
	}},
	{"SetMemo", "conversation conversation", func(w *walked) error {
		must(w.AddMemo(ctx, &w.li, w.served.Customer.ID, "north gate"))(w)
		_, err := w.SetMemo(ctx, &w.su, 1, "")
		return err
	}},
	{"Block", "message conversation", func(w *walked) error { _, err := w.Block(ctx, &w.li, w.waiting.Customer.ID, true); return err }},
	{"SetTag", "account", func(w *walked) error { return w.SetTag(ctx, Actor{}, Tag{Account: w.account, Name: "new"}) }},
	{"SetWechatTags", "account", func(w *walked) error {
		return w.SetWechatTags(ctx, Actor{}, w.account, []Tag{{Name: "VIP", WechatID: 134}, {Name: "new", WechatID: 135}})
	}},
	{"DeleteTag", "account", func(w *walked) error { return w.DeleteTag(ctx, Actor{}, w.tag) }},
	{"TagCustomer", "conversation", func(w *walked) error {
		_, err := w.TagCustomer(ctx, &w.li, w.served.Customer.ID, nil, []int64{w.tag})
		return err
	}},
	{"ErrandDone", "", func(w *walked) error {
		return w.ErrandDone(ctx, must(w.Errands(ctx, 1))(w)[0], ErrandResult{Done: true})
	}},
	{"ErrandDone", "conversation", func(w *walked) error {
		return w.ErrandDone(ctx, must(w.Errands(ctx, 1))(w)[0], ErrandResult{ErrCode: 48001, RetryAt: -1})
	}},
	{"AddNote", "message mention", func(w *walked) error {
		_, _, _, err := w.AddNote(ctx, &w.su, w.ended.ID, Note{ClientID: "note", Content: "@li", Mentions: []int64{w.li.ID}})
		return err
	}},
	{"SeeMention", "message mention mention", func(w *walked) error {
		m, _, _, err := w.AddNote(ctx, &w.su, w.ended.ID, Note{ClientID: "note", Content: "@li", Mentions: []int64{w.li.ID}})
		ok(w, err)
		return w.SeeMention(ctx, &w.li, m.ID)
	}},
	{"ClaimMedia", "", func(w *walked) error { _, err := w.ClaimMedia(ctx, 10, 1000); return err }},
	{"MediaReady", "message", func(w *walked) error { return w.MediaReady(ctx, w.media) }},
	{"MediaReady", "account", func(w *walked) error { return w.MediaReady(ctx, w.avatar) }},
	{"MediaRetry", "message", func(w *walked) error { return w.MediaRetry(ctx, w.media.ID, start, "busy") }},
	{"MediaLost", "message", func(w *walked) error { return w.MediaLost(ctx, w.media.ID, "expired") }},
	{"AddMedia", "", func(w *walked) error { _, err := w.AddMedia(ctx, Media{Account: w.account}); return err }},
	{"Uploaded", "", func(w *walked) error { return w.Uploaded(ctx, w.account, "hash", "image", "wx", start*2) }},
	{"UploadsGone", "", func(w *walked) error { _, err := w.UploadsGone(ctx, w.failed.ID); return err }},
	{"MediaURL", "", func(w *walked) error { return w.MediaURL(ctx, w.media.ID, "https://pic") }},
	{"AddAgent", "agent", func(w *walked) error {
		_, err := w.AddAgent(ctx, Actor{}, Agent{Login: "new", Role: "agent"}, right)
		return err
	}},
	{"UpdateAgent", "agent", func(w *walked) error { w.li.Name = "Li"; return w.UpdateAgent(ctx, Actor{}, w.li) }},
	{"SetAgentActive", "message message agent", func(w *walked) error { return w.SetAgentActive(ctx, Actor{}, w.li.ID, false) }},
	{"SetPassword", "agent", func(w *walked) error { return w.SetPassword(ctx, Actor{}, w.li.ID, right, nil) }},
	{"Bind", "agent", func(w *walked) error { return w.Bind(ctx, Actor{}, w.admin.ID, w.account, "") }},
	{"Bind", "agent message message", func(w *walked) error { return w.Bind(ctx, Actor{}, w.li.ID, w.account, "") }},
	{"Unbind", "message message agent", func(w *walked) error { return w.Unbind(ctx, Actor{}, w.li.ID, w.account) }},
	{"AddSession", "", func(w *walked) error {
		_, err := w.AddSession(ctx, Session{AgentID: w.li.ID, Kind: "token"}, 0)
		return err
	}},
	{"EndSession", "agent", func(w *walked) error { return w.EndSession(ctx, hashSecret(w.secret)) }},
	{"EndSessions", "agent", func(w *walked) error { return w.EndSessions(ctx, Actor{}, w.li.ID) }},
	{"Session", "", func(w *walked) error {
		w.clock.advance(10 * time.Minute) // notes that it was seen
		_, _, err := w.Session(ctx, w.secret)
		return err
	}},
	{"Login", "", func(w *walked) error {
		_, err := w.Login(ctx, "li", wrong, "1")
		refused(w, err, "login_wrong")
		return nil
	}},
	{"AddAccount", "account", func(w *walked) error { w.addAccount(w, "wx0000000000000000"); return nil }},
	{"TellQueue", "", func(w *walked) error { return w.TellQueue(ctx) }},
	{"SetRules", "account", func(w *walked) error { return w.SetRules(ctx, Actor{}, w.account, defaultRules()) }},
	{"UpdateAccount", "account", func(w *walked) error { return w.UpdateAccount(ctx, Actor{}, must(w.Account(ctx, w.account))(w)) }},
	{"Verified", "account", func(w *walked) error { return w.Verified(ctx, w.account) }},
	{"SetKFAccounts", "account", func(w *walked) error { w.addKF(w, w.account, "new@hemu"); return nil }},
	{"SetArticles", "", func(w *walked) error {
		return w.SetArticles(ctx, w.account, "article", 1, []Article{{Ref: "a1", CoverURL: "https://cover"}})
	}},
	{"ArticlesUnchanged", "", func(w *walked) error { return w.ArticlesUnchanged(ctx, w.account, "article") }},
	{"ArticlesFailed", "", func(w *walked) error { return w.ArticlesFailed(ctx, w.account, "article", 48001, "unauthorized") }},
	{"AddQuickReply", "quickreply", func(w *walked) error { w.quick(0, ""); return nil }},
	{"UpdateQuickReply", "quickreply quickreply", func(w *walked) error {
		q := w.quick(0, "")
		q.Agent = w.admin.ID
		return w.UpdateQuickReply(ctx, &w.admin, q)
	}},
	{"RemoveQuickReply", "quickreply quickreply", func(w *walked) error { return w.RemoveQuickReply(ctx, &w.admin, w.quick(0, "").ID) }},
	{"MoveQuickReply", "quickreply quickreply quickreply", func(w *walked) error {
		w.quick(0, "")
		return w.MoveQuickReply(ctx, &w.admin, w.quick(0, "").ID, true)
	}},
	{"UseQuickReply", "quickreply", func(w *walked) error { _, err := w.UseQuickReply(ctx, &w.li, w.quick(0, "").ID); return err }},
	{"ImportQuickReplies", "quickreply", func(w *walked) error {
		_, no, err := w.ImportQuickReplies(ctx, &w.admin, []QuickImport{{QuickReply{Title: "a"}, w.draft("a")}}, false)
		equal(w, "not taken", len(no), 0)
		return err
	}},
	{"ExpectKF", "", func(w *walked) error { return w.ExpectKF(ctx, w.account, "new@hemu", "new") }},
	{"SetSetting", "", func(w *walked) error { return w.SetSetting(ctx, "reopen_ms", "1") }},
	{"SetToken", "", func(w *walked) error { return w.SetToken(ctx, w.account, "access", "t", 1) }},
	{"PruneEvents", "", func(w *walked) error { return w.PruneEvents(ctx, 24*3600*1000) }},
	{"PruneSessions", "", func(w *walked) error { return w.PruneSessions(ctx) }},
	{"Settle", "agent", func(w *walked) error { _, err := w.Settle(ctx, must(w.Carry(ctx, w.li.ID))(w)); return err }},
	{"AddFirstAdmin", "", func(w *walked) error {
		_, err := w.AddFirstAdmin(ctx, Actor{}, Agent{Login: "new"}, right)
		refused(w, err, "set_up")
		return nil
	}},
}

// reads are the public methods that change nothing of the data.
var reads = []struct {
	method string
	do     func(w *walked) error
}{
	{"Account", func(w *walked) error { _, err := w.Account(ctx, w.account); return err }},
	{"AccountByAppID", func(w *walked) error { _, err := w.AccountByAppID(ctx, "wx1234567890abcdef"); return err }},
	{"Accounts", func(w *walked) error { _, err := w.Accounts(ctx); return err }},
	{"ActiveConversations", func(w *walked) error { _, err := w.ActiveConversations(ctx, &w.li); return err }},
	{"Agent", func(w *walked) error { _, err := w.Agent(ctx, w.li.ID); return err }},
	{"AgentByLogin", func(w *walked) error { _, err := w.AgentByLogin(ctx, "li"); return err }},
	{"Agents", func(w *walked) error { _, err := w.Agents(ctx); return err }},
	{"Articles", func(w *walked) error { _, err := w.Articles(ctx, w.account, "article", ""); return err }},
	{"ArticleSync", func(w *walked) error { _, err := w.ArticleSync(ctx, w.account, "article"); return err }},
	{"Carry", func(w *walked) error { _, err := w.Carry(ctx, w.li.ID); return err }},
	{"Changes", func(w *walked) error { _, err := w.Changes(ctx, 3, 10); return err }},
	{"Conversation", func(w *walked) error { _, err := w.Store.Conversation(ctx, &w.li, w.served.ID); return err }},
	{"Customer", func(w *walked) error { _, err := w.Customer(ctx, &w.li, w.served.Customer.ID); return err }},
	{"Dir", func(w *walked) error { _ = w.Dir(); return nil }},
	{"EndedConversations", func(w *walked) error { _, err := w.EndedConversations(ctx, &w.li, 0); return err }},
	{"EndedSince", func(w *walked) error { _, err := w.EndedSince(ctx, &w.li, start); return err }},
	{"Errands", func(w *walked) error { _, err := w.Errands(ctx, 10); return err }},
	{"FilePath", func(w *walked) error { _ = w.FilePath("abc"); return nil }},
	{"Forget", func(w *walked) error { w.Forget(); return nil }},
	{"KFAccounts", func(w *walked) error { _, err := w.KFAccounts(ctx, w.account); return err }},
	{"LastEvent", func(w *walked) error { _, _, err := w.LastEvent(ctx); return err }},
	{"Media", func(w *walked) error { _, err := w.Media(ctx, w.media.ID); return err }},
	{"Mentions", func(w *walked) error { _, err := w.Mentions(ctx, &w.li); return err }},
	{"Message", func(w *walked) error { _, err := w.Message(ctx, &w.li, w.failed.ID); return err }},
	{"Messages", func(w *walked) error { _, err := w.Messages(ctx, w.served.Customer.ID, 0, 0, 10); return err }},
	{"Messages", func(w *walked) error { _, err := w.Messages(ctx, w.served.Customer.ID, 0, 1, 10); return err }},
	{"NewestConversation", func(w *walked) error { _, err := w.NewestConversation(ctx, w.account, "served"); return err }},
	{"NextMedia", func(w *walked) error { _, err := w.NextMedia(ctx); return err }},
	{"NextReply", func(w *walked) error { _, err := w.NextReply(ctx); return err }},
	{"Outgoing", func(w *walked) error { _, err := w.Outgoing(ctx, w.sending.ID); return err }},
	{"QuickReplies", func(w *walked) error { _, err := w.QuickReplies(ctx, &w.li); return err }},
	{"QuickReply", func(w *walked) error { _, err := w.QuickReply(ctx, &w.li, 1); return orNotFound(err) }},
	{"Raw", func(w *walked) error { _, err := w.Raw(ctx, &w.li, w.waiting.Last.ID); return err }},
	{"Recent", func(w *walked) error { _, err := w.Recent(ctx, w.account, "msgmenu"); return err }},
	{"SaveChecked", func(w *walked) error { _, _, err := w.SaveChecked(strings.NewReader("x"), 1, nil); return err }},
	{"Upload", func(w *walked) error { _, err := w.Upload(ctx, w.account, "hash", "image"); return err }},
	{"SaveFile", func(w *walked) error { _, _, err := w.SaveFile(strings.NewReader("x"), 1); return err }},
	{"SavedDraft", func(w *walked) error { _, err := w.SavedDraft(ctx, w.li.ID, w.served.ID); return err }},
	{"SavedDrafts", func(w *walked) error { _, err := w.SavedDrafts(ctx, &w.li); return err }},
	{"Search", func(w *walked) error { _, err := w.Search(ctx, &w.li, Query{Text: "hello", To: start * 2}); return err }},
	{"Sessions", func(w *walked) error { _, err := w.Sessions(ctx, w.li.ID); return err }},
	{"Setting", func(w *walked) error { _, err := w.Setting(ctx, "reopen_ms"); return err }},
	{"Strangers", func(w *walked) error { _, err := w.Strangers(ctx, 0, 10); return err }},
	{"Tag", func(w *walked) error { _, err := w.Tag(ctx, w.tag); return err }},
	{"Tags", func(w *walked) error { _, err := w.Tags(ctx, w.account); return err }},
	{"Token", func(w *walked) error { _, _, err := w.Token(ctx, w.account, "access"); return err }},
	{"Version", func(w *walked) error { _, err := w.Version(ctx); return err }},
	{"Watch", func(w *walked) error { _, stop := w.Watch(); stop(); return nil }},
	{"Close", func(w *walked) error { return nil }},
}

// take is receive without a look at the conversation.
func (w *walked) take(in Incoming) error {
	again, err := w.Receive(ctx, in)
	equal(w, "again", again, false)
	return err
}

// Every change that a browser must see has its event, and each row carries the
// id of its latest one. No query of any method reads a large table from end to
// end.
func TestEveryMethod(t *testing.T) {
	known, queries := map[string]bool{}, map[string]bool{}
	for _, c := range deeds {
		known[c.method] = true
		t.Run(c.method, func(t *testing.T) {
			w := walk(t)
			before := w.newest(t)
			ok(t, c.do(w))
			var kinds []string
			for i, change := range must(w.Changes(ctx, before, 100))(t) {
				kinds = append(kinds, change.Event.Kind)
				equal(t, "event id", change.Event.ID, before+int64(i)+1)
				equal(t, "its time", change.Event.At, w.now())
			}
			equal(t, "events", strings.Join(kinds, " "), c.events)
			for _, table := range []string{"conversation", "message"} {
				wrong := must(rows(ctx, w, one[int64], fmt.Sprintf(`select id from %s r where event_id <>
					(select max(id) from event e where e.%s_id = r.id and e.kind <> 'draft')`, table, table)))(t)
				equal(t, "rows of "+table+" that do not carry their latest event", len(wrong), 0)
			}
			w.collect(queries)
		})
	}
	t.Run("reads", func(t *testing.T) {
		w := walk(t)
		before := w.newest(t)
		for _, c := range reads {
			known[c.method] = true
			if err := c.do(w); err != nil {
				t.Errorf("%s: %v", c.method, err)
			}
		}
		equal(t, "events of reading", w.newest(t)-before, 0)
		w.collect(queries)
	})
	t.Run("plans", func(t *testing.T) { checkPlans(t, queries) })

	methods := reflect.TypeFor[*Store]()
	for i := range methods.NumMethod() {
		if name := methods.Method(i).Name; !known[name] {
			t.Errorf("%s is neither among the deeds nor among the reads of this test", name)
		}
	}
}

// collect notes which statements the store has prepared.
func (s *Store) collect(queries map[string]bool) {
	s.stmts.Range(func(query, _ any) bool { queries[query.(string)] = true; return true })
	for query := range s.writer.stmts {
		queries[query] = true
	}
}

var (
	hasPlan   = regexp.MustCompile(`^\s*(select|insert|update|delete)`)
	parameter = regexp.MustCompile(`\$\d+`)
	// scan finds large tables, by name or by the short name they have in queries.
	scan = regexp.MustCompile(`^(SCAN|SEARCH) (message|conversation|customer|event|media|attempt|article|m|i|o|e|v|c|d|h)($| USING (COVERING )?INDEX (\w+))`)
	few  = regexp.MustCompile(`^SEARCH .* USING|INDEX (message_outbox|media_wanted|customer_profile)`)
	// reads what will be deleted; reads one row
	ends      = regexp.MustCompile(`from event where at >= |min\(id\) from event`)
	bareLimit = regexp.MustCompile(`limit \$\d+($|\D)[^+]`)
)

func checkPlans(t *testing.T, queries map[string]bool) {
	s := open(t)
	for query := range queries {
		if !hasPlan.MatchString(query) || strings.Contains(query, " r where event_id <>") { // this test's own
			continue
		}
		plan, err := rows(ctx, s, func(r scanner) (detail string, err error) {
			var id, parent, unused int
			err = r.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, "explain query plan "+query, make([]any, len(parameter.FindAllString(query, -1)))...)
		if err != nil {
			t.Errorf("%v: %s", err, query)
		}
		if bareLimit.MatchString(query) {
			t.Errorf("prepared anew each time: %s", query)
		}
		for _, line := range plan {
			if scan.MatchString(line) && !few.MatchString(line) && !ends.MatchString(query) {
				t.Errorf("%s: %s", line, query)
			}
			if strings.Contains(line, "TEMP B-TREE") && strings.Contains(query, "v.state = 'closed'") {
				t.Errorf("sorts all that are closed: %s", query)
			}
		}
	}
}
