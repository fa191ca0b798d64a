package handlers

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"kfdesk/store"
)

// posts sends a form of ours as the browser of this agent; pairs are names and
// values in turn.
func (d *desk) posts(t *testing.T, who, path string, pairs ...string) result {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req := request("POST", path, strings.NewReader(form.Encode()), "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins[who]})
	return d.send(t, req)
}

// emptied removes all quick replies and tells how many there were.
func (d *desk) emptied(t *testing.T) int {
	t.Helper()
	list, err := d.Store.QuickReplies(t.Context(), &store.Agent{ID: d.ids["zhou"], Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		d.posts(t, "zhou", "/quick-replies/"+strconv.FormatInt(q.ID, 10)+"/delete")
	}
	return len(list)
}

// imports sends a file in the form of the import.
func (d *desk) imports(t *testing.T, who, file string, partly bool) result {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "quick.csv")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err == nil && partly {
		err = w.WriteField("partly", "1")
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req := request("POST", "/quick-replies/import", &b, "Sec-Fetch-Site", "same-origin", "Content-Type", w.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins[who]})
	return d.send(t, req)
}

// shows fails unless the page has each of the texts.
func (a result) shows(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d", a.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not show %q", text)
		}
	}
}

func TestQuickPage(t *testing.T) {
	d := newDesk(t)
	d.browse(t, "li", "GET", "/quick-replies").shows(t, 200, "还没有快捷回复")
	d.posts(t, "zhou", "/quick-replies/new", "title", "灯罩免费换新", "code", "/hx", "category", "售后", "scope", "team",
		"content", "{客户称呼}您好，<b>换新</b>").shows(t, 303)
	d.posts(t, "li", "/quick-replies/new", "title", "我的", "content", "你好", "scope", "mine").shows(t, 303)
	page := d.browse(t, "zhou", "GET", "/quick-replies")
	page.shows(t, 200, "灯罩免费换新", "/hx", "售后", "&lt;b&gt;换新", `name="content"`, "周哲")
	sound(t, "the page", page.body)
	if strings.Contains(page.body, "我的</b>") {
		t.Error("the admin sees li's own")
	}
	// An agent looks at the team's and changes their own.
	page = d.browse(t, "li", "GET", "/quick-replies/1")
	page.shows(t, 200, "readonly", "团队的由主管维护")
	if strings.Contains(page.body, `type="submit" form="quick-form"`) {
		t.Error("an agent can save what is the team's")
	}
	d.posts(t, "li", "/quick-replies/1", "title", "x", "content", "x", "scope", "team").shows(t, 422, "由主管维护")
	d.posts(t, "li", "/quick-replies/1/delete").shows(t, 409)
	d.browse(t, "chen", "GET", "/quick-replies/2").shows(t, 404)
	// What is wrong is told, and what was typed stays.
	page = d.posts(t, "zhou", "/quick-replies/new", "title", "另一条", "code", "hx", "scope", "team", "content", "内容")
	page.shows(t, 422, "/hx 已经有了", "另一条", ">内容</textarea>")
	sound(t, "a problem", page.body)
	d.posts(t, "zhou", "/quick-replies/new", "title", "空", "scope", "team", "content", " ").shows(t, 422, "还没有写内容")
	d.posts(t, "zhou", "/quick-replies/new", "title", "长", "scope", "team", "content", strings.Repeat("长", textMost/3+1)).shows(t, 422, "太长了")
	// Found by initials, pinyin and words, by category and not otherwise.
	for search, want := range map[string]bool{"hx": true, "mfhx": true, "huanxin": true, "换新": true, "您好": true, "fapiao": false} {
		got := d.browse(t, "li", "GET", "/quick-replies?q="+url.QueryEscape(search))
		if strings.Contains(got.body, "灯罩免费换新</b>") != want {
			t.Errorf("%s finds it: %v", search, !want)
		}
		sound(t, search, got.body)
	}
	d.browse(t, "li", "GET", "/quick-replies?category="+url.QueryEscape("售后")).shows(t, 200, "灯罩免费换新</b>")
	if got := d.browse(t, "li", "GET", "/quick-replies?category=other"); strings.Contains(got.body, "灯罩免费换新</b>") {
		t.Error("another category shows it")
	}
	page = d.browse(t, "zhou", "GET", "/quick-replies/1/delete")
	page.shows(t, 200, "删除「灯罩免费换新」", "团队里的人都不能再用它")
	sound(t, "delete", page.body)
	d.posts(t, "zhou", "/quick-replies/1/move", "to", "up", "back", "//evil.example").shows(t, 303)
	d.posts(t, "zhou", "/quick-replies/1/delete", "scope", "team").shows(t, 303)
	d.browse(t, "zhou", "GET", "/quick-replies/1").shows(t, 404)
}

const quickCSV = "scope,category,code,title,type,content\r\n"

