package store

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// A backup is one file: a tar, and behind it the SHA-256 of all its bytes as 64
// hexadecimal digits and a line end. With a passphrase, all of it is encrypted
// as age does, so that `age -d` and `tar -x` open it without this program. The
// tar holds in this order:
//
//	manifest.json      Manifest
//	kfdesk.db          the database, as VACUUM INTO makes it
//	key                only when encrypted: what seals the database's secrets
//	media/ab/<sha256>  each file that the database names, if it is there

const (
	backupFormat = 1
	trailerSize  = 2*sha256.Size + 1
	manifestName = "manifest.json"
	manifestMost = 1 << 20
	ageIntro     = "age-encryption.org/v1\n"
	// scrypt takes 2^16 blocks of 1 KiB: 64 MiB for a moment. A file that asks for
	// more than four times that is refused.
	ageWork, ageWorkMost = 16, 18
)

// Manifest says what is in a backup.
type Manifest struct {
	Format   int    `json:"format"`
	Program  string `json:"program"` // its version
	Schema   int    `json:"schema"`  // number of the last migration
	MadeAt   int64  `json:"made_at"`
	Key      bool   `json:"key"`
	Database struct {
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256"`
	} `json:"database"`
	Media struct { // as the database names them; their names are their SHA-256
		Count int   `json:"count"`
		Size  int64 `json:"size"`
	} `json:"media"`
}

// size is what it takes when it is unpacked, in bytes.
func (m *Manifest) size() int64 { return m.Database.Size + m.Media.Size }

// packer writes a backup.
type packer struct {
	*tar.Writer
	file  *bufio.Writer
	crypt io.WriteCloser // nil: not encrypted
	all   io.Writer      // what stands behind the tar, too
	sum   hash.Hash
	at    time.Time
}

func newPacker(w io.Writer, passphrase string, at int64) (*packer, error) {
	p := &packer{file: bufio.NewWriterSize(w, 256<<10), sum: sha256.New(), at: time.UnixMilli(at).UTC()}
	p.all = p.file
	if passphrase != "" {
		to, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, err
		}
		to.SetWorkFactor(ageWork)
		if p.crypt, err = age.Encrypt(p.file, to); err != nil {
			return nil, err
		}
		p.all = p.crypt
	}
	p.Writer = tar.NewWriter(io.MultiWriter(p.all, p.sum))
	return p, nil
}

func (p *packer) add(name string, size int64, r io.Reader) error {
	if err := p.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: p.at}); err != nil {
		return err
	}
	_, err := io.Copy(p.Writer, r)
	return err
}

func (p *packer) finish() error {
	if err := p.Close(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.all, "%x\n", p.sum.Sum(nil)); err != nil {
		return err
	}
	if p.crypt != nil {
		if err := p.crypt.Close(); err != nil {
			return err
		}
	}
	return p.file.Flush()
}

// unpacker reads a backup. What it gives is only to be trusted when it came to
// its end without an error.
type unpacker struct {
	Manifest  Manifest
	Encrypted bool
	Files     int // of media
	faults    []string
	tar       *tar.Reader
	raw       io.Reader
	sum       hash.Hash
}

// entries are the names that a backup may have, in their order.
var entries = regexp.MustCompile(`^(kfdesk\.db|key|media/([0-9a-f]{2})/([0-9a-f]{64}))$`)

func damage(faults ...string) *Refusal {
	first := ""
	if len(faults) > 0 {
		first = faults[0]
	}
	return refuse("backup_damaged", "n", len(faults), "file", first)
}

