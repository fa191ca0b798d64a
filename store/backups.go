package store

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Backups makes the backups of a store, checks them and puts them back, one deed
// at a time, and keeps the folder they lie in.
type Backups struct {
	// Turn starts the program anew, over what was restored.
	Turn func()

	store   *Store
	program string
	log     *slog.Logger
	began   time.Time
	tasks   chan task
	over    chan struct{}

	mu    sync.Mutex
	doing *Doing // nil: nothing
	stop  context.CancelFunc
	last  *Outcome
}

// Doing is what is going on.
type Doing struct {
	Kind        string // make, verify, restore; restart when the program is about to
	Name        string // of the backup, "" when it has none yet
	Step, Steps int    // from 1
	What        string // database, media, verify, copy, unpack
	Done, Total int64  // bytes of this step
	Began       time.Time

	growing string // the file whose size is Done
}

// Outcome is how the last deed has ended.
type Outcome struct {
	Kind, Name string
	At         time.Time
	Err        error // nil: well
}

type task struct {
	ctx context.Context
	do  func(context.Context) error
}

// NewBackups knows the backups of a store. Version is the program's.
func NewBackups(s *Store, version string, log *slog.Logger) *Backups {
	return &Backups{store: s, program: version, log: log, began: time.Now(), tasks: make(chan task, 1), over: make(chan struct{}), Turn: func() {}}
}

// Over is closed when Run has ended.
func (b *Backups) Over() <-chan struct{} { return b.over }

// Run does what is asked for, and the daily backup, until ctx ends.
func (b *Backups) Run(ctx context.Context) error {
	defer close(b.over)
	if set, err := b.store.BackupSettings(ctx); err == nil {
		for _, dir := range []string{b.store.BackupDir(set), set.Copy} {
			if err := removeBackupParts(dir); err != nil {
				b.log.Warn("what a crash left of a backup could not be removed", "error", err)
			}
		}
	}
	clock := time.NewTicker(20 * time.Second)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case t := <-b.tasks:
			b.carryOut(ctx, t)
		case now := <-clock.C:
			if err := b.daily(ctx, now); err != nil && ctx.Err() == nil {
				b.log.Error("the daily backup could not begin", "error", err)
			}
		}
	}
}

// errRestarts ends a deed after which the program starts anew.
var errRestarts = errors.New("store: restored, the program starts anew")

func (b *Backups) carryOut(ctx context.Context, t task) {
	work, cancel := context.WithCancel(t.ctx)
	defer context.AfterFunc(ctx, cancel)()
	defer cancel()
	err := t.do(work)
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(err, errRestarts) {
		b.doing.Kind = "restart"
		b.Turn()
		return
	}
	if work.Err() != nil {
		err = context.Canceled
	} else if err != nil {
		b.log.Error("a backup or restore failed", "what", b.doing.Kind, "name", b.doing.Name, "error", err)
	}
	b.last = &Outcome{b.doing.Kind, b.doing.Name, time.Now(), err}
	b.stop()
	b.doing, b.stop = nil, nil
}

// begin gives a deed to Run; the refusal backup_busy when there is one already.
func (b *Backups) begin(d Doing, do func(context.Context) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.doing != nil {
		return refuse("backup_busy")
	}
	d.Began = time.Now()
	ctx, stop := context.WithCancel(context.Background())
	b.doing, b.stop, b.last = &d, stop, nil
	b.tasks <- task{ctx, do} // has room: one at a time
	return nil
}

// Stop ends what is going on; nothing half done is left. What is already about to
// restart cannot be stopped.
func (b *Backups) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stop != nil {
		b.stop()
	}
}

// Doing tells what is going on, or how the last deed ended; nil: nothing, none.
func (b *Backups) Doing() (*Doing, *Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.doing == nil {
		return nil, b.last
	}
	d := *b.doing
	if d.growing != "" {
		if info, err := os.Stat(d.growing); err == nil {
			d.Done = min(info.Size(), d.Total)
		}
	}
	return &d, nil
}

// step says how far it has come.
func (b *Backups) step(n int, what string, done, total int64, growing string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doing.Step, b.doing.What, b.doing.Done, b.doing.Total, b.doing.growing = n, what, done, total, growing
}

func (b *Backups) called(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doing.Name = name
}

// daily makes the backup that is due. One that was missed while the program did
// not run is made up for, but the first waits for its hour.
func (b *Backups) daily(ctx context.Context, now time.Time) error {
	set, err := b.store.BackupSettings(ctx)
	if err != nil || !set.On {
		return err
	}
	list, err := listBackups(b.store.BackupDir(set))
	if err != nil {
		return err
	}
	if !due(set, list, now, b.began) {
		return nil
	}
	err = b.begin(Doing{Kind: "make", Steps: set.steps()}, func(ctx context.Context) error { return b.make(ctx, Actor{}, Saved{Why: "auto"}, true) })
	if Refused(err, "backup_busy") {
		return nil // its turn comes
	}
	return err
}

func due(set BackupSettings, list []Saved, now, began time.Time) bool {
	since := began
	for _, saved := range list {
		if saved.Why == "auto" {
			since = time.UnixMilli(saved.MadeAt)
			break
		}
	}
	return set.Last(now).After(since)
}

func (v BackupSettings) steps() int {
	n := 2
	if v.Verify {
		n++
	}
	if v.Copy != "" {
		n++
	}
	return n
}

