package store

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a customer writes and an agent looks for: no query has a meaning to the
// database, what is found has each of the words, marked where they stand, and a
// message that has them is found.
func FuzzSearch(f *testing.F) {
	d := openDesk(f)
	for _, c := range [][2]string{{"这个灯罩能换吗", "灯罩"}, {"He said \"hello\", WORLD (Café)", `hel" OR wor*`}, {"ＡＢＣ全角１２３👍🏽好", "abc全"},
		{"a:b^c -d NEAR(e f)", `tags : "a1"`}, {"İI ſs ßẞ ǅ K", "i s"}, {"e\u0301 ก็ \u200b\u202ex", "e ก x"}, {"\x00\xff%_'--;", "'; drop table message; --"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		if len(text) > 2048 {
			return
		}
		in := d.text("o1", "")
		in.Body = must(json.Marshal(map[string]string{"content": text}))(t)
		d.receive(t, in)
		d.indexed(t)
		v := d.of(t, "o1")
		found, err := d.Search(ctx, &d.admin, Query{Text: query})
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		list := terms(query)
		for _, h := range found.Hits {
			last := 0
			for _, m := range h.Marks {
				if m[0] < last || m[1] <= m[0] || m[1] > utf8.RuneCountInString(h.Message.Text) {
					t.Fatalf("%q in %q: marks %v", query, h.Message.Text, h.Marks)
				}
				last = m[1]
			}
			if len(list) > 0 && len(h.Marks) == 0 {
				t.Fatalf("%q found %q", query, h.Message.Text)
			}
		}
		said := saidIn("in", "text", in.Body)
		has := len(list) > 0
		for _, one := range list {
			has = has && len(marks(runs(said), []term{one})) > 0
		}
		if newest := v.Last.ID; has && !slices.ContainsFunc(found.Hits, func(h Hit) bool { return h.Message.ID == newest }) {
			t.Fatalf("%q does not find %q", query, said)
		}
	})
}

// A code is read as people type it; it counts in its half minutes and once.
func FuzzCode(f *testing.F) {
	const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // of RFC 6238
	raw := []byte("12345678901234567890")
	for _, s := range []string{"287082", "287 082", "２８７０８２", "", "ABCD-EFGH", "abcd\u00a0efgh", strings.Repeat("1", 1000), "\xff", "2\xc2-\xa08"} {
		f.Add(s, key, int64(59_000))
	}
	f.Add("0", "no base32!", int64(-1<<63))
	f.Fuzz(func(t *testing.T, typed, secret string, now int64) {
		plain := plainCode(typed)
		if strings.ContainsAny(plain, " -\u00a0") {
			t.Fatalf("%q", plain)
		}
		totpMatch(secret, plain, now, 0)
		step := totpMatch(key, plain, now, 0)
		if step == 0 {
			return
		}
		if totpCode(raw, step, totpDigits) != plain || step-now/totpStep > 1 || now/totpStep-step > 1 {
			t.Fatalf("%q counts as step %d at %d", plain, step, now)
		}
		if again := totpMatch(key, plain, now, step); again != 0 && again <= step {
			t.Fatalf("%q counts twice", plain)
		}
	})
}

// A file that is given for a backup is refused or read to its end. Nothing is named
// but what a backup has, and none takes more than it says.
func FuzzBackup(f *testing.F) {
	d := openDesk(f)
	d.receive(f, d.text("o1", "hello"))
	for _, passphrase := range []string{"", "open sesame"} {
		file, err := os.ReadFile(d.backed(f, passphrase))
		ok(f, err)
		f.Add(file)
		f.Add(file[:len(file)/2])
	}
	f.Add(holes(f))
	f.Add([]byte(ageIntro + "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 40\nAAAA\n--- AAAA\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		u, err := newUnpacker(bytes.NewReader(file), "another")
		if err == nil {
			err = u.each(context.Background(), func(name string, r io.Reader) error {
				if !entries.MatchString(name) {
					t.Fatalf("a file called %q", name)
				}
				n, err := io.Copy(io.Discard, io.LimitReader(r, int64(len(file))+1))
				if n > int64(len(file)) {
					t.Fatalf("more than the %d bytes that there are", len(file))
				}
				return err
			})
		}
		var no *Refusal
		if err != nil && !errors.As(err, &no) {
			t.Fatal(err)
		}
	})
}

// holes is a backup of few bytes whose database claims to be a petabyte of zeros.
func holes(t testing.TB) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	write := func(h tar.Header, body string) {
		h.Size, h.Mode = int64(len(body)), 0o600
		ok(t, w.WriteHeader(&h))
		_, err := io.WriteString(w, body)
		ok(t, err)
	}
	write(tar.Header{Name: manifestName}, `{"format":1}`)
	write(tar.Header{Name: "kfdesk.db", PAXRecords: map[string]string{"XNU.sparse.major": "1", "XNU.sparse.minor": "0", "XNU.sparse.realsize": "1125899906842624"}},
		"1\n1125899906842624\n0\n"+strings.Repeat("\x00", 512-21))
	ok(t, w.Close())
	return bytes.ReplaceAll(b.Bytes(), []byte("XNU."), []byte("GNU.")) // which tar.Writer does not write
}

// No cookie or token but one that was given opens anything.
func FuzzSession(f *testing.F) {
	d := openDesk(f)
	secret := must(d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "browser"}, 0))(f)
	for _, s := range []string{secret, secret + "=", strings.ToUpper(secret), "", hex.EncodeToString(hashSecret(secret)), "' or 1=1 --", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, _, err := d.Session(ctx, s); (err == nil) != (s == secret) || err != nil && err != ErrNotFound {
			t.Fatalf("%q: %v", s, err)
		}
		if _, err := d.Half(ctx, s); err != ErrNotFound {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// From any place events come in order, each once.
func FuzzChanges(f *testing.F) {
	d := openDesk(f)
	d.receive(f, d.text("o1", "hello"))
	for _, since := range []int64{0, 1, -1, 1<<63 - 1, -1 << 63} {
		f.Add(since, 10)
	}
	f.Fuzz(func(t *testing.T, since int64, limit int) {
		list, err := d.Changes(ctx, since, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Event.ID <= since {
				t.Fatalf("%d after %d", c.Event.ID, since)
			}
			since = c.Event.ID
		}
	})
}
