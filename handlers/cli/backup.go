package cli

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"

	"kfdesk/store"
)

type backupInput struct {
	out, data, file, passphrase, key string
	force                            bool
}

func backupFlags(env *Env, set *flag.FlagSet) any {
	in := &backupInput{}
	set.StringVar(&in.out, "out", "", env.Text("backup.flag.out"))
	set.StringVar(&in.passphrase, "passphrase-file", "", env.Text("backup.flag.passphrase-file"))
	return in
}

// makeBackup makes a backup, also while the server runs. Without a passphrase of
// its own it has the one that is set in the console.
func makeBackup(ctx context.Context, env *Env, s *store.Store, v any) (answer, error) {
	in := v.(*backupInput)
	passphrase, err := env.passphrase(in.passphrase, env.Getenv)
	if err != nil {
		return answer{}, err
	}
	path, made, err := s.SaveBackup(ctx, in.out, store.BackupOptions{Program: env.Version, Passphrase: passphrase})
	if err != nil {
		return answer{}, err
	}
	out := answer{[]string{"backup.cli.made"}, map[string]any{"file": path, "size": made.Size, "media": made.Manifest.Media.Count - made.Missing, "key": made.Manifest.Key}}
	if !made.Manifest.Key {
		out.keys = append(out.keys, "backup.cli.no_key")
	}
	if made.Missing > 0 {
		out.keys, out.values["missing"] = append(out.keys, "backup.cli.missing"), made.Missing
	}
	return out, nil
}

func verifyFlags(env *Env, set *flag.FlagSet) any {
	in := &backupInput{}
	set.StringVar(&in.passphrase, "passphrase-file", "", env.Text("backup.flag.passphrase-file"))
	return in
}

func verifyBackup(ctx context.Context, env *Env, _ *store.Store, v any) (answer, error) {
	in := v.(*backupInput)
	passphrase, err := env.opens(in)
	if err != nil {
		return answer{}, err
	}
	c, err := store.CheckBackup(ctx, in.file, passphrase, nil)
	if err != nil {
		return answer{}, err
	}
	return checked(in, c, "backup.cli.verified"), nil
}

// checked is what is told of a backup that was read to its end.
func checked(in *backupInput, c store.Checked, key string) answer {
	out := answer{[]string{key}, map[string]any{"file": in.file, "program": c.Manifest.Program, "schema": c.Manifest.Schema,
		"made_at": c.Manifest.MadeAt, "media": c.Manifest.Media.Count - c.Missing, "encrypted": c.Encrypted, "key": c.Manifest.Key}}
	if c.Missing > 0 {
		out.keys, out.values["missing"] = append(out.keys, "backup.cli.missing"), c.Missing
	}
	if c.Changed > 0 {
		out.keys, out.values["changed"] = append(out.keys, "backup.cli.changed"), c.Changed
	}
	return out
}

func restoreFlags(env *Env, set *flag.FlagSet) any {
	in := verifyFlags(env, set).(*backupInput)
	set.StringVar(&in.key, "key", "", env.Text("backup.flag.key"))
	set.BoolVar(&in.force, "force", false, env.Text("backup.flag.force"))
	return in
}

func restoreBackup(ctx context.Context, env *Env, _ *store.Store, v any) (answer, error) {
	in := v.(*backupInput)
	passphrase, err := env.opens(in)
	if err != nil {
		return answer{}, err
	}
	o := store.RestoreOptions{Passphrase: passphrase, Force: in.force}
	if in.key != "" {
		if o.Key, err = os.ReadFile(in.key); err != nil {
			return answer{}, err
		}
	}
	r, err := store.Restore(ctx, in.file, in.data, o)
	if err != nil {
		return answer{}, err
	}
	out := checked(in, r.Checked, "backup.cli.restored")
	out.values["data"] = in.data
	if r.Aside != "" {
		out.keys, out.values["aside"] = append(out.keys, "backup.cli.aside"), r.Aside
	}
	return out, nil
}

// opens gives the passphrase of a backup that is encrypted.
func (e *Env) opens(in *backupInput) (string, error) {
	_, err := store.LookBackup(in.file, "")
	if errors.Is(err, os.ErrNotExist) {
		return "", &store.Refusal{Code: "no_file", Detail: map[string]any{"file": in.file}}
	}
	if !store.Refused(err, "backup_encrypted") {
		return "", err
	}
	return e.passphrase(in.passphrase, e.secret)
}

// passphrase reads it from a file, else takes it from where secrets come from.
func (e *Env) passphrase(file string, from func(string) string) (string, error) {
	if file == "" {
		return from("KFDESK_BACKUP_PASSPHRASE"), nil
	}
	text, err := os.ReadFile(file)
	return strings.TrimRight(string(text), "\r\n"), err
}

// noData is a directory without a database: to open it would make one.
func noData(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "kfdesk.db")); errors.Is(err, os.ErrNotExist) {
		return &store.Refusal{Code: "no_data", Detail: map[string]any{"dir": dir}}
	}
	return nil
}
