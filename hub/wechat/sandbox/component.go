package sandbox

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Component is a third-party platform as its operator set it up.
type Component struct {
	AppID      string   `json:"appid"`
	Secret     string   `json:"secret"`
	Name       string   `json:"name"`
	Token      string   `json:"token"`
	AESKey     string   `json:"aes_key"`
	EventURL   string   `json:"event_url"`
	MessageURL string   `json:"message_url"`      // with $APPID$
	IPs        []string `json:"ips,omitempty"`    // whitelist; empty takes all
	Rotate     bool     `json:"rotate,omitempty"` // each refresh gives another refresh token
	Silent     bool     `json:"silent,omitempty"` // no ticket is pushed by itself
}

const (
	ticketEvery = 10 * time.Minute
	ticketLife  = 12 * time.Hour
	preAuthLife = 30 * time.Minute
	codeLife    = time.Hour
)

// component is a Component with what it was given.
type component struct {
	Component
	Tickets     []issued      `json:"tickets"` // newest last
	TicketAt    int64         `json:"ticket_at"`
	Tokens      []issued      `json:"tokens"`
	PreAuth     []issued      `json:"pre_auth"`
	Codes       []*authCode   `json:"codes"`
	Authorizers []*authorizer `json:"authorizers"`
}

// issued is something given out, good until a time in ms.
type issued struct {
	Value string `json:"value"`
	Until int64  `json:"until"`
}

func good(list []issued, value string, now int64) bool {
	i := slices.IndexFunc(list, func(x issued) bool { return x.Value == value })
	return i >= 0 && now < list[i].Until
}

func known(list []issued, value string) bool {
	return slices.ContainsFunc(list, func(x issued) bool { return x.Value == value })
}

// issue adds a value to a list and drops what is long over.
func (s *Sandbox) issue(list []issued, value string, life time.Duration) []issued {
	now := s.now().UnixMilli()
	list = slices.DeleteFunc(list, func(x issued) bool { return now > x.Until+24*time.Hour.Milliseconds() })
	s.touch()
	return append(list, issued{value, now + life.Milliseconds()})
}

// authCode is an authorisation code.
type authCode struct {
	Code  string `json:"code"`
	AppID string `json:"appid"`
	Until int64  `json:"until"`
	Used  bool   `json:"used"`
}

// authorizer is an account that authorised the component.
type authorizer struct {
	AppID   string            `json:"appid"`
	Refresh string            `json:"refresh"`
	Scopes  []int             `json:"scopes"`
	At      int64             `json:"at"`
	Options map[string]string `json:"options"`
}

// Scopes are the permission sets that the consent page offers.
func Scopes() []int { return []int{1, 2, 6, 11, 15} }

// SetComponent makes a third-party platform, or changes its settings.
func (s *Sandbox) SetComponent(c Component) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(c.AppID)
	if p == nil {
		p = &component{}
		s.st.Components = append(s.st.Components, p)
	}
	p.Component = c
	s.touch()
}

// Component gives the settings of a third-party platform.
func (s *Sandbox) Component(appid string) (Component, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.component(appid); p != nil {
		return p.Component, true
	}
	return Component{}, false
}

func (s *Sandbox) component(appid string) *component {
	i := slices.IndexFunc(s.st.Components, func(p *component) bool { return p.AppID == appid })
	if i < 0 {
		return nil
	}
	return s.st.Components[i]
}

func (p *component) authorizer(appid string) *authorizer {
	i := slices.IndexFunc(p.Authorizers, func(z *authorizer) bool { return z.AppID == appid })
	if i < 0 {
		return nil
	}
	return p.Authorizers[i]
}

// serving is the component that gets the pushes of an account, or nil.
func (s *Sandbox) serving(appid string) *component {
	for _, p := range s.st.Components {
		if z := p.authorizer(appid); z != nil && slices.Contains(z.Scopes, 1) {
			return p
		}
	}
	return nil
}

var (
	errComponent = errors.New("no_component")
	errPreAuth   = errors.New("bad_pre_auth_code")
)

// Consent is what the administrator of an account does on the authorisation
// page: it grants the permission sets. The code goes to the component's event URL
// and, with the browser, back to where it came from. What was authorised before
// with other tokens is over.
func (s *Sandbox) Consent(component, preAuth, appid string, scopes []int) (code string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, a := s.component(component), s.account(appid)
	switch {
	case p == nil:
		return "", errComponent
	case a == nil:
		return "", errAccount
	case !good(p.PreAuth, preAuth, s.now().UnixMilli()):
		return "", errPreAuth
	}
	return s.consent(p, appid, scopes, preAuth), nil
}

