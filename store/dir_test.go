package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openCode gives the code of the OpenError that Open must end with.
func openCode(t testing.TB, dir string, o Options) string {
	t.Helper()
	s, err := Open(ctx, dir, o)
	if err == nil {
		s.Close()
		return "opened"
	}
	var e *OpenError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an OpenError", err)
	}
	if e.Path == "" || !strings.Contains(e.Error(), e.Code) {
		t.Errorf("%q does not tell what and where", e.Error())
	}
	return e.Code
}

func TestOpenRefusesADamagedDirectory(t *testing.T) {
	key := func(dir string) string { return filepath.Join(dir, "key") }
	write := func(name func(string) string, b []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) { ok(t, os.WriteFile(name(dir), b, 0o600)) }
	}
	for _, c := range []struct {
		name, code string
		damage     func(t *testing.T, dir string)
		options    Options
	}{
		{name: "nothing damaged", code: "opened", damage: func(*testing.T, string) {}},
		{name: "key missing", code: "key_missing", damage: func(t *testing.T, dir string) { ok(t, os.Remove(key(dir))) }},
		{name: "key cut off", code: "key_damaged", damage: write(key, newKey()[:31])},
		{name: "key empty", code: "key_damaged", damage: write(key, nil)},
		{name: "key is a directory", code: "key_unreadable", damage: func(t *testing.T, dir string) {
			ok(t, os.Remove(key(dir)))
			ok(t, os.Mkdir(key(dir), 0o700))
		}},
		{name: "another key", code: "key_wrong", damage: write(key, newKey())},
		{name: "another key given", code: "key_wrong", damage: func(*testing.T, string) {}, options: Options{Key: newKey()}},
		{name: "a short key given", code: "key_damaged", damage: func(*testing.T, string) {}, options: Options{Key: newKey()[:16]}},
		{name: "not a database", code: "database_unreadable", damage: write(func(dir string) string {
			return filepath.Join(dir, "kfdesk.db")
		}, bytes.Repeat([]byte("no database "), 1000))},
		{name: "database is a directory", code: "database_unreadable", damage: func(t *testing.T, dir string) {
			for _, f := range must(filepath.Glob(filepath.Join(dir, "kfdesk.db*")))(t) {
				ok(t, os.Remove(f))
			}
			ok(t, os.Mkdir(filepath.Join(dir, "kfdesk.db"), 0o700))
		}},
		{name: "media is a file", code: "not_writable", damage: func(t *testing.T, dir string) {
			ok(t, os.Remove(filepath.Join(dir, "media")))
			ok(t, os.WriteFile(filepath.Join(dir, "media"), nil, 0o600))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			openAt(t, dir, &clock{}).Close()
			c.damage(t, dir)
			equal(t, "code", openCode(t, dir, c.options), c.code)
			if c.code != "opened" { // it lets go of the directory, and says the same again
				equal(t, "code of a second try", openCode(t, dir, c.options), c.code)
			}
		})
	}
}

func TestOpenMakesWhatIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a dir", "with % and ? and #")
	s := openAt(t, dir, &clock{})
	ok(t, s.SetSetting(ctx, "here", "1"))
	for _, name := range []string{"key", "kfdesk.db", "kfdesk.db-wal", "kfdesk.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		ok(t, err)
		equal(t, "rights of "+name, info.Mode().Perm(), 0o600)
	}
	ok(t, s.Close())
	for _, left := range must(filepath.Glob(filepath.Join(dir, "*")))(t) {
		switch filepath.Base(left) {
		case "key", "kfdesk.db", "search.db", "lock", "media":
		default:
			t.Errorf("%s is left after Close", left)
		}
	}
	equal(t, "setting", must(openAt(t, dir, &clock{}).Setting(ctx, "here"))(t), "1")
}

