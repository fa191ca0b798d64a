package handlers

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
)

const (
	clockMost   = 3 * time.Second // that the clocks may differ
	quotaMost   = 80              // per cent of a day's calls
	clashesMany = 3               // within an hour
)

// addressInError finds the address that WeChat refused (40164 invalid ip …).
var addressInError = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){4,7}\b`)

// ofWeChat judges what WeChat said.
func (d *doctor) ofWeChat() {
	d.ofReach()
	d.ofToken()
	d.ofClock()
	d.ofClash()
	d.ofPermission()
	d.ofKF()
	d.ofTool()
	d.ofQuota()
}

// ofPlatform leads to the third-party platform, where what its accounts share is
// mended.
func (k *check) ofPlatform(d *doctor) *check {
	return k.to(componentPath, d.text(d.ctx, "component.nav.title"))
}

func (d *doctor) ofReach() {
	if errors.Is(d.x.Token.Err, courier.ErrNoTicket) {
		return // WeChat was not asked
	}
	if d.x.Token.Err != nil && errcode(d.x.Token) == 0 {
		d.check("doctor.unreachable", checkBad)
		return
	}
	d.check("doctor.reach", checkFine).Took = d.took(d.x.Token.Took)
}

// ofToken judges the token call: whitelist first, for WeChat looks at it last, and
// a whitelist that refuses says that AppID and AppSecret fit.
func (d *doctor) ofToken() {
	said := d.x.Token
	msg := ""
	if e, ok := errors.AsType[*wechat.Error](said.Err); ok {
		msg = e.Msg
	}
	switch code := errcode(said); {
	case said.Err == nil && d.a.Component != 0:
		d.check("doctor.authorised", checkFine).ofPlatform(d)
		return
	case errors.Is(said.Err, courier.ErrNoTicket):
		d.check("doctor.no_ticket", checkBad).ofPlatform(d)
		return
	case d.a.Component != 0 && code == 0:
		d.check("doctor.authorised_later", checkSkip)
		return
	case d.a.Component != 0:
		d.check("doctor.token_bad", checkBad).ofPlatform(d).Text = d.wechatError(d.ctx, &wechat.Error{Code: code, Msg: msg})
		return
	case said.Err == nil:
		d.check("doctor.secret", checkFine)
		d.check("doctor.ip", checkFine)
		return
	case code == 40164, code == 45035, code == 61004:
		d.check("doctor.ip_bad", checkBad, "code", code).copy(addressInError.FindString(msg), d.text(d.ctx, "doctor.ip.name")).platform(d)
	case code == 89501, code == 89503:
		d.check("doctor.ip_wait", checkBad, "code", code).platform(d)
	case code == 89506, code == 89507:
		d.check("doctor.ip_refused", checkBad, "code", code, "hours", map[int]int{89506: 24, 89507: 1}[code]).platform(d)
	case code == 40013, code == 41002:
		k := d.check("doctor.appid_bad", checkBad, "code", code).platform(d)
		if d.a.PushedAt == 0 {
			k.to("#appid", d.text(d.ctx, "doctor.to.appid"))
		}
		d.check("doctor.ip_later", checkSkip)
		return
	case code == 40001, code == 40125, code == 41004:
		d.check("doctor.secret_bad", checkBad, "code", code).to(accountPath(d.a.ID)+"/secret", d.text(d.ctx, "doctor.to.secret"))
		d.check("doctor.ip_later", checkSkip)
		return
	case code == 40243:
		d.check("doctor.secret_frozen", checkBad, "code", code).platform(d)
		d.check("doctor.ip_later", checkSkip)
		return
	case code != 0:
		d.check("doctor.token_bad", checkBad).Text = d.wechatError(d.ctx, &wechat.Error{Code: code, Msg: msg})
		d.check("doctor.ip_later", checkSkip)
		return
	}
	d.check("doctor.secret_later", checkSkip)
}

func (d *doctor) ofClock() {
	ahead := d.x.Ahead
	seconds := fmt.Sprintf("%.1f", ahead.Abs().Seconds())
	switch {
	case !d.x.Dated:
		d.check("doctor.clock_later", checkSkip)
	case ahead.Abs() <= clockMost:
		d.check("doctor.clock", checkFine, "s", seconds)
	case ahead > 0:
		d.check("doctor.clock_fast", checkWarn, "s", seconds).Took = "+" + d.text(d.ctx, "doctor.seconds", "s", seconds)
	default:
		d.check("doctor.clock_slow", checkWarn, "s", seconds).Took = "−" + d.text(d.ctx, "doctor.seconds", "s", seconds)
	}
}

// ofClash tells that somebody else fetches tokens with the same AppSecret.
func (d *doctor) ofClash() {
	times := d.WeChat.Clashes(d.a.ID)
	if len(times) == 0 {
		d.check("doctor.no_clash", checkFine)
		return
	}
	state := checkWarn
	if len(times) >= clashesMany {
		state = checkBad
	}
	if d.a.Component != 0 { // it has no AppSecret of its own, and one kind of token
		d.check("doctor.clash_authorised", state, "n", len(times)).ofPlatform(d).At = times[0]
		return
	}
	k := d.check("doctor.clash", state, "n", len(times))
	k.At, k.Stable = times[0], d.a.TokenKind == "classic"
}

// later adds a check that has to wait for a token, and tells whether it has to.
func (d *doctor) later(a courier.Answer, key string) bool {
	if a.Asked {
		return false
	}
	d.check(key, checkSkip).Text = d.text(d.ctx, "doctor.later")
	return true
}

// refusedPermission are the codes for "this account may not".
var refusedPermission = []int{48001, 48004, 50001, 50004, 50007, 45087, 45094, 76022}

// ofPermission judges whether customers can be written to, without writing to
// one: whether WeChat tells the quota of that call, and how the last reply fared.
func (d *doctor) ofPermission() {
	var quota courier.Answer
	if len(d.x.Quotas) > 0 {
		quota = d.x.Quotas[0].Answer
	}
	if d.later(quota, "doctor.send_later") {
		return
	}
	seen, at := errcode(quota), int64(0)
	if h := d.WeChat.Health(d.a.ID); !h.Token && h.At != 0 && slices.Contains(refusedPermission, h.Code) {
		seen, at = h.Code, h.At
	}
	switch {
	case slices.Contains(refusedPermission, seen):
		d.denied = true
		d.check("doctor.send_bad", checkBad, "code", seen).platform(d).At = at
	case quota.Err != nil:
		d.check("doctor.send_unsure", checkWarn).Text = d.because(quota)
	default:
		d.check("doctor.send", checkFine)
	}
}

// because is why a question had no good answer.
func (d *doctor) because(a courier.Answer) string {
	if e, ok := a.Err.(*wechat.Error); ok {
		return d.wechatError(d.ctx, e)
	}
	return d.text(d.ctx, "doctor.no_answer")
}

func (d *doctor) ofKF() {
	said := d.x.KF
	if d.later(said, "doctor.kf_later") {
		return
	}
	switch {
	case d.denied && slices.Contains(refusedPermission, errcode(said)):
		d.check("doctor.kf_later", checkSkip).Text = d.text(d.ctx, "doctor.denied")
	case errcode(said) == 65400:
		d.check("doctor.kf_off", checkBad, "code", 65400).platform(d)
	case said.Err != nil:
		d.check("doctor.kf_bad", checkBad).platform(d).Text = d.because(said)
	case d.x.KFCount == 0:
		d.check("doctor.kf_none", checkWarn).to("/kf-accounts", d.text(d.ctx, "doctor.to.kf"))
	default:
		d.check("doctor.kf", checkFine, "n", d.x.KFCount)
	}
}

// ofTool warns of Tencent's own tool: who is online there may hold customers.
func (d *doctor) ofTool() {
	switch said := d.x.Tool; {
	case d.later(said, "doctor.tool_later"):
	case d.denied && said.Err != nil:
		d.check("doctor.tool_later", checkSkip).Text = d.text(d.ctx, "doctor.denied")
	case said.Err != nil:
		d.check("doctor.tool_later", checkSkip).Text = d.because(said)
	case len(d.x.Online) > 0:
		d.check("doctor.tool_open", checkWarn, "names", strings.Join(d.x.Online, d.text(d.ctx, "common.list_separator")))
	default:
		d.check("doctor.tool", checkFine)
	}
}

// ofQuota judges the calls of today; WeChat's day begins at midnight in Beijing.
func (d *doctor) ofQuota() {
	var lines []string
	state, asked := checkFine, false
	for _, q := range d.x.Quotas {
		if asked = asked || q.Asked; !q.Good() || q.DailyLimit <= 0 {
			continue
		}
		name := d.text(d.ctx, "doctor.call."+strings.ReplaceAll(strings.TrimPrefix(q.Path, "/cgi-bin/"), "/", "_"))
		lines = append(lines, d.text(d.ctx, "doctor.quota.line", "name", name, "used", thousands(int64(q.Used)), "limit", thousands(int64(q.DailyLimit))))
		switch share := 100 * int64(q.Used) / int64(q.DailyLimit); {
		case share >= 100:
			state = checkBad
		case share >= quotaMost && state == checkFine:
			state = checkWarn
		}
	}
	key := map[string]string{checkFine: "doctor.quota", checkWarn: "doctor.quota_near", checkBad: "doctor.quota_used"}[state]
	if len(lines) == 0 {
		key, state = "doctor.quota_later", checkSkip
	}
	k := d.check(key, state)
	if k.Text = strings.Join(lines, d.text(d.ctx, "doctor.quota.and")); !asked {
		k.Text = d.text(d.ctx, "doctor.later")
	} else if state == checkSkip {
		k.Text = d.text(d.ctx, "doctor.no_answer")
	}
}

// thousands writes a count with commas.
func thousands(n int64) string {
	s := itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
