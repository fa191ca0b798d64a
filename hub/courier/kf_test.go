package courier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// What a deed on a kf account asks WeChat for.
var kfPaths = map[string]string{
	"add": "/customservice/kfaccount/add", "update": "/customservice/kfaccount/update", "delete": "/customservice/kfaccount/del",
	"invite": "/customservice/kfaccount/inviteworker", "avatar": "/customservice/kfaccount/uploadheadimg",
}

const kfListPath = "/cgi-bin/customservice/getkflist"

func squareJPEG(t testing.TB, side int) []byte {
	var out bytes.Buffer
	ok(t, jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, side, side)), nil))
	return out.Bytes()
}

// kf does a deed on a kf account of the first official account.
func (d *desk) kf(what, name, wish string) error {
	avatar := []byte(nil)
	if what == "avatar" {
		avatar = squareJPEG(d, 64)
	}
	return d.courier.DoKF(ctx, store.Actor{}, store.KFDeed{Account: d.account(0).ID, KFAccount: name, What: what, Wish: wish}, avatar)
}

// kfs is the mirror and what is not settled, in a line.
func (d *desk) kfs() string {
	d.Helper()
	var all []string
	for _, k := range must(d.store.KFAccounts(ctx, d.account(0).ID))(d) {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s%s %d/%d", k.KFAccount, k.Nickname, k.KFWx, k.InviteStatus, k.Online, k.Cases)))
	}
	for _, w := range must(d.store.KFDeeds(ctx))(d) {
		all = append(all, fmt.Sprint(w.What, " ", w.Undone))
	}
	return strings.Join(all, "; ")
}

func TestKFLife(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	name := "wang@" + a.WechatID
	sync := func() { t.Helper(); ok(t, d.courier.SyncKF(ctx, a.ID)) }
	li := "; li@" + a.WechatID + " Li  0/0" // comes first
	li = strings.TrimPrefix(li, "; ") + "; "

	ok(t, d.kf("add", name, "王"))
	ok(t, d.kf("update", name, "老王"))
	ok(t, d.kf("avatar", name, ""))
	ok(t, d.kf("invite", name, "wang_wx"))
	equal(t, "mirror", d.kfs(), li+name+" 老王 waiting 0/0")
	sync()
	equal(t, "after a sync", d.kfs(), li+name+" 老王 waiting 0/0")
	k := must(d.store.KFAccounts(ctx, a.ID))(t)[1]
	if k.AvatarURL == "" || k.InviteUntil != d.sandbox.Now().Add(24*time.Hour).Unix()*1000 {
		t.Errorf("%+v", k)
	}
	equal(t, "accepted", d.sandbox.AnswerInvite(a.AppID, name, true), true)
	d.sandbox.SetOnline(a.AppID, name, true)
	v := d.customerOf(a, name)
	sync()
	equal(t, "bound", d.kfs(), li+name+" 老王 wang_wx 1/1")

	d.sandbox.AddFault(sandbox.Fault{On: "/cgi-bin/customservice/getonlinekflist", Kind: "errcode", Code: 48001})
	sync()
	equal(t, "without the online list", d.kfs(), "li@"+a.WechatID+" Li  -1/0; "+name+" 老王 wang_wx -1/0")

	open, waiting, count, err := d.courier.KFSessions(ctx, a.ID)
	ok(t, err)
	equal(t, "sessions", fmt.Sprint(len(open), open[0].OpenID, open[0].KFAccount, len(waiting), count), fmt.Sprint(1, v, name, 0, 0))

	ok(t, d.kf("delete", name, ""))
	sync()
	equal(t, "deleted", d.kfs(), strings.TrimSuffix(li, "; "))
}

// customerOf makes a customer whom a kf account serves in WeChat's own tool.
func (d *desk) customerOf(a store.Account, kf string) (openid string) {
	u := must(d.sandbox.AddUser(sandbox.User{AppID: a.AppID, Following: true}))(d)
	equal(d, "session", d.sandbox.SetSession(u.OpenID, kf), true)
	return u.OpenID
}

