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
	tasks   chan task
	over    chan struct{}
	look    time.Duration // how often Run looks whether the daily one is due
	tried   time.Time     // when Run began the last daily one

	mu    sync.Mutex
	doing *Doing // nil: nothing
	stop  context.CancelFunc
	last  *Outcome
	lost  bool // see Lost
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
	return &Backups{store: s, program: version, log: log, tasks: make(chan task, 1), over: make(chan struct{}), look: 20 * time.Second, Turn: func() {}}
}

// Over is closed when Run has ended.
func (b *Backups) Over() <-chan struct{} { return b.over }

// Run does what is asked for, and the daily backup, until ctx ends.
func (b *Backups) Run(ctx context.Context) error {
	defer close(b.over)
	if set, err := b.store.BackupSettings(ctx); err == nil {
		b.clear(set)
	}
	clock := time.NewTicker(b.look)
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
			noted := errors.Join(os.MkdirAll(dir, 0o700), writeSaved(dir, saved))
			if saved.Why == "auto" {
				b.lose(noted != nil)
			}
			err = errors.Join(err, noted)
		}
		return err
	}
	b.lose(false)
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
		if err = b.second(ctx, dir, set.Copy, saved.Name, n); ctx.Err() != nil {
			return err
		}
	}
	return errors.Join(err, b.prune(ctx, dir, set)) // the folder must not fill up for a second one that is broken
}

// write makes the file.
func (b *Backups) write(ctx context.Context, dir string, set BackupSettings, saved *Saved, whole bool) error {
	first, path := 0, backupFile(dir, saved.Name)
	if !whole { // a part of another deed
		first = 1
	}
	made, err := b.store.Backup(ctx, path, BackupOptions{Program: b.program, Passphrase: set.Passphrase, Progress: func(step int, done, total int64) {
		if step == 1 {
			b.step(first+1, "database", done, total, b.store.snapshotFile(path))
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
	if err = roomFor(to, info.Size()); err == nil {
		err = copyBackup(io.Reader(&tracked{r: f, ctx: ctx}), to, name)
	}
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
		err = errors.Join(err, b.remove(ctx, Actor{}, set, name))
	}
	return err
}

func (b *Backups) remove(ctx context.Context, by Actor, set BackupSettings, name string) error {
	if err := removeBackup(b.store.BackupDir(set), name); err != nil {
		return err
	}
	var err error
	if set.Copy != "" {
		err = gone(backupFile(set.Copy, name))
	}
	return errors.Join(err, b.store.noteBackup(ctx, by, "delete", BackupName(name), ""))
}
