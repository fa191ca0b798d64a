package handlers

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

const goldenPushes = "../hub/wechat/testdata/push/*.xml"

// understood is the JSON beside a golden push.
type understood struct {
	Kind  [2]string       `json:"kind"`
	Grant [2]string       `json:"grant"`
	Body  json.RawMessage `json:"body"`
}

// Every kind of push comes in through the callback and lies in the store as the
// contract of the browsers has it. Each is of a customer of its own.
func TestEveryKindOfPushIsStored(t *testing.T) {
	names, err := filepath.Glob(goldenPushes)
	if err != nil || len(names) < 30 {
		t.Fatal(len(names), "golden pushes", err)
	}
	d := newDesk(t)
	for i, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".xml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var want understood
			beside, err := os.ReadFile(strings.TrimSuffix(name, ".xml") + ".json")
			if err == nil {
				err = json.Unmarshal(beside, &want)
			}
			if err != nil {
				t.Fatal(err)
			}
			customer := fmt.Sprintf("oDesk_user_%017d", i+1000)
			raw = bytes.ReplaceAll(raw, []byte(openid), []byte(customer))
			before := len(d.arrived(t))
			d.post(t, d.signed(strconv.Itoa(i)), raw).taken(t)
			arrived := d.arrived(t)[before:]
			if want.Kind == [2]string{"event", "location"} {
				if len(arrived) != 0 {
					t.Error("a position that the phone reports by itself is stored")
				}
				return
			}
			if len(arrived) != 1 {
				t.Fatalf("%d rows", len(arrived))
			}
			d.isStored(t, &arrived[0], &want, raw)
		})
	}
}

func (d *desk) isStored(t *testing.T, c *store.Change, want *understood, raw []byte) {
	t.Helper()
	m := c.Message
	if m.Dir != want.Kind[0] || m.Type != want.Kind[1] || !bytes.Equal(m.Body, want.Body) || m.At != noon-1000 {
		t.Errorf("stored %s %s %s at %d, want %v %s", m.Dir, m.Type, m.Body, m.At, want.Kind, want.Body)
	}
	if got := d.call(t, "zhou", "GET", "/api/v1/messages/"+strconv.FormatInt(m.ID, 10)+"/raw", nil); got.body != string(raw) {
		t.Errorf("the raw push is %q", got.body)
	}
	d.hasGrant(t, c.Conversation, want)
	hasMedia(t, m)
}

// hasGrant checks which right to reply the push gave, counted from WeChat's time.
func (d *desk) hasGrant(t *testing.T, v *store.Conversation, want *understood) {
	t.Helper()
	if want.Grant[0] == "" {
		if v != nil && want.Kind[0] == "event" {
			t.Errorf("a push that asks for nothing opened a conversation")
		}
		return
	}
	if v == nil {
		t.Fatal("no conversation")
	}
	message, action := v.Grants.Message, v.Grants.Action
	switch want.Grant[0] {
	case "message":
		if message == nil || action != nil || message.Left != 5 || message.Until != noon-1000+(48*3600-45)*1000 {
			t.Errorf("grants %+v %+v", message, action)
		}
	case "action":
		if action == nil || message != nil || action.Left != 3 || action.Until != noon-1000+60_000 || action.Cause != want.Grant[1] {
			t.Errorf("grants %+v %+v", message, action)
		}
	}
}

// hasMedia checks that the files of a push are wanted, not fetched, for WeChat
// waits for the answer.
func hasMedia(t *testing.T, m *store.Message) {
	t.Helper()
	media := m.Type == "image" || m.Type == "voice" || m.Type == "video" || m.Type == "shortvideo"
	if got := m.Media != nil && m.Media.State == "wanted"; m.Dir == "in" && got != media {
		t.Errorf("%s: media %+v", m.Type, m.Media)
	}
	thumb := m.Type == "video" || m.Type == "shortvideo" || m.Type == "miniprogrampage"
	if got := m.Thumb != nil && m.Thumb.State == "wanted"; m.Dir == "in" && got != thumb {
		t.Errorf("%s: thumb %+v", m.Type, m.Thumb)
	}
}

func TestPushesInJSON(t *testing.T) {
	d := newDesk(t)
	plain := fmt.Sprintf(`{"ToUserName":%q,"FromUserName":%q,"CreateTime":%d,"MsgType":"text","Content":"<你好>","MsgId":18446744073709551615}`,
		shopGH, openid, noon/1000)
	d.post(t, d.signed("1"), []byte(plain)).taken(t)

	d.inMode(t, wechat.Safe)
	cipher, err := wechat.NewCipher(aesKey, shopApp)
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := cipher.Seal([]byte(strings.Replace(plain, "1615", "1614", 1)))
	if err != nil {
		t.Fatal(err)
	}
	q := d.signed("2")
	q.EncryptType, q.MsgSignature = "aes", wechat.Sign(callbackToken, q.Timestamp, q.Nonce, encrypted)
	d.post(t, q, fmt.Appendf(nil, `{"ToUserName":%q,"Encrypt":%q}`, shopGH, encrypted)).taken(t)
	d.holds(t, `{"content":"<你好>"}`, `{"content":"<你好>"}`)
}

// What WeChat signed and we cannot read is taken: to refuse it would show the
// customer a fault notice. The log tells of it without its words.
func TestUnreadablePushIsTaken(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":     "",
		"not XML":     "geheim",
		"broken":      "<xml><Content>geheim",
		"no type":     "<xml><ToUserName>" + shopGH + "</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><Content>geheim</Content></xml>",
		"broken JSON": `{"Content":"geheim"`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.post(t, d.signed("1"), []byte(body)).taken(t)
			d.holds(t)
			if log := d.log.String(); !strings.Contains(log, shopApp) || strings.Contains(log, "geheim") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

// A push is answered success only when it is stored. Here the database takes no
// rows, as with a full disk; then it does.
func TestPushThatCannotBeStored(t *testing.T) {
	d := newDesk(t)
	plain := platform(t, wechat.Plain, aesKey)
	other, err := sql.Open("sqlite", filepath.Join(d.dir, "kfdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec("create trigger full before insert on message begin select raise(abort, 'disk full'); end"); err != nil {
		t.Fatal(err)
	}
	got := d.deliver(t, plain, "1", textPush("1", "geheim"))
	if got.status != 500 || got.body != "server" {
		t.Errorf("answered %d %q", got.status, got.body)
	}
	if log := d.log.String(); !strings.Contains(log, "disk full") || strings.Contains(log, "geheim") || strings.Contains(log, "signature") {
		t.Errorf("log: %s", log)
	}
	if _, err := other.Exec("drop trigger full"); err != nil {
		t.Fatal(err)
	}
	d.deliver(t, plain, "1", textPush("1", "geheim")).taken(t)
	d.holds(t, `{"content":"geheim"}`)

	if err := d.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := d.deliver(t, plain, "2", textPush("2", "late")); got.status < 500 || len(got.body) > 20 {
		t.Errorf("while the program ends: %d %q", got.status, got.body)
	}
}

// A few kilobytes that unpack to gigabytes must not be unpacked for a stranger.
func TestPackedBodiesAreRefused(t *testing.T) {
	d := newDesk(t)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(textPush("1", "hello").Marshal())
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	got := d.send(t, request("POST", callbackURL(shopApp, d.signed("1")), bytes.NewReader(b.Bytes()), "Content-Encoding", "gzip"))
	if got.status != 415 {
		t.Errorf("answered %d %q", got.status, got.body)
	}
	d.holds(t)
}
