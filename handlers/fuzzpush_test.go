package handlers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever WeChat signs is taken, or turned away for good: a fault of ours would
// make it send the same again. What was taken can be read by the agents.
func FuzzPush(f *testing.F) {
	names, err := filepath.Glob(goldenPushes)
	if err != nil || len(names) == 0 {
		f.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	push := func(at, kind, more string) []byte {
		return fmt.Appendf(nil, "<xml><ToUserName>%s</ToUserName><FromUserName>oF</FromUserName><CreateTime>%s</CreateTime><MsgType>%s</MsgType>%s</xml>", shopGH, at, kind, more)
	}
	f.Add(push("9223372036854775807", "text", "<Content>the end of time</Content><MsgId>1</MsgId>"))
	f.Add(push("-9223372036854775808", "text", "<MsgId>x</MsgId>"))
	f.Add(push("1735689600", "location", "<Location_X>NaN</Location_X><Location_Y>1e999</Location_Y><Scale>-0</Scale><MsgId>2</MsgId>"))
	f.Add(push("1735689600", "file", "<Title>&#x202e;fdp.exe</Title><FileTotalLen>99999999999999999999</FileTotalLen><MsgId>3</MsgId>"))
	f.Add(push("1735689600", "event", "<Event>subscribe</Event><EventKey>"+strings.Repeat("qrscene_", 500)+"</EventKey>"))
	f.Add(push("1735689600", "event", "<Event>kf_switch_session</Event><FromKfAccount/><ToKfAccount>&#10;@</ToKfAccount>"))
	d := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		d.log.text.Reset()
		got := d.post(t, d.signed(d.number()), raw)
		if d.stands(t, "push", got); got.status != 200 && got.status != 403 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		list, _ := d.call(t, "zhou", "GET", "/api/v1/conversations", nil).ok(t, 200)["conversations"].([]any)
		if len(list) > 0 {
			d.call(t, "zhou", "GET", fmt.Sprintf("/api/v1/conversations/%d/messages", id(list[0], "id")), nil).ok(t, 200)
		}
		if d.serial%500 == 0 { // a list that is not without end
			d.call(t, "zhou", "POST", "/api/v1/conversations/end", object{"conversations": ids(list)})
		}
	})
}

func ids(list []any) (all []int64) {
	for _, v := range list {
		all = append(all, id(v, "id"))
	}
	return all
}
