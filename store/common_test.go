package store

import (
	"strings"
	"testing"
)

func TestCommonPasswords(t *testing.T) {
	for _, c := range []struct {
		common    bool
		passwords string
	}{
		{true, `1234567890 0123456789 9876543210 1111111111 qwertyuiop 1qaz2wsx3edc abcdefghij abcabcabcabc 123123123123 xxxxxxxxxxx
			woaini1314 WoAiNi1314 woaini5201314 woaini1314520 5201314520 1314woaini 123456woaini woaini@1314 woaini!!!! a5201314520
			password123 Password123! password2026 !password2026! iloveyou2024 dragon19841010 zhangwei1990 ZhangWei19900101 wangfang900101
			zhangwei123456 qq123456789 a123456789 123456789a 12345678901 beijing2008 kfdesk2026! admin@2026 zhouzhe2026 zhouzhe123456
			zhouzhezhouzhe 2026zhouzhe 密密密密密密密密密密 密码密码密码密码密码`},
		{false, `correct-horse-battery 7Kq-mZw-41xT woaini-shanghai-9 password-of-zhang zhangwei-and-me 4915820473 一只猫坐在窗台上看雨 zhouzhe-desk-river k9river-sunshine
			dragonfly83716 ` + strings.Repeat("nevermind the weather ", 4)[:40]},
	} {
		for _, p := range strings.Fields(c.passwords) {
			if got := must(common(p, "zhouzhe"))(t); got != c.common && len(p) >= passwordLeast {
				t.Errorf("%s: common is %v", p, got)
			}
		}
	}
}

// Whoever sets a password, and wherever: a common one is refused, one with the login
// in it too.
func TestCommonPasswordsAreRefused(t *testing.T) {
	d := openDesk(t)
	_, secret, err := d.InviteAgent(ctx, Actor{}, Agent{Login: "manqiu", Role: "agent"})
	ok(t, err)
	for _, p := range []string{"woaini1314", "manqiu2026!"} {
		_, add := d.AddAgent(ctx, Actor{}, Agent{Login: "manqiu", Role: "agent"}, p)
		_, first := d.AddFirstAdmin(ctx, Actor{}, Agent{Login: "manqiu"}, p)
		_, link := d.UseLink(ctx, "", secret, "", "", p)
		l := must(d.Link(ctx, secret))(t)
		for what, err := range map[string]error{"AddAgent": add, "AddFirstAdmin": first, "UseLink": link,
			"SetPassword": d.SetPassword(ctx, Actor{}, l.Agent.ID, p, nil)} {
			if !Refused(err, "common_password") {
				t.Errorf("%s takes %s: %v", what, p, err)
			}
		}
	}
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, "manqiu2026!", nil)) // another's login is none
}
