package sandbox

import (
	"bytes"
	"time"
)

// recipient finds the user a message is for (touser, follower, blacklist).
func (c *call) recipient() (*user, *apiError) {
	u := c.user(c.acc, c.body.str("touser"))
	switch {
	case u == nil:
		return nil, fail(40003)
	case !u.Following:
		return u, fail(45015)
	case u.Blocked:
		return u, fail(43019)
	case u.Refuses:
		return u, fail(48002)
	}
	return u, nil
}

// send is custom/send: every check, then the phone.
func (c *call) send() (any, *apiError) {
	e, u, err := c.checkSend()
	c.note.Type, c.note.KFAccount = e.Type, e.KFAccount
	if u != nil {
		c.note.OpenID = u.OpenID
	}
	if err != nil {
		c.counts.Refused++
		return nil, err
	}
	u.spend(c.now())
	c.counts.Accepted++
	c.show(u, e)
	if e.KFAccount != "" {
		c.keepRecord(c.acc, 2002, u.OpenID, e.KFAccount, e.text())
	}
	if c.opt.Record {
		d := u.History[len(u.History)-1].delivered(u.OpenID)
		d.Raw = bytes.Clone(c.raw)
		c.record = append(c.record, d)
	}
	return done, nil
}

func (c *call) checkSend() (Entry, *user, *apiError) {
	e := Entry{Dir: "account", Type: c.body.str("msgtype")}
	u, err := c.recipient()
	if err != nil {
		return e, u, err
	}
	check, ok := contents[e.Type]
	if !ok {
		return e, u, fail(40008)
	}
	content := c.body.obj(e.Type)
	if err := check(c, content, &e); err != nil {
		return e, u, err
	}
	if e.Body == nil {
		e.Body = rawJSON(bytes.Clone(c.body[e.Type]))
	}
	e.AI = c.body.obj("aimsgcontext").num("is_ai_msg", 0) == 1
	if name := c.body.obj("customservice").str("kf_account"); name != "" {
		k := c.acc.kfAccount(name)
		if k == nil {
			return e, u, fail(65401)
		}
		e.KFAccount, e.Nick, e.Avatar = k.Account, k.Nick, k.Avatar
	}
	if code := u.window(c.now()); code != 0 {
		return e, u, fail(code)
	}
	return e, u, nil
}

const typingLife = 15 * time.Second

// typing is custom/typing: the title of the chat says that someone writes.
func (c *call) typing() (any, *apiError) {
	u, err := c.recipient()
	if u != nil {
		c.note.OpenID = u.OpenID
	}
	if err != nil {
		return nil, err
	}
	now, command := c.now(), c.body.str("command")
	c.note.Detail = command
	switch {
	case command != "Typing" && command != "CancelTyping":
		return nil, fail(45072)
	case !u.Action.open(now) && !u.Message.open(now):
		return nil, fail(45015)
	case now.UnixMilli()-u.LastAt > 30_000:
		return nil, fail(45080)
	case command == "Typing" && u.typing(now):
		return nil, fail(45081)
	}
	u.TypingUntil = 0
	if command == "Typing" {
		u.TypingUntil = now.Add(typingLife).UnixMilli()
	}
	c.touch()
	return done, nil
}

// text is a message in words, as chat records show it.
func (e Entry) text() string {
	if e.Type == "text" {
		o, _ := parseObject(e.Body, true)
		return o.str("content")
	}
	return "[" + e.Type + "]"
}
