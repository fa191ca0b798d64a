package store

import (
	"context"
	"errors"
	"strings"
)

// Component is the third-party platform with which official accounts are served
// that have authorised it. There is one at most.
type Component struct {
	ID             int64
	AppID          string
	Secret         string
	CallbackToken  string
	AESKey         string
	AESKeyPrevious string

	// Where WeChat's authorisation page is, with {component}, {code} and {back};
	// "" as WeChat's documentation has it.
	DesktopURL, PhoneURL string

	Ticket      string // component_verify_ticket, the newest
	TicketAt    int64  // when it came, 0 never
	AccessToken string // component_access_token, "" when there is none
	AccessAt    int64
	AccessUntil int64
}

func (p *Component) secrets() [6]secretField {
	return [6]secretField{{"component.secret", &p.Secret}, {"component.callback_token", &p.CallbackToken},
		{"component.aes_key", &p.AESKey}, {"component.aes_key_previous", &p.AESKeyPrevious},
		{"component.ticket", &p.Ticket}, {"component.access_token", &p.AccessToken}}
}

const selectComponent = `select id, appid, ticket_at, access_at, access_until, secret, callback_token, aes_key, aes_key_previous,
	ticket, access_token, desktop_url, phone_url from component`

func (s *Store) scanComponent(r scanner) (p Component, err error) {
	var sealed [6][]byte
	if err = r.Scan(&p.ID, &p.AppID, &p.TicketAt, &p.AccessAt, &p.AccessUntil, &sealed[0], &sealed[1], &sealed[2], &sealed[3],
		&sealed[4], &sealed[5], &p.DesktopURL, &p.PhoneURL); err != nil {
		return p, err
	}
	for i, f := range p.secrets() {
		if *f.value, err = s.key.open(f.place, sealed[i]); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Component gives the third-party platform; ErrNotFound while there is none.
func (s *Store) Component(ctx context.Context) (Component, error) {
	return row(ctx, s, s.scanComponent, selectComponent)
}

func (t *tx) component(s *Store) (Component, error) {
	return txRow(t, s.scanComponent, selectComponent)
}

// SetComponent stores the third-party platform: AppID, Secret (empty keeps the
// old one), callback token and key (empty keep the old ones), the two pages. A changed AES key
// keeps the former one, for pushes under it may still come. Another AppID ends
// the ticket, a changed secret the token. Refusals: bad_FIELD, and
// component_in_use for another AppID while accounts are authorised.
func (s *Store) SetComponent(ctx context.Context, by Actor, p Component) (Component, error) {
	err := s.write(ctx, func(t *tx) error {
		old, err := t.component(s)
		fresh := errors.Is(err, ErrNotFound)
		if err != nil && !fresh {
			return err
		}
		if err := p.merge(old); err != nil {
			return err
		}
		if !fresh && p.AppID != old.AppID {
			n, err := txOne[int](t, "select count(*) from authorizer where component_id = $1 and refused <> 61003", old.ID)
			if err != nil || n > 0 {
				return orElse(err, refuse("component_in_use", "field", "appid", "n", n))
			}
		}
		if fresh {
			p.ID, err = t.insert(`insert into component (appid, ticket_at, access_at, access_until, secret, callback_token, aes_key,
				aes_key_previous, ticket, access_token, desktop_url, phone_url) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`, s.componentValues(&p)...)
		} else {
			err = t.exec(`update component set appid=$1, ticket_at=$2, access_at=$3, access_until=$4, secret=$5, callback_token=$6,
				aes_key=$7, aes_key_previous=$8, ticket=$9, access_token=$10, desktop_url=$11, phone_url=$12 where id=$13`, append(s.componentValues(&p), p.ID)...)
		}
		if err != nil {
			return err
		}
		name := "component.update"
		if !fresh && (p.CallbackToken != old.CallbackToken || p.AESKey != old.AESKey) {
			name = "component.keys"
		}
		return t.audit(by, deed{Name: name, Subject: p.AppID})
	})
	return p, err
}

// merge keeps of the old what the new does not say, and checks the rest.
func (p *Component) merge(old Component) error {
	appid, secret, token, key := strings.TrimSpace(p.AppID), strings.TrimSpace(p.Secret), p.CallbackToken, p.AESKey
	desktop, phone := strings.TrimSpace(p.DesktopURL), strings.TrimSpace(p.PhoneURL)
	*p = old
	p.DesktopURL, p.PhoneURL = desktop, phone
	p.AppID = appid
	if appid != old.AppID {
		p.Ticket, p.TicketAt, p.AccessToken, p.AccessAt, p.AccessUntil = "", 0, "", 0, 0
	}
	if secret != "" && secret != old.Secret {
		p.Secret, p.AccessToken, p.AccessAt, p.AccessUntil = secret, "", 0, 0
	}
	if token != "" {
		p.CallbackToken = token
	}
	if key != "" && key != old.AESKey {
		p.AESKey, p.AESKeyPrevious = key, old.AESKey
	}
	bad := func(field string) error { return refuse("bad_"+field, "field", field) }
	switch {
	case !appidForm.MatchString(p.AppID):
		return bad("appid")
	case p.Secret == "":
		return bad("secret")
	case !tokenForm.MatchString(p.CallbackToken):
		return bad("callback_token")
	case !aesKeyForm.MatchString(p.AESKey):
		return bad("aes_key")
	case desktop != "" && !isWay(desktop):
		return bad("desktop_url")
	case phone != "" && !isWay(phone):
		return bad("phone_url")
	}
	return nil
}

func (s *Store) componentValues(p *Component) []any {
	out := []any{p.AppID, p.TicketAt, p.AccessAt, p.AccessUntil}
	for _, f := range p.secrets() {
		out = append(out, s.key.seal(f.place, *f.value))
	}
	return append(out, p.DesktopURL, p.PhoneURL)
}

// isWay tells whether a person can be sent there with a code, and comes back. One
// that begins with a slash is this server's own, in the sandbox.
func isWay(address string) bool {
	return strings.Contains(address, "{code}") && strings.Contains(address, "{back}") &&
		(strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "/"))
}

// SetTicket keeps the newest component_verify_ticket; pushedAt is WeChat's time.
// One that is older than what is kept changes nothing.
func (s *Store) SetTicket(ctx context.Context, componentID int64, ticket string, pushedAt int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec("update component set ticket = $1, ticket_at = $2 where id = $3 and ticket_at <= $2",
			s.key.seal("component.ticket", ticket), pushedAt, componentID)
	})
}

// SetComponentToken keeps a component_access_token until its end; "" forgets it.
func (s *Store) SetComponentToken(ctx context.Context, componentID int64, token string, until int64) error {
	return s.write(ctx, func(t *tx) error {
		at := t.now
		if token == "" {
			at = 0
		}
		return t.exec("update component set access_token = $1, access_at = $2, access_until = $3 where id = $4",
			s.key.seal("component.access_token", token), at, until, componentID)
	})
}
