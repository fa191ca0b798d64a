package e2e

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

const backupPhrase = "a passphrase for backups"

// backUp makes a backup on the page, and waits until it is there.
func (p *page) backUp() {
	p.t.Helper()
	p.open("/settings/backup")
	p.leave(func() { p.click(".page-acts .btn-primary") })
	p.see(".callout-ok >> " + p.word("backup.ended.make"))
}

// again logs in after the program has started anew.
func (p *page) again(login string) {
	p.t.Helper()
	p.until("the log-in page", "location.pathname === '/login' && document.readyState === 'complete'")
	p.fill("#login", login)
	p.fill("#password", password)
	p.leave(func() { p.press(kb.Enter) })
}

// The drill: back up, go on, restore from the list, log in again: the inbox is as
// it was at the backup. What was there before the restore is in the list, too, and
// can be had back.
func TestBackupIsRestored(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin, p := d.agent("admin"), d.agent("xiaoli")
	p.watch.expect("answer 401")
	admin.watch.expect("answer 4(01|22)|net::ERR|/settings/backup/state")
	ann := d.customer("安")
	d.says(ann, "备份之前")
	id := d.conversation(ann).ID
	p.claim(id)
	p.reply("好的")
	d.received(ann, 1)

	admin.backUp()
	admin.see(".backup-list .ok-text")

	d.says(ann, "备份之后")
	p.see("#stream .msg-in >> 备份之后")
	p.reply("收到")
	d.received(ann, 2)

	admin.click(".backup-list a[href$='/restore']")
	admin.click("dialog .btn-danger")
	admin.again("admin")
	admin.open("/settings/backup")
	admin.see(".backup-list tr:nth-child(2)")
	if rows := admin.texts(".backup-list tbody tr"); len(rows) != 2 || !strings.Contains(rows[0], admin.word("backup.why.restore", "name", "周店长")) {
		t.Errorf("the list: %q", rows)
	}
	p.again("xiaoli")
	p.live(1)
	p.show("mine", id)
	p.see("#stream .msg-in >> 备份之前")
	p.see("#stream .msg-out >> 好的")
	p.gone("#stream >> 备份之后")
	if n := len(d.box.Received(ann)); n != 2 {
		t.Errorf("%d replies on the phone", n)
	}
	p.sameAsStored(d, id)

	admin.click(".backup-list tbody tr:first-child a[href$='/restore']") // it was wrong: back
	admin.click("dialog .btn-danger")
	admin.again("admin")
	p.again("xiaoli")
	p.live(1)
	p.show("mine", id)
	p.see("#stream .msg-in >> 备份之后")
}

// A backup leaves by download and comes back by upload, on another installation.
func TestBackupGoesElsewhere(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	admin := d.agent("admin")
	d.says(d.customer("安"), "搬家")
	admin.watch.expect("answer 422")
	admin.open("/settings/backup/passphrase")
	admin.fill("#passphrase", "short")
	eval[bool](admin, "(document.querySelector('#passphrase').form.noValidate = true)")
	admin.leave(func() { admin.click("dialog .btn-primary") })
	admin.see(".field-error")
	admin.fill("#passphrase", backupPhrase)
	admin.leave(func() { admin.click("dialog .btn-primary") })
	admin.see(".tag-ok >> " + admin.word("backup.set.has"))
	admin.backUp()
	href := eval[string](admin, "document.querySelector('.backup-list a[download]').getAttribute('href')")
	file := filepath.Join(t.TempDir(), "moved.kfbackup")
	r, err := http.NewRequest("GET", d.URL+href, nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+d.token)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	b, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	must(t, os.WriteFile(file, b, 0o600))
	run(t, backupPhrase, nil, "verify", file).wants(t, 0, "whole")

	other := newDesk(t)
	there := other.agent("admin")
	there.watch.expect("answer 4(01|22)|net::ERR|/settings/backup/state")
	there.open("/settings/backup/upload")
	there.choose("#file", filepath.Join("testdata", "page.js"))
	there.leave(func() { there.click("dialog .btn-primary") })
	there.see(".field-error >> " + there.word("err.backup_not_one"))
	there.choose("#file", file)
	there.leave(func() { there.click("dialog .btn-primary") })
	there.fill("#passphrase", "not the passphrase")
	there.leave(func() { there.click("dialog .btn-danger") })
	there.see(".field-error >> " + there.word("err.backup_passphrase"))
	there.fill("#passphrase", backupPhrase)
	there.click("dialog .btn-danger")
	there.again("admin")
	there.open("/")
	there.live(1)
	there.click(".view >> " + there.word("inbox.view.waiting"))
	there.see(".conv >> 搬家")
	if strings.Contains(d.log.String()+other.log.String(), backupPhrase) {
		t.Error("a log tells the passphrase")
	}
}

// The page in all looks, with pictures in out/shots.
func TestLooksOfBackup(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	d.says(d.customer("安"), "你好")
	p := d.agent("admin")
	p.backUp()
	p.open("/settings/backup")
	p.leave(func() { p.click(".backup-list .cell-acts a:last-child") })
	p.leave(func() { p.click("dialog form[action$='/keep'] button") })
	p.backUp()
	dir := filepath.Join(d.data, "backups")
	note := func(name, text string) {
		must(t, os.WriteFile(filepath.Join(dir, "kfdesk-"+name+".json"), []byte(text), 0o600))
	}
	newest, err := filepath.Glob(filepath.Join(dir, "*.json"))
	must(t, err)
	text, err := os.ReadFile(newest[len(newest)-1])
	must(t, err)
	must(t, os.WriteFile(newest[len(newest)-1], []byte(strings.Replace(string(text), `"hand"`, `"auto"`, 1)), 0o600))
	note("20260313-030000", `{"why":"auto","made":1773342000000,"error":"disk_full"}`)
	must(t, os.WriteFile(filepath.Join(dir, "kfdesk-20260312-030000.kfbackup"), make([]byte, 5_000_000), 0o600))
	note("20260312-030000", `{"why":"auto","made":1773255600000,"checked":1773255900000,"fault":"backup_damaged","faults":2,"first":"media/ab/ab12","took":348000,"program":"v1.4"}`)
	must(t, os.WriteFile(filepath.Join(dir, "kfdesk-20260311-030000.kfbackup"), make([]byte, 4_900_000), 0o600))
	note("20260311-030000", `{"why":"auto","made":1773169200000,"took":348000}`)
	for _, l := range looks {
		p := login(t, d.URL, "admin", password, l)
		p.open("/settings/backup")
		p.see(".backup-list")
		p.seen("backup")
		p.open("/settings/backup/20260312-030000")
		p.see("dialog .callout-danger")
		p.seen("backup-one")
		p.open("/settings/backup/20260311-030000/restore")
		p.see("dialog")
		p.seen("backup-restore")
		p.open("/settings/backup/passphrase")
		p.seen("backup-passphrase")
		p.open("/settings/backup/upload")
		p.seen("backup-upload")
		p.open("/settings/backup/20260313-030000/delete")
		p.seen("backup-delete")
		p.open("/settings/backup#settings")
		p.seen("backup-settings")
	}
}
