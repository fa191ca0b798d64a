package store

import (
	"fmt"
	"testing"
	"time"
)

// WeChat's own tool holds a customer from one of its events to the next: the
// newest one counts, whichever comes last. Meanwhile nobody replies from here.
func TestSessionOfWeChatsTool(t *testing.T) {
	d := openDesk(t)
	d.addKF(t, d.account, "door@hemu")
	v := d.open(t, "o1", &d.li)
	equal(t, "at first", v.Customer.Session, nil)
	start := d.now()
	happens := func(typ, holder string, at int64) string {
		t.Helper()
		in := d.event("o1", typ, "")
		in.Session, in.At = &holder, at
		v = d.receive(t, in)
		if v.Customer.Session == nil {
			return ""
		}
		return fmt.Sprint(v.Customer.Session.KFAccount, " ", v.Customer.Session.Nick, v.Customer.Session.Since-start)
	}
	equal(t, "taken", happens("kf_create_session", "door@hemu", start+1000), "door@hemu nick of door@hemu1000")
	_, _, _, err := d.Reply(ctx, &d.li, v.ID, d.draft("hello"))
	refused(t, err, "in_session")
	equal(t, "budget", v.Grants.Message.Left, 5)
	equal(t, "handed on", happens("kf_switch_session", "other@hemu", start+3000), "other@hemu 3000")
	equal(t, "an end that is late", happens("kf_close_session", "", start+2000), "other@hemu 3000")
	equal(t, "a word that comes nevertheless", d.receive(t, d.text("o1", "hello?")).Customer.Session.KFAccount, "other@hemu")
	equal(t, "the end", happens("kf_close_session", "", start+4000), "")
	d.reply(t, &d.li, v.ID)

	happens("kf_create_session", "door@hemu", start+5000)
	d.clock.advance(9500 * time.Millisecond)
	ok(t, d.SetSession(ctx, v.Customer.ID, ""))
	equal(t, "taken back", d.of(t, "o1").Customer.Session, nil)
	equal(t, "taken again in the same second", happens("kf_create_session", "door@hemu", start+9000), "door@hemu nick of door@hemu9000")
}