func TestImport(t *testing.T) {
	d := newDesk(t)
	good := quickCSV + "team,售后,hx,换新,text,\"{客户称呼}您好,\n\"\"免费\"\"换新\"\r\n,,,没有范围,,好的\r\nmine,,,自己的,文字,嗯\r\n"
	page := d.imports(t, "zhou", good, false)
	page.shows(t, 200, "导入了 3 条")
	sound(t, "report", page.body)
	list, err := d.Store.QuickReplies(ctx, &store.Agent{ID: d.ids["zhou"], Role: "admin"})
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	if got := quickContent(&list[0]); got != "{客户称呼}您好,\n\"免费\"换新" {
		t.Errorf("content %q", got)
	}
	d.imports(t, "zhou", good, false).shows(t, 200, "导入了 0 条", "第 2 行", "/hx 已经有了", "第 3 行", "「没有范围」", "第 4 行")

	// One bad row keeps everything out, unless it may be left out.
	bad := quickCSV + "team,,aa,甲,text,甲\r\nteam,,b b,乙,text,乙\r\nours,,cc,丙,text,丙\r\nteam,,dd,丁,image,{}\r\nteam,,ee,,text,戊\r\n,,,,,\r\nteam,,ff,己,msgmenu,\"{\"\"list\"\":[{\"\"content\"\":\"\"是\"\"}]}\"\r\n"
	d.imports(t, "zhou", bad, false).shows(t, 422, "有 2 处不对，一条也没有导入", "第 4 行", "范围只有", "第 5 行", "不能从文件里导入")
	if got := d.titles(t, "zhou"); strings.Contains(got, "甲") {
		t.Errorf("half of it was taken: %s", got)
	}
	d.imports(t, "zhou", bad, true).shows(t, 200, "导入了 2 条", "4 行有错", "第 3 行", "第 6 行", "请填标题")
	if got := d.titles(t, "zhou"); !strings.Contains(got, "甲") || !strings.Contains(got, "己") {
		t.Errorf("there are %s", got)
	}
	d.imports(t, "li", quickCSV+"team,,zz,癸,text,癸\r\n", false).shows(t, 422, "由主管维护")

	for name, file := range map[string]string{"empty": "", "no columns": "a,b\n1,2\n", "no text": "\x00\xff\x01"} {
		t.Run(name, func(t *testing.T) { d.imports(t, "zhou", file, true).shows(t, 200, "认不出这个文件") })
	}
	d.imports(t, "zhou", quickCSV+"team,,g,庚,text,a\"b\r\nteam,,h,辛,text,b\r\n", false).shows(t, 422, "引号没有成对")
	d.browse(t, "li", "GET", "/quick-replies/import").shows(t, 200, "/quick-replies/export")
}

// As a Chinese spreadsheet saves it, with its own names of the columns.
func TestImportOfGBK(t *testing.T) {
	d := newDesk(t)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("快捷码,标题,内容,范围\r\nfp,发票抬头,「请发给我」€,我的\r\n")
	if err != nil {
		t.Fatal(err)
	}
	d.imports(t, "li", gbk, false).shows(t, 200, "导入了 1 条")
	d.browse(t, "li", "GET", "/quick-replies?scope=mine").shows(t, 200, "发票抬头", "/fp", "「请发给我」€")
}

// What is exported comes back as it was, and no spreadsheet takes it for a formula.
func TestExportComesBack(t *testing.T) {
	d := newDesk(t)
	contents := []string{"=1+1", "+86 571", "-5 度", "@小李", "'=1", "''+1", "'quoted'", "a,b\n\"c\"", "\u200b换新", "{客户称呼}您好"}
	for _, content := range contents {
		d.posts(t, "zhou", "/quick-replies/new", "title", "t"+d.number(), "content", content, "scope", "team", "category", "=cmd").shows(t, 303)
	}
	d.call(t, "li", "POST", quickreplies, object{"scope": "mine", "title": "菜单", "type": "msgmenu", "body": object{"head_content": "好吗",
		"list": []any{object{"content": "好"}}, "tail_content": ""}}).ok(t, 201)
	file := d.browse(t, "li", "GET", "/quick-replies/export")
	if !strings.HasPrefix(file.body, bom+"scope,category,code,title,type,content\r\n") || !strings.Contains(file.header.Get("Content-Disposition"), "quick-replies.csv") {
		t.Fatalf("%v %.100q", file.header, file.body)
	}
	if m := regexp.MustCompile(`(?m)(^|,)"?[=+@-].*`).FindString(file.body); m != "" {
		t.Errorf("a spreadsheet would run %q", m)
	}
	other := newDesk(t)
	other.imports(t, "zhou", file.body, false).shows(t, 200, "导入了 11 条")
	again := other.browse(t, "zhou", "GET", "/quick-replies/export")
	if again.body != file.body {
		t.Errorf("came back as\n%s\nwas\n%s", again.body, file.body)
	}
}
