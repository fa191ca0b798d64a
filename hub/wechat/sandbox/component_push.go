package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kfdesk/hub/wechat"
)

// told is a notice on its way to a component's event URL.
type told struct {
	component string
	notice    *wechat.Notice
	log       *Log
}

func notice(p *component, now time.Time, what, appid string, c *authCode, preAuth string) *wechat.Notice {
	n := &wechat.Notice{AppID: p.AppID, CreateTime: now.Unix(), InfoType: what, Authorizer: appid, PreAuthCode: preAuth}
	if c != nil {
		n.Code, n.CodeExpires = c.Code, c.Until/1000
	}
	return n
}

// tell queues a notice. The sandbox is locked.
func (s *Sandbox) tell(p *component, n *wechat.Notice) {
	if p.EventURL == "" {
		return
	}
	l := &Log{Dir: "push", AppID: p.AppID, Type: "component", Event: n.InfoType, Detail: n.Authorizer}
	s.keepLog(l)
	s.notices = append(s.notices, told{p.AppID, n, l})
	s.pending++
	s.touch()
}

// Notice pushes an authorisation event again or out of order, for tests.
func (s *Sandbox) Notice(component string, n wechat.Notice) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p != nil {
		n.AppID = component
		s.tell(p, &n)
	}
	return p != nil
}

// tellComponents delivers notices one after the other and pushes tickets when
// they are due, until the sandbox stops. Time may pass without a change.
func (s *Sandbox) tellComponents() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for s.ctx.Err() == nil {
		s.mu.Lock()
		s.dueTickets()
		list, changed := s.notices, s.changed
		s.notices = nil
		s.mu.Unlock()
		for _, n := range list {
			s.tellOne(n)
		}
		if len(list) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-s.ctx.Done():
		}
	}
}

func (s *Sandbox) dueTickets() {
	for _, p := range s.st.Components {
		if p.EventURL != "" && !p.Silent && s.now().UnixMilli()-p.TicketAt >= ticketEvery.Milliseconds() {
			s.newTicket(p)
		}
	}
}

func (s *Sandbox) tellOne(n told) {
	verdict := "failed"
	for k := range s.opt.Attempts {
		if k > 0 && s.rest() != nil {
			break
		}
		start := time.Now()
		body, status, err := s.attemptNotice(n)
		a := Attempt{Status: status, Millis: time.Since(start).Milliseconds()}
		if err != nil {
			a.Error = err.Error()
		}
		s.noteAttempt(&push{log: n.log}, a)
		if err == nil && status/100 == 2 {
			if verdict = "invalid"; string(body) == "success" {
				verdict = "success"
			}
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.log.Verdict = verdict
	s.pending--
	s.touch()
}

func (s *Sandbox) attemptNotice(n told) (body []byte, status int, err error) {
	s.mu.Lock()
	p, now := *s.component(n.component), s.now()
	s.mu.Unlock()
	u, err := url.Parse(p.EventURL)
	if err != nil {
		return nil, 0, err
	}
	cb, err := p.callback()
	if err != nil {
		return nil, 0, err
	}
	q, content, err := cb.PackNotice(n.notice, strconv.FormatInt(now.Unix(), 10), nonce())
	if err != nil {
		return nil, 0, err
	}
	u.RawQuery = joinQuery(u.RawQuery, q, "")
	return s.post(u, content)
}

// callback is the component's side of the codec, for its notices and for the
// pushes of all its accounts.
func (p *component) callback() (*wechat.Callback, error) {
	c, err := wechat.NewCipher(p.AESKey, p.AppID)
	if err != nil {
		return nil, err
	}
	return &wechat.Callback{Token: p.Token, Mode: wechat.Safe, Ciphers: []*wechat.Cipher{c}}, nil
}

// way is where the pushes of an account go, and how they are packed.
func (s *Sandbox) way(acc *account, fault string) (to *url.URL, cb *wechat.Callback, err error) {
	s.mu.Lock()
	a, p := acc.Account, s.serving(acc.AppID)
	if p != nil {
		p = &component{Component: p.Component}
	}
	s.mu.Unlock()
	if p == nil {
		cb, err = a.callback(fault)
		return s.callbackURL(&account{Account: a}), cb, err
	}
	if cb, err = p.callback(); err != nil {
		return nil, nil, err
	}
	to, err = url.Parse(p.messageURL(a.AppID))
	return to, cb, err
}

// postComponent is what a test or the phone page does to a component.
func (s *Sandbox) postComponent(_ *http.Request, o object) (any, error) {
	id, appid := o.str("component"), o.str("appid")
	switch o.str("do") {
	case "ticket":
		return found(s.PushTicket(id))
	case "expire":
		return found(s.ExpireComponent(id))
	case "withdraw":
		return found(s.Withdraw(id, appid))
	case "spoil":
		return found(s.SpoilRefresh(id, appid))
	case "grant":
		return found(s.Regrant(id, appid, o.numbers("scopes")))
	case "set":
		c, _ := s.Component(id)
		if err := into(o, &c); err != nil || c.AppID == "" {
			return nil, errBody
		}
		s.SetComponent(c)
		return nothing(nil)
	}
	return nil, errBody
}

// ConsentView is what the consent page shows.
type ConsentView struct {
	Name     string           `json:"name"`
	Accounts []ConsentAccount `json:"accounts"`
	Scopes   []int            `json:"scopes"`
	Gone     bool             `json:"gone"` // the way here has expired
}

// A ConsentAccount is an account whose administrator may consent.
type ConsentAccount struct {
	AppID  string `json:"appid"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Scopes []int  `json:"scopes"` // granted already
}

func (s *Sandbox) getConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	v := ConsentView{Scopes: Scopes(), Accounts: []ConsentAccount{}}
	p := s.component(q.Get("component_appid"))
	if v.Gone = p == nil || !good(p.PreAuth, q.Get("pre_auth_code"), s.now().UnixMilli()); p != nil {
		v.Name = p.Name
		for _, a := range s.st.Accounts {
			one := ConsentAccount{AppID: a.AppID, Name: a.Name, Kind: a.Kind, Scopes: []int{}}
			if z := p.authorizer(a.AppID); z != nil {
				one.Scopes = slices.Clone(z.Scopes)
			}
			v.Accounts = append(v.Accounts, one)
		}
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, v)
}

// postConsent is the consent: {"component_appid","pre_auth_code","redirect_uri",
// "appid","scopes":[…]} → {"redirect"}, where the browser goes next.
func (s *Sandbox) postConsent(_ *http.Request, o object) (any, error) {
	back, err := url.Parse(o.str("redirect_uri"))
	if err != nil || back.Scheme != "http" && back.Scheme != "https" {
		return nil, errBody
	}
	code, err := s.Consent(o.str("component_appid"), o.str("pre_auth_code"), o.str("appid"), o.numbers("scopes"))
	if err != nil {
		return nil, err
	}
	join := "?"
	if strings.Contains(o.str("redirect_uri"), "?") {
		join = "&"
	}
	return map[string]string{"redirect": o.str("redirect_uri") + join + "auth_code=" + url.QueryEscape(code) + "&expires_in=600"}, nil
}
