package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func (d *desk) wish(what, kf, wish string) (KFDeed, error) {
	return d.WishKF(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, KFDeed{Account: d.account, KFAccount: kf, What: what, Wish: wish})
}

// kfs are the mirror and what is not settled, in a line.
func (d *desk) kfs(t testing.TB) string {
	t.Helper()
	var all []string
	for _, k := range must(d.KFAccounts(ctx, d.account))(t) {
		all = append(all, strings.TrimSpace(fmt.Sprint(k.KFAccount, " ", k.Nickname, " ", k.AgentName, " ", k.InviteWx, k.InviteStatus)))
	}
	for _, w := range must(d.KFDeeds(ctx))(t) {
		all = append(all, fmt.Sprint(w.What, " ", w.KFAccount, " ", w.Wish, " ", w.Undone))
	}
	return strings.Join(all, "; ")
}

// What WeChat would refuse is refused before it is asked.
func TestWishKF(t *testing.T) {
	d := openDesk(t)
	for _, c := range []struct{ what, kf, wish, want string }{
		{"add", "new@hemu", strings.Repeat("字", 16), ""},
		{"add", "new@hemu", strings.Repeat("字", 17), "bad_nickname"},
		{"add", "new@hemu", " ", "bad_nickname"},
		{"add", "abcdefghijk@hemu", "x", "bad_kf_prefix"},
		{"add", "a-b@hemu", "x", "bad_kf_prefix"},
		{"add", "@hemu", "x", "bad_kf_prefix"},
		{"add", "Li@hemu", "x", "kf_exists"},
		{"update", "li@hemu", "", "bad_nickname"},
		{"invite", "li@hemu", "someone", ""},
	} {
		_, err := d.wish(c.what, c.kf, c.wish)
		if c.want != "" {
			refused(t, err, c.want)
		} else {
			ok(t, err)
		}
	}
	_, err := d.wish("delete", "nobody@hemu", "")
	equal(t, "of nobody", err, ErrNotFound)
	for n := len(must(d.KFAccounts(ctx, d.account))(t)); n < KFMost; n++ {
		ok(t, d.ExpectKF(ctx, d.account, fmt.Sprintf("k%d@hemu", n), "k"))
	}
	_, err = d.wish("add", "more@hemu", "x")
	refused(t, err, "kf_full")
}

// What WeChat did is in the mirror at once, with what follows for the agents.
func TestKFDone(t *testing.T) {
	d := openDesk(t)
	v := d.open(t, "o1", &d.li)
	done := func(what, kf, wish string, bind int64) {
		t.Helper()
		w, err := d.WishKF(ctx, Actor{AgentID: d.admin.ID, IP: "::1"}, KFDeed{Account: d.account, KFAccount: kf, What: what, Wish: wish, Bind: bind})
		ok(t, err)
		ok(t, d.KFDone(ctx, w))
		equal(t, "audit", d.lastDeed(t), strings.TrimSpace(fmt.Sprintf("kf.%s %s %s", what, kf, wish))+fmt.Sprintf(" by %d from ::1", d.admin.ID))
	}
	wang := d.addAgent(t, "wang", "agent", "")
	done("add", "wang@hemu", "Wang", wang.ID)
	done("update", "li@hemu", "Lily", 0)
	done("invite", "wang@hemu", "wang_wx", 0)
	equal(t, "mirror", d.kfs(t), "li@hemu Lily li; su@hemu nick of su@hemu su; wang@hemu Wang wang wang_wxwaiting")

	equal(t, "open", must(d.KFOpen(ctx, d.account, "li@hemu"))(t), 1)
	equal(t, "of who has none", must(d.KFOpen(ctx, d.account, "su@hemu"))(t), 0)
	done("delete", "li@hemu", "", 0)
	equal(t, "mirror", d.kfs(t), "su@hemu nick of su@hemu su; wang@hemu Wang wang wang_wxwaiting")
	v = must(d.Store.Conversation(ctx, &d.admin, v.ID))(t)
	equal(t, "the conversation", fmt.Sprint(v.State, v.Agent), "waiting0")
	li := d.agent(t, d.li.ID)
	equal(t, "li sees it", li.Sees(d.account), true)
	_, err := d.Claim(ctx, &li, v.ID)
	refused(t, err, "no_kf_account")
}

