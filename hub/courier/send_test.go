package courier

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// end is how a reply has ended: what the console shows, what the customer got,
// and what is left of the five replies.
type end struct {
	state            string
	code             int
	delivered, calls int
	left             int
	closed           bool
}

func errcode(code, times int) func(*desk, store.Conversation) {
	return fault(sandbox.Fault{Kind: "errcode", Code: code, Times: times})
}

func fault(f sandbox.Fault) func(*desk, store.Conversation) {
	return func(d *desk, _ store.Conversation) { d.sandbox.AddFault(f) }
}

func TestOutcome(t *testing.T) {
	const soon = 500 * time.Millisecond
	lost := end{state: "unknown", calls: 1, left: 4}
	arrived := end{state: "unknown", calls: 1, delivered: 1, left: 4}
	failed := func(code, calls int) end { return end{state: "failed", code: code, calls: calls, left: 5} }
	sent := func(calls int) end { return end{state: "sent", calls: calls, delivered: 1, left: 4} }
	closed := func(code int) end { return end{state: "failed", code: code, calls: 1, closed: true} }
	for name, c := range map[string]struct {
		before   func(*desk, store.Conversation)
		deadline time.Duration
		want     end
	}{
		"all is well":                {want: sent(1)},
		"slow, and in time":          {before: fault(sandbox.Fault{Kind: "slow", DelayMS: 10}), want: sent(1)},
		"slow, and too late":         {fault(sandbox.Fault{Kind: "slow", DelayMS: 60_000}), soon, arrived},
		"time-out":                   {fault(sandbox.Fault{Kind: "timeout"}), soon, lost},
		"time-out after it arrived":  {fault(sandbox.Fault{Kind: "timeout", Accept: true}), soon, arrived},
		"502 with HTML":              {before: fault(sandbox.Fault{Kind: "bad_gateway"}), want: lost},
		"502 after it arrived":       {before: fault(sandbox.Fault{Kind: "bad_gateway", Accept: true}), want: arrived},
		"empty answer":               {before: fault(sandbox.Fault{Kind: "empty", Accept: true}), want: arrived},
		"answer cut off":             {before: fault(sandbox.Fault{Kind: "cut"}), want: arrived},
		"connection reset":           {before: fault(sandbox.Fault{Kind: "reset"}), want: lost},
		"connection reset, arrived":  {before: fault(sandbox.Fault{Kind: "reset", Accept: true}), want: arrived},
		"-1 once":                    {before: errcode(-1, 1), want: sent(2)},
		"-1 twice":                   {before: errcode(-1, 2), want: sent(3)},
		"-1 for ever":                {before: errcode(-1, -1), want: failed(-1, 3)},
		"61450 once":                 {before: errcode(61450, 1), want: sent(2)},
		"45011 once":                 {before: errcode(45011, 1), want: sent(2)},
		"45011 for ever":             {before: errcode(45011, -1), want: failed(45011, 3)},
		"45009":                      {before: errcode(45009, -1), want: failed(45009, 1)},
		"48001":                      {before: errcode(48001, -1), want: failed(48001, 1)},
		"errmsg with a rid":          {before: fault(sandbox.Fault{Kind: "errcode", Code: 45002, Msg: "content size out of limit hint: [x] rid: 1-2-3"}), want: failed(45002, 1)},
		"40001 once":                 {before: errcode(40001, 1), want: sent(2)},
		"40014 once":                 {before: errcode(40014, 1), want: sent(2)},
		"40001 for ever":             {before: errcode(40001, -1), want: failed(40001, 2)},
		"window closed":              {before: errcode(45015, 1), want: closed(45015)},
		"no longer follows":          {before: errcode(43004, 1), want: closed(43004)},
		"quota used up elsewhere":    {before: errcode(45047, 1), want: end{state: "failed", code: 45047, calls: 1}},
		"kf_account is gone":         {before: errcode(65401, 1), want: failed(65401, 1)},
		"kf_account is gone, old":    {before: errcode(61452, 1), want: failed(61452, 1)},
		"the token expires":          {before: func(d *desk, _ store.Conversation) { d.warm(); d.sandbox.ExpireTokens("") }, want: sent(2)},
		"45011 at the window's end":  {before: lastMinute, want: end{state: "failed", code: 45011, calls: 1, left: 5}},
		"the customer has left":      {before: leave, want: closed(45015)},
		"a type we do not know":      {want: failed(0, 0)},
		"unsent, then well":          {before: func(d *desk, _ store.Conversation) { d.refuse(2) }, want: sent(1)},
		"unsent for ever":            {before: func(d *desk, _ store.Conversation) { d.warm(); d.refuse(-1) }, want: failed(0, 0)},
		"no token, then one":         {before: fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: -1}), want: sent(1)},
		"unreadable token, then one": {before: fault(sandbox.Fault{On: tokenPath, Kind: "bad_gateway"}), want: sent(1)},
		"not on the whitelist":       {before: fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: 40164, Times: -1}), want: failed(40164, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			v := d.customer(0)
			if c.deadline > 0 {
				d.courier.o.Deadline = c.deadline
			}
			typ := "text"
			if name == "a type we do not know" {
				typ = "hologram"
			}
			m := d.send(v, store.Draft{Type: typ, Body: []byte(`{"content":"your order is on its way"}`)})
			if c.before != nil {
				c.before(d, v)
			}
			d.run()
			m = d.settled(m)
			v = d.conversation(v)
			g := v.Grants.Message
			now := d.sandbox.Now().UnixMilli()
			got := end{m.State, m.ErrCode, len(d.sandbox.Received(v.Customer.OpenID)), d.count(sendPath), g.Left, g.Until <= now}
			if got.closed {
				got.left = 0 // of no use
			}
			equal(t, "end", got, c.want)
			if m.ErrCode == 0 && typ == "hologram" {
				equal(t, "attempts", m.Attempts, 1)
			}
			equal(t, "follows", v.Customer.Following, name != "no longer follows" && name != "the customer has left")
			for _, secret := range []string{"your order", secret, "access_token="} {
				if strings.Contains(d.logged(), secret) {
					t.Errorf("the log shows %q", secret)
				}
			}
		})
	}
}

