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
	authorised             Account      // one of the third-party platform
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
	w.authorised = authorise(t, w.desk)
	ok(t, w.AddAuthCode(ctx, AuthCode{Code: "queryauthcode@@@1", AppID: "wx1"}))
	w.clock.advance(time.Minute)
	ok(t, w.Close())
	ok(t, os.Rename(w.Dir(), filepath.Join(prepared.dir, "walked")))
	w.dir = filepath.Join(prepared.dir, "walked")
	return w
}

// reads are the public methods that change nothing of the data.
var reads = []struct {
	method string
	do     func(w *walked) error
}{
	{"Account", func(w *walked) error { _, err := w.Account(ctx, w.account); return err }},
	{"AccountByAppID", func(w *walked) error { _, err := w.AccountByAppID(ctx, "wx1234567890abcdef"); return err }},
	{"Accounts", func(w *walked) error { _, err := w.Accounts(ctx); return err }},
	{"ActiveOf", func(w *walked) error { _, err := w.ActiveOf(ctx, w.account); return err }},
	{"AuthCodeAccount", func(w *walked) error { _, err := w.AuthCodeAccount(ctx, "queryauthcode@@@1"); return err }},
	{"AuthCodes", func(w *walked) error { _, err := w.AuthCodes(ctx); return err }},
	{"Authorizers", func(w *walked) error { _, err := w.Authorizers(ctx); return err }},
	{"Component", func(w *walked) error { _, err := w.Component(ctx); return err }},
	{"RefreshToken", func(w *walked) error { _, err := w.RefreshToken(ctx, w.authorised.ID); return err }},
	{"ActiveConversations", func(w *walked) error { _, err := w.ActiveConversations(ctx, &w.li); return err }},
	{"Agent", func(w *walked) error { _, err := w.Agent(ctx, w.li.ID); return err }},
	{"AgentByLogin", func(w *walked) error { _, err := w.AgentByLogin(ctx, "li"); return err }},
	{"Agents", func(w *walked) error { _, err := w.Agents(ctx); return err }},
	{"Articles", func(w *walked) error { _, err := w.Articles(ctx, w.account, "article", ""); return err }},
	{"ArticleSync", func(w *walked) error { _, err := w.ArticleSync(ctx, w.account, "article"); return err }},
	{"Backup", func(w *walked) error {
		_, err := w.Backup(ctx, filepath.Join(w.TempDir(), "b"), BackupOptions{})
		return err
	}},
	{"BackupDir", func(w *walked) error { _ = w.BackupDir(BackupSettings{}); return nil }},
	{"BackupSettings", func(w *walked) error { _, err := w.BackupSettings(ctx); return err }},
	{"Audit", func(w *walked) error {
		_, err := w.Audit(ctx, AuditQuery{Text: "li", Nouns: []string{"agent"}, After: 9})
		return err
	}},
	{"Audit", func(w *walked) error {
		_, err := w.Audit(ctx, AuditQuery{Text: "li", Nouns: []string{"agent"}, After: 9})
		return err
	}},
	{"AuditCount", func(w *walked) error { _, err := w.AuditCount(ctx, AuditQuery{}); return err }},
	{"AuditRow", func(w *walked) error { _, err := w.AuditRow(ctx, 1); return err }},
	{"Backlog", func(w *walked) error { _, err := w.Backlog(ctx); return err }},
	{"Mishaps", func(w *walked) error { _, err := w.Mishaps(ctx, start); return err }},
	{"Pushed", func(w *walked) error { _, err := w.Pushed(ctx, w.account, start, start*2); return err }},
	{"Sizes", func(w *walked) error { _, err := w.Sizes(ctx); return err }},
	{"Pulse", func(w *walked) error { _ = w.Pulse(); return nil }},
	{"BlockedConversations", func(w *walked) error { _, err := w.BlockedConversations(ctx, &w.li, 0); return err }},
	{"Carry", func(w *walked) error { _, err := w.Carry(ctx, w.li.ID); return err }},
	{"Changes", func(w *walked) error { _, err := w.Changes(ctx, 3, 10); return err }},
	{"Conversation", func(w *walked) error { _, err := w.Store.Conversation(ctx, &w.li, w.served.ID); return err }},
	{"Crowd", func(w *walked) error { _, err := w.Crowd(ctx); return err }},
	{"Customer", func(w *walked) error { _, err := w.Customer(ctx, &w.li, w.served.Customer.ID); return err }},
	{"Check", func(w *walked) error { _, _, err := w.Check(ctx); return err }},
	{"Dir", func(w *walked) error { _ = w.Dir(); return nil }},
	{"EndedConversations", func(w *walked) error { _, err := w.EndedConversations(ctx, &w.li, 0); return err }},
	{"EndedSince", func(w *walked) error { _, err := w.EndedSince(ctx, &w.li, start); return err }},
	{"Errands", func(w *walked) error { _, err := w.Errands(ctx, 10); return err }},
	{"FilePath", func(w *walked) error { _ = w.FilePath("abc"); return nil }},
	{"Forget", func(w *walked) error { w.Forget(); return nil }},
	{"Half", func(w *walked) error { _, err := w.Half(ctx, "none"); return orNotFound(err) }},
	{"KeywordHits", func(w *walked) error { _, err := w.KeywordHits(ctx, w.account); return err }},
	{"KFDeeds", func(w *walked) error { _, err := w.KFDeeds(ctx); return err }},
	{"KFOpen", func(w *walked) error { _, err := w.KFOpen(ctx, w.account, "li@hemu"); return err }},
	{"KFAccounts", func(w *walked) error { _, err := w.KFAccounts(ctx, w.account); return err }},
	{"LastEvent", func(w *walked) error { _, _, err := w.LastEvent(ctx); return err }},
	{"Link", func(w *walked) error { _, err := w.Link(ctx, "none"); refused(w, err, "link_dead"); return nil }},
	{"Links", func(w *walked) error { _, err := w.Links(ctx); return err }},
	{"Lost", func(w *walked) error { _ = w.Lost(); return nil }},
	{"Media", func(w *walked) error { _, err := w.Media(ctx, w.media.ID); return err }},
	{"Mentions", func(w *walked) error { _, err := w.Mentions(ctx, &w.li); return err }},
	{"Message", func(w *walked) error { _, err := w.Message(ctx, &w.li, w.failed.ID); return err }},
	{"Messages", func(w *walked) error { _, err := w.Messages(ctx, w.served.Customer.ID, 0, 0, 10); return err }},
	{"Messages", func(w *walked) error { _, err := w.Messages(ctx, w.served.Customer.ID, 0, 1, 10); return err }},
	{"MessagesAfter", func(w *walked) error { _, err := w.MessagesAfter(ctx, w.served.Customer.ID, 0, 10); return err }},
	{"Doomed", func(w *walked) error { _, err := w.Doomed(ctx, Retention{30, 1, 1}); return err }},
	{"FindCustomers", func(w *walked) error { _, _, err := w.FindCustomers(ctx, "served"); return err }},
	{"Dossier", func(w *walked) error { _, err := w.Dossier(ctx, &w.li, w.served.Customer.ID); return err }},
	{"MustTwoStep", func(w *walked) error { _, err := w.MustTwoStep(ctx, "agent"); return err }},
	{"NewestConversation", func(w *walked) error { _, err := w.NewestConversation(ctx, w.account, "served"); return err }},
	{"NextMedia", func(w *walked) error { _, err := w.NextMedia(ctx); return err }},
	{"NextReply", func(w *walked) error { _, err := w.NextReply(ctx); return err }},
	{"Number", func(w *walked) error { _, err := w.Number(ctx, "audit_days"); return err }},
	{"OIDCConnected", func(w *walked) error { _, err := w.OIDCConnected(ctx, w.li.ID, "https://id"); return err }},
	{"OpenCounts", func(w *walked) error { _, err := w.OpenCounts(ctx); return err }},
	{"Outgoing", func(w *walked) error { _, err := w.Outgoing(ctx, w.sending.ID); return err }},
	{"QuickReplies", func(w *walked) error { _, err := w.QuickReplies(ctx, &w.li); return err }},
	{"QuickReply", func(w *walked) error { _, err := w.QuickReply(ctx, &w.li, 1); return orNotFound(err) }},
	{"Recent", func(w *walked) error { _, err := w.Recent(ctx, w.account, "msgmenu"); return err }},
	{"Retention", func(w *walked) error { _, err := w.Retention(ctx); return err }},
	{"SaveChecked", func(w *walked) error { _, _, err := w.SaveChecked(strings.NewReader("x"), 1, nil); return err }},
	{"Upload", func(w *walked) error { _, err := w.Upload(ctx, w.account, "hash", "image"); return err }},
	{"SaveFile", func(w *walked) error { _, _, err := w.SaveFile(strings.NewReader("x"), 1); return err }},
	{"SavedDraft", func(w *walked) error { _, err := w.SavedDraft(ctx, w.li.ID, w.served.ID); return err }},
	{"SavedDrafts", func(w *walked) error { _, err := w.SavedDrafts(ctx, &w.li); return err }},
	{"Search", func(w *walked) error { _, err := w.Search(ctx, &w.li, Query{Text: "hello", To: start * 2}); return err }},
	{"Security", func(w *walked) error { _, err := w.Security(ctx); return err }},
	{"Sessions", func(w *walked) error { _, err := w.Sessions(ctx, w.li.ID); return err }},
	{"Setting", func(w *walked) error { _, err := w.Setting(ctx, "audit_days"); return err }},
	{"Strangers", func(w *walked) error { _, err := w.Strangers(ctx, 0, 10); return err }},
	{"Tag", func(w *walked) error { _, err := w.Tag(ctx, w.tag); return err }},
	{"Tags", func(w *walked) error { _, err := w.Tags(ctx, w.account); return err }},
	{"Token", func(w *walked) error { _, _, err := w.Token(ctx, w.account, "access"); return err }},
	{"TwoStep", func(w *walked) error { _, err := w.TwoStep(ctx, w.li.ID); return err }},
	{"Device", func(w *walked) error { w.Device(&w.li); return nil }},
	{"Version", func(w *walked) error { _, err := w.Version(ctx); return err }},
	{"Watch", func(w *walked) error { _, stop := w.Watch(); stop(); return nil }},
	{"WatchWork", func(w *walked) error { _, stop := w.WatchWork(); stop(); return nil }},
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
	scan    = regexp.MustCompile(`^(SCAN|SEARCH) (message|conversation|customer|event|media|attempt|article|audit|m|i|o|e|v|c|d|h|u)($| USING (COVERING )?INDEX (\w+))`)
	virtual = regexp.MustCompile(`^SCAN .* VIRTUAL TABLE`)
	few     = regexp.MustCompile(`^SEARCH .* USING|INDEX (message_outbox|media_wanted|customer_profile|customer_erasing)`)
	// reads what will be deleted; reads one row
	ends      = regexp.MustCompile(`from event where at >= |min\(id\) from event|max\(id\), 0\) from customer`)
	bareLimit = regexp.MustCompile(`limit \$\d+($|\D)[^+]`)
)

