package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

func (nobody) DoKF(context.Context, store.Actor, store.KFDeed, []byte) error { return nil }
func (nobody) KFSessions(context.Context, int64) (open, waiting []wechat.KFSession, count int, err error) {
	return nil, nil, 0, nil
}
func (nobody) ImportRecords(context.Context, store.Actor, int64, time.Time, time.Time) (store.Imported, error) {
	return store.Imported{}, nil
}

func (d *console) DoKF(ctx context.Context, by store.Actor, deed store.KFDeed, avatar []byte) error {
	return nobody{}.DoKF(ctx, by, deed, avatar)
}
func (d *console) KFSessions(ctx context.Context, id int64) (open, waiting []wechat.KFSession, count int, err error) {
	return nobody{}.KFSessions(ctx, id)
}
func (d *console) ImportRecords(ctx context.Context, by store.Actor, id int64, from, to time.Time) (store.Imported, error) {
	return nobody{}.ImportRecords(ctx, by, id, from, to)
}

// kfConsole is a console with a courier, and the shop at an imitation of WeChat.
type kfConsole struct {
	*desk
	box *sandbox.Sandbox
}

func newKF(t *testing.T) *kfConsole {
	t.Helper()
	d := &kfConsole{desk: newDesk(t)}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.box.API().ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	var err error
	if d.box, err = sandbox.New(sandbox.Options{Clock: d.clock.Now, Base: web.URL}); err == nil {
		err = d.box.AddAccount(sandbox.Account{AppID: shopApp, Secret: "0123456789abcdef", OriginalID: shopGH, WechatID: "hemu_life"})
	}
	for kf, nick := range map[string]string{"li": "小李", "chen": "佳怡", "wang": "老王"} {
		err = errors.Join(err, d.box.AddKF(shopApp, kf+"@hemu_life", nick, "", nil))
	}
	if err != nil {
		t.Fatal(err)
	}
	d.WeChat = courier.New(courier.Options{Store: d.Store, API: func(store.Account) *wechat.Client { return &wechat.Client{Base: web.URL} }})
	return d
}

// page asks as the admin's browser; a form is sent as one with files when a picture is among it.
func (d *kfConsole) page(t *testing.T, method, address string, picture []byte, pairs ...string) result {
	t.Helper()
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if picture == nil {
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		body.WriteString(form.Encode())
	} else {
		w := multipart.NewWriter(&body)
		for i := 0; i+1 < len(pairs); i += 2 {
			_ = w.WriteField(pairs[i], pairs[i+1])
		}
		part, _ := w.CreateFormFile("avatar", "me.png")
		_, _ = part.Write(picture)
		_ = w.Close()
		kind = w.FormDataContentType()
	}
	req := request(method, address, &body, "Sec-Fetch-Site", "same-origin", "Content-Type", kind)
	req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["zhou"]})
	return d.send(t, req)
}

func (a result) tells(t *testing.T, status int, parts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %.400s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
}

func (a result) went(t *testing.T, to string) {
	t.Helper()
	if a.status != 303 || a.header.Get("Location") != to {
		t.Errorf("status %d to %q, want %q: %.600s", a.status, a.header.Get("Location"), to, a.body)
	}
}

