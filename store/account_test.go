package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// goodAccount is one that is taken as it is.
var goodAccount = Account{AppID: "wxfedcba0987654321", OriginalID: "gh_0123456789ab", WechatID: "hemu_life", Name: "Hemu", Mode: "safe",
	Secret: "secret", CallbackToken: "deskToken2025", AESKey: strings.Repeat("aesKey0", 7)[:43]}

func TestAddAccount(t *testing.T) {
	for _, c := range []struct {
		change func(*Account)
		want   string
	}{
		{func(*Account) {}, ""},
		{func(a *Account) { a.AppID = " " + a.AppID + " " }, ""},
		{func(a *Account) { a.Mode, a.AESKey = "plain", "" }, ""},
		{func(a *Account) { a.AppID = "wx1234567890abcdef" }, "account_exists"},
		{func(a *Account) { a.AppID = "fedcba0987654321" }, "bad_appid"},
		{func(a *Account) { a.OriginalID = "hemu" }, "bad_original_id"},
		{func(a *Account) { a.WechatID = "he mu" }, "bad_wechat_id"},
		{func(a *Account) { a.Secret = " " }, "bad_secret"},
		{func(a *Account) { a.CallbackToken = "ab" }, "bad_callback_token"},
		{func(a *Account) { a.CallbackToken = "with-dash" }, "bad_callback_token"},
		{func(a *Account) { a.CallbackToken = strings.Repeat("a", 33) }, "bad_callback_token"},
		{func(a *Account) { a.Mode = "open" }, "bad_mode"},
		{func(a *Account) { a.AESKey = "" }, "bad_aes_key"},
		{func(a *Account) { a.AESKey = a.AESKey[:42] }, "bad_aes_key"},
		{func(a *Account) { a.Mode, a.AESKey = "plain", "short" }, "bad_aes_key"},
	} {
		d := openDesk(t)
		a := goodAccount
		c.change(&a)
		a, err := d.AddAccount(ctx, Actor{}, a)
		if c.want != "" {
			refused(t, err, c.want)
			continue
		}
		ok(t, err)
		equal(t, "as read", fmt.Sprint(must(d.AccountByAppID(ctx, goodAccount.AppID))(t)), fmt.Sprint(a))
		equal(t, "created", a.CreatedAt, d.now())
		equal(t, "accounts", len(must(d.Accounts(ctx))(t)), 2)
	}
	d := openDesk(t)
	nameless := goodAccount
	nameless.Name = " "
	equal(t, "name", must(d.AddAccount(ctx, Actor{}, nameless))(t).Name, "hemu_life")
	if _, err := d.AccountByAppID(ctx, "wx0000000000000000"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such account: %v", err)
	}
}

func TestUpdateAccount(t *testing.T) {
	d := openDesk(t)
	a := must(d.AddAccount(ctx, Actor{}, goodAccount))(t)
	ok(t, d.SetToken(ctx, a.ID, "access", "token", 99))
	token := func() string {
		value, _, err := d.Token(ctx, a.ID, "access")
		ok(t, err)
		return value
	}
	update := func(change func(*Account)) Account {
		t.Helper()
		change(&a)
		ok(t, d.UpdateAccount(ctx, Actor{}, a))
		return must(d.Account(ctx, a.ID))(t)
	}
	first := a.AESKey
	got := update(func(a *Account) { a.Name, a.AppID = "New name", "wx0000000000000000" })
	equal(t, "name and appid before the first push", got.Name+" "+got.AppID, "New name wx0000000000000000")
	equal(t, "former key", got.AESKeyPrevious, "")
	equal(t, "a token of the old appid goes", token(), "")
	ok(t, d.SetToken(ctx, a.ID, "access", "token", 99))
	in := d.text("new", "hello")
	in.Account = a.ID
	must(d.Receive(ctx, in))(t)
	got = update(func(a *Account) { a.AppID = goodAccount.AppID })
	equal(t, "appid after it", got.AppID, "wx0000000000000000")
	equal(t, "token stays", token(), "token")

	equal(t, "typing at first", got.Typing, true)
	got = update(func(a *Account) { a.Typing = false })
	equal(t, "typing", got.Typing, false)

	second := strings.Repeat("B", 43)
	got = update(func(a *Account) { a.AESKey, a.AESKeyPrevious = second, "not taken" })
	equal(t, "keys", got.AESKey+" "+got.AESKeyPrevious, second+" "+first)
	got = update(func(a *Account) { a.Mode = "compatible" })
	equal(t, "former key stays", got.AESKeyPrevious, first)
	equal(t, "former token", got.CallbackTokenPrevious, a.CallbackToken)
	got = update(func(a *Account) { a.AESKey = strings.Repeat("C", 43) })
	equal(t, "former key, while none came under the next", got.AESKeyPrevious, first)
	equal(t, "not used yet", got.KeysAt > 0 && got.KeysUsedAt == 0, true)
	ok(t, d.KeysUsed(ctx, a.ID))
	equal(t, "used", must(d.Account(ctx, a.ID))(t).KeysUsedAt, d.now())
	ok(t, d.EndFormerKeys(ctx, Actor{}, a.ID))
	got = must(d.Account(ctx, a.ID))(t)
	equal(t, "former keys after the end", got.AESKeyPrevious+got.CallbackTokenPrevious, "")

	got = update(func(a *Account) { a.TokenKind = "classic" })
	equal(t, "kind of token", got.TokenKind, "classic")
	equal(t, "a token of the other kind goes", token(), "")
	ok(t, d.SetToken(ctx, a.ID, "access", "token", 99))

	update(func(a *Account) { a.Secret = "another" })
	equal(t, "a token of the old secret goes", token(), "")

	bad := a
	bad.CallbackToken = "-"
	refused(t, d.UpdateAccount(ctx, Actor{}, bad), "bad_callback_token")
	bad.ID = 99
	if err := d.UpdateAccount(ctx, Actor{}, bad); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such account: %v", err)
	}
	d.clock.advance(time.Minute)
	ok(t, d.Verified(ctx, a.ID))
	equal(t, "verified", must(d.Account(ctx, a.ID))(t).VerifiedAt, d.now())
}

