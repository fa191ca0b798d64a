package handlers

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// openid is the customer of the golden pushes.
const openid = "oDesk_user_00000000000000001"

// textPush is a message as WeChat pushes it to the shop.
func textPush(msgID, content string) *wechat.Push {
	return &wechat.Push{ToUserName: shopGH, FromUserName: openid, CreateTime: noon/1000 - 1, MsgType: "text", MsgID: msgID, Content: content}
}

// pushOf is an event of a customer.
func pushOf(customer, event string, at time.Time) *wechat.Push {
	return &wechat.Push{ToUserName: shopGH, FromUserName: customer, CreateTime: at.Unix(), MsgType: "event", Event: event}
}

// platform is WeChat's side of an official account's callback.
func platform(t *testing.T, mode wechat.Mode, key string) *wechat.Callback {
	t.Helper()
	cipher, err := wechat.NewCipher(key, shopApp)
	if err != nil {
		t.Fatal(err)
	}
	return &wechat.Callback{Token: callbackToken, Mode: mode, Ciphers: []*wechat.Cipher{cipher}}
}

// inMode changes how the shop is called, and what its former key was.
func (d *desk) inMode(t *testing.T, mode wechat.Mode) {
	t.Helper()
	a, err := d.Store.Account(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	a.Mode = string(mode)
	for _, a.AESKey = range []string{aesKeyOld, aesKey} {
		if err := d.Store.UpdateAccount(t.Context(), store.Actor{}, a); err != nil {
			t.Fatal(err)
		}
		if a.AESKey == aesKeyOld {
			if err := d.Store.KeysUsed(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// callbackURL is the address of a push.
func callbackURL(appid string, q wechat.Query) string {
	v := url.Values{}
	for name, value := range map[string]string{"signature": q.Signature, "timestamp": q.Timestamp, "nonce": q.Nonce,
		"encrypt_type": q.EncryptType, "msg_signature": q.MsgSignature, "echostr": q.EchoStr, "openid": openid} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return "/wechat/" + appid + "?" + v.Encode()
}

// deliver posts a push to the shop, at the time of the store's clock.
func (d *desk) deliver(t *testing.T, cb *wechat.Callback, nonce string, p *wechat.Push) result {
	t.Helper()
	q, body, err := cb.Pack(p, strconv.FormatInt(d.clock.Now().Unix(), 10), nonce)
	if err != nil {
		t.Fatal(err)
	}
	return d.post(t, q, body)
}

func (d *desk) post(t *testing.T, q wechat.Query, body []byte) result {
	t.Helper()
	return d.send(t, request("POST", callbackURL(shopApp, q), bytes.NewReader(body), "Content-Type", "text/xml"))
}

// signed is the query of a plain push at this moment.
func (d *desk) signed(nonce string) wechat.Query {
	at := strconv.FormatInt(d.clock.Now().Unix(), 10)
	return wechat.Query{Signature: wechat.Sign(callbackToken, at, nonce), Timestamp: at, Nonce: nonce}
}

// taken fails unless WeChat hears exactly the word that ends the matter.
func (a result) taken(t *testing.T) {
	t.Helper()
	if a.status != 200 || a.body != "success" {
		t.Errorf("answered %d %.200q, want success", a.status, a.body)
	}
}

// forged fails unless the push was turned away with a code and nothing more.
func (a result) forged(t *testing.T) {
	t.Helper()
	if a.status != 403 || a.body != "bad_signature" {
		t.Errorf("answered %d %.200q, want 403", a.status, a.body)
	}
}

// arrived gives every row of every timeline, in the order of arrival, with its
// conversation.
func (d *desk) arrived(t *testing.T) (list []store.Change) {
	t.Helper()
	changes, err := d.Store.Changes(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Message != nil {
			list = append(list, c)
		}
	}
	return list
}

// holds fails unless just these texts were stored.
func (d *desk) holds(t *testing.T, bodies ...string) {
	t.Helper()
	var got []string
	for _, c := range d.arrived(t) {
		got = append(got, string(c.Message.Body))
	}
	if strings.Join(got, "\n") != strings.Join(bodies, "\n") {
		t.Errorf("stored %q, want %q", got, bodies)
	}
}

func TestCallbackVerification(t *testing.T) {
	for _, mode := range []wechat.Mode{wechat.Plain, wechat.Compatible, wechat.Safe} {
		t.Run(string(mode), func(t *testing.T) {
			d := newDesk(t)
			d.inMode(t, mode)
			q := d.signed("1372623149")
			q.EchoStr = "4375120948345356249"
			forged := q
			forged.Signature = strings.ToUpper(q.Signature)
			d.send(t, request("GET", callbackURL(shopApp, forged), nil)).forged(t)
			if a, _ := d.Store.Account(t.Context(), 1); a.VerifiedAt != 0 {
				t.Error("a forged verification counts")
			}
			got := d.send(t, request("GET", callbackURL(shopApp, q), nil))
			if got.status != 200 || got.body != q.EchoStr {
				t.Errorf("answered %d %q, want the echostr alone", got.status, got.body)
			}
			if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
				t.Errorf("the echostr is sent as %q", kind)
			}
			if a, _ := d.Store.Account(t.Context(), 1); a.VerifiedAt != noon {
				t.Errorf("verified at %d, want %d", a.VerifiedAt, int64(noon))
			}
		})
	}
}

// The mode is the account's, and the former key still opens what is under way.
func TestPushInEveryMode(t *testing.T) {
	for _, tt := range []struct {
		account, sent wechat.Mode
		key           string
	}{
		{wechat.Plain, wechat.Plain, aesKey},
		{wechat.Compatible, wechat.Compatible, aesKey},
		{wechat.Compatible, wechat.Compatible, aesKeyOld},
		{wechat.Compatible, wechat.Safe, aesKey},
		{wechat.Compatible, wechat.Plain, aesKey},
		{wechat.Safe, wechat.Safe, aesKey},
		{wechat.Safe, wechat.Safe, aesKeyOld},
		{wechat.Safe, wechat.Compatible, aesKey},
	} {
		t.Run(string(tt.account)+" "+string(tt.sent)+" "+tt.key[:3], func(t *testing.T) {
			d := newDesk(t)
			d.inMode(t, tt.account)
			d.deliver(t, platform(t, tt.sent, tt.key), "1", textPush("1", "<a> & ]]> 你好")).taken(t)
			d.holds(t, `{"content":"<a> & ]]> 你好"}`)
			if a, _ := d.Store.Account(t.Context(), 1); a.PushedAt != noon {
				t.Error("the first push is not noted")
			}
		})
	}
}

// In compatible mode the plain fields beside Encrypt are not what is signed.
func TestPlainFieldsBesideTheSealedOnesCountForNothing(t *testing.T) {
	d := newDesk(t)
	d.inMode(t, wechat.Compatible)
	q, body, err := platform(t, wechat.Compatible, aesKey).Pack(textPush("1", "sealed"), strconv.Itoa(noon/1000), "1")
	if err != nil {
		t.Fatal(err)
	}
	d.post(t, q, bytes.Replace(body, []byte("<Content><![CDATA[sealed"), []byte("<Content><![CDATA[forged"), 1)).taken(t)
	d.holds(t, `{"content":"sealed"}`)
}

// forgery is a push that WeChat did not send, made from one that it did.
type forgery struct {
	mode wechat.Mode
	make func(d *desk, t *testing.T) (wechat.Query, []byte)
}

// sealed makes a push in this mode and lets change spoil it.
func sealed(mode wechat.Mode, change func(q *wechat.Query, body *[]byte)) func(d *desk, t *testing.T) (wechat.Query, []byte) {
	return func(d *desk, t *testing.T) (wechat.Query, []byte) {
		q, body, err := platform(t, mode, aesKey).Pack(textPush("1", "hello"), strconv.FormatInt(d.clock.Now().Unix(), 10), "1")
		if err != nil {
			t.Fatal(err)
		}
		change(&q, &body)
		return q, body
	}
}

var forgeries = map[string]forgery{
	"safe account, plain body": {wechat.Safe, sealed(wechat.Plain, func(*wechat.Query, *[]byte) {})},
	"safe account, plain body called encrypted": {wechat.Safe, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) {
		q.EncryptType, q.MsgSignature = "aes", q.Signature
	})},
	"safe account, raw": {wechat.Safe, sealed(wechat.Safe, func(q *wechat.Query, _ *[]byte) { q.EncryptType, q.MsgSignature = "raw", "" })},
	"safe account, upper case": {wechat.Safe, sealed(wechat.Safe, func(q *wechat.Query, _ *[]byte) {
		q.MsgSignature = strings.ToUpper(q.MsgSignature)
	})},
	"safe account, another cipher": {wechat.Safe, sealed(wechat.Safe, func(_ *wechat.Query, b *[]byte) {
		*b = bytes.Replace(*b, []byte("CDATA[Q"), []byte("CDATA[R"), 1)
		*b = append(bytes.TrimSuffix(*b, []byte("]]></Encrypt></xml>")), "AAAA]]></Encrypt></xml>"...)
	})},
	"plain account, upper case":           {wechat.Plain, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) { q.Signature = strings.ToUpper(q.Signature) })},
	"plain account, no signature":         {wechat.Plain, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) { q.Signature = "" })},
	"plain account, another nonce":        {wechat.Plain, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) { q.Nonce = "2" })},
	"plain account, sealed body":          {wechat.Plain, sealed(wechat.Safe, func(*wechat.Query, *[]byte) {})},
	"plain account, sealed body as plain": {wechat.Plain, sealed(wechat.Safe, func(q *wechat.Query, _ *[]byte) { q.EncryptType, q.MsgSignature = "", "" })},
	"plain account, both":                 {wechat.Plain, sealed(wechat.Compatible, func(q *wechat.Query, _ *[]byte) { q.EncryptType, q.MsgSignature = "raw", "" })},
	"compatible account, sealed body as plain": {wechat.Compatible, sealed(wechat.Safe, func(q *wechat.Query, _ *[]byte) {
		q.EncryptType, q.MsgSignature = "", ""
	})},
	"compatible account, plain body as sealed": {wechat.Compatible, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) {
		q.EncryptType, q.MsgSignature = "aes", q.Signature
	})},
	"another account's name": {wechat.Plain, sealed(wechat.Plain, func(_ *wechat.Query, b *[]byte) {
		*b = bytes.Replace(*b, []byte(shopGH), []byte(cafeGH), 1)
	})},
	"no timestamp": {wechat.Plain, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) {
		q.Timestamp, q.Signature = "", wechat.Sign(callbackToken, "", q.Nonce)
	})},
	"a timestamp that is none": {wechat.Plain, sealed(wechat.Plain, func(q *wechat.Query, _ *[]byte) {
		q.Timestamp += "x"
		q.Signature = wechat.Sign(callbackToken, q.Timestamp, q.Nonce)
	})},
}

