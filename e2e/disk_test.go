package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kfdesk/hub/wechat"
)

// fills takes the room of a desk's disk away, and gives back what it took.
func (d *desk) fills(mounted bool) (free func()) {
	d.t.Helper()
	if !mounted {
		limitFiles(d.t, d.cmd.Process.Pid, 1)
		return func() { limitFiles(d.t, d.cmd.Process.Pid, unlimited) }
	}
	return fillUp(d.t, d.data)
}

// fillUp writes until a disk is full.
func fillUp(t testing.TB, dir string) (free func()) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	must(t, err)
	for err = nil; err == nil; {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	must(t, f.Close())
	return func() { must(t, os.Remove(f.Name())) }
}

// pushed posts a message as WeChat does, and gives its answer.
func (d *desk) pushed(openid, id, text string) (status int, answer string) {
	d.t.Helper()
	cipher, err := wechat.NewCipher(shop.AESKey, shop.AppID)
	must(d.t, err)
	now := time.Now().Unix()
	cb := &wechat.Callback{Token: shop.Token, Mode: wechat.Safe, Ciphers: []*wechat.Cipher{cipher}}
	q, body, err := cb.Pack(&wechat.Push{ToUserName: shop.OriginalID, FromUserName: openid, CreateTime: now, MsgType: "text", MsgID: id, Content: text},
		strconv.FormatInt(now, 10), id)
	must(d.t, err)
	v := url.Values{"signature": {q.Signature}, "timestamp": {q.Timestamp}, "nonce": {q.Nonce}, "encrypt_type": {q.EncryptType}, "msg_signature": {q.MsgSignature}}
	r, err := http.Post(d.URL+"/wechat/"+shop.AppID+"?"+v.Encode(), "text/xml", bytes.NewReader(body))
	must(d.t, err)
	raw, err := io.ReadAll(r.Body)
	must(d.t, err)
	must(d.t, r.Body.Close())
	return r.StatusCode, string(raw)
}

func (d *desk) alarms() (all string) {
	d.t.Helper()
	for _, a := range call[struct{ Alarms []struct{ Text string } }](d, "GET", "alarms", nil).Alarms {
		all += a.Text + "\n"
	}
	return all
}

// On a full disk WeChat does not hear "success", the agent is told and keeps what was
// written, the admin is told what helps; with room again all goes on by itself, and
// what came meanwhile is there once.
func TestFullDisk(t *testing.T) {
	parallel(t)
	dir, mounted := smallDisk(t, "48")
	d := newDeskIn(t, dir)
	d.said = append(d.said, "磁盘")
	p := d.agent("xiaoli")
	ann := d.customer("安")
	d.says(ann, "在吗")
	id := d.conversation(ann).ID
	p.claim(id)
	free := d.fills(mounted)

	// What the log takes without growing is stored; sooner or later it must grow.
	var refused string
	taken := 0
	for n := 1; refused == ""; n++ {
		switch status, answer := d.pushed(ann, fmt.Sprint(n), fmt.Sprint("磁盘 ", n)); {
		case status == 200 && answer == "success" && n < 1000:
			taken++
		case status == 500 && answer != "success":
			refused = fmt.Sprint(n)
		default:
			t.Fatalf("push %d: %d %s", n, status, answer)
		}
	}
	p.watch.expect("answer 500")
	p.reply("满了也写")
	kind := map[bool]string{true: "disk_full", false: "disk_fails"}[mounted]
	p.see("#stream .is-sending .msg-fail >> " + word(t, "zh-CN", "err.server."+kind))
	p.see("#stream .is-sending >> 满了也写")
	p.seen("disk-full")
	if answer, raw, err := d.ask(d.token, "POST", "media?account=1&kind=image", bytes.NewReader(drawing(t, 1))); err != nil || answer.StatusCode != 507 {
		t.Errorf("an upload: %v %s", err, raw)
	}
	if all := d.alarms(); !strings.Contains(all, strings.Split(word(t, "zh-CN", "fault.alarm."+kind), "}")[1]) {
		t.Errorf("alarms: %s", all)
	}
	if n := len(d.box.Received(ann)); n != 0 {
		t.Errorf("%d replies left that could not be noted", n)
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "media", ".part*")); len(parts) > 0 {
		t.Errorf("half files are left: %v", parts)
	}

	free()
	if got := d.received(ann, 1)[0]; got.Text() != "满了也写" {
		t.Errorf("on the phone: %q", got.Text())
	}
	if status, answer := d.pushed(ann, refused, "磁盘 "+refused); status != 200 || answer != "success" { // WeChat repeats it
		t.Errorf("with room again: %d %s", status, answer)
	}
	p.see("#stream .msg-out:has(.msg-state time) >> 满了也写")
	p.gone("#stream .msg-fail")
	in := 0
	for _, m := range d.messages(id) {
		if text, _ := m.Body["content"].(string); strings.HasPrefix(text, "磁盘") {
			in++
		}
	}
	if in != taken+1 {
		t.Errorf("%d messages are stored, WeChat was told of %d", in, taken+1)
	}
	p.sameAsStored(d, id)
	d.finds("满了也写", 1)
	if all := d.alarms(); strings.Contains(all, strings.Split(word(t, "zh-CN", "fault.alarm."+kind), "}")[1]) {
		t.Errorf("the alarm stays: %s", all)
	}
	if code := d.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// A disk that is full or read-only before the start keeps the program from starting,
// in a sentence, and harms nothing.
func TestStartOnADiskThatTakesNothing(t *testing.T) {
	t.Parallel()
	dir, mounted := smallDisk(t, "24")
	if !mounted {
		t.Skip("no disk can be mounted here")
	}
	data, _ := seeded(t)
	must(t, os.CopyFS(dir, os.DirFS(data)))
	free := fillUp(t, dir)
	sentence := refusesToStart(t, dir, "open.disk_full")
	run(t, password, nil, "admin", "add", "-data", dir, "-login", "other").wants(t, 1, "The disk is full")
	free()
	if code := serve(t, "-data", dir).stop(); code != 0 {
		t.Errorf("with room again it ended with %d, after: %s", code, sentence)
	}
	readOnly(t, dir)
	refusesToStart(t, dir, "open.not_writable")
	run(t, password, nil, "admin", "add", "-data", dir, "-login", "other").wants(t, 1, "cannot be written", "read-only")
}