func TestOneServerADirectory(t *testing.T) {
	s := open(t)
	equal(t, "a second server", openCode(t, s.Dir(), Options{}), "in_use")
	version := must(s.Version(ctx))(t)
	beside, err := Open(ctx, s.Dir(), Options{Shared: true})
	ok(t, err)
	equal(t, "version: to open changes nothing", must(s.Version(ctx))(t), version)

	ok(t, beside.SetSetting(ctx, "from", "beside"))
	equal(t, "setting", must(s.Setting(ctx, "from"))(t), "beside")
	changed := must(s.Version(ctx))(t)
	if changed == version {
		t.Error("the version is the same after another handle wrote")
	}
	ok(t, s.SetSetting(ctx, "from", "the server"))
	equal(t, "version after an own change", must(s.Version(ctx))(t), changed)

	// Both write at once; nothing is lost and no id is given twice.
	each(8, func(i int) {
		for range 20 {
			if err := []*Store{s, beside}[i%2].write(ctx, func(t *tx) error { return t.note(Event{Kind: "agent"}) }); err != nil {
				t.Error(err)
			}
		}
	})
	equal(t, "events", len(s.kinds(t)), 160)
	ok(t, beside.Close())
	ok(t, s.SetSetting(ctx, "after", "1"))
	ok(t, s.Close())
	equal(t, "after the server ended", openCode(t, s.Dir(), Options{}), "opened")
}

func TestSecretsAreNotInTheFile(t *testing.T) {
	d := openDesk(t)
	secret := must(d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "browser"}, 0))(t)
	secrets := map[string]string{"app secret": "aVerySecretSecret", "callback token": "aCallbackToken", "AES key": strings.Repeat("aesKey0", 7)[:43],
		"former AES key": strings.Repeat("former0", 7)[:43], "access token": "anAccessToken", "password": "correct horse", "session": secret}
	a := must(d.Account(ctx, d.account))(t)
	a.Secret, a.CallbackToken, a.AESKey = secrets["app secret"], secrets["callback token"], secrets["former AES key"]
	ok(t, d.UpdateAccount(ctx, Actor{}, a))
	ok(t, d.KeysUsed(ctx, d.account))
	a.AESKey = secrets["AES key"]
	ok(t, d.UpdateAccount(ctx, Actor{}, a))
	ok(t, d.SetToken(ctx, d.account, "access", secrets["access token"], 1))
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, secrets["password"], nil))

	files := must(filepath.Glob(filepath.Join(d.Dir(), "kfdesk.db*")))(t)
	equal(t, "files", len(files), 3)
	for _, file := range files {
		b := must(os.ReadFile(file))(t)
		for what, s := range secrets {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("the %s lies open in %s", what, filepath.Base(file))
			}
		}
	}

	// And they can be read, after a restart too.
	ok(t, d.Close())
	s := openAt(t, d.Dir(), d.clock)
	b := must(s.Account(ctx, d.account))(t)
	equal(t, "secret", b.Secret, a.Secret)
	equal(t, "token", b.CallbackToken, a.CallbackToken)
	equal(t, "key", b.AESKey, a.AESKey)
	equal(t, "former key", b.AESKeyPrevious, secrets["former AES key"])
	value, until, err := s.Token(ctx, d.account, "access")
	ok(t, err)
	equal(t, "access token", value, secrets["access token"])
	equal(t, "its end", until, 1)
}

// A sealed value holds only in its place: a row cannot be given another's secret.
func TestSealedValueHoldsInItsPlace(t *testing.T) {
	k, err := openKey("", newKey(), false)
	ok(t, err)
	sealed := k.seal("account.secret", "value")
	if bytes.Equal(sealed, k.seal("account.secret", "value")) {
		t.Error("the same value is sealed the same way twice")
	}
	equal(t, "value", must(k.open("account.secret", sealed))(t), "value")
	for name, open := range map[string]func() (string, error){
		"another place": func() (string, error) { return k.open("account.aes_key", sealed) },
		"cut off":       func() (string, error) { return k.open("account.secret", sealed[:10]) },
		"a bit changed": func() (string, error) {
			return k.open("account.secret", append(sealed[:len(sealed)-1:len(sealed)-1], sealed[len(sealed)-1]^1))
		},
	} {
		if v, err := open(); err == nil {
			t.Errorf("%s: opens as %q", name, v)
		}
	}
}
