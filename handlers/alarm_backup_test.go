package handlers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kfdesk/store"
)

// A folder of backups that cannot be read is an alarm, and the page says so.
func TestFolderOfBackupsThatCannotBeRead(t *testing.T) {
	d := newDesk(t)
	if page := d.browse(t, "zhou", "GET", backupPath); page.status != 200 || strings.Contains(page.body, "banner-danger") {
		t.Fatalf("at first: %d %s", page.status, page.body)
	}
	dir := filepath.Join(d.dir, "backups")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	page := d.browse(t, "zhou", "GET", backupPath)
	for _, text := range []string{d.Texts.T("zh-CN", "backup.unreadable", "dir", dir), d.Texts.T("zh-CN", "backup.alarm.failed")} {
		if page.status != 200 || !strings.Contains(page.body, text) {
			t.Errorf("%d, not on the page: %s", page.status, text)
		}
	}
	if !strings.Contains(d.log.String(), "not a directory") {
		t.Error("the log does not say why")
	}
}

// A backup from elsewhere is no success of this installation.
func TestUploadIsNotTheLastSuccess(t *testing.T) {
	d := newDesk(t)
	dir := filepath.Join(d.dir, "backups")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	never := d.Texts.T("zh-CN", "backup.never.hint")
	write("kfdesk-20260102-030000.kfbackup", "x")
	write("kfdesk-20260102-030000.json", `{"why":"upload","made":1735689600000}`)
	if page := d.browse(t, "zhou", "GET", backupPath).body; !strings.Contains(page, never) || strings.Contains(page, "banner-danger") {
		t.Error("an upload is the last success, or makes it late")
	}
	write("kfdesk-20260101-030000.kfbackup", "x")
	write("kfdesk-20260101-030000.json", `{"why":"hand","made":1735689600000}`)
	if page := d.browse(t, "zhou", "GET", backupPath).body; strings.Contains(page, never) || !strings.Contains(page, d.Texts.T("zh-CN", "backup.alarm.late")) {
		t.Error("one that was made here is not, or is not late")
	}
}

func TestUploadNeedsRoom(t *testing.T) {
	d := newDesk(t)
	if _, _, ok := store.Disk(d.dir); !ok {
		t.Fatal("it is not known how much is free")
	}
	req := request("POST", backupUploadPath, strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx"),
		"Sec-Fetch-Site", "same-origin", "Content-Type", "multipart/form-data; boundary=b", "Cookie", cookieName+"="+d.logins["zhou"])
	req.ContentLength = 1 << 60
	if a := d.send(t, req); a.status != 422 || !strings.Contains(a.body, "MB") || !strings.Contains(a.body, "field-error") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestDiskFillsUp(t *testing.T) {
	const gb = 1_000_000_000
	for _, c := range []struct {
		free, total int64
		want        bool
	}{{3 * gb, 20 * gb, false}, {1.9 * gb, 3 * gb, true}, {3 * gb, 40 * gb, true}, {5 * gb, 40 * gb, false}, {9 * gb, 500 * gb, true}, {11 * gb, 500 * gb, false}} {
		if got := fillsUp(c.free, c.total); got != c.want {
			t.Errorf("%d of %d: %v", c.free, c.total, got)
		}
	}
	dir := t.TempDir()
	if _, _, ok := store.Disk(dir); ok {
		if list := otherDisks(dir, filepath.Join(dir, ".."), "/proc", "/proc/sys", ""); len(list) != 1 || list[0] != "/proc" {
			t.Errorf("other disks: %v", list)
		}
		if _, low := lowDisk("/proc"); low {
			t.Error("what has no bytes at all is no disk that fills up")
		}
	}
}
