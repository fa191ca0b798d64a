package wechat

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden answers anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

func goldenFiles(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return files
}

func parseFile(t testing.TB, name string) *Push {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePush(raw)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// TestPushGolden reads the platform's XML of every type. What it writes again
// must be the same bytes; what it understood stands in the JSON beside it.
func TestPushGolden(t *testing.T) {
	for _, name := range goldenFiles(t, "testdata/push/*.xml") {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".xml"), func(t *testing.T) {
			p := parseFile(t, name)
			if got := p.Marshal(); !bytes.Equal(got, p.Raw) {
				t.Errorf("marshalled to\n     %s\nwant %s", got, p.Raw)
			}
			var read struct {
				Kind  [2]string       `json:"kind"`
				Grant [2]string       `json:"grant"`
				Key   string          `json:"dedupe_key"`
				Body  json.RawMessage `json:"body"`
			}
			read.Kind[0], read.Kind[1] = p.Kind()
			read.Grant[0], read.Grant[1] = p.Grant()
			read.Key, read.Body = p.DedupeKey(), p.Body()
			golden(t, strings.TrimSuffix(name, ".xml")+".json", append(encode(read), '\n'))
		})
	}
}

// TestEveryFieldIsRead fails when a field of Push is in no golden file.
func TestEveryFieldIsRead(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range goldenFiles(t, "testdata/push/*.xml") {
		p := reflect.ValueOf(*parseFile(t, name))
		for i := range p.NumField() {
			if !p.Field(i).IsZero() {
				seen[p.Type().Field(i).Name] = true
			}
		}
	}
	for f := range reflect.TypeFor[Push]().Fields() {
		if !seen[f.Name] {
			t.Errorf("no golden push fills %s", f.Name)
		}
	}
}

