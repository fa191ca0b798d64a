package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kfdesk/handlers"
	"kfdesk/store"
)

const phrase = "correct horse battery staple"

// A backup is made beside the server, checked, and restored on a new machine; the
// passphrase is never shown.
func TestBackupVerifyRestore(t *testing.T) {
	for _, lang := range handlers.Languages {
		t.Run(lang, func(t *testing.T) {
			c := newTerminal(t)
			c.lang = lang
			c.env["KFDESK_ADMIN_PASSWORD"], c.env["KFDESK_APP_SECRET"] = password, secret
			c.runs(0, "admin", "add", "-login", "zhou")
			c.runs(0, account...)
			c.serves()
			out := t.TempDir()
			c.runs(0, "backup", "-data", c.dir, "-out", out)
			if !strings.Contains(c.out, "key") {
				t.Errorf("that it has no key is not said: %s", c.out)
			}
			word := filepath.Join(t.TempDir(), "word")
			if err := os.WriteFile(word, []byte(phrase+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			closed := filepath.Join(out, "closed.kfbackup")
			made := c.answers("backup", "-data", c.dir, "-out", closed, "-passphrase-file", word)
			if made["file"] != closed || made["key"] != true {
				t.Errorf("made %v", made)
			}
			c.runs(0, "verify", closed, "-passphrase-file", word)
			c.hides(phrase, secret)
			c.in = phrase + "\n"
			if v := c.answers("verify", closed); v["encrypted"] != true || v["program"] != "v1.2.3" {
				t.Errorf("verified %v", v)
			}
			fresh := filepath.Join(t.TempDir(), "fresh")
			c.env["KFDESK_BACKUP_PASSPHRASE"] = phrase
			c.runs(0, "restore", closed, "-data", fresh)
			c.hides(phrase, secret)
			s, err := store.Open(t.Context(), fresh, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if a, err := s.AccountByAppID(t.Context(), "wx4f8a2c61d9e07b35"); err != nil || a.Secret != secret {
				t.Errorf("the account: %v", err)
			}
		})
	}
}

func TestBackupRefusals(t *testing.T) {
	c := newTerminal(t)
	c.env["KFDESK_ADMIN_PASSWORD"] = password
	c.refuses("no_data", c.dir, "backup", "-data", c.dir)
	if entries, err := os.ReadDir(c.dir); err != nil || len(entries) > 0 {
		t.Error("a data directory was made")
	}
	c.runs(0, "admin", "add", "-login", "zhou")
	dir := t.TempDir()
	open, closed, other := filepath.Join(dir, "open"), filepath.Join(dir, "closed"), filepath.Join(dir, "other")
	c.runs(0, "backup", "-data", c.dir, "-out", open)
	c.env["KFDESK_BACKUP_PASSPHRASE"] = phrase
	c.runs(0, "backup", "-data", c.dir, "-out", closed)
	if err := os.WriteFile(other, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(dir, "fresh")
	c.refuses("no_file", "nowhere", "verify", filepath.Join(dir, "nowhere"))
	c.refuses("backup_not_one", "", "verify", other)
	c.refuses("backup_not_one", "", "restore", other, "-data", fresh)
	c.env["KFDESK_BACKUP_PASSPHRASE"] = "another passphrase"
	c.refuses("backup_passphrase", "", "verify", closed)
	c.refuses("backup_passphrase", "", "restore", closed, "-data", fresh)
	c.env["KFDESK_BACKUP_PASSPHRASE"] = ""
	c.refuses("backup_encrypted", "", "verify", closed)
	c.refuses("backup_no_key", "-key", "restore", open, "-data", fresh)
	wrong := filepath.Join(dir, "key")
	if err := os.WriteFile(wrong, []byte(strings.Repeat("x", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.refuses("backup_key_wrong", "", "restore", open, "-data", fresh, "-key", wrong)
	c.refuses("restore_not_empty", "-force", "restore", open, "-data", c.dir)
	server := c.serves()
	c.refuses("in_use", c.dir, "restore", open, "-data", c.dir, "-force")
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	c.runs(0, "restore", "-data", c.dir, "-force", open)
	if !strings.Contains(c.out, filepath.Join(c.dir, "before-restore-")) {
		t.Errorf("where the old data are is not said: %s", c.out)
	}
	b, err := os.ReadFile(open)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(open, b, 0o600); err != nil {
		t.Fatal(err)
	}
	c.refuses("backup_damaged", "", "verify", open)
	c.refuses("backup_damaged", "", "restore", open, "-data", c.dir, "-force")
	for _, args := range [][]string{{"verify"}, {"restore", "-force"}, {"verify", open, "more"}, {"backup", "extra"}} {
		c.runs(2, append(args, "-data", c.dir)...)
	}
}