// A kf account's whole life by forms alone.
func TestKFPages(t *testing.T) {
	d := newKF(t)
	d.page(t, "GET", "/kf-accounts/1/new", nil).tells(t, 200, "@hemu_life", "添加后已用 4 / 100", "陈佳怡（客服），已用 chen@hemu_life")
	d.page(t, "POST", "/kf-accounts/1/new", nil, "nickname", "小秋", "prefix", "li").tells(t, 422, "已经有一个 li@hemu_life 了", `value="小秋"`)
	d.page(t, "POST", "/kf-accounts/1/new", nil, "nickname", "", "prefix", "qiu").tells(t, 422, "昵称填 1 到 16 个字")
	d.page(t, "POST", "/kf-accounts/1/new", []byte("no picture"), "nickname", "小秋", "prefix", "qiu").tells(t, 422, "这不是能用的图片")
	d.page(t, "POST", "/kf-accounts/1/new", picture(t, "png"), "nickname", "小秋", "prefix", "qiu", "invite_wx", "qiu_wx", "agent", itoa(d.ids["zhou"])).
		went(t, "/kf-accounts?done=kf_added")
	d.page(t, "GET", "/kf-accounts", nil).tells(t, 200, "小秋", "qiu@hemu_life", "待接受", "还剩 24 小时", "周哲", "/ 100 已用")
	d.page(t, "GET", "/kf-accounts?state=bound", nil).tells(t, 200, "没有符合条件")
	if !d.box.AnswerInvite(shopApp, "qiu@hemu_life", true) || !d.box.SetOnline(shopApp, "qiu@hemu_life", true) {
		t.Fatal("no invitation")
	}
	d.page(t, "POST", "/kf-accounts/sync", nil, "account", "1").went(t, "/kf-accounts?done=synced")
	d.page(t, "GET", "/kf-accounts?state=bound&q=QIU_", nil).tells(t, 200, "已绑定", "dot-online")

	d.page(t, "GET", "/kf-accounts/1/li@hemu_life", nil).tells(t, 200, "编辑客服「小李」", "selected>李晓琳")
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life", picture(t, "jpeg"), "nickname", "李姐", "agent", itoa(d.ids["wang"])).went(t, "/kf-accounts?done=kf_saved")
	list, err := d.Store.KFAccounts(ctx, 1)
	if i := slices.IndexFunc(list, func(k store.KFAccount) bool { return k.KFAccount == "li@hemu_life" }); err != nil || i < 0 ||
		list[i].Nickname != "李姐" || list[i].AgentName != "王涛" || list[i].AvatarURL == "" {
		t.Errorf("%v %+v", err, list)
	}
	for _, path := range []string{"", "/invite", "/delete"} {
		d.page(t, "GET", "/kf-accounts/1/nobody@hemu_life"+path, nil).tells(t, 404)
		sound(t, path, d.page(t, "GET", "/kf-accounts/1/li@hemu_life"+path, nil).body)
	}
	sound(t, "list of two official accounts", d.page(t, "GET", "/kf-accounts", nil).body)
	sound(t, "new", d.page(t, "GET", "/kf-accounts/1/new", nil).body)
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life/invite", nil, "invite_wx", "qiu_wx").tells(t, 422, "这个微信号已经是你们的客服", "65407")
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life/invite", nil, "invite_wx", " ").tells(t, 422, "invite_wx-problem")
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life/invite", nil, "invite_wx", "lixiao_wx").went(t, "/kf-accounts?done=kf_invited")

	d.page(t, "POST", "/kf-accounts/1/li@hemu_life", nil, "nickname", "李姐", "agent", itoa(d.ids["li"])).went(t, "/kf-accounts?done=kf_saved")
	v := d.open(t, "o1") // li serves it
	d.page(t, "GET", "/kf-accounts/1/li@hemu_life/delete", nil).tells(t, 200, "李晓琳手上的 1 个会话会回到队列")
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life/delete", nil).went(t, "/kf-accounts?done=kf_deleted")
	if state := dig(d.call(t, "chen", "GET", v, nil).ok(t, 200), "conversation", "state"); state != "waiting" {
		t.Errorf("the conversation is %v", state)
	}
}

