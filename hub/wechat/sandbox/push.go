package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kfdesk/hub/wechat"
)

// push is a message or an event on its way to the callback URL.
type push struct {
	user  *user
	body  *wechat.Push
	fault string // what is wrong with it on purpose
	log   *Log
}

// queue holds the pushes of some users, guarded by the sandbox's lock. One
// goroutine works it off, so the pushes of a user never overtake each other.
type queue struct {
	list []*push
	bell chan struct{}
}

// push queues what a user did. The sandbox is locked.
func (s *Sandbox) push(u *user, p *wechat.Push) {
	p.ToUserName, p.FromUserName = u.account.OriginalID, u.OpenID
	p.CreateTime = s.now().Unix()
	f := s.pushFault(u.OpenID)
	if f == "same_second" && u.LastPush > 0 {
		p.CreateTime = u.LastPush
	}
	u.LastPush = p.CreateTime
	s.touch()
	if u.Blocked {
		return // pushes of blacklisted users stop
	}
	s.counts.Pushes++
	d := &push{user: u, body: p, fault: f, log: s.logPush(u, p, f)}
	held := u.held
	u.held = nil
	if f == "reorder" {
		u.held = d
	} else {
		s.enqueue(d)
		if f == "duplicate" {
			s.enqueue(d)
		}
	}
	if held != nil {
		s.enqueue(held)
	}
}

func (s *Sandbox) enqueue(d *push) {
	h := fnv.New32a()
	io.WriteString(h, d.user.OpenID)
	q := s.queues[h.Sum32()%uint32(len(s.queues))]
	q.list = append(q.list, d)
	s.pending++
	select {
	case q.bell <- struct{}{}:
	default:
	}
}

// deliver works off one queue until the sandbox stops. What is left then is
// lost, as pushes to a console that is down are.
func (s *Sandbox) deliver(q *queue) {
	for {
		s.mu.Lock()
		var d *push
		if len(q.list) > 0 {
			d, q.list[0] = q.list[0], nil
			q.list = q.list[1:]
		}
		s.mu.Unlock()
		if d != nil && s.ctx.Err() == nil {
			s.deliverOne(d)
			continue
		}
		select {
		case <-q.bell:
		case <-s.ctx.Done():
			return
		}
	}
}

// deliverOne makes the attempts that the platform makes: an answer other than
// 2xx, a broken connection and a timeout all count as none.
func (s *Sandbox) deliverOne(d *push) {
	verdict, answer := "failed", ""
	for n := range s.opt.Attempts {
		if n > 0 && s.rest() != nil {
			break
		}
		start := time.Now()
		body, status, err := s.attempt(d)
		a := Attempt{Status: status, Millis: time.Since(start).Milliseconds()}
		if err != nil {
			a.Error = err.Error()
		}
		s.noteAttempt(d, a)
		if err == nil && status/100 == 2 {
			verdict, answer = s.judge(d, body), string(body)
			break
		}
	}
	s.settle(d, verdict, answer)
}

