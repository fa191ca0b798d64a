package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// state is everything that survives a restart.
type state struct {
	Format   int           `json:"format"`
	Offset   time.Duration `json:"offset"` // of the clock
	Serial   int64         `json:"serial"`
	MsgID    int64         `json:"msg_id"`
	Accounts []*account    `json:"accounts"`

	Components []*component `json:"components,omitempty"`
	Faults     []*Fault     `json:"faults"`
	Log        []*Log       `json:"log"`
}

const stateFormat = 1

func (s *Sandbox) statePath() string { return filepath.Join(s.opt.Dir, "state.json") }

// load reads the state file, if there is one, and joins what belongs together.
func (s *Sandbox) load() error {
	s.st.Format = stateFormat
	s.users, s.tokens = map[string]*user{}, map[string]*token{}
	s.files.memory = map[string][]byte{}
	if s.opt.Dir == "" {
		return nil
	}
	s.files.dir = filepath.Join(s.opt.Dir, "media")
	if err := os.MkdirAll(s.files.dir, 0o700); err != nil {
		return err
	}
	s.left, _ = fs.Glob(os.DirFS(s.opt.Dir), newFile)
	data, err := os.ReadFile(s.statePath())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &s.st); err != nil {
		return fmt.Errorf("sandbox: %s cannot be read: %w", s.statePath(), err)
	}
	if s.st.Format != stateFormat {
		return fmt.Errorf("sandbox: %s was written by another version", s.statePath())
	}
	for _, a := range s.st.Accounts {
		a.init()
		for _, u := range a.Users {
			u.account = a
			s.users[u.OpenID] = u
		}
		for _, t := range a.Tokens {
			t.account = a
			s.tokens[t.Value] = t
		}
	}
	s.sweep()
	return nil
}

// save writes the state beside the old one and renames it.
func (s *Sandbox) save() error {
	if s.opt.Dir == "" {
		return nil
	}
	s.mu.Lock()
	if !s.dirty {
		s.mu.Unlock()
		return nil
	}
	s.dirty = false
	data := encode(&s.st)
	s.mu.Unlock()
	return writeFile(s.statePath(), data)
}

// newFile names what is half written.
const newFile = "new-*"

func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), newFile)
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// keep saves now and then until the sandbox stops. The more there is to save,
// the rarer: saving never takes more than a twentieth of the time.
func (s *Sandbox) keep() {
	rest := time.Second
	for {
		select {
		case <-time.After(rest):
		case <-s.ctx.Done():
			return
		}
		start := time.Now()
		if err := s.save(); err != nil {
			s.opt.Log.Error("sandbox: cannot save", "err", err)
		}
		rest = max(time.Second, 20*time.Since(start))
	}
}

// files keeps bytes under the hash of their content.
type files struct {
	dir    string
	mu     sync.Mutex
	memory map[string][]byte // without dir
}

var fileName = regexp.MustCompile(`^[0-9a-f]{32}$`)

// put keeps data and returns its name, "" for no data.
func (f *files) put(data []byte) (string, error) {
	if len(data) == 0 {
		return "", nil
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:16])
	if f.has(name) {
		return name, nil
	}
	if f.dir != "" {
		return name, writeFile(filepath.Join(f.dir, name), data)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.memory[name] = data
	return name, nil
}

func (f *files) has(name string) bool {
	if !fileName.MatchString(name) {
		return false
	}
	if f.dir != "" {
		_, err := os.Stat(filepath.Join(f.dir, name))
		return err == nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.memory[name] != nil
}

func (f *files) get(name string) ([]byte, error) {
	if !fileName.MatchString(name) {
		return nil, os.ErrNotExist
	}
	if f.dir != "" {
		return os.ReadFile(filepath.Join(f.dir, name))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if data := f.memory[name]; data != nil {
		return data, nil
	}
	return nil, os.ErrNotExist
}

// sweep removes expired media and the files that nothing shows any more.
func (s *Sandbox) sweep() {
	used, now := map[string]bool{}, s.now()
	for _, a := range s.st.Accounts {
		used[a.AvatarFile] = true
		for id, m := range a.Media {
			if m.expired(now) {
				delete(a.Media, id)
				continue
			}
			used[m.File] = true
		}
		for _, k := range a.KF {
			used[k.Avatar] = true
		}
		for _, x := range a.Articles {
			for _, one := range x.all() {
				used[one.Thumb] = true
			}
		}
		for _, u := range a.Users {
			for _, e := range u.History {
				used[e.File], used[e.Thumb], used[e.Avatar] = true, true, true
			}
		}
	}
	entries, err := os.ReadDir(s.files.dir)
	if err != nil {
		s.opt.Log.Error("sandbox: cannot list files", "err", err)
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !used[e.Name()] && now.Sub(info.ModTime()) > mediaLife {
			os.Remove(filepath.Join(s.files.dir, e.Name()))
		}
	}
}