func TestForgedPushes(t *testing.T) {
	d := newDesk(t)
	for _, mode := range []wechat.Mode{wechat.Plain, wechat.Compatible, wechat.Safe} {
		d.inMode(t, mode)
		for name, f := range forgeries {
			if f.mode == mode {
				t.Run(name, func(t *testing.T) {
					q, body := f.make(d, t)
					was := len(d.log.String())
					d.post(t, q, body).forged(t)
					d.holds(t)
					if log := d.log.String()[was:]; !strings.Contains(log, "was refused") || !strings.Contains(log, "reason=") ||
						q.Signature != "" && strings.Contains(log, q.Signature) || strings.Contains(log, "geheim") {
						t.Errorf("the log says %q", log)
					}
				})
			}
		}
	}
}

func TestPushWithoutEnd(t *testing.T) {
	d := newDesk(t)
	if got := d.post(t, d.signed("1"), make([]byte, wechat.MaxBody+1)); got.status != 413 || got.body != "too_large" {
		t.Errorf("answered %d %.100q", got.status, got.body)
	}
}

// The cipher names the account it is for: one made for another is refused.
func TestPushSealedForAnotherAccount(t *testing.T) {
	d := newDesk(t)
	d.inMode(t, wechat.Safe)
	cipher, err := wechat.NewCipher(aesKey, cafeApp)
	if err != nil {
		t.Fatal(err)
	}
	d.deliver(t, &wechat.Callback{Token: callbackToken, Mode: wechat.Safe, Ciphers: []*wechat.Cipher{cipher}}, "1", textPush("1", "hello")).forged(t)
	d.holds(t)
}