// rest waits between two attempts.
func (s *Sandbox) rest() error {
	if s.opt.Pause == 0 {
		return s.ctx.Err()
	}
	t := time.NewTimer(s.opt.Pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// attempt posts the push once, with a timestamp and nonce of its own.
func (s *Sandbox) attempt(d *push) (body []byte, status int, err error) {
	u, cb, err := s.way(d.user.account, d.fault)
	if err != nil {
		return nil, 0, err
	}
	if u == nil {
		return nil, 0, errors.New("the account has no callback URL")
	}
	q, content, err := cb.Pack(d.body, strconv.FormatInt(s.Now().Unix(), 10), nonce())
	if err != nil {
		return nil, 0, err
	}
	if d.fault == "bad_signature" {
		q.Signature, q.MsgSignature = wechat.Sign(q.Signature), wechat.Sign(q.MsgSignature)
	}
	u.RawQuery = joinQuery(u.RawQuery, q, d.user.OpenID)
	return s.post(u, content)
}

// post makes one delivery of a push to a callback.
func (s *Sandbox) post(u *url.URL, content []byte) (body []byte, status int, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.opt.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(content))
	if err != nil {
		return nil, 0, bare(err)
	}
	req.Header.Set("Content-Type", "text/xml")
	req.Header.Set("User-Agent", "Mozilla/4.0")
	resp, err := s.client().Do(req)
	if err != nil {
		return nil, 0, bare(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return body, resp.StatusCode, bare(err)
}

// client follows no redirects: the platform does not either.
func (s *Sandbox) client() *http.Client {
	c := *s.opt.Client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// bare takes the URL, which carries the signature, out of an error.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// callbackURL is where the pushes of an account go, or nil.
func (s *Sandbox) callbackURL(a *account) *url.URL {
	raw := a.Callback
	if raw == "" && s.opt.Callback != nil {
		raw = s.opt.Callback(a.AppID)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// callback is the account's side of the callback codec.
func (a *Account) callback(fault string) (*wechat.Callback, error) {
	cb := &wechat.Callback{Token: a.Token, Mode: a.Mode}
	if a.Mode == wechat.Plain {
		return cb, nil
	}
	key, id := a.AESKey, a.AppID
	switch fault {
	case "old_key":
		key = cmp.Or(a.OldAESKey, key)
	case "wrong_appid":
		id = "wx" + "0000000000000000"
	}
	c, err := wechat.NewCipher(key, id)
	if err != nil {
		return nil, err
	}
	cb.Ciphers = []*wechat.Cipher{c}
	return cb, nil
}

func joinQuery(raw string, q wechat.Query, openid string) string {
	v, _ := url.ParseQuery(raw)
	v.Set("signature", q.Signature)
	v.Set("timestamp", q.Timestamp)
	v.Set("nonce", q.Nonce)
	v.Set("openid", openid)
	if q.EncryptType != "" {
		v.Set("encrypt_type", q.EncryptType)
		v.Set("msg_signature", q.MsgSignature)
	}
	return v.Encode()
}

// nonce is a decimal number of nine or ten digits.
func nonce() string {
	var b [4]byte
	rand.Read(b[:])
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[:]))%1_900_000_000+100_000_000, 10)
}

// settle writes the verdict down. When a message of the user found no good
// answer, the phone says that the service is faulty.
func (s *Sandbox) settle(d *push, verdict, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending--
	d.log.Verdict, d.log.Answer = verdict, clip(answer)
	if verdict == "failed" || verdict == "invalid" {
		s.counts.Faulty++
		if grant, _ := d.body.Grant(); grant != "" && d.fault == "" && s.ctx.Err() == nil {
			s.show(d.user, Entry{Dir: "tip", Type: "fault"})
		}
	} else {
		s.counts.Delivered++
	}
	s.touch()
}

// Verify makes the request that the platform makes when the administrator
// saves the server configuration. It reports whether the console gave back
// the echostr.
func (s *Sandbox) Verify(ctx context.Context, appid string) (bool, error) {
	s.mu.Lock()
	a, now := s.account(appid), s.now()
	s.mu.Unlock()
	if a == nil {
		return false, errAccount
	}
	u := s.callbackURL(a)
	if u == nil {
		return false, errors.New("sandbox: the account has no callback URL")
	}
	ts, n, echo := strconv.FormatInt(now.Unix(), 10), nonce(), nonce()+nonce()
	v, _ := url.ParseQuery(u.RawQuery)
	v.Set("signature", wechat.Sign(a.Token, ts, n))
	v.Set("timestamp", ts)
	v.Set("nonce", n)
	v.Set("echostr", echo)
	u.RawQuery = v.Encode()
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return false, bare(err)
	}
	resp, err := s.client().Do(req)
	if err != nil {
		return false, bare(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return err == nil && resp.StatusCode == http.StatusOK && string(body) == echo, bare(err)
}
