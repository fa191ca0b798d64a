package store

import (
	"cmp"
	"context"
	"errors"
	"strings"
)

// Component is the third-party platform with which official accounts are served
// that have authorised it. There is one at most.
type Component struct {
	ID            int64
	AppID         string
	Secret        string
	CallbackToken string
	AESKey        string

	CallbackTokenPrevious, AESKeyPrevious string // as Keys has them
	KeysAt, KeysUsedAt                    int64

	// Where WeChat's authorisation page is, with {component}, {code} and {back};
	// "" as WeChat's documentation has it.
	DesktopURL, PhoneURL string

	Ticket      string // component_verify_ticket, the newest
	TicketAt    int64  // when it came, 0 never
	AccessToken string // component_access_token, "" when there is none
	AccessAt    int64
	AccessUntil int64
}

func (p *Component) secrets() [7]secretField {
	return [7]secretField{{"component.secret", &p.Secret}, {"component.callback_token", &p.CallbackToken},
		{"component.aes_key", &p.AESKey}, {"component.aes_key_previous", &p.AESKeyPrevious},
		{"component.callback_token_previous", &p.CallbackTokenPrevious}, {"component.ticket", &p.Ticket},
		{"component.access_token", &p.AccessToken}}
}

const selectComponent = `select id, appid, keys_at, keys_used_at, ticket_at, access_at, access_until, secret, callback_token, aes_key,
	aes_key_previous, callback_token_previous, ticket, access_token, desktop_url, phone_url from component`

func (s *Store) scanComponent(r scanner) (p Component, err error) {
	var sealed [7][]byte
	if err = r.Scan(&p.ID, &p.AppID, &p.KeysAt, &p.KeysUsedAt, &p.TicketAt, &p.AccessAt, &p.AccessUntil, &sealed[0], &sealed[1],
		&sealed[2], &sealed[3], &sealed[4], &sealed[5], &sealed[6], &p.DesktopURL, &p.PhoneURL); err != nil {
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
// old one), callback token and key (empty keep the old ones), the two pages. A
// changed callback token or AES key keeps the former of both, for pushes under
// them still come. Another AppID ends the ticket, a changed secret the token. Refusals: bad_FIELD, and
// component_in_use for another AppID while accounts are authorised.
func (s *Store) SetComponent(ctx context.Context, by Actor, p Component) (Component, error) {
	err := s.write(ctx, func(t *tx) error {
		old, err := t.component(s)
		fresh := errors.Is(err, ErrNotFound)
		if err != nil && !fresh {
			return err
		}
		renewed, err := p.merge(old, t.now)
		if err != nil {
			return err
		}
		if !fresh && p.AppID != old.AppID {
			n, err := txOne[int](t, "select count(*) from authorizer where component_id = $1 and refused <> 61003", old.ID)
			if err != nil || n > 0 {
				return orElse(err, refuse("component_in_use", "field", "appid", "n", n))
			}
		}
		if fresh {
			p.ID, err = t.insert(`insert into component (appid, keys_at, keys_used_at, ticket_at, access_at, access_until, secret, callback_token,
				aes_key, aes_key_previous, callback_token_previous, ticket, access_token, desktop_url, phone_url)
				values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`, s.componentValues(&p)...)
		} else {
			err = t.exec(`update component set appid=$1, keys_at=$2, keys_used_at=$3, ticket_at=$4, access_at=$5, access_until=$6, secret=$7,
				callback_token=$8, aes_key=$9, aes_key_previous=$10, callback_token_previous=$11, ticket=$12, access_token=$13, desktop_url=$14,
				phone_url=$15 where id=$16`, append(s.componentValues(&p), p.ID)...)
		}
		if err != nil {
			return err
		}
		name := "component.update"
		if renewed {
			name = "component.keys"
		}
		return t.audit(by, deed{Name: name, Subject: p.AppID})
	})
	return p, err
}

// merge keeps of the old what the new does not say, and checks the rest. It tells
// whether there are other keys than before.
func (p *Component) merge(old Component, now int64) (renewed bool, err error) {
	appid, secret := strings.TrimSpace(p.AppID), strings.TrimSpace(p.Secret)
	next := Keys{Token: cmp.Or(p.CallbackToken, old.CallbackToken), AESKey: cmp.Or(p.AESKey, old.AESKey)}
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
	if k := old.Keys(); old.ID == 0 {
		p.CallbackToken, p.AESKey = next.Token, next.AESKey
	} else {
		renewed = k.succeed(next, now)
		p.setKeys(k)
	}
	bad := func(field string) (bool, error) { return false, refuse("bad_"+field, "field", field) }
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
	return renewed, nil
}

func (s *Store) componentValues(p *Component) []any {
	out := []any{p.AppID, p.KeysAt, p.KeysUsedAt, p.TicketAt, p.AccessAt, p.AccessUntil}
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

// SetComponentToken keeps a component_access_token until its end.
func (s *Store) SetComponentToken(ctx context.Context, componentID int64, token string, until int64) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec("update component set access_token = $1, access_at = $2, access_until = $3 where id = $4",
			s.key.seal("component.access_token", token), t.now, until, componentID)
	})
}

// EndComponentToken forgets a component_access_token that WeChat refused, unless
// there is another one by now.
func (s *Store) EndComponentToken(ctx context.Context, token string) error {
	return s.write(ctx, func(t *tx) error {
		p, err := t.component(s)
		if err != nil || p.AccessToken != token {
			return err
		}
		return t.exec("update component set access_token = $1, access_at = 0, access_until = 0 where id = $2",
			s.key.seal("component.access_token", ""), p.ID)
	})
}