// Every refusal of WeChat's is told in words, at the field that it is about.
func TestKFRefusalsAreTold(t *testing.T) {
	d := newKF(t)
	codes := []int{-1, 40005, 40009, 45009, 61400, 61401}
	for code := 65400; code <= 65417; code++ {
		codes = append(codes, code)
	}
	for code := 61450; code <= 61459; code++ {
		codes = append(codes, code)
	}
	for _, code := range codes {
		for _, lang := range Languages {
			if !d.Texts.Has(lang, fmt.Sprintf("wxerr.%d", code)) {
				t.Errorf("%d has no words in %s", code, lang)
			}
		}
		for path, form := range map[string]struct{ address, dialog string }{
			"/customservice/kfaccount/add":          {"/kf-accounts/1/new", "add"},
			"/customservice/kfaccount/update":       {"/kf-accounts/1/li@hemu_life", "edit"},
			"/customservice/kfaccount/inviteworker": {"/kf-accounts/1/li@hemu_life/invite", "invite"},
			"/customservice/kfaccount/del":          {"/kf-accounts/1/li@hemu_life/delete", "delete"},
		} {
			d.box.AddFault(sandbox.Fault{On: path, Kind: "errcode", Code: code})
			got := d.page(t, "POST", form.address, nil, "nickname", "新名字", "prefix", "new", "invite_wx", "some_wx")
			field := kfFields[code]
			if field == "" || !strings.Contains(kfDialogFields[form.dialog], field) {
				field = "form"
			}
			got.tells(t, 422, `id="`+field+`-problem"`, fmt.Sprint(code))
		}
	}
	if list, err := d.Store.KFDeeds(ctx); err != nil || len(list) > 0 {
		t.Errorf("left behind: %v %v", list, err)
	}
}

// What failed after the kf account was made is told in the dialog that is for it.
func TestKFAddFailsHalfWay(t *testing.T) {
	d := newKF(t)
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfaccount/inviteworker", Kind: "errcode", Code: 65409})
	d.page(t, "POST", "/kf-accounts/1/new", nil, "nickname", "小秋", "prefix", "qiu", "invite_wx", "nobody_wx").
		shows(t, 422, `action="/kf-accounts/1/qiu@hemu_life/invite"`, "没有这个微信号", `value="nobody_wx"`, `id="invite_wx-problem"`)
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfaccount/uploadheadimg", Kind: "errcode", Code: 40009})
	d.page(t, "POST", "/kf-accounts/1/new", picture(t, "png"), "nickname", "小冬", "prefix", "dong").
		shows(t, 422, `action="/kf-accounts/1/dong@hemu_life"`, `id="avatar-problem"`)
}

// A deed whose answer was lost is told, found out about by the next sync, and then
// done, or told as not done until an admin has seen it.
func TestKFDeedIsUncertain(t *testing.T) {
	d := newKF(t)
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfaccount/update", Kind: "empty"})
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life", nil, "nickname", "李姐", "agent", itoa(d.ids["li"])).
		shows(t, 502, "微信没有回应", "把 li@hemu_life 的昵称改成「李姐」", "还不知道做成没有")
	d.clock.Advance(2 * time.Minute)
	d.page(t, "POST", "/kf-accounts/sync", nil, "account", "1").went(t, "/kf-accounts?done=synced")
	d.page(t, "GET", "/kf-accounts", nil).tells(t, 200, "没有做成", "知道了")
	d.page(t, "GET", "/agents", nil).tells(t, 200, "有 1 项对客服账号的修改没有做成")
	list, err := d.Store.KFDeeds(ctx)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	d.page(t, "POST", "/kf-accounts/deeds/"+itoa(list[0].ID), nil).went(t, "/kf-accounts")
	if got := d.page(t, "GET", "/agents", nil); strings.Contains(got.body, "没有做成") {
		t.Error("what was seen is told still")
	}
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfaccount/del", Kind: "empty", Accept: true})
	d.page(t, "POST", "/kf-accounts/1/li@hemu_life/delete", nil).tells(t, 502, "微信没有回应")
	d.page(t, "POST", "/kf-accounts/sync", nil, "account", "1").went(t, "/kf-accounts?done=synced")
	if got := d.page(t, "GET", "/kf-accounts", nil); strings.Contains(got.body, "li@hemu_life") {
		t.Error("it is not settled")
	}
	d.box.AddFault(sandbox.Fault{On: "/cgi-bin/stable_token", Kind: "empty", Times: -1})
	d.clock.Advance(3 * time.Hour)
	d.page(t, "POST", "/kf-accounts/1/wang@hemu_life/delete", nil).tells(t, 422, "form-problem", "微信没有回应，过一会儿再试")
}