func TestPushesAreOfNow(t *testing.T) {
	d := newDesk(t)
	for i, tt := range []struct {
		late time.Duration
		ok   bool
	}{{0, true}, {callbackTolerance, true}, {callbackTolerance + time.Second, false}, {-callbackTolerance, true},
		{-callbackTolerance - time.Second, false}, {365 * 24 * time.Hour, false}} {
		nonce := strconv.Itoa(i)
		q, body, err := platform(t, wechat.Plain, aesKey).Pack(textPush(nonce, "hello"), strconv.Itoa(noon/1000), nonce)
		if err != nil {
			t.Fatal(err)
		}
		d.clock.ms.Store(noon)
		d.clock.Advance(tt.late)
		before := len(d.arrived(t))
		if got := d.post(t, q, body); tt.ok {
			got.taken(t)
		} else {
			got.forged(t)
		}
		if stored := len(d.arrived(t)) > before; stored != tt.ok {
			t.Errorf("%v late: stored is %v", tt.late, stored)
		}
	}
}

// In plain mode the signature says nothing about the body: who saw one request
// could send another body under it.
func TestNonceBringsOnePush(t *testing.T) {
	d := newDesk(t)
	plain := platform(t, wechat.Plain, aesKey)
	d.deliver(t, plain, "1", textPush("1", "hello")).taken(t)
	d.deliver(t, plain, "1", textPush("2", "forged")).forged(t)
	d.deliver(t, plain, "1", textPush("1", "hello")).taken(t) // WeChat repeats itself
	d.deliver(t, plain, "2", textPush("1", "hello")).taken(t)
	d.deliver(t, plain, "3", textPush("2", "more")).taken(t)
	d.holds(t, `{"content":"hello"}`, `{"content":"more"}`)
}

