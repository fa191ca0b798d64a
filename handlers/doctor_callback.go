package handlers

import (
	"net/netip"
	"strings"

	"kfdesk/hub/wechat"
)

// ofCallback judges our side: how WeChat reaches us, and what came of it.
func (d *doctor) ofCallback() {
	d.ofSite()
	d.ofPushes()
	d.ofRefusals()
	if d.a.Component == 0 { // else they are those of the third-party platform, always safe
		d.ofKeys()
		d.ofMode()
	}
	d.ofSource()
	d.ofProbe()
}

func (d *doctor) ofPushes() {
	switch {
	case d.a.Component != 0: // the third-party platform has the address
	case d.a.VerifiedAt == 0:
		d.check("doctor.unverified", checkSkip).platform(d)
	case d.a.KeysAt > d.a.VerifiedAt && d.a.KeysUsedAt == 0:
		d.check("doctor.keys_unverified", checkWarn).platform(d).At = d.a.KeysAt
	default:
		d.check("doctor.verified", checkFine).At = d.a.VerifiedAt
	}
	if d.a.PushedAt == 0 {
		d.check("doctor.unpushed", checkSkip)
		return
	}
	d.check("doctor.pushed", checkFine).At = max(d.a.PushedAt, d.pushed.TakenAt)
}

// ofRefusals tells why pushes were turned away within a day. Those after which one
// was taken are past.
func (d *doctor) ofRefusals() {
	past, now := 0, 0
	for _, r := range d.pushed.Refusals {
		// An authorised account's are opened by the platform, whose page has the rest.
		elsewhere := d.a.Component != 0 && r.Reason != "original_id"
		if r.At <= d.pushed.TakenAt || r.At <= d.a.KeysUsedAt || r.Reason == "nonce" || elsewhere {
			past += r.N
			continue
		}
		now++
		state := checkBad
		if r.Reason == "signature" && d.a.PushedAt != 0 && d.a.KeysAt == 0 {
			state = checkWarn // somebody tries, or the token was changed on WeChat's side
		}
		d.ofRefusal(r, state)
	}
	switch {
	case now > 0:
	case past > 0:
		d.check("doctor.refused_before", checkFine, "n", past)
	default:
		d.check("doctor.none_refused", checkFine)
	}
}

func (d *doctor) ofRefusal(r refusedPush, state string) {
	if d.a.Component != 0 { // its original id is what WeChat said when it was authorised
		d.check("doctor.refused_authorised", state, "n", r.N, "what", r.What).ofPlatform(d).At = r.At
		return
	}
	k := d.check("doctor.refused."+r.Reason, state, "n", r.N, "mode", d.text(d.ctx, "page.mode."+d.a.Mode), "what", r.What)
	k.At = r.At
	switch r.Reason {
	case "signature":
		k.copy(d.a.CallbackToken, d.text(d.ctx, "page.callback.token")).platform(d)
	case "key":
		k.copy(d.a.AESKey, "EncodingAESKey").platform(d)
	case "mode":
		k.to("#mode", d.text(d.ctx, "doctor.to.mode"))
	case "original_id":
		k.copy(r.What, d.text(d.ctx, "page.account.original_id")).to("#original_id", d.text(d.ctx, "doctor.to.original_id"))
	}
}

// ofKeys seals and opens with the keys that the callback opens with.
func (d *doctor) ofKeys() {
	if d.a.Mode == "plain" && d.a.AESKey == "" {
		d.check("doctor.aes_none", checkSkip)
		return
	}
	for _, key := range []string{d.a.AESKey, d.a.AESKeyPrevious} {
		if key != "" && !opens(key, d.a.AppID) {
			d.check("doctor.aes_bad", checkBad).to(accountPath(d.a.ID)+"/keys", d.text(d.ctx, "page.callback.renew"))
			return
		}
	}
	if d.a.AESKeyPrevious != "" && d.a.KeysUsedAt == 0 {
		d.check("doctor.aes_both", checkFine)
		return
	}
	d.check("doctor.aes", checkFine)
}

func opens(key, appid string) bool {
	const word = "kfdesk"
	cipher, err := wechat.NewCipher(key, appid)
	if err != nil {
		return false
	}
	sealed, err := cipher.Seal([]byte(word))
	if err != nil {
		return false
	}
	plain, err := cipher.Open(sealed)
	return err == nil && string(plain) == word
}

func (d *doctor) ofMode() {
	if d.a.Mode == "safe" {
		d.check("doctor.mode", checkFine)
		return
	}
	d.check("doctor.mode_weak", checkWarn, "mode", d.text(d.ctx, "page.mode."+d.a.Mode)).to("#mode", d.text(d.ctx, "doctor.to.mode"))
}

// ofSource tells whether the last push came from an address of WeChat's. Behind a
// proxy that is not believed nobody can tell.
func (d *doctor) ofSource() {
	from, err := netip.ParseAddr(d.pushed.From)
	switch {
	case d.later(d.x.IPs, "doctor.source_later"):
	case err != nil || !d.x.IPs.Good():
		d.check("doctor.source_later", checkSkip).Text = d.text(d.ctx, "doctor.source_none")
	case fromRange(from, d.x.Sources):
		d.check("doctor.source", checkFine, "ip", from.String())
	case from.IsPrivate() || from.IsLoopback():
		d.check("doctor.source_proxy", checkSkip, "ip", from.String())
	default:
		d.check("doctor.source_strange", checkWarn, "ip", from.String())
	}
}

// fromRange tells whether an address is in a list of addresses and ranges.
func fromRange(a netip.Addr, list []string) bool {
	for _, entry := range list {
		if p, err := netip.ParsePrefix(entry); err == nil && p.Contains(a) {
			return true
		}
		if one, err := netip.ParseAddr(entry); err == nil && one.Unmap() == a {
			return true
		}
	}
	return false
}

// ofProbe judges how WeChat itself reaches the callback address (callback/check).
func (d *doctor) ofProbe() {
	said := d.x.Callback
	if d.later(said, "doctor.probe_later") {
		return
	}
	switch {
	case errcode(said) == 40201 && d.a.Component != 0: // the address is the platform's
		d.check("doctor.probe_later", checkSkip).ofPlatform(d).Text = d.text(d.ctx, "doctor.probe_authorised")
		return
	case errcode(said) == 40201:
		d.check("doctor.probe_none", checkWarn, "code", 40201).copy(d.publicURL(d.ctx)+"/wechat/"+d.a.AppID, d.text(d.ctx, "page.callback.url")).platform(d)
		return
	case said.Err != nil:
		d.check("doctor.probe_later", checkSkip).Text = d.because(said)
		return
	}
	var ips []string
	for _, r := range d.x.Reach.DNS {
		ips = append(ips, r.IP)
	}
	lost := len(d.x.Reach.Ping) > 0
	for _, r := range d.x.Reach.Ping {
		lost = lost && strings.HasPrefix(r.Loss, "100")
	}
	switch {
	case len(ips) == 0:
		d.check("doctor.probe_dns", checkBad)
	case lost: // a firewall that drops ping is common, and does no harm
		d.check("doctor.probe_ping", checkWarn, "ip", ips[0])
	default:
		d.check("doctor.probe", checkFine, "ip", ips[0])
	}
}
