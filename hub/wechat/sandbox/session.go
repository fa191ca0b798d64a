package sandbox

import (
	"cmp"
	"slices"

	"kfdesk/hub/wechat"
)

// session is a chat of the platform's own customer-service system.
type session struct {
	KFAccount string `json:"kf_account"`
	Since     int64  `json:"since"` // s
}

// chatRecord is a line of msgrecord/getmsglist.
type chatRecord struct {
	ID     int64  `json:"id"`
	OpenID string `json:"openid"`
	Code   int    `json:"opercode"` // 2002 the agent sent, 2003 the agent received
	Text   string `json:"text"`
	Time   int64  `json:"time"` // s
	Worker string `json:"worker"`
}

const recordCap = 20_000

func (s *Sandbox) keepRecord(a *account, code int, openid, worker, text string) {
	if len(a.Records) >= recordCap {
		a.Records = slices.Delete(a.Records, 0, recordCap/10)
	}
	a.Records = append(a.Records, chatRecord{s.serial(), openid, code, text, s.now().Unix(), worker})
}

func (a *account) cases(kf string) int {
	n := 0
	for _, s := range a.Sessions {
		if s.KFAccount == kf {
			n++
		}
	}
	return n
}

// openSession begins a session and pushes kf_create_session.
func (s *Sandbox) openSession(u *user, kf string) {
	u.account.Sessions[u.OpenID] = session{kf, s.now().Unix()}
	delete(u.account.Waiting, u.OpenID)
	s.push(u, &wechat.Push{MsgType: "event", Event: "kf_create_session", KFAccount: kf})
}

// endSession ends a session and pushes kf_close_session.
func (s *Sandbox) endSession(u *user, kf string) {
	delete(u.account.Sessions, u.OpenID)
	s.push(u, &wechat.Push{MsgType: "event", Event: "kf_close_session", KFAccount: kf})
}

// createSession is kfsession/create.
func (c *call) createSession() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	u := c.user(c.acc, c.body.str("openid"))
	if u == nil {
		return nil, fail(40003)
	}
	old, open := c.acc.Sessions[u.OpenID]
	switch {
	case open && old.KFAccount == k.Account:
		return done, nil
	case k.WX == "":
		return nil, fail(65402)
	case open:
		return nil, fail(65414)
	case !k.Online:
		return nil, fail(65415)
	}
	c.openSession(u, k.Account)
	return done, nil
}

// closeSession is kfsession/close.
func (c *call) closeSession() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	u := c.user(c.acc, c.body.str("openid"))
	if u == nil {
		return nil, fail(40003)
	}
	old, open := c.acc.Sessions[u.OpenID]
	switch {
	case !open:
		return nil, fail(65413)
	case old.KFAccount != k.Account:
		return nil, fail(65414)
	}
	c.endSession(u, k.Account)
	return done, nil
}

// SetSession is what agents do in the platform's own tool: take a user, hand
// them to another, or end the session (""). It reports whether there are such.
func (s *Sandbox) SetSession(openid, kf string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[openid]
	if u == nil || kf != "" && u.account.kfAccount(kf) == nil {
		return false
	}
	old, open := u.account.Sessions[openid]
	switch {
	case kf == "" && open:
		s.endSession(u, old.KFAccount)
	case kf != "" && !open:
		s.openSession(u, kf)
	case kf != old.KFAccount:
		u.account.Sessions[openid] = session{kf, s.now().Unix()}
		s.push(u, &wechat.Push{MsgType: "event", Event: "kf_switch_session", FromKFAccount: old.KFAccount, ToKFAccount: kf})
	}
	return true
}

// getSession is kfsession/getsession.
func (c *call) getSession() (any, *apiError) {
	openid := c.req.URL.Query().Get("openid")
	if c.user(c.acc, openid) == nil {
		return nil, fail(40003)
	}
	s := c.acc.Sessions[openid]
	return map[string]any{"createtime": s.Since, "kf_account": s.KFAccount}, nil
}

// listSessions is kfsession/getsessionlist.
func (c *call) listSessions() (any, *apiError) {
	k, err := c.kf()
	if err != nil {
		return nil, err
	}
	type item struct {
		Since  int64  `json:"createtime"`
		OpenID string `json:"openid"`
	}
	list := []item{}
	for openid, s := range c.acc.Sessions {
		if s.KFAccount == k.Account {
			list = append(list, item{s.Since, openid})
		}
	}
	slices.SortFunc(list, func(a, b item) int { return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.OpenID, b.OpenID)) })
	return map[string]any{"sessionlist": list}, nil
}

// listWaiting is kfsession/getwaitcase: at most 100, longest wait first.
func (c *call) listWaiting() (any, *apiError) {
	if c.acc.NoKF {
		return nil, fail(65400)
	}
	type item struct {
		Latest int64  `json:"latest_time"`
		OpenID string `json:"openid"`
	}
	list := []item{}
	for openid, at := range c.acc.Waiting {
		list = append(list, item{at, openid})
	}
	slices.SortFunc(list, func(a, b item) int { return cmp.Or(cmp.Compare(a.Latest, b.Latest), cmp.Compare(a.OpenID, b.OpenID)) })
	return map[string]any{"count": len(list), "waitcaselist": list[:min(len(list), 100)]}, nil
}

// listRecords is msgrecord/getmsglist.
func (c *call) listRecords() (any, *apiError) {
	b := c.body
	start, end, from, number := b.num("starttime", -1), b.num("endtime", -1), b.num("msgid", -1), b.num("number", -1)
	switch {
	case c.acc.NoKF:
		return nil, fail(65400)
	case start < 0 || end < start || from < 1 || number < 1 || number > 10_000:
		return nil, fail(65416)
	case end-start > 24*3600:
		return nil, fail(65417)
	}
	type line struct {
		OpenID string `json:"openid"`
		Code   int    `json:"opercode"`
		Text   string `json:"text"`
		Time   int64  `json:"time"`
		Worker string `json:"worker"`
	}
	list, last := []line{}, from
	for _, r := range c.acc.Records {
		if r.ID < from || r.Time < start || r.Time > end {
			continue
		}
		if int64(len(list)) == number {
			break
		}
		list = append(list, line{r.OpenID, r.Code, r.Text, r.Time, r.Worker})
		last = r.ID + 1
	}
	return map[string]any{"recordlist": list, "number": len(list), "msgid": last}, nil
}
