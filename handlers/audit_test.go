package handlers

import (
	"encoding/csv"
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