func (s *Sandbox) consent(p *component, appid string, scopes []int, preAuth string) string {
	scopes = slices.Compact(slices.Sorted(slices.Values(scopes)))
	z, what := p.authorizer(appid), "authorized"
	changed := z == nil || !slices.Equal(z.Scopes, scopes)
	if z == nil {
		z = &authorizer{AppID: appid, Options: map[string]string{"location_report": "0", "voice_recognize": "1", "customer_service": "1"}}
		p.Authorizers = append(p.Authorizers, z)
	} else {
		what = "updateauthorized"
	}
	z.Refresh, z.Scopes, z.At = "refreshtoken@@@"+randomText(43), scopes, s.now().Unix()
	c := &authCode{Code: "queryauthcode@@@" + randomText(60), AppID: appid, Until: s.now().Add(codeLife).UnixMilli()}
	p.Codes = append(p.Codes, c)
	if changed { // WeChat tells nothing of an authorisation that is as it was
		s.tell(p, notice(p, s.now(), what, appid, c, preAuth))
	}
	s.touch()
	return c.Code
}

// Withdraw takes an authorisation back, as the account's administrator does on
// the platform's site.
func (s *Sandbox) Withdraw(component, appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p == nil || p.authorizer(appid) == nil {
		return false
	}
	p.Authorizers = slices.DeleteFunc(p.Authorizers, func(z *authorizer) bool { return z.AppID == appid })
	for _, t := range s.account(appid).Tokens {
		if t.Component == p.AppID {
			t.Withdrawn = true
		}
	}
	s.tell(p, notice(p, s.now(), "unauthorized", appid, nil, ""))
	s.touch()
	return true
}

// Regrant changes the permission sets of an account, which gives a new code.
func (s *Sandbox) Regrant(component, appid string, scopes []int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p == nil || p.authorizer(appid) == nil {
		return false
	}
	s.consent(p, appid, scopes, "")
	return true
}

// SpoilRefresh lets the refresh token of an account die, as a change of the
// administrator's password or a new authorisation elsewhere do.
func (s *Sandbox) SpoilRefresh(component, appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p == nil || p.authorizer(appid) == nil {
		return false
	}
	p.authorizer(appid).Refresh = "refreshtoken@@@" + randomText(43)
	s.touch()
	return true
}

// ExpireComponent ends the component's access tokens now.
func (s *Sandbox) ExpireComponent(component string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p == nil {
		return false
	}
	for i := range p.Tokens {
		p.Tokens[i].Until = min(p.Tokens[i].Until, s.now().UnixMilli())
	}
	s.touch()
	return true
}

// PushTicket pushes a new ticket now.
func (s *Sandbox) PushTicket(component string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.component(component)
	if p != nil {
		s.newTicket(p)
	}
	return p != nil
}

func (s *Sandbox) newTicket(p *component) {
	value := "ticket@@@" + randomText(86)
	p.Tickets, p.TicketAt = s.issue(p.Tickets, value, ticketLife), s.now().UnixMilli()
	n := notice(p, s.now(), "component_verify_ticket", "", nil, "")
	n.Ticket = value
	s.tell(p, n)
}

// messageURL is where the pushes of an account go that is served by p.
func (p *component) messageURL(appid string) string {
	return strings.ReplaceAll(p.MessageURL, "$APPID$", appid)
}

// scopesFor are the permission sets of which one must be granted for a call;
// nil: none is needed. The platform documents it for custom/send alone.
func scopesFor(path string) []int {
	switch {
	case path == pathSend, path == "/cgi-bin/message/custom/typing":
		return []int{1, 6, 19, 100, 101}
	case strings.HasPrefix(path, "/customservice/"), strings.HasPrefix(path, "/cgi-bin/customservice/"):
		return []int{6}
	case strings.HasPrefix(path, "/cgi-bin/user/"), strings.HasPrefix(path, "/cgi-bin/tags/"):
		return []int{2}
	case strings.HasPrefix(path, "/cgi-bin/material/"), strings.HasPrefix(path, "/cgi-bin/freepublish/"):
		return []int{11}
	case strings.HasPrefix(path, "/cgi-bin/media/"):
		return []int{1, 6, 11}
	}
	return nil
}
