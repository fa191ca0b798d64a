package courier

import (
	"context"
	"net/http"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// Answer is how one of the doctor's calls ended.
type Answer struct {
	Asked bool
	Err   error
	Took  time.Duration
}

// Good tells whether WeChat was asked and gave an answer.
func (a Answer) Good() bool { return a.Asked && a.Err == nil }

// QuotaAnswer is what is left of a call today.
type QuotaAnswer struct {
	Answer
	wechat.Quota
	Path string
}

// Examination is what WeChat said to the doctor, who asks each question once.
// Without a token only the first is asked.
type Examination struct {
	At   int64 // ms, of the store's clock
	Took time.Duration

	Token    Answer
	KF       Answer // getkflist
	KFCount  int
	Tool     Answer // getonlinekflist
	Online   []string
	Quotas   []QuotaAnswer
	IPs      Answer // getcallbackip
	Sources  []string
	Callback Answer // callback/check
	Reach    wechat.CallbackCheck

	Dated bool
	Ahead time.Duration // our clock against WeChat's, known to half a second
}

// quotaPaths are the calls whose daily limits matter to a desk.
func quotaPaths(a store.Account) []string {
	token := "/cgi-bin/stable_token"
	if a.TokenKind == "classic" {
		token = "/cgi-bin/token"
	}
	return []string{"/cgi-bin/message/custom/send", "/cgi-bin/media/upload", token, "/cgi-bin/freepublish/batchget"}
}

// Examine asks WeChat all that shows how an account is connected. It trusts no
// token that is kept, changes nothing, and makes no call twice.
func (c *Courier) Examine(ctx context.Context, accountID int64) (Examination, error) {
	x := Examination{At: c.now()}
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return x, err
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, doctorDeadline)
	defer cancel()
	asked := c.now()
	ctx = wechat.WithHeads(ctx, func(h http.Header) { x.date(h, (asked+c.now())/2) })
	var token string
	x.Token = timed(func() error { token, err = c.tokens.check(ctx, a); return err })
	if x.Token.Err == nil {
		c.question(ctx, a, &x, token)
	}
	x.Took = time.Since(began)
	return x, nil
}

// date compares the clocks, by the first answer. WeChat's is told in whole seconds.
func (x *Examination) date(h http.Header, now int64) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil || x.Dated {
		return
	}
	x.Dated, x.Ahead = true, time.UnixMilli(now).Sub(at.Add(time.Second/2))
}

func timed(call func() error) Answer {
	began := time.Now()
	err := call()
	return Answer{Asked: true, Err: err, Took: time.Since(began)}
}

func (c *Courier) question(ctx context.Context, a store.Account, x *Examination, token string) {
	api := c.o.API(a)
	ask := func(call func() error) Answer {
		answer := timed(call)
		if wechat.ReasonOf(answer.Err) == wechat.StaleToken {
			c.tokens.bury(a, token, wechat.Code(answer.Err))
		}
		return answer
	}
	x.KF = ask(func() error {
		list, err := api.KFList(ctx, token)
		x.KFCount = len(list)
		return err
	})
	x.Tool = ask(func() error {
		list, err := api.OnlineKFList(ctx, token)
		for _, k := range list {
			if k.Status != 0 {
				x.Online = append(x.Online, k.Account)
			}
		}
		return err
	})
	for _, path := range quotaPaths(a) {
		q := QuotaAnswer{Path: path}
		q.Answer = ask(func() (err error) { q.Quota, err = api.Quota(ctx, token, path); return err })
		x.Quotas = append(x.Quotas, q)
	}
	x.IPs = ask(func() (err error) { x.Sources, err = api.CallbackIPs(ctx, token); return err })
	x.Callback = ask(func() (err error) { x.Reach, err = api.CheckCallback(ctx, token); return err })
}

// RID asks what WeChat kept of a call that it refused. The answer holds tokens.
func (c *Courier) RID(ctx context.Context, accountID int64, rid string) (kept wechat.RID, err error) {
	a, err := c.o.Store.Account(ctx, accountID)
	if err != nil {
		return kept, err
	}
	err = c.tokens.call(ctx, a, true, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, listDeadline)
		defer cancel()
		kept, err = c.o.API(a).RID(ctx, token, rid)
		return err
	})
	return kept, err
}