// A deed that was cut off is settled by the next list of WeChat's: what it shows
// was done, with the binding that was asked for; the rest is told.
func TestSyncSettlesDeeds(t *testing.T) {
	for _, c := range []struct {
		what, kf, wish string
		change         func(list []KFAccount) []KFAccount // what WeChat did of it
		done, undone   string
	}{
		{"add", "new@hemu", "New", func(l []KFAccount) []KFAccount { return append(l, KFAccount{KFAccount: "new@hemu", Nickname: "New"}) },
			"li@hemu Li li; new@hemu New wang; su@hemu Su su", "li@hemu Li li; su@hemu Su su; add new@hemu New true"},
		{"update", "li@hemu", "Lily", func(l []KFAccount) []KFAccount { l[0].Nickname = "Lily"; return l },
			"li@hemu Lily li; su@hemu Su su", "li@hemu Li li; su@hemu Su su; update li@hemu Lily true"},
		{"delete", "li@hemu", "", func(l []KFAccount) []KFAccount { return l[1:] },
			"su@hemu Su su", "li@hemu Li li; su@hemu Su su; delete li@hemu  true"},
		{"invite", "li@hemu", "li_wx", func(l []KFAccount) []KFAccount { l[0].InviteWx, l[0].InviteStatus = "li_wx", "waiting"; return l },
			"li@hemu Li li li_wxwaiting; su@hemu Su su", "li@hemu Li li; su@hemu Su su; invite li@hemu li_wx true"},
		{"avatar", "li@hemu", "", func(l []KFAccount) []KFAccount { l[0].AvatarURL = "https://new"; return l },
			"li@hemu Li li; su@hemu Su su", "li@hemu Li li; su@hemu Su su; avatar li@hemu https://old true"},
	} {
		for _, did := range []bool{true, false} {
			d := openDesk(t)
			list := []KFAccount{{KFAccount: "li@hemu", Nickname: "Li", AvatarURL: "https://old"}, {KFAccount: "su@hemu", Nickname: "Su"}}
			ok(t, d.SetKFAccounts(ctx, d.account, list))
			bind := int64(0)
			if c.what == "add" {
				bind = d.addAgent(t, "wang", "agent", "").ID
			}
			v := d.open(t, "o1", &d.li)
			must(d.WishKF(ctx, Actor{}, KFDeed{Account: d.account, KFAccount: c.kf, What: c.what, Wish: c.wish, Bind: bind}))(t)
			want := c.undone
			if did {
				list, want = c.change(list), c.done
			} else { // it may be on its way
				ok(t, d.SetKFAccounts(ctx, d.account, list))
				equal(t, c.what+" so soon", d.kfs(t), strings.Replace(want, "true", "false", 1))
				d.clock.advance(settleAfter + time.Millisecond)
			}
			ok(t, d.SetKFAccounts(ctx, d.account, list))
			equal(t, fmt.Sprint(c.what, " that WeChat did: ", did), d.kfs(t), want)
			v = must(d.Store.Conversation(ctx, &d.admin, v.ID))(t)
			equal(t, "the conversation waits", v.State == "waiting", c.what == "delete" && did)
			ok(t, d.SetKFAccounts(ctx, d.account, list))
			equal(t, "at the next sync", d.kfs(t), want)
		}
	}
}

// What WeChat did after it was given up is found by a later sync all the same; an
// agent who speaks as somebody else by then stays so.
func TestSyncSettlesLate(t *testing.T) {
	for _, elsewhere := range []bool{false, true} {
		d := openDesk(t)
		list := []KFAccount{{KFAccount: "li@hemu", Nickname: "Li"}, {KFAccount: "su@hemu", Nickname: "Su"}, {KFAccount: "wu@hemu", Nickname: "Wu"}}
		ok(t, d.SetKFAccounts(ctx, d.account, list))
		wang := d.addAgent(t, "wang", "agent", "")
		must(d.WishKF(ctx, Actor{}, KFDeed{Account: d.account, KFAccount: "new@hemu", What: "add", Wish: "New", Bind: wang.ID}))(t)
		d.clock.advance(settleAfter + time.Second)
		ok(t, d.SetKFAccounts(ctx, d.account, list))
		equal(t, "given up", d.kfs(t), "li@hemu Li li; su@hemu Su su; wu@hemu Wu; add new@hemu New true")
		want := "li@hemu Li li; new@hemu New wang; su@hemu Su su; wu@hemu Wu"
		if elsewhere {
			ok(t, d.Bind(ctx, Actor{}, wang.ID, d.account, "wu@hemu"))
			want = "li@hemu Li li; new@hemu New; su@hemu Su su; wu@hemu Wu wang"
		}
		ok(t, d.SetKFAccounts(ctx, d.account, append(list, KFAccount{KFAccount: "new@hemu", Nickname: "New"})))
		equal(t, "found", d.kfs(t), want)
	}
}
