package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// deedsOf are the rows that a query finds, the newest first, shortly.
func (d *desk) deedsOf(t testing.TB, q AuditQuery) string {
	t.Helper()
	var list []string
	for _, one := range must(d.Audit(ctx, q))(t) {
		list = append(list, one.Deed)
	}
	equal(t, "their count", must(d.AuditCount(ctx, q))(t), len(list))
	return strings.Join(list, " ")
}

// The log is found by member, subject, detail and address, by the nouns of its
// deeds and by time.
func TestAuditIsFound(t *testing.T) {
	d := openDesk(t)
	d.clock.advance(time.Hour)
	v := d.open(t, "o1", &d.li)
	must(d.SetRemark(ctx, &d.li, v.Customer.ID, "Wu Tong"))(t)
	d.su.From, d.su.Role = "192.0.2.18", "supervisor"
	must(d.Block(ctx, &d.su, v.Customer.ID, true))(t)
	d.clock.advance(time.Hour)
	ok(t, d.SetTag(ctx, Actor{d.admin.ID, "::1"}, Tag{Account: d.account, Name: "After-Sales"}))
	from, to := start+time.Hour.Milliseconds(), start+2*time.Hour.Milliseconds()
	for _, c := range []struct {
		q    AuditQuery
		want string
	}{
		{AuditQuery{From: from}, "tag.set customer.block customer.remark"},
		{AuditQuery{From: from, To: to}, "customer.block customer.remark"},
		{AuditQuery{Text: "wu t"}, "customer.block customer.remark"},
		{AuditQuery{Text: "192.0.2.18"}, "customer.block"},
		{AuditQuery{Text: "after-sales"}, "tag.set"},
		{AuditQuery{Text: "BOSS", From: from}, "tag.set"},
		{AuditQuery{Text: "nothing like it"}, ""},
		{AuditQuery{Nouns: []string{"tag", "kf"}}, "tag.set"},
		{AuditQuery{Nouns: []string{"ag"}}, ""},
	} {
		equal(t, fmt.Sprintf("%+v", c.q), d.deedsOf(t, c.q), c.want)
	}
	newest := must(d.Audit(ctx, AuditQuery{}))(t)[0]
	equal(t, "the next", must(d.Audit(ctx, AuditQuery{After: newest.ID}))(t)[0].Deed, "customer.block")
	equal(t, "one", must(d.AuditRow(ctx, newest.ID))(t), newest)
}

// A page ends where the next begins, also where many rows have the same time.
func TestAuditPages(t *testing.T) {
	d := openDesk(t)
	for i := range 2*AuditPage + 7 {
		ok(t, d.ChangeSettings(ctx, Actor{}, []Setting{{"audit_days", fmt.Sprint(i + 1)}}))
		if i%50 == 0 {
			d.clock.advance(time.Second)
		}
	}
	q := AuditQuery{Nouns: []string{"setting"}}
	seen := map[int64]bool{}
	for list := must(d.Audit(ctx, q))(t); len(list) > 0; list = must(d.Audit(ctx, q))(t) {
		for _, one := range list {
			seen[one.ID] = true
		}
		q.After = list[len(list)-1].ID
	}
	equal(t, "seen", len(seen), must(d.AuditCount(ctx, AuditQuery{Nouns: q.Nouns}))(t))
}

// Only what is older than the setting says goes, and the change of the setting is
// in the log itself.
func TestAuditIsKeptForDays(t *testing.T) {
	d := openDesk(t)
	before := len(must(d.Audit(ctx, AuditQuery{}))(t))
	d.clock.advance(180 * 24 * time.Hour)
	ok(t, d.PruneAudit(ctx))
	equal(t, "kept", len(must(d.Audit(ctx, AuditQuery{}))(t)), before)
	ok(t, d.ChangeSettings(ctx, Actor{d.admin.ID, "::1"}, []Setting{{"audit_days", "90"}, {"message_months", "0"}}))
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("setting.update audit_days 180 → 90 by %d from ::1", d.admin.ID))
	ok(t, d.ChangeSettings(ctx, Actor{}, []Setting{{"audit_days", "90"}}))
	ok(t, d.PruneAudit(ctx))
	equal(t, "kept", d.deedsOf(t, AuditQuery{}), "setting.update")
}

// What a supervisor does to a conversation of somebody else is in the log; what
// agents do with their own is not.
func TestMeddlingIsAudited(t *testing.T) {
	d := openDesk(t)
	chief := d.addAgent(t, "chief", "supervisor", "chief@hemu")
	chief.From = "192.0.2.7"
	d.presence(t, &d.su, "online")
	last := func(want string) {
		t.Helper()
		equal(t, "audit", d.lastDeed(t), fmt.Sprintf("%s by %d from 192.0.2.7", want, chief.ID))
	}
	v := d.open(t, "o1", &d.li)
	quiet := d.lastDeed(t)
	must(d.Transfer(ctx, &d.li, v.ID, d.su.ID, ""))(t)
	equal(t, "of one's own", d.lastDeed(t), quiet)
	must(d.Transfer(ctx, &chief, v.ID, 0, ""))(t)
	last("conversation.transfer su")
	w := d.open(t, "o2", &d.li)
	must(d.Transfer(ctx, &chief, w.ID, d.su.ID, ""))(t)
	last("conversation.transfer li → su")
	must(d.TakeOver(ctx, &chief, w.ID))(t)
	last("conversation.take_over su")
	quiet = d.lastDeed(t)
	must(d.End(ctx, &chief, w.ID))(t)
	equal(t, "of one's own", d.lastDeed(t), quiet)
	u := d.open(t, "o3", &d.li)
	must(d.End(ctx, &chief, u.ID))(t)
	last("conversation.end li")
	must(d.Block(ctx, &chief, u.Customer.ID, true))(t)
	last("customer.block ")
	must(d.Raw(ctx, &chief, d.timeline(t, u.Customer.ID)[0].ID))(t)
	last("message.raw text")
	q, err := d.AddQuickReply(ctx, &chief, QuickReply{Title: "hello"}, d.draft("hi"))
	ok(t, err)
	last("quickreply.add hello")
	ok(t, d.RemoveQuickReply(ctx, &chief, q.ID))
	last("quickreply.delete hello")
	row := must(d.Audit(ctx, AuditQuery{Nouns: []string{"customer"}}))(t)[0]
	equal(t, "whom it is about", row.OpenID, "o3")
}

