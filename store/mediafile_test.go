package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// files lists what lies in the media folder.
func (s *Store) files(t testing.TB) (names []string) {
	t.Helper()
	ok(t, filepath.WalkDir(filepath.Join(s.Dir(), "media"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	}))
	return names
}

func TestSaveFile(t *testing.T) {
	broken := errors.New("broken line")
	for _, c := range []struct {
		name  string
		r     io.Reader
		limit int64
		want  error
	}{
		{"at the limit", strings.NewReader("12345"), 5, nil},
		{"the same bytes, in small reads", iotest.OneByteReader(strings.NewReader("12345")), 100, nil},
		{"empty", strings.NewReader(""), 5, nil},
		{"over the limit", strings.NewReader("123456"), 5, ErrTooLarge},
		{"broken in the middle", io.MultiReader(strings.NewReader("12"), iotest.ErrReader(broken)), 5, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			for range 2 {
				if seeker, again := c.r.(io.Seeker); again {
					_ = must(seeker.Seek(0, io.SeekStart))(t)
				}
				hash, size, err := s.SaveFile(c.r, c.limit)
				if !errors.Is(err, c.want) {
					t.Fatalf("got %v, want %v", err, c.want)
				}
				if err != nil {
					equal(t, "hash", hash, "")
					equal(t, "files", len(s.files(t)), 0)
					continue
				}
				b := must(os.ReadFile(s.FilePath(hash)))(t)
				equal(t, "size", int64(len(b)), size)
			}
		})
	}
}

func TestSaveChecked(t *testing.T) {
	s := open(t)
	no := errors.New("no")
	seen := ""
	for _, want := range []error{no, nil} {
		hash, _, err := s.SaveChecked(strings.NewReader("12345"), 5, func(f io.ReaderAt, size int64) error {
			seen = string(must(io.ReadAll(io.NewSectionReader(f, 0, size)))(t))
			return want
		})
		equal(t, "what was looked at", seen, "12345")
		equal(t, "error", err, want)
		equal(t, "kept", len(s.files(t)), len(hash)/64)
	}
}

// A disk that is full in the middle of a file: the kernel says so, here because
// files may not grow beyond a limit. It is one that no log of the tests reaches,
// for it holds for the whole process.
func TestFullDisk(t *testing.T) {
	s := open(t)
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var was syscall.Rlimit
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 20, Max: was.Max}))
	_, _, err := s.SaveFile(bytes.NewReader(make([]byte, 9<<20)), 10<<20)
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	equal(t, "files", len(s.files(t)), 0)
}

func TestSameBytesAreKeptOnce(t *testing.T) {
	s := open(t)
	picture := bytes.Repeat([]byte("picture"), 10_000)
	each(8, func(int) {
		if hash, size, err := s.SaveFile(bytes.NewReader(picture), 1<<20); err != nil || size != 70_000 || len(hash) != 64 {
			t.Errorf("%s %d %v", hash, size, err)
		}
	})
	files := s.files(t)
	equal(t, "files", len(files), 1)
	info := must(os.Stat(s.FilePath(files[0])))(t)
	equal(t, "rights", info.Mode().Perm(), 0o600)
}

func TestStartRemovesWhatACrashLeftHalfWritten(t *testing.T) {
	s := open(t)
	hash, _, err := s.SaveFile(strings.NewReader("whole"), 10)
	ok(t, err)
	ok(t, os.WriteFile(filepath.Join(s.Dir(), "media", ".part-1"), []byte("ha"), 0o600))

	// Not by one beside a server, which may be writing it.
	beside, err := Open(ctx, s.Dir(), Options{Shared: true})
	ok(t, err)
	ok(t, beside.Close())
	equal(t, "files", len(s.files(t)), 2)
	ok(t, s.Close())
	equal(t, "files", strings.Join(openAt(t, s.Dir(), &clock{}).files(t), " "), hash)
}