// warm fetches the token.
func (d *desk) warm() { must(d.courier.Token(ctx, d.account(0).ID))(d) }

// lastMinute moves the clock to where the next minute is past the window, and
// lets WeChat want it.
func lastMinute(d *desk, v store.Conversation) {
	d.sandbox.Advance(time.UnixMilli(v.Grants.Message.Until).Sub(d.sandbox.Now()) - time.Millisecond)
	errcode(45011, -1)(d, v)
}

func leave(d *desk, v store.Conversation) {
	ok(d, d.sandbox.Unfollow(v.Customer.OpenID))
	ok(d, d.sandbox.Settle(ctx))
}

// refuse makes the next connections fail, before anything is sent; -1 all.
func (d *desk) refuse(times int) {
	web := d.web.URL
	d.courier.o.API = func(store.Account) *wechat.Client {
		d.mu.Lock()
		defer d.mu.Unlock()
		if times == 0 {
			return &wechat.Client{Base: web}
		}
		times--
		return &wechat.Client{Base: "http://127.0.0.1:1", HTTP: &http.Client{Transport: &http.Transport{}}}
	}
	d.courier.tokens.api = d.courier.o.API
}

func TestResendStartsAfresh(t *testing.T) {
	d := newDesk(t)
	v := d.customer(0)
	errcode(-1, 4)(d, v)
	d.run()
	m := d.settled(d.reply(v, "one"))
	equal(t, "state", m.State, "failed")
	// The fourth -1 is the first of the new round, so there is patience again.
	_, _, err := d.store.Resend(ctx, &d.agent, m.ID, m.Attempts)
	ok(t, err)
	equal(t, "state", d.settled(m).State, "sent")
	equal(t, "delivered", len(d.texts(v.Customer.OpenID)), 1)
}