func checkPlans(t *testing.T, queries map[string]bool) {
	s := open(t)
	for query := range queries {
		if !hasPlan.MatchString(query) || strings.Contains(query, " r where event_id <>") { // this test's own
			continue
		}
		type step struct {
			loops  int // the steps of a join have the same parent
			detail string
		}
		plan, err := rows(ctx, s, func(r scanner) (p step, err error) {
			var id, unused int
			err = r.Scan(&id, &p.loops, &unused, &p.detail)
			return p, err
		}, "explain query plan "+query, make([]any, len(parameter.FindAllString(query, -1)))...)
		if err != nil {
			t.Errorf("%v: %s", err, query)
		}
		if bareLimit.MatchString(query) {
			t.Errorf("prepared anew each time: %s", query)
		}
		outer := map[int]bool{}
		for _, p := range plan {
			line := p.detail
			if outer[p.loops] && virtual.MatchString(line) {
				t.Errorf("%s, once for each row of a table: %s", line, query)
			}
			outer[p.loops] = outer[p.loops] || strings.HasPrefix(line, "SCAN ") || strings.HasPrefix(line, "SEARCH ")
			if scan.MatchString(line) && !few.MatchString(line) && !ends.MatchString(query) {
				t.Errorf("%s: %s", line, query)
			}
			if strings.Contains(line, "TEMP B-TREE") && strings.Contains(query, "v.state = 'closed'") {
				t.Errorf("sorts all that are closed: %s", query)
			}
		}
	}
}
