// Package cli is the command line in: commands that set a data directory up
// without a browser, also while the server runs on it. Secrets come from the
// environment or the standard input, never from arguments.
package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"kfdesk/store"
)

// Env is what a command sees of the world.
type Env struct {
	Getenv func(string) string
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	// Text gives a text of the catalogue in the person's language.
	Text func(key string, args ...any) string
	// SyncKF reads an account's kf accounts from WeChat.
	SyncKF func(ctx context.Context, s *store.Store, api string, account store.Account) error
	// Version is the program's.
	Version string

	lines *bufio.Scanner
}

// command is one "NOUN VERB", or one word: its flags, those it cannot do without,
// and what it does with the store. The answer is printed for people, or with -json
// for programs.
type command struct {
	flags  func(*Env, *flag.FlagSet) any
	needed []string
	run    func(context.Context, *Env, *store.Store, any) (answer, error)
	on     on
}

// on is what a command works on.
type on int

const (
	aStore    on = iota // the data directory, which is made when it is missing
	someStore           // one that is there
	aFile               // the file that is named first; no store is opened
)

// answer is what a command tells: texts of the catalogue with their values, which
// are also the fields of the JSON.
type answer struct {
	keys   []string
	values map[string]any
}

var commands = map[string]command{
	"admin add":   {adminFlags, []string{"login"}, addAdmin, aStore},
	"account add": {accountFlags, []string{"appid", "original-id", "wechat-id"}, addAccount, aStore},
	"agent add":   {agentFlags, []string{"login", "appid", "kf"}, addAgent, aStore},
	"agent reset": {resetFlags, []string{"login"}, resetAgent, aStore},
	"token add":   {tokenFlags, []string{"login"}, addToken, aStore},
	"check":       {checkFlags, nil, checkData, someStore},
	"backup":      {backupFlags, nil, makeBackup, someStore},
	"verify":      {verifyFlags, nil, verifyBackup, aFile},
	"restore":     {restoreFlags, nil, restoreBackup, aFile},
}

// Is tells whether the arguments name a command of this package.
func Is(args []string) bool {
	if len(args) == 0 {
		return false
	}
	for name := range commands {
		if noun, _, _ := strings.Cut(name, " "); noun == args[0] {
			return true
		}
	}
	return false
}

// Names lists the commands.
func Names() []string {
	var names []string
	for n := range commands {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// errUsage: the arguments are wrong; what is right was printed.
var errUsage = errors.New("usage")

// Run carries a command out and gives the exit code: 0 done, 1 refused, 2 usage.
func Run(ctx context.Context, env *Env, args []string) int {
	asJSON := false
	out, err := run(ctx, env, args, &asJSON)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case err != nil:
		return env.tell(err, asJSON)
	case asJSON:
		return env.json(env.Out, out.values)
	}
	for _, key := range out.keys {
		fmt.Fprintln(env.Out, env.Text(key, pairs(out.values)...))
	}
	return 0
}

func run(ctx context.Context, env *Env, args []string, asJSON *bool) (answer, error) {
	name := args[0]
	cmd, ok := commands[name]
	if !ok {
		name = strings.Join(args[:min(2, len(args))], " ")
		cmd, ok = commands[name]
	}
	if !ok {
		fmt.Fprintln(env.Err, env.Text("cli.commands", "list", strings.Join(Names(), ", ")))
		return answer{}, errUsage
	}
	set := flag.NewFlagSet("kfdesk "+name, flag.ContinueOnError)
	set.SetOutput(env.Err)
	data := set.String("data", or(env.Getenv("KFDESK_DATA"), "data"), env.Text("cli.flag.data"))
	set.BoolVar(asJSON, "json", false, env.Text("cli.flag.json"))
	set.Usage = func() {
		fmt.Fprintln(env.Err, env.Text("cli.usage."+strings.ReplaceAll(name, " ", "_")))
		set.PrintDefaults()
	}
	in := cmd.flags(env, set)
	rest, file := args[len(strings.Fields(name)):], ""
	if cmd.on == aFile && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		file, rest = rest[0], rest[1:]
	}
	if err := set.Parse(rest); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return answer{}, err
		}
		return answer{}, errUsage
	}
	if cmd.on == aFile {
		in := in.(*backupInput)
		if in.file, in.data = file, *data; file == "" && set.NArg() == 1 {
			in.file = set.Arg(0)
		} else if file == "" || set.NArg() > 0 {
			set.Usage()
			return answer{}, errUsage
		}
		return cmd.run(ctx, env, nil, in)
	}
	if set.NArg() > 0 {
		fmt.Fprintln(env.Err, env.Text("cli.no_arguments", "argument", set.Arg(0)))
		return answer{}, errUsage
	}
	for _, name := range cmd.needed {
		if set.Lookup(name).Value.String() == "" {
			fmt.Fprintln(env.Err, env.Text("cli.missing", "flag", "-"+name, "command", set.Name()))
			return answer{}, errUsage
		}
	}
	s, err := cmd.open(ctx, *data)
	if err != nil {
		return answer{}, err
	}
	defer s.Close()
	out, err := cmd.run(ctx, env, s, in)
	return out, store.Unusable(*data, err)
}

func (cmd command) open(ctx context.Context, dir string) (*store.Store, error) {
	if cmd.on == someStore {
		if err := noData(dir); err != nil {
			return nil, err
		}
	}
	return store.Open(ctx, dir, store.Options{Shared: true})
}

// tell prints an error in the person's words.
func (e *Env) tell(err error, asJSON bool) int {
	code, text := "server", err.Error()
	var rule *store.Refusal
	var open *store.OpenError
	switch {
	case errors.As(err, &rule):
		code, text = rule.Code, e.Text("err."+rule.Code, pairs(rule.Detail)...)
	case errors.As(err, &open):
		code, text = open.Code, OpenText(e.Text, open)
	case errors.Is(err, store.ErrNotFound):
		code, text = "not_found", e.Text("err.not_found")
	case errors.Is(err, store.ErrFull):
		code, text = "disk_full", e.Text("backup.cli.disk_full")
	}
	if asJSON {
		e.json(e.Err, map[string]any{"error": map[string]any{"code": code, "text": text}})
	} else {
		fmt.Fprintln(e.Err, text)
	}
	return 1
}

func (e *Env) json(w io.Writer, v any) int {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return 1
	}
	return 0
}

// secret gives a secret from the environment, else the next line of the
// standard input; "" when there is none. A person at a terminal is told what is
// waited for.
func (e *Env) secret(name string) string {
	if v := e.Getenv(name); v != "" {
		return v
	}
	if terminal(e.In) {
		fmt.Fprintln(e.Err, e.Text("cli.type", "name", name))
	}
	if e.lines == nil {
		e.lines = bufio.NewScanner(e.In)
	}
	if e.lines.Scan() {
		return strings.TrimRight(e.lines.Text(), "\r")
	}
	return ""
}

// terminal tells whether a person may type there: a device, and not the one
// that programs are given in place of nothing.
func terminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	here, err := f.Stat()
	if err != nil || here.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nothing, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(here, nothing)
}

func pairs(values map[string]any) []any {
	var out []any
	for k, v := range values {
		out = append(out, k, v)
	}
	return out
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
