package handlers

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// unpacked is what lies in an archive, by name.
func unpacked(t *testing.T, b string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(b)), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(f.Name, err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// All that is kept of a customer goes into one archive, over more than one page
// of messages; who may not see them, or is no supervisor, gets none.
func TestExportOfACustomer(t *testing.T) {
	d := newDesk(t)
	d.says(t, 1, "other", "not hers")
	for i := range exportPage + 5 {
		d.says(t, 1, "o-anna", "words <"+strconv.Itoa(i)+">")
	}
	d.says(t, 1, "o-anna", "")
	v, err := d.Store.NewestConversation(ctx, 1, "o-anna")
	if err != nil {
		t.Fatal(err)
	}
	hash, size, err := d.Store.SaveFile(strings.NewReader("the picture"), 100)
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.Store.Messages(ctx, v.Customer.ID, 0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	medium := *list[0].Media
	medium.Hash, medium.Size, medium.Mime = hash, size, "image/png"
	if err := d.Store.MediaReady(ctx, medium); err != nil {
		t.Fatal(err)
	}
	li, err := d.Store.Agent(ctx, d.ids["li"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Store.AddMemo(ctx, &li, v.Customer.ID, "likes oak"); err != nil {
		t.Fatal(err)
	}
	path := "/customers/" + strconv.FormatInt(v.Customer.ID, 10)
	got := d.browse(t, "zhou", "GET", path+"/export")
	if got.status != 200 || got.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", got.status, got.header)
	}
	files := unpacked(t, got.body)
	var data struct {
		Customer store.Customer
		Memos    []store.Memo
		Messages []struct {
			Body  struct{ Content string }
			Files []string
		}
		Conversations []store.Service
	}
	if err := json.Unmarshal([]byte(files["data.json"]), &data); err != nil {
		t.Fatal(err)
	}
	last := data.Messages[len(data.Messages)-1]
	if len(data.Messages) != exportPage+6 || data.Messages[0].Body.Content != "words <0>" || data.Customer.OpenID != "o-anna" ||
		len(data.Memos) != 1 || len(data.Conversations) != 1 || len(last.Files) != 1 || files[last.Files[0]] != "the picture" {
		t.Errorf("%d messages, the last %+v; memos %v", len(data.Messages), last, data.Memos)
	}
	for _, want := range []string{"words &lt;0&gt;", "words &lt;204&gt;", "likes oak", `src="` + last.Files[0] + `"`, "禾木生活馆", "</html>"} {
		if !strings.Contains(files["index.html"], want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(files["index.html"]+files["data.json"], "not hers") {
		t.Error("another customer's words are in it")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=customer").body; !strings.Contains(body, "导出了客户资料") {
		t.Error("it is not in the log")
	}
	if got := d.browse(t, "li", "GET", path+"/export"); got.status != 403 {
		t.Errorf("an agent gets %d", got.status)
	}
	wang, err := d.Store.Agent(ctx, d.ids["wang"])
	if err != nil {
		t.Fatal(err)
	}
	wang.Role = "supervisor"
	if err := d.Store.UpdateAgent(ctx, store.Actor{}, wang); err != nil {
		t.Fatal(err)
	}
	if got := d.browse(t, "wang", "GET", path+"/export"); got.status != 404 {
		t.Errorf("a supervisor of another account gets %d", got.status)
	}
	if got := d.browse(t, "wang", "GET", path+"/erase"); got.status != 403 {
		t.Errorf("a supervisor may erase: %d", got.status)
	}
}

// A customer is erased by who names them; then they are nowhere to be seen.
func TestEraseACustomer(t *testing.T) {
	d := newDesk(t)
	conversation := d.says(t, 1, "o-anna", "my address is secret")
	v, err := d.Store.NewestConversation(ctx, 1, "o-anna")
	if err != nil {
		t.Fatal(err)
	}
	path := "/customers/" + strconv.FormatInt(v.Customer.ID, 10)
	if got := d.posts(t, "zhou", path+"/erase", "proof", "bnna"); got.status != 422 || !strings.Contains(got.body, "对不上") {
		t.Fatalf("%d: erased without a proof", got.status)
	}
	if got := d.posts(t, "zhou", path+"/erase", "proof", "anna"); got.status != 303 {
		t.Fatalf("%d %.300s", got.status, got.body)
	}
	for _, address := range []string{conversation, conversation + "/messages", "/api/v1/customers/" + strconv.FormatInt(v.Customer.ID, 10)} {
		if got := d.call(t, "zhou", "GET", address, nil); got.status != 404 {
			t.Errorf("%s: %d", address, got.status)
		}
	}
	if body := d.call(t, "zhou", "GET", "/api/v1/conversations?view=ended", nil).body; strings.Contains(body, "secret") || strings.Contains(body, "anna") {
		t.Error("it is among those that ended")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=customer&done=customer_erased").body; !strings.Contains(body, "删除了客户") ||
		!strings.Contains(body, "已删除的客户 #1") || strings.Contains(body, "anna") {
		t.Error("the log does not tell of it, or tells too much")
	}
	if got := d.browse(t, "zhou", "GET", path); got.status != 404 {
		t.Errorf("their page: %d", got.status)
	}
}

func TestRetentionPage(t *testing.T) {
	d := newDesk(t)
	if body := d.browse(t, "zhou", "GET", "/settings/data").body; !strings.Contains(body, `name="audit_days" value="180"`) {
		t.Error("the default is not shown")
	}
	if got := d.posts(t, "zhou", "/settings/data", "message_months", "x", "media_months", "0", "audit_days", "180"); got.status != 422 || !strings.Contains(got.body, `value="x"`) {
		t.Errorf("%d", got.status)
	}
	d.clock.Advance(-50 * 24 * time.Hour)
	d.says(t, 1, "o-anna", "of old")
	d.clock.Advance(50 * 24 * time.Hour)
	strict := []string{"message_months", "1", "media_months", "6", "audit_days", "365"}
	asks := d.posts(t, "zhou", "/settings/data", strict...)
	if r, err := d.Store.Retention(ctx); err != nil || r.MessageMonths != 0 {
		t.Errorf("set without a question: %+v %v", r, err)
	}
	if body := d.browse(t, "zhou", "GET", asks.header.Get("Location")).body; !strings.Contains(body, "<dialog") || !strings.Contains(body, "消息 1 条") ||
		!strings.Contains(body, `type="hidden" name="message_months" value="1"`) {
		t.Errorf("%d: it does not ask, or not truly", asks.status)
	}
	for _, address := range []string{"?message_months=0&media_months=0&audit_days=180", "?message_months=x&audit_days=1", ""} {
		if got := d.browse(t, "zhou", "GET", "/settings/data/confirm"+address); got.status != 303 {
			t.Errorf("%q asks without a reason: %d", address, got.status)
		}
	}
	for _, values := range [][]string{append(strict, "sure", "1"), {"message_months", "24", "media_months", "6", "audit_days", "365"}} {
		if got := d.posts(t, "zhou", "/settings/data", values...); got.status != 303 || got.header.Get("Location") != "/settings/data?done=data_saved" {
			t.Errorf("%d %s", got.status, got.header.Get("Location"))
		}
	}
	if r, err := d.Store.Retention(ctx); err != nil || r != (store.Retention{AuditDays: 365, MessageMonths: 24, MediaMonths: 6}) {
		t.Errorf("%+v %v", r, err)
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=settings").body; !strings.Contains(body, "180 → 365") || !strings.Contains(body, "操作日志保留") {
		t.Error("it is not in the log")
	}
}

// Who is known by old records alone is found by an admin, and leads to their data.
func TestFindACustomer(t *testing.T) {
	d := newDesk(t)
	if _, err := d.Store.ImportRecords(ctx, store.Actor{}, 1, []store.Record{{OpenID: "o-alone", Text: "of old", At: d.clock.Now().UnixMilli(), KFAccount: "x"}}); err != nil {
		t.Fatal(err)
	}
	body := d.browse(t, "zhou", "GET", "/settings/data?q=o-alone").body
	m := regexp.MustCompile(`href="(/customers/\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("not found")
	}
	if got := d.browse(t, "zhou", "GET", m[1]); got.status != 200 || !strings.Contains(got.body, "o-alone") {
		t.Errorf("their page: %d", got.status)
	}
	files := unpacked(t, d.browse(t, "zhou", "GET", m[1]+"/export").body)
	if !strings.Contains(files["data.json"], "of old") {
		t.Error("their messages are not taken along")
	}
	if got := d.posts(t, "zhou", m[1]+"/erase", "proof", "lone"); got.status != 303 {
		t.Errorf("erase: %d", got.status)
	}
	if body := d.browse(t, "zhou", "GET", "/settings/data?q=o-alone").body; strings.Contains(body, m[1]) || !strings.Contains(body, "没有找到") {
		t.Error("found after all")
	}
}