// What WeChat refuses comes back with its code, and leaves nothing behind.
func TestKFRefusals(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	at := "@" + a.WechatID
	for _, name := range []string{"a", "b", "c"} {
		ok(t, d.sandbox.AddKF(a.AppID, name+at, name, "", nil))
	}
	ok(t, d.courier.SyncKF(ctx, a.ID))
	ok(t, d.store.ExpectKF(ctx, a.ID, "ghost"+at, "ghost"))
	ok(t, d.sandbox.AddKF(a.AppID, "secret"+at, "of another console", "", nil))
	for n := range 5 {
		other := fmt.Sprint("wx", n)
		ok(t, d.sandbox.AddAccount(sandbox.Account{AppID: other, Secret: "s", WechatID: "o"}))
		ok(t, d.sandbox.AddKF(other, "k@o", "x", "busy_person", nil))
	}
	ok(t, d.kf("invite", "a"+at, "ann_wx"))
	ok(t, d.kf("invite", "b"+at, "ben_wx"))
	d.sandbox.AnswerInvite(a.AppID, "b"+at, true)
	before := d.kfs()
	for _, c := range []struct {
		what, name, wish string
		want             int
	}{
		{"update", "ghost", "x", 65401}, {"delete", "ghost", "", 65401}, {"invite", "ghost", "someone_wx", 65401}, {"avatar", "ghost", "", 65401},
		{"add", "secret", "x", 65406},
		{"invite", "c", "ben_wx", 65407}, {"invite", "c", "ann_wx", 65408}, {"invite", "c", "138", 65409},
		{"invite", "c", "busy_person", 65410}, {"invite", "a", "someone_wx", 65411}, {"invite", "b", "someone_wx", 65412},
	} {
		equal(t, c.what+" "+c.name, wechat.Code(d.kf(c.what, c.name+at, c.wish)), c.want)
	}
	equal(t, "no picture", wechat.Code(d.courier.DoKF(ctx, store.Actor{}, store.KFDeed{Account: a.ID, KFAccount: "a" + at, What: "avatar"}, []byte("GIF89a"))), 40005)
	codes := []int{40005, 40009, 61457, 61458, 61459, -1}
	for code := 65400; code <= 65417; code++ {
		codes = append(codes, code)
	}
	for code := 61450; code <= 61456; code++ {
		codes = append(codes, code)
	}
	for what, path := range kfPaths {
		for _, code := range codes {
			d.sandbox.AddFault(sandbox.Fault{On: path, Kind: "errcode", Code: code})
			name := "a" + at
			if what == "add" {
				name = "new" + at
			}
			equal(t, what, wechat.Code(d.kf(what, name, "someone_wx")), code)
		}
	}
	equal(t, "afterwards", d.kfs(), before)
	if err := d.kf("add", "a b"+at, "x"); !store.Refused(err, "bad_kf_prefix") {
		t.Errorf("a prefix that WeChat would refuse: %v", err)
	}
	d.sandbox.AddFault(sandbox.Fault{On: tokenPath, Kind: "empty", Times: -1})
	d.sandbox.Advance(3 * time.Hour)
	equal(t, "no token", wechat.Classify(d.kf("delete", "a"+at, "")), wechat.Unknown)
	equal(t, "so it was not asked", d.kfs(), before)
}

// A deed whose answer is lost is settled by the next sync, whether WeChat did it
// or not, and also when the program ended in between.
func TestKFDeedIsCutOff(t *testing.T) {
	for _, what := range []string{"add", "update", "delete", "invite", "avatar"} {
		for _, did := range []bool{true, false} {
			d := newDesk(t)
			a := d.account(0)
			name := "li@" + a.WechatID
			if what == "add" {
				name = "new@" + a.WechatID
			}
			ok(t, d.courier.SyncKF(ctx, a.ID))
			before := d.kfs()
			if did { // the answer is on its way when the one who asked is gone
				held, cut := d.hold(kfPaths[what], ""), make(chan error, 1)
				asking, leave := context.WithCancel(ctx)
				go func() {
					cut <- d.courier.DoKF(asking, store.Actor{}, store.KFDeed{Account: a.ID, KFAccount: name, What: what, Wish: "someone_wx"}, squareJPEG(t, 64))
				}()
				d.meet(held)
				leave()
				equal(t, what+" is uncertain", wechat.Classify(<-cut), wechat.Unknown)
			} else {
				d.sandbox.AddFault(sandbox.Fault{On: kfPaths[what], Kind: "empty"})
				equal(t, what+" is uncertain", wechat.Classify(d.kf(what, name, "someone_wx")), wechat.Unknown)
			}
			equal(t, what+" is kept", d.kfs(), before+"; "+what+" false")
			d.courier = d.newCourier(d.store)
			d.sandbox.Advance(2 * time.Minute)
			ok(t, d.courier.SyncKF(ctx, a.ID))
			after := d.kfs()
			if want := before + "; " + what + " true"; !did && after != want {
				t.Errorf("%s that WeChat did not: %s, want %s", what, after, want)
			}
			if did && (strings.Contains(after, what+" ") || after == before && what != "avatar") {
				t.Errorf("%s that WeChat did: %s", what, after)
			}
		}
	}
}