func TestKeepsTheOrderOfACustomer(t *testing.T) {
	d := newDesk(t)
	var all []store.Conversation
	var holds []*hold
	for range 4 {
		v := d.customer(0)
		all = append(all, v)
		holds = append(holds, d.hold(sendPath, v.Customer.OpenID))
	}
	var replies []store.Message
	want := []string{"one", "two", "three", "four", "five"}
	for _, text := range want {
		for _, v := range all {
			replies = append(replies, d.reply(v, text))
		}
	}
	errcode(-1, 2)(d, all[0]) // a try that is repeated keeps the later ones waiting
	d.run()
	for _, h := range holds { // one of each customer is under way at the same time
		d.meet(h)
	}
	equal(t, "sends under way", d.count(sendPath), len(all))
	for _, h := range holds {
		close(h.release)
	}
	for _, m := range replies {
		equal(t, "state", d.settled(m).State, "sent")
	}
	for _, v := range all {
		if got := d.texts(v.Customer.OpenID); !slices.Equal(got, want) {
			t.Errorf("the customer got %q", got)
		}
	}
	if d.crossed {
		t.Error("two replies to one customer were under way at once")
	}
}

func TestAccountsTakeTurns(t *testing.T) {
	d := newDesk(t, "wx1234567890abcde1", "wx1234567890abcde2")
	d.courier = New(Options{Store: d.store, API: d.courier.o.API, Calls: 2, Deadline: time.Minute})
	d.courier.poll = 5 * time.Millisecond
	var holds []*hold
	for range 8 {
		v := d.customer(0)
		d.reply(v, "of the busy account")
		holds = append(holds, d.hold(sendPath, v.Customer.OpenID))
	}
	d.run()
	d.meet(holds[0])
	d.meet(holds[1])
	// All calls are taken by one account. The first that ends goes to the other,
	// although the first has six older replies.
	quiet := d.customer(1)
	h := d.hold(sendPath, quiet.Customer.OpenID)
	m := d.reply(quiet, "of the quiet one")
	close(holds[0].release)
	d.meet(h)
	equal(t, "sends so far", d.count(sendPath), 3)
	close(h.release)
	for _, h := range holds[1:] {
		close(h.release)
	}
	equal(t, "state", d.settled(m).State, "sent")
}

func TestEndGivesGrace(t *testing.T) {
	for name, c := range map[string]struct {
		answers bool
		grace   time.Duration
		want    string
	}{
		"answered within the grace": {true, time.Minute, "sent"},
		"not answered":              {false, 50 * time.Millisecond, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.courier.o.Grace = c.grace
			v := d.customer(0)
			h := d.hold(sendPath, "")
			m := d.reply(v, "one")
			next := d.reply(v, "two")
			stop := d.run()
			d.meet(h)
			if c.answers {
				go close(h.release)
			}
			stop()
			equal(t, "state", d.message(m.ID).State, c.want)
			equal(t, "state of the next", d.message(next.ID).State, "pending")
			equal(t, "delivered", len(d.texts(v.Customer.OpenID)), 1)
			d.courier = d.newCourier(d.store)
			d.run()
			equal(t, "state of the next", d.settled(next).State, "sent")
		})
	}
}

func TestEndBeforeItLeft(t *testing.T) {
	d := newDesk(t)
	d.courier.o.Grace = 10 * time.Millisecond
	v := d.customer(0)
	h := d.hold(uploadPath, "")
	m := d.send(v, store.Draft{Type: "image", Body: []byte("{}"), MediaID: d.picture(800, 600).ID})
	stop := d.run()
	d.meet(h)
	stop()
	m = d.message(m.ID)
	equal(t, "state", m.State, "pending")
	equal(t, "next try", m.RetryAt, 0) // as soon as it runs again, for it has not failed
	d.courier = d.newCourier(d.store)
	d.run()
	equal(t, "state", d.settled(m).State, "sent")
}

func TestHealth(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	v := d.customer(0)
	errcode(48001, 1)(d, v)
	d.run()
	d.settled(d.reply(v, "one"))
	equal(t, "trouble", d.courier.Health(id).Code, 48001)
	errcode(45002, 1)(d, v) // of one reply, not of the account
	d.settled(d.reply(v, "two"))
	equal(t, "trouble", d.courier.Health(id).Code, 48001)
	d.settled(d.reply(v, "three"))
	equal(t, "trouble", d.courier.Health(id), Health{})
}