// Tencent's own tool: who is served there, who waits, and its records.
func TestKFTool(t *testing.T) {
	d := newKF(t)
	if err := d.box.AddKF(shopApp, "door@hemu_life", "门店", "door_wx", nil); err != nil {
		t.Fatal(err)
	}
	d.page(t, "POST", "/kf-accounts/sync", nil, "account", "1").went(t, "/kf-accounts?done=synced")
	d.page(t, "GET", "/kf-accounts/sessions", nil).tells(t, 200, "没有进行中的会话", "没有客户在等")
	u, err := d.box.AddUser(sandbox.User{AppID: shopApp, Following: true})
	if err != nil || !d.box.SetSession(u.OpenID, "door@hemu_life") {
		t.Fatal("no session", err)
	}
	if _, err := d.box.Text(u.OpenID, "over there"); err != nil {
		t.Fatal(err)
	}
	got := d.page(t, "GET", "/kf-accounts/sessions?account=1", nil)
	got.tells(t, 200, "door@hemu_life", u.OpenID[len(u.OpenID)-4:], "没有在这里说过话")
	sound(t, "tool", got.body)
	today := d.clock.Now().In(beijing).Format(time.DateOnly)
	post := func(from, to string) result {
		return d.page(t, "POST", "/kf-accounts/sessions?account=1", nil, "from", from, "to", to)
	}
	d.clock.Advance(time.Minute)
	post(today, today).tells(t, 200, "读到 1 条，补上了 1 条")
	post(today, today).tells(t, 200, "读到 1 条，补上了 0 条")
	if v, err := d.Store.NewestConversation(ctx, 1, u.OpenID); err != nil || d.Store.Erase(ctx, &store.Agent{ID: d.ids["zhou"], Role: "admin"}, v.Customer.ID) != nil {
		t.Fatal("who only spoke there cannot be erased", err)
	}
	post(today, today).tells(t, 200, "读到 1 条，补上了 0 条", "有 1 条没有补", "排在时间线最后")
	post(today, "2020-01-01").tells(t, 422, "结束的日子不能早于")
	post("2030-01-01", "2030-01-01").tells(t, 422, "今天或以前")
	post("2024-12-01", "2024-12-20").tells(t, 422, "一次最多导入 7 天")
	d.box.AddFault(sandbox.Fault{On: "/customservice/msgrecord/getmsglist", Kind: "errcode", Code: 65417})
	post(today, today).tells(t, 422, "65417")
	d.box.AddFault(sandbox.Fault{On: "/customservice/kfsession/getwaitcase", Kind: "errcode", Code: 65400})
	d.page(t, "GET", "/kf-accounts/sessions", nil).tells(t, 502, "没有从微信读到", "65400")
}

func TestSquareJPEG(t *testing.T) {
	wide := image.NewRGBA(image.Rect(0, 0, 1500, 900))
	for x := range 1500 { // red, green in the middle, blue
		for y := range 900 {
			wide.Set(x, y, []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}}[x/500])
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, wide); err != nil {
		t.Fatal(err)
	}
	out, err := squareJPEG(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	p, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil || p.Bounds() != image.Rect(0, 0, 640, 640) {
		t.Fatalf("%v %v", err, p.Bounds())
	}
	for x, want := range map[int]string{20: "red", 320: "green", 620: "blue"} {
		r, g, b, _ := p.At(x, 320).RGBA()
		got := map[bool]string{r > g && r > b: "red", g > r && g > b: "green", b > r && b > g: "blue"}[true]
		if got != want {
			t.Errorf("at %d it is %s, not %s", x, got, want)
		}
	}
	if again, err := squareJPEG(out); err != nil || !bytes.Equal(again, out) {
		t.Errorf("one that fits is made anew: %v", err)
	}
	if _, err := squareJPEG([]byte("GIF89a")); !errors.Is(err, errNoPicture) {
		t.Errorf("no picture: %v", err)
	}
}
