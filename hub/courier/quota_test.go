package courier

import (
	"testing"
	"time"
)

// What WeChat said last stands, with its time; a call that fails leaves it.
func TestQuota(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	if q, known := d.courier.Quota(id); known {
		t.Errorf("%+v, and nobody asked", q)
	}
	at := d.courier.now()
	ok(t, d.courier.AskQuota(ctx, id))
	is := func(what string) {
		t.Helper()
		q, known := d.courier.Quota(id)
		if !known || q.DailyLimit != 500_000 || q.Used != 0 || q.At != at {
			t.Errorf("%s: %+v", what, q)
		}
	}
	is("asked")
	d.sandbox.Advance(time.Minute)
	d.fail("/cgi-bin/openapi/quota/get", 48001, 1)
	if d.courier.AskQuota(ctx, id) == nil {
		t.Error("a call that fails is none")
	}
	is("asked in vain")
	if _, known := d.courier.Quota(id + 1); known {
		t.Error("another account's")
	}
}
