package handlers

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kfdesk/store"
)

// Names of deeds stand in the store where a row of the log is made.
var (
	deedLine = regexp.MustCompile(`deed\{|Changed\(|Deed\(|meddled\(|\bname :?= "|\bdeed :?= "|\.Name = "`)
	deedName = regexp.MustCompile(`"([a-z]+\.[a-z_]+)"`)
)

// Every deed of the log is told in words, in every language, and found by one of
// the kinds.
func TestDeedsHaveWords(t *testing.T) {
	c, found := catalogue(t), 0
	eachSource(t, func(file, text string) {
		if !strings.HasPrefix(file, "store/") {
			return
		}
		for _, line := range strings.Split(text, "\n") {
			if !deedLine.MatchString(line) {
				continue
			}
			for _, m := range deedName.FindAllStringSubmatch(line, -1) {
				found++
				for _, lang := range Languages {
					if !c.Has(lang, "audit."+m[1]) {
						t.Errorf("%s: there is no audit.%s in %s", file, m[1], lang)
					}
				}
				if noun, _, _ := strings.Cut(m[1], "."); !knownNoun(noun) {
					t.Errorf("%s: %s belongs to no kind of the log's filter", file, m[1])
				}
			}
		}
	})
	if found < 25 {
		t.Errorf("%d deeds found: the pattern of this test is wrong", found)
	}
}

func TestAuditPage(t *testing.T) {
	d := newDesk(t)
	boss := store.Actor{AgentID: d.ids["zhou"], IP: "192.0.2.18"}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(d.Store.SetTag(ctx, boss, store.Tag{Account: 1, Name: `=HYPERLINK("http://x")`}))
	ok(d.Store.SetTag(ctx, boss, store.Tag{Account: 1, Name: "<b>old</b>"}))
	d.says(t, 1, "o1", "hello")
	li, err := d.Store.Agent(ctx, d.ids["li"])
	ok(err)
	v, err := d.Store.NewestConversation(ctx, 1, "o1")
	ok(err)
	_, err = d.Store.Block(ctx, &li, v.Customer.ID, true)
	ok(err)

	page := d.browse(t, "zhou", "GET", "/audit?kind=settings")
	for _, want := range []string{"&lt;b&gt;old&lt;/b&gt;", "保存了标签", "周哲", "192.0.2.18", "今天，1月1日"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page.body, "拉黑") {
		t.Error("the filter lets another kind pass")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=customer").body; !strings.Contains(body, "李晓琳") || !strings.Contains(body, " o1</span>") || !strings.Contains(body, "本机") {
		t.Error("who blocked whom is not told")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?q=no+such+thing").body; !strings.Contains(body, "没有符合条件的记录") {
		t.Error("an empty log is not told of")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?time=range&from=2024-12-31&to=x").body; !strings.Contains(body, "日期写成") {
		t.Error("a wrong date is taken")
	}
	row := regexp.MustCompile(`href="(/audit/\d+\?kind=customer)"`).FindStringSubmatch(d.browse(t, "zhou", "GET", "/audit?kind=customer").body)
	if body := d.browse(t, "zhou", "GET", row[1]).body; !strings.Contains(body, "<dialog") || !strings.Contains(body, "customer.block") {
		t.Error("a row does not open")
	}

	file := d.browse(t, "zhou", "GET", "/audit/export?kind=settings")
	if !strings.HasPrefix(file.body, bom) {
		t.Error("Excel would not read the file as UTF-8")
	}
	cells, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, bom))).ReadAll()
	ok(err)
	if len(cells) != 3 || cells[2][3] != `'=HYPERLINK("http://x")` || cells[1][1] != "周哲" || cells[1][6] != "192.0.2.18" {
		t.Errorf("%q", cells)
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=settings").body; !strings.Contains(body, "导出了操作日志") {
		t.Error("the export is not in the log")
	}
}

// A log-in says with what; who it was stands beside it already.
func TestLogInsInWords(t *testing.T) {
	d := newDesk(t)
	edge := "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
	if _, err := d.Store.AddSession(ctx, store.Session{AgentID: d.ids["li"], Kind: "browser", Name: edge}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Store.AddSession(ctx, store.Session{AgentID: d.ids["li"], Kind: "token", Name: "admin"}, 0); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"li", "nobody-here"} {
		for range 5 {
			_, _ = d.Store.Login(ctx, login, "wrong", "192.0.2.1", "") // refused
		}
	}
	body := d.browse(t, "zhou", "GET", "/audit?kind=members").body
	for _, want := range []string{`<td>登录 <span class="diff">Windows，Edge</span></td>`, `<td>创建了访问令牌 <span class="diff">admin</span></td>`,
		`锁定 5 分钟 <span class="obj">李晓琳</span> <span class="diff">密码错误</span>`, `锁定 5 分钟 <span class="obj">没有这个成员</span>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(body, "nobody-here") {
		t.Error("what was typed is in the log")
	}
}

// What a restore moved aside is listed, and deleted by who is asked first.
func TestDataFromBeforeARestore(t *testing.T) {
	d := newDesk(t)
	name := "before-restore-20250102-030405.000"
	folder := filepath.Join(d.dir, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "kfdesk.db"), make([]byte, 1234), 0o600); err != nil {
		t.Fatal(err)
	}
	path := "/settings/backup/old/" + name
	if body := d.browse(t, "zhou", "GET", "/settings/backup").body; !strings.Contains(body, path) || !strings.Contains(body, "1.23 KB") {
		t.Error("it is not listed")
	}
	if body := d.browse(t, "zhou", "GET", path).body; !strings.Contains(body, "<dialog") || !strings.Contains(body, `action="`+path+`"`) {
		t.Error("it does not ask")
	}
	if got := d.posts(t, "zhou", path); got.status != 303 {
		t.Errorf("%d", got.status)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("it is there")
	}
	if body := d.browse(t, "zhou", "GET", "/audit?kind=backup").body; !strings.Contains(body, "删除了恢复前的旧数据") {
		t.Error("it is not in the log")
	}
	if got := d.browse(t, "zhou", "GET", path); got.status != 404 {
		t.Errorf("again: %d", got.status)
	}
}