// newUnpacker reads the manifest. Refusals: backup_not_one, backup_encrypted (no
// passphrase given), backup_passphrase (a wrong one), backup_damaged, backup_newer.
func newUnpacker(r io.Reader, passphrase string) (*unpacker, error) {
	u := &unpacker{sum: sha256.New()}
	file := bufio.NewReaderSize(r, 256<<10)
	intro, err := file.Peek(len(ageIntro))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	u.raw = file
	if u.Encrypted = bytes.Equal(intro, []byte(ageIntro)); u.Encrypted {
		if u.raw, err = decrypted(file, passphrase); err != nil {
			return nil, err
		}
	}
	u.tar = tar.NewReader(io.TeeReader(u.raw, u.sum))
	head, err := u.tar.Next()
	if err != nil || head.Name != manifestName || head.Size > manifestMost {
		if u.Encrypted {
			return nil, damage()
		}
		return nil, refuse("backup_not_one")
	}
	if json.NewDecoder(u.tar).Decode(&u.Manifest) != nil {
		return nil, damage()
	}
	if have, _ := migrationNames(migrations); u.Manifest.Format > backupFormat || u.Manifest.Schema > len(have) {
		return nil, refuse("backup_newer", "program", u.Manifest.Program)
	}
	return u, nil
}

func decrypted(r io.Reader, passphrase string) (io.Reader, error) {
	if passphrase == "" {
		return nil, refuse("backup_encrypted")
	}
	with, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	with.SetMaxWorkFactor(ageWorkMost)
	plain, err := age.Decrypt(r, with)
	var no *age.NoIdentityMatchError
	switch {
	case errors.As(err, &no):
		return nil, refuse("backup_passphrase")
	case err != nil:
		return nil, damage()
	}
	return plain, nil
}

// each gives every file behind the manifest to do, and at last judges the whole:
// what does not have the bytes it had is the refusal backup_damaged, which counts
// the files (detail.n) and names the first (detail.file); 0 when it cannot be said
// which. An error of do is returned as it is.
func (u *unpacker) each(ctx context.Context, do func(name string, r io.Reader) error) error {
	last := ""
	for {
		head, err := u.tar.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return u.broken("")
		}
		parts := entries.FindStringSubmatch(head.Name)
		if parts == nil || head.Typeflag != tar.TypeReg || sparse(head) || rank(head.Name) <= last || len(parts[3]) > 0 && parts[3][:2] != parts[2] {
			return u.broken("")
		}
		last = rank(head.Name)
		sum := sha256.New()
		in := &tracked{r: io.TeeReader(u.tar, sum), ctx: ctx}
		if err := do(head.Name, in); in.err != nil && ctx.Err() == nil {
			return u.broken(head.Name)
		} else if err != nil {
			return err
		}
		u.judge(head, parts[3], hex.EncodeToString(sum.Sum(nil)))
	}
	want := fmt.Sprintf("%x\n", u.sum.Sum(nil))
	rest, err := io.ReadAll(io.LimitReader(u.raw, trailerSize+1))
	if err != nil || string(rest) != want || last == "" || slices.Contains(u.faults, "kfdesk.db") {
		return u.broken("")
	}
	return nil
}

// sparse tells whether a file has holes: a few bytes could be said to be a disk
// full of zeros. We write none.
func sparse(head *tar.Header) bool {
	for name := range head.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// judge notes a file that has not the bytes it should. A medium whose bytes had
// changed on the disk before the backup is told so by the trailer, which fits.
func (u *unpacker) judge(head *tar.Header, hash, sum string) {
	switch {
	case hash != "":
		u.Files++
		if hash != sum {
			u.faults = append(u.faults, head.Name)
		}
	case head.Name == "kfdesk.db" && sum != u.Manifest.Database.SHA256:
		u.faults = append(u.faults, head.Name)
	}
}

func (u *unpacker) broken(at string) error {
	if at != "" {
		u.faults = append(u.faults, at)
	}
	return damage(u.faults...)
}

// rank orders the names as they must follow each other.
func rank(name string) string {
	return map[string]string{"kfdesk.db": "0", "key": "1"}[path.Base(name)] + name
}

// tracked tells an error of reading from one of writing, and ends with ctx.
type tracked struct {
	r   io.Reader
	ctx context.Context
	err error
}

func (m *tracked) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}
