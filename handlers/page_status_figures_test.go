package handlers

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// shownAndMetered reads the status page and the metrics until is says that they agree
// with the machine, whose disk others use, too. It gives what was wrong at last.
func (d *desk) shownAndMetered(t *testing.T, is func(page, metrics string) string) {
	t.Helper()
	d.MetricsToken = scrapeToken
	wrong := ""
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		page := html.UnescapeString(d.browse(t, "zhou", "GET", statusPath).body)
		if wrong = is(page, d.scrape(t, scrapeToken).body); wrong == "" {
			return
		}
	}
	t.Error(wrong)
}

// What is said of the files and the disk is what the system says of them.
func TestStatusOfFiles(t *testing.T) {
	d := newDesk(t)
	d.says(t, 1, "o1", "hello")
	d.search(t, "li", "q=hello") // the index has it
	sizes := func() (list [3]int64) {
		for i, name := range []string{"kfdesk.db", "kfdesk.db-wal", "search.db"} {
			info, err := os.Stat(filepath.Join(d.dir, name))
			if err != nil {
				t.Fatal(err)
			}
			list[i] = info.Size()
		}
		return list
	}
	d.shownAndMetered(t, func(page, metrics string) string {
		s := sizes()
		if s[0] == s[1] || s[1] == s[2] || s[0] == s[2] || s[2] == 0 {
			t.Fatalf("the files cannot be told apart by %v", s)
		}
		for i, name := range []string{"database", "log", "search"} {
			if got := figure(t, metrics, `kfdesk_store_bytes{file="`+name+`"}`); got != float64(s[i]) {
				return fmt.Sprintf("the metrics say of %s %v, and it is %d", name, got, s[i])
			}
		}
		text := d.Texts.T("zh-CN", "status.store.size", "size", sizeText(s[0]), "log", sizeText(s[1]), "search", sizeText(s[2]))
		report := fmt.Sprintf("bytes: database %d, log %d, search %d, disk free ", s[0], s[1], s[2])
		if !strings.Contains(page, "<dd>"+text+"</dd>") || !strings.Contains(page, report) {
			return fmt.Sprintf("the page does not say %s, or the report %s", text, report)
		}
		return ""
	})
}

func TestStatusOfFreeSpace(t *testing.T) {
	d := newDesk(t)
	if _, _, ok := store.Disk(d.dir); !ok {
		t.Skip("the disk of this machine is not known")
	}
	d.shownAndMetered(t, func(page, metrics string) string {
		free, total, _ := store.Disk(d.dir)
		if got := figure(t, metrics, "kfdesk_disk_bytes"); got != float64(total) {
			return fmt.Sprintf("the metrics say that the disk has %v, and it is %d", got, total)
		}
		if got := figure(t, metrics, "kfdesk_disk_free_bytes"); got < float64(free)*0.99 || got > float64(free)*1.01 || free == total {
			return fmt.Sprintf("the metrics say that %v are free, and it is %d of %d", got, free, total)
		}
		text := "<dd>" + d.Texts.T("zh-CN", "status.free", "free", sizeText(free)) + "</dd>"
		if part := `<span class="num">` + fmt.Sprint(100-free*100/total) + "%</span>"; !strings.Contains(page, text) || !strings.Contains(page, part) {
			return fmt.Sprintf("the page does not say %s and %s", text, part)
		}
		return ""
	})
}

// The time of the last push is the account's own, and the part of the service has the
// last of all.
func TestStatusOfLastPushes(t *testing.T) {
	d := newDesk(t)
	d.inMode(t, wechat.Safe)
	at := func(ms int64) string {
		return fmt.Sprintf(`<time datetime="%s" data-when="%d">`, time.UnixMilli(ms).UTC().Format(time.RFC3339), ms)
	}
	is := func(what string, shop, last int64) {
		t.Helper()
		page := d.browse(t, "zhou", "GET", statusPath).body
		_, part, _ := strings.Cut(page, "<h3>"+d.Texts.T("zh-CN", "status.pushes"))
		part, _, _ = strings.Cut(part, "</li>")
		_, row, _ := strings.Cut(page, `<a class="acct-link" href="`+accountPath(1)+`">`)
		row, _, _ = strings.Cut(row, "</tr>")
		never := d.Texts.T("zh-CN", "status.never")
		if strings.Contains(part, "<time") != (last > 0) || last > 0 && !strings.Contains(part, at(last)) {
			t.Errorf("%s: the part of the service says %s", what, part)
		}
		if strings.Contains(row, never) != (shop == 0) || shop > 0 && !strings.Contains(row, at(shop)) {
			t.Errorf("%s: the row of the account says %s, want %s", what, row, at(shop))
		}
	}
	is("none", 0, 0)
	d.deliver(t, platform(t, wechat.Safe, aesKey), "n1", textPush("1", "hello")).taken(t)
	is("one", noon, noon)
	d.MetricsToken = scrapeToken
	for appid, want := range map[string]float64{shopApp: noon / 1000, cafeApp: 0} {
		if got := figure(t, d.scrape(t, scrapeToken).body, `kfdesk_push_last_timestamp_seconds{appid="`+appid+`"}`); got != want {
			t.Errorf("the metrics say of %s %v, want %v", appid, got, want)
		}
	}
	d.clock.Advance(time.Minute)
	d.deliver(t, platform(t, wechat.Safe, aesKey), "n2", textPush("2", "hello")).taken(t)
	is("another", noon+60_000, noon+60_000)
	d.clock.Advance(time.Minute)
	d.says(t, 2, "o2", "hello")
	is("another's", noon+60_000, noon+120_000)
}