// Make begins a backup.
func (b *Backups) Make(ctx context.Context, by Actor, who string) error {
	set, err := b.store.BackupSettings(ctx)
	if err != nil {
		return err
	}
	return b.begin(Doing{Kind: "make", Steps: set.steps()}, func(ctx context.Context) error {
		return b.make(ctx, by, Saved{Why: "hand", By: who}, true)
	})
}

// make makes a backup and what is to follow it. Why it failed is kept in the list.
func (b *Backups) make(ctx context.Context, by Actor, saved Saved, whole bool) error {
	set, err := b.store.BackupSettings(ctx)
	if err != nil {
		return err
	}
	dir := b.store.BackupDir(set)
	saved.Name, saved.MadeAt = freeName(dir, time.Now()), time.Now().UnixMilli()
	b.called(saved.Name)
	if err := b.write(ctx, dir, set, &saved, whole); err != nil {
		if ctx.Err() == nil {
			saved.Error = failure(err)
			err = errors.Join(err, os.MkdirAll(dir, 0o700), writeSaved(dir, saved))
		}
		return err
	}
	if err := errors.Join(writeSaved(dir, saved), b.store.noteBackup(ctx, by, "make", BackupName(saved.Name), saved.Why)); err != nil {
		return err
	}
	if !whole {
		return nil
	}
	n := 3
	if set.Verify {
		if err := b.check(ctx, dir, saved.Name, set.Passphrase, n); err != nil {
			return err
		}
		n++
	}
	if set.Copy != "" {
		if err := b.second(ctx, dir, set.Copy, saved.Name, n); err != nil {
			return err
		}
	}
	return b.prune(ctx, dir, set)
}

// write makes the file. It does not begin when the last one would not fit.
func (b *Backups) write(ctx context.Context, dir string, set BackupSettings, saved *Saved, whole bool) error {
	list, err := listBackups(dir)
	if err != nil {
		return err
	}
	for _, last := range list {
		if last.There {
			if free, _, ok := Disk(dir); ok && free < last.Size {
				return errTooSmall
			}
			break
		}
	}
	first, path := 0, backupFile(dir, saved.Name)
	if !whole { // a part of another deed
		first = 1
	}
	made, err := b.store.Backup(ctx, path, BackupOptions{Program: b.program, Passphrase: set.Passphrase, Progress: func(step int, done, total int64) {
		if step == 1 {
			b.step(first+1, "database", done, total, path+".db.part")
		} else {
			b.step(first+2, "media", done, total, "")
		}
	}})
	saved.Took, saved.Encrypted, saved.Program = time.Now().UnixMilli()-saved.MadeAt, set.Passphrase != "", b.program
	saved.Media, saved.Missing = made.Manifest.Media.Count, made.Missing
	if made.Missing > 0 {
		b.log.Warn("media that the database names are not there", "missing", made.Missing, "backup", saved.Name)
	}
	return err
}

// check verifies a backup and keeps what came of it.
func (b *Backups) check(ctx context.Context, dir, name, passphrase string, step int) error {
	checked, err := CheckBackup(ctx, backupFile(dir, name), passphrase, func(done, total int64) { b.step(step, "verify", done, total, "") })
	var no *Refusal
	if err != nil && (!errors.As(err, &no) || ctx.Err() != nil) {
		return err
	}
	saved, failed := readSaved(dir, name)
	if failed != nil {
		return failed
	}
	saved.Checked, saved.Fault, saved.Faults, saved.First = time.Now().UnixMilli(), "", 0, ""
	switch {
	case no == nil:
		saved.Encrypted, saved.Program, saved.Media, saved.Missing = checked.Encrypted, checked.Manifest.Program, checked.Manifest.Media.Count, checked.Missing
	case no.Code == "backup_passphrase", no.Code == "backup_encrypted":
		saved.Checked, saved.Encrypted = 0, true // it was not looked at
	default:
		saved.Fault = no.Code
		saved.Faults, _ = no.Detail["n"].(int)
		saved.First, _ = no.Detail["file"].(string)
	}
	return errors.Join(err, writeSaved(dir, saved))
}

// second copies a backup to the other folder. That it failed is kept in the list.
func (b *Backups) second(ctx context.Context, dir, to, name string, step int) (err error) {
	defer whenFull(&err)
	f, err := os.Open(backupFile(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	b.step(step, "copy", 0, info.Size(), backupFile(to, name)+".part")
	err = copyBackup(io.Reader(&tracked{r: f, ctx: ctx}), to, name)
	if err == nil || ctx.Err() != nil {
		return err
	}
	whenFull(&err)
	saved, failed := readSaved(dir, name)
	saved.CopyError = failure(err)
	return errors.Join(err, failed, writeSaved(dir, saved))
}

// prune removes what is more than is to be kept, the second copies too.
func (b *Backups) prune(ctx context.Context, dir string, set BackupSettings) error {
	list, err := listBackups(dir)
	if err != nil {
		return err
	}
	for _, name := range surplus(list, set.Keep) {
		if err := b.remove(ctx, Actor{}, set, name); err != nil {
			return err
		}
	}
	return nil
}

func (b *Backups) remove(ctx context.Context, by Actor, set BackupSettings, name string) error {
	if err := removeBackup(b.store.BackupDir(set), name); err != nil {
		return err
	}
	if set.Copy != "" {
		if err := gone(backupFile(set.Copy, name)); err != nil {
			return err
		}
	}
	return b.store.noteBackup(ctx, by, "delete", BackupName(name), "")
}