// The accounts are kept in memory; a change of this process is seen at once,
// one of another after Forget.
func TestAccountsAreKept(t *testing.T) {
	d := openDesk(t)
	name := func() string { return must(d.Account(ctx, d.account))(t).Name }
	equal(t, "name", name(), "Hemu")
	ok(t, d.write(ctx, func(t *tx) error { return t.exec("update account set name = 'changed unseen'") }))
	equal(t, "name, kept", name(), "Hemu")

	beside, err := Open(ctx, d.Dir(), Options{Shared: true})
	ok(t, err)
	defer beside.Close()
	a := must(beside.Account(ctx, d.account))(t)
	a.Name = "changed beside"
	ok(t, beside.UpdateAccount(ctx, Actor{}, a))
	equal(t, "name", name(), "Hemu")
	d.Forget()
	equal(t, "name after Forget", name(), "changed beside")

	// What was read before a change is not kept after it.
	list, changes := d.cache.get()
	a.Name = "changed meanwhile"
	ok(t, d.UpdateAccount(ctx, Actor{}, a))
	d.cache.keep(list, changes)
	equal(t, "name", name(), "changed meanwhile")
}

func TestKFAccountsMirrorWeChat(t *testing.T) {
	d := openDesk(t)
	mirror := func() string {
		var out []string
		for _, k := range must(d.KFAccounts(ctx, d.account))(t) {
			out = append(out, fmt.Sprintf("%s %s %s %v", k.KFAccount, k.Nickname, k.AgentName, k.Avatar != 0))
		}
		return strings.Join(out, ", ")
	}
	equal(t, "at first", mirror(), "li@hemu nick of li@hemu li false, su@hemu nick of su@hemu su false")
	wanted := func() string {
		list := must(d.ClaimMedia(ctx, 10, 1000))(t)
		var out []string
		for _, m := range list {
			out = append(out, m.Kind+" "+m.URL)
		}
		slices.Sort(out)
		return strings.Join(out, ", ")
	}
	equal(t, "nothing to fetch for those without avatar", wanted(), "")

	set := func(list ...KFAccount) { t.Helper(); ok(t, d.SetKFAccounts(ctx, d.account, list)) }
	li := KFAccount{KFAccount: "li@hemu", Nickname: "Li", KFID: "1001", KFWx: "lixl", AvatarURL: "https://a/1"}
	set(li, KFAccount{KFAccount: "new@hemu", Nickname: "New", InviteWx: "someone", InviteStatus: "waiting", InviteUntil: 99})
	equal(t, "in the same millisecond, the avatar not here yet", mirror(), "li@hemu Li li false, new@hemu New  false")
	fetched := must(d.ClaimMedia(ctx, 10, 1000))(t)
	equal(t, "to fetch", fmt.Sprint(len(fetched), fetched[0].Kind, fetched[0].URL), "1avatarhttps://a/1")
	fetched[0].Hash, fetched[0].Mime = strings.Repeat("a", 64), "image/png"
	ok(t, d.MediaReady(ctx, fetched[0]))
	equal(t, "with the avatar", mirror(), "li@hemu Li li true, new@hemu New  false")
	first := must(d.KFAccounts(ctx, d.account))(t)
	equal(t, "row", fmt.Sprint(first[1].InviteWx, first[1].InviteStatus, first[1].InviteUntil, first[1].SyncedAt), fmt.Sprint("someonewaiting", 99, " ", d.now()))

	d.clock.advance(time.Hour)
	set(li)
	equal(t, "the same avatar again", must(d.KFAccounts(ctx, d.account))(t)[0].Avatar, first[0].Avatar)
	equal(t, "the other is gone", mirror(), "li@hemu Li li true")
	li.AvatarURL = "https://a/2"
	set(li)
	d.clock.advance(-2 * time.Hour) // the clock is set back
	equal(t, "to fetch", wanted(), "avatar https://a/2")
	li.AvatarURL = ""
	set(li, KFAccount{KFAccount: "su@hemu", Nickname: "Su"})
	equal(t, "avatar taken off; su's binding stood", mirror(), "li@hemu Li li false, su@hemu Su su false")

	ok(t, d.ExpectKF(ctx, d.account, "soon@hemu", "soon"))
	ok(t, d.ExpectKF(ctx, d.account, "li@hemu", "not taken"))
	equal(t, "expected", mirror(), "li@hemu Li li false, soon@hemu soon  false, su@hemu Su su false")
	set(li)
	equal(t, "not confirmed", mirror(), "li@hemu Li li false")
}