// TestPushJSON reads the same fields from a JSON body.
func TestPushJSON(t *testing.T) {
	p, err := ParsePush([]byte(" \n" + `{"ToUserName":"gh_1","FromUserName":"oA","CreateTime":1735689600,"MsgType":"event",
		"Event":"pic_weixin","EventKey":"6","SendPicsInfo":{"Count":2,"PicList":[{"PicMd5Sum":"aa"},{"PicMd5Sum":"bb"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if p.EventKey != "6" || p.PicCount != "2" || !reflect.DeepEqual(p.PicMD5s, []string{"aa", "bb"}) {
		t.Errorf("%+v", p)
	}
	p, err = ParsePush([]byte(`{"FromUserName":"oA","CreateTime":1,"MsgType":"text","Content":"a\u0001<b>","MsgId":18446744073709551615}`))
	if err != nil {
		t.Fatal(err)
	}
	if p.MsgID != "18446744073709551615" || p.Content != "a<b>" || string(p.Body()) != `{"content":"a<b>"}` {
		t.Errorf("%+v %s", p, p.Body())
	}
}

func TestPushTolerance(t *testing.T) {
	for name, body := range map[string]string{
		"spaces around numbers": "<xml><FromUserName>oA</FromUserName><CreateTime> 1735689600 </CreateTime><MsgType> Text </MsgType><Content>hi</Content><MsgId> 7 </MsgId></xml>",
		"control characters":    "<xml><FromUserName>oA</FromUserName><CreateTime>1735689600</CreateTime><MsgType>text</MsgType><Content><![CDATA[h\x00\x0b\x1fi]]></Content><MsgId>7</MsgId></xml>",
		"byte order mark":       "\uFEFF<xml><MsgId>7</MsgId><FromUserName>oA</FromUserName><CreateTime>1735689600</CreateTime><MsgType>text</MsgType><Content>hi</Content></xml>\n",
		"declaration":           `<?xml version="1.0" encoding="UTF-8"?><xml><FromUserName>oA</FromUserName><CreateTime>1735689600</CreateTime><MsgType>text</MsgType><Content>hi</Content><MsgId>7</MsgId></xml>`,
	} {
		p, err := ParsePush([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.CreateTime != 1735689600 || p.MsgType != "text" || p.Content != "hi" || p.MsgID != "7" {
			t.Errorf("%s: %+v", name, p)
		}
		if !bytes.Equal(p.Raw, []byte(body)) {
			t.Errorf("%s: the raw push is not kept as it came", name)
		}
	}
	p, err := ParsePush([]byte("<xml><FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>a\xffb</Content></xml>"))
	if err != nil || p.Content != "a\uFFFDb" {
		t.Errorf("no UTF-8: %v", err)
	}
}

func TestParsePushRefuses(t *testing.T) {
	deep := strings.Replace(plainPush, "</xml>", strings.Repeat("<a>", 40)+strings.Repeat("</a>", 40)+"</xml>", 1)
	for name, body := range map[string]string{
		"nothing":       "",
		"HTML":          "<html><p>hi</html>",
		"cut":           "<xml><FromUserName>oA</FromUserName>",
		"no sender":     "<xml><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
		"no type":       "<xml><FromUserName>oA</FromUserName><CreateTime>1</CreateTime></xml>",
		"no time":       "<xml><FromUserName>oA</FromUserName><MsgType>text</MsgType></xml>",
		"two roots":     "<xml></xml><xml></xml>",
		"entities":      `<!DOCTYPE xml [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>`,
		"deep":          deep,
		"deep JSON":     `{"FromUserName":"oA","CreateTime":1,"MsgType":"text","a":` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 41),
		"JSON list":     `[1]`,
		"JSON and more": `{"FromUserName":"oA","CreateTime":1,"MsgType":"text"} {}`,
		"too long":      "<xml>" + strings.Repeat(" ", MaxBody) + "</xml>",
	} {
		if p, err := ParsePush([]byte(body)); err != ErrMalformed {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestDedupeKey(t *testing.T) {
	base := Push{FromUserName: "oA", CreateTime: 1735689600, MsgType: "event", Event: "SCAN", EventKey: "1"}
	other := base
	other.EventKey = "2"
	if base.DedupeKey() == other.DedupeKey() {
		t.Error("two events of one second have one key")
	}
	lower := base
	lower.Event = "scan"
	if base.DedupeKey() != lower.DedupeKey() {
		t.Error("the case of the event's name changes the key")
	}
	one, two := Push{MsgType: "odd", Raw: []byte("1")}, Push{MsgType: "odd", Raw: []byte("2")}
	if one.DedupeKey() == two.DedupeKey() {
		t.Error("two messages without MsgId have one key")
	}
}

// TestBodyEscapes: a browser gets what the customer wrote.
func TestBodyEscapes(t *testing.T) {
	p := Push{MsgType: "text", Content: "<a href=\"https://e.com/?a=1&b=2\">\\u003c</a>\u2028\u4f60"}
	body := p.Body()
	var back struct{ Content string }
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	if back.Content != strings.ReplaceAll(p.Content, "\u2028", "\n") {
		t.Errorf("%q", back.Content)
	}
	if bytes.Contains(body, []byte(`<`)) != true || bytes.Contains(body, []byte(`\u2028`)) {
		t.Errorf("%s", body)
	}
}

func FuzzParsePush(f *testing.F) {
	for _, name := range goldenFiles(f, "testdata/push/*.xml") {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(publishedPlain))
	f.Add([]byte(`{"ToUserName":"gh_1","FromUserName":"oA","CreateTime":1735689600,"MsgType":"event","Event":"pic_weixin","SendPicsInfo":{"Count":1,"PicList":[{"PicMd5Sum":"a"}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ParsePush(raw)
		if err != nil {
			if err != ErrMalformed || p != nil {
				t.Fatalf("%+v, %v", p, err)
			}
			return
		}
		if !json.Valid(p.Body()) {
			t.Fatalf("body %q", p.Body())
		}
		p.DedupeKey()
		p.Grant()
		// What we write must be read as the same push. (A JSON key need be no
		// name in XML, and XML makes a line feed of a carriage return.)
		p.More = nil
		again, err := ParsePush(p.Marshal())
		if err != nil {
			t.Fatalf("%s: %v", p.Marshal(), err)
		}
		if bytes.ContainsRune(raw, '\r') {
			return
		}
		again.Raw, p.Raw = nil, nil
		if !reflect.DeepEqual(again, p) {
			t.Fatalf("\n%+v became\n%+v", p, again)
		}
	})
}