// Who was shown keys is in the log, once an hour.
func TestShownKeysAreAudited(t *testing.T) {
	d := openDesk(t)
	seen := func() int {
		ok(t, d.KeysSeen(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, d.account))
		return must(row(ctx, d, one[int], "select count(*) from audit where deed = 'account.keys_view'"))(t)
	}
	equal(t, "rows", seen(), 1)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("account.keys_view wx1234567890abcdef by %d from ::1", d.admin.ID))
	equal(t, "again", seen(), 1)
	d.clock.advance(time.Hour)
	equal(t, "an hour later", seen(), 2)

	authorise(t, d)
	for range 2 {
		ok(t, d.ComponentKeysSeen(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}))
	}
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("component.keys_view wxc0ffee0000000001 by %d from ::1", d.admin.ID))
	equal(t, "rows", must(row(ctx, d, one[int], "select count(*) from audit where deed = 'component.keys_view'"))(t), 1)
}

// Log-ins are in the log, and that somebody has tried too often; what they typed
// is not, where there is no such member.
func TestLogInsAreAudited(t *testing.T) {
	d := openDesk(t)
	must(d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "browser", Name: "Edge", IP: "::1"}, time.Hour))(t)
	equal(t, "audit", d.lastDeed(t), fmt.Sprintf("login.browser li Edge by %d from ::1", d.li.ID))
	for _, login := range []string{"hunter2", "su"} {
		for range loginTries {
			_, err := d.Login(ctx, login, wrong, "192.0.2.1", "")
			refused(t, err, "login_wrong")
		}
	}
	equal(t, "audit", d.lastDeed(t), "login.refused su password by 0 from 192.0.2.1")
	equal(t, "of nobody's", d.deedsOf(t, AuditQuery{Text: "hunter2"}), "")
}

// What agents do to a customer is in the log, without what they wrote; what one
// does with one's own memo is not.
func TestCustomerDeedsAreAudited(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	id := v.Customer.ID
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: d.account, Name: "old"}))
	ok(t, d.SetTag(ctx, Actor{}, Tag{Account: d.account, Name: "new"}))
	must(d.TagCustomer(ctx, &d.li, id, []int64{1}, nil))(t)
	last := func(want string) {
		t.Helper()
		row := must(d.Audit(ctx, AuditQuery{}))(t)[0]
		equal(t, "audit", fmt.Sprintf("%s %d %s", row.Deed, row.Customer, row.Subject+row.Detail), want)
	}
	must(d.TagCustomer(ctx, &d.li, id, []int64{2, 2}, []int64{1}))(t)
	last(fmt.Sprintf("customer.tags %d +new −old", id))
	must(d.SetRemark(ctx, &d.li, id, "Wu"))(t)
	last(fmt.Sprintf("customer.remark %d ", id))
	must(d.SetVIP(ctx, &d.li, id, 2))(t)
	last(fmt.Sprintf("customer.vip %d – → VIP 2", id))
	must(d.AddMemo(ctx, &d.li, id, "north gate"))(t)
	last(fmt.Sprintf("customer.memo %d memo_added", id))
	count := must(d.AuditCount(ctx, AuditQuery{}))(t)
	must(d.SetMemo(ctx, &d.li, 1, "south gate"))(t)
	must(d.TagCustomer(ctx, &d.li, id, []int64{2}, nil))(t)
	must(d.SetVIP(ctx, &d.li, id, 2))(t)
	equal(t, "rows after what is no change", must(d.AuditCount(ctx, AuditQuery{}))(t), count)
	must(d.SetMemo(ctx, &d.su, 1, "east gate"))(t)
	last(fmt.Sprintf("customer.memo %d memo_changed", id))
	must(d.SetMemo(ctx, &d.li, 1, ""))(t)
	last(fmt.Sprintf("customer.memo %d memo_deleted", id))

	chief := d.addAgent(t, "chief", "supervisor", "chief@hemu")
	a := must(d.AddQuickReply(ctx, &chief, QuickReply{Title: "a"}, d.draft("hi")))(t)
	must(d.AddQuickReply(ctx, &chief, QuickReply{Title: "b"}, d.draft("hi")))(t)
	ok(t, d.MoveQuickReply(ctx, &chief, a.ID, false))
	last("quickreply.move 0 a")
}