// A list that was asked for before a deed does not undo it.
func TestKFSyncAndDeedTakeTurns(t *testing.T) {
	d := newDesk(t)
	a := d.account(0)
	ok(t, d.courier.SyncKF(ctx, a.ID))
	list, synced := d.hold(kfListPath, ""), make(chan error, 1)
	go func() { synced <- d.courier.SyncKF(ctx, a.ID) }()
	d.meet(list)
	impatient, leave := context.WithTimeout(ctx, 50*time.Millisecond)
	defer leave()
	err := d.courier.DoKF(impatient, store.Actor{}, store.KFDeed{Account: a.ID, KFAccount: "new@" + a.WechatID, What: "add", Wish: "New"}, nil)
	equal(t, "meanwhile", errors.Is(err, context.DeadlineExceeded), true)
	equal(t, "WeChat was asked", d.count(kfPaths["add"]), 0)
	close(list.release)
	ok(t, <-synced)
	ok(t, d.kf("add", "new@"+a.WechatID, "New"))
	equal(t, "mirror", d.kfs(), "li@"+a.WechatID+" Li  0/0; new@"+a.WechatID+" New  0/0")
}

// What was said in WeChat's own tool comes into the timeline by its records, page
// by page and day by day, and only once.
func TestImportRecords(t *testing.T) {
	d := newDesk(t)
	defer d.run()()
	a := d.account(0)
	v := d.customer(0)
	d.settled(d.reply(v, "from here"))
	held := "door@" + a.WechatID
	ok(t, d.sandbox.AddKF(a.AppID, held, "Door", "door_wx", nil))
	began := d.sandbox.Now().Truncate(time.Second)
	d.sandbox.Advance(time.Second)
	d.sandbox.SetSession(v.Customer.OpenID, held)
	for day := range 3 {
		for n := range 3 {
			must(d.sandbox.Text(v.Customer.OpenID, fmt.Sprint("over there ", day, n)))(t)
			d.sandbox.Advance(time.Minute)
		}
		d.sandbox.Advance(23 * time.Hour)
	}
	d.courier.recordsPage = 2
	take := func(to time.Time) (int, int) {
		t.Helper()
		n, err := d.courier.ImportRecords(ctx, store.Actor{}, a.ID, began, to)
		ok(t, err)
		return n.Read, n.New
	}
	read, fresh := take(began.Add(24 * time.Hour))
	equal(t, "the first day", fmt.Sprint(read, fresh), "7 6") // a day is longer than what is said in two
	read, fresh = take(began.Add(70 * time.Hour))
	equal(t, "all days", fmt.Sprint(read, fresh), "10 3")
	read, fresh = take(began.Add(70 * time.Hour))
	equal(t, "again", fmt.Sprint(read, fresh), "10 0")
	var lines []string
	for _, m := range must(d.store.Messages(ctx, v.Customer.ID, 0, 0, 100))(t) {
		if m.Dir == "in" || m.Dir == "out" {
			lines = append(lines, string(m.Body))
		}
	}
	equal(t, "lines", len(lines), 11)
	if !slices.IsSorted(lines[2:]) || !strings.Contains(lines[10], `"over there 2 2","imported":true`) {
		t.Errorf("%v", lines)
	}
	d.sandbox.AddFault(sandbox.Fault{On: "/customservice/msgrecord/getmsglist", Kind: "errcode", Code: 65416})
	_, err := d.courier.ImportRecords(ctx, store.Actor{}, a.ID, began, began.Add(time.Hour))
	equal(t, "refused", wechat.Code(err), 65416)
}