func TestRepeatedPushIsStoredOnce(t *testing.T) {
	d := newDesk(t)
	plain := platform(t, wechat.Plain, aesKey)
	tap := &wechat.Push{ToUserName: shopGH, FromUserName: openid, CreateTime: noon / 1000, MsgType: "event", Event: "CLICK", EventKey: "orders"}
	other := *tap
	other.EventKey = "refunds"
	for i := range 2 {
		nonce := strconv.Itoa(i)
		d.deliver(t, plain, "a"+nonce, textPush("1", "hello")).taken(t)
		d.deliver(t, plain, "b"+nonce, tap).taken(t)
		d.deliver(t, plain, "c"+nonce, &other).taken(t)
		d.restart(t)
	}
	d.holds(t, `{"content":"hello"}`, `{"key":"orders"}`, `{"key":"refunds"}`)
}

// Case matters in paths: an address of another case is another address.
func TestOtherCallbackAddresses(t *testing.T) {
	d := newDesk(t)
	q := d.signed("1")
	q.EchoStr = "1"
	for _, path := range []string{"/wechat/wx0000000000000000", "/wechat/" + strings.ToUpper(shopApp), "/WeChat/" + shopApp} {
		for _, method := range []string{"GET", "POST"} {
			address := strings.Replace(callbackURL(shopApp, q), "/wechat/"+shopApp, path, 1)
			got := d.send(t, request(method, address, bytes.NewReader(textPush("1", "hello").Marshal())))
			if got.status != 404 && got.status != 403 {
				t.Errorf("%s %s: %d %.100s", method, path, got.status, got.body)
			}
		}
	}
	if got := d.send(t, request("POST", callbackURL("wx0000000000000000", q), http.NoBody)); got.body != "not_found" {
		t.Errorf("an unknown account: %.100q", got.body)
	}
	d.holds(t)
}
