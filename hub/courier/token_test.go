package courier

import (
	"sync"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

func TestTokenIsFetchedOnceForAll(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	h := d.hold(tokenPath, "")
	var wg sync.WaitGroup
	got := make(chan string, 20)
	for range cap(got) {
		wg.Go(func() {
			token, err := d.courier.Token(ctx, id)
			if err != nil {
				t.Error(err)
			}
			got <- token
		})
	}
	d.meet(h)
	close(h.release)
	wg.Wait()
	first := <-got
	for range cap(got) - 1 {
		equal(t, "token", <-got, first)
	}
	equal(t, "token calls", d.count(tokenPath), 1)

	// It outlives a restart, and is renewed before its end.
	again := d.newCourier(d.store)
	equal(t, "token", must(again.Token(ctx, id))(t), first)
	equal(t, "token calls", d.count(tokenPath), 1)
	d.sandbox.Advance(2*time.Hour - 4*time.Minute)
	if must(again.Token(ctx, id))(t) == first {
		t.Error("a token near its end is still used")
	}
	equal(t, "token calls", d.count(tokenPath), 2)
}

func TestTokenNearItsEndIsUsedWhenThereIsNoOther(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	first := must(d.courier.Token(ctx, id))(t)
	d.sandbox.Advance(2*time.Hour - 4*time.Minute)
	fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: -1, Times: -1})(d, store.Conversation{})
	for range 5 {
		equal(t, "token", must(d.courier.tokens.get(ctx, d.account(0), false))(t), first)
	}
	equal(t, "token calls", d.count(tokenPath), 2)
	d.sandbox.Advance(5 * time.Minute)
	if _, err := d.courier.Token(ctx, id); wechat.Code(err) != -1 {
		t.Errorf("after its end: %v", err)
	}
}

func TestOnlyTheTokenThatFailedIsDropped(t *testing.T) {
	d := newDesk(t)
	id := d.account(0).ID
	first := must(d.courier.Token(ctx, id))(t)
	// Two callers met a refusal of the same token.
	d.courier.tokens.bury(d.account(0), first, 42001)
	second := must(d.courier.Token(ctx, id))(t)
	d.courier.tokens.bury(d.account(0), first, 42001)
	equal(t, "token of the later one", must(d.courier.Token(ctx, id))(t), second)
	if second == first {
		t.Error("the token that failed is given out again")
	}
	// WeChat gave the same one again, so the third call took a new one by force.
	equal(t, "token calls", d.count(tokenPath), 3)

	// A call is made once more with the new token, and no oftener.
	calls, stale := 0, &wechat.Error{Code: 42001, Path: "some call"}
	err := d.courier.Call(ctx, id, func(string) error { calls++; return stale })
	equal(t, "code", wechat.Code(err), 42001)
	equal(t, "calls", calls, 2)
}

func TestWrongSecretMakesNoStorm(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	a.Secret = "ffffffffffffffffffffffffffffffff"
	ok(t, d.store.UpdateAccount(ctx, store.Actor{}, a))
	d.run()
	var v store.Conversation
	for range 6 {
		v = d.stranger(0)
		m := d.settled(d.reply(v, "one"))
		equal(t, "state", m.State, "failed")
		equal(t, "code", m.ErrCode, 40001)
		equal(t, "attempts", m.Attempts, 1)
	}
	equal(t, "token calls", d.count(tokenPath), 1)
	equal(t, "sends", d.count(sendPath), 0)
	equal(t, "trouble", d.courier.Health(a.ID).Code, 40001)

	// The hold ends and grows; strangers' profiles make no calls either.
	d.sandbox.Advance(refusedWaits[0])
	d.settled(d.reply(v, "two"))
	d.sandbox.Advance(refusedWaits[0])
	d.settled(d.reply(v, "three"))
	equal(t, "token calls", d.count(tokenPath), 2)

	// A person who tries is let through, but not with every click.
	for range 3 {
		_, err := d.courier.Token(ctx, a.ID)
		equal(t, "code", wechat.Code(err), 40001)
	}
	equal(t, "token calls", d.count(tokenPath), 3)

	// The right secret ends the hold at once.
	a.Secret = secret
	ok(t, d.store.UpdateAccount(ctx, store.Actor{}, a))
	equal(t, "state", d.settled(d.reply(v, "four")).State, "sent")
	equal(t, "trouble", d.courier.Health(a.ID), Health{})
}

// A hold that began when the clock was ahead is over when it is right again.
func TestHoldOfAClockThatWasAhead(t *testing.T) {
	d := newDesk(t)
	now := d.store.Now
	d.store.Now = func() time.Time { return now().Add(24 * time.Hour) }
	fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: 40001})(d, store.Conversation{})
	if _, err := d.courier.tokens.get(ctx, d.account(0), false); wechat.Code(err) != 40001 {
		t.Errorf("a wrong secret: %v", err)
	}
	if _, err := d.courier.tokens.get(ctx, d.account(0), false); wechat.Code(err) != 40001 {
		t.Errorf("on hold: %v", err)
	}
	d.store.Now = now
	_ = must(d.courier.tokens.get(ctx, d.account(0), false))(t)
}

func TestSyncKF(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	jpg := jpegOf(64, 64)
	ok(t, d.sandbox.AddKF(a.AppID, "su@"+a.WechatID, "Su", "su_wx", jpg))
	ok(t, d.courier.SyncKF(ctx, a.ID))
	list := must(d.store.KFAccounts(ctx, a.ID))(t)
	equal(t, "kf accounts", len(list), 2)
	su := list[1]
	equal(t, "nickname", su.Nickname, "Su")
	equal(t, "bound to", su.KFWx, "su_wx")
	d.run()
	equal(t, "avatar before it is fetched", su.Avatar, 0)
	d.until("the avatar is fetched", func() bool {
		su = must(d.store.KFAccounts(ctx, a.ID))(t)[1]
		return su.Avatar != 0
	})
	avatar := must(d.store.Media(ctx, su.Avatar))(t)
	equal(t, "size", avatar.Size, int64(len(jpg)))
	equal(t, "width", avatar.Width, 64)
}
