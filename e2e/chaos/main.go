// Command chaos lets customers and agents work while the program is killed, the
// network breaks, WeChat fails, the disk fills, the clock jumps and a backup is put
// back, and says at the end whether anything was lost or sent twice:
//
//	go run ./e2e/chaos -time 3m -seed 1
//
// A seed is a plan of the troubles, of what the customers say and of what the agents
// have in mind: the same seed makes the same at the same times. What the troubles meet
// is not determined: that hangs on how fast the machine is and on the kernel. So a
// fault comes again with its seed often, but not always.
//
// The data lie on a small disk of their own, a tmpfs in a name space of the process,
// where the kernel allows that without asking; elsewhere a limit on the size of files
// (RLIMIT_FSIZE) stands for the full disk. The clock is that of a build of the program
// (tag chaos) which reads from a file how far it is off.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat/sandbox"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ran, err := apart(ctx, os.Args[1:])
	if !ran {
		err = run(ctx, os.Args[1:])
	}
	stop()
	if _, told := errors.AsType[*exec.ExitError](err); err != nil && !told && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	if err != nil {
		os.Exit(1)
	}
}

// chaos is one run.
type chaos struct {
	*rig.Server
	ledger
	wires
	customers []string // openids
	screens   []*screen
	age       atomic.Int64 // goes up with every restore

	dir     string // of the backups
	clock   string // the file that says how far off the program's clock is
	ownDisk bool   // the data lie on a small disk
	saved   string // the last backup
	savedAt time.Time
	cut     []string        // backups that were killed in the midst
	pusher  *http.Transport // of WeChat
	asker   *http.Transport // of the agents
	faults  []string
}

// options are the flags.
type options struct {
	length    time.Duration
	seed      uint64
	customers int
	race      bool
	plan      bool
}

func run(ctx context.Context, args []string) error {
	var o options
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	set.DurationVar(&o.length, "time", 3*time.Minute, "how long trouble lasts")
	set.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the troubles")
	set.IntVar(&o.customers, "customers", 30, "who write")
	set.BoolVar(&o.race, "race", false, "build the program with the race detector")
	set.BoolVar(&o.plan, "plan", false, "print the plan and do nothing")
	if err := set.Parse(args); err != nil {
		return err
	}
	list := plan(o.seed, o.length)
	if o.plan {
		for _, t := range list {
			fmt.Printf("%8.3f  %v\n", t.at.Seconds(), t)
		}
		return nil
	}
	repeat := fmt.Sprintf("go run ./e2e/chaos -seed %d -time %v -customers %d", o.seed, o.length, o.customers)
	if o.race {
		repeat += " -race"
	}
	fmt.Println(repeat)
	c := &chaos{ledger: newLedger()}
	err := c.all(ctx, o, list)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w\nagain: %s\n%s", err, repeat, c.keep())
	}
	if c.Server != nil {
		c.Close()
	}
	c.dropDisk()
	return errors.Join(err, os.RemoveAll(c.dir))
}

// all is a run from its beginning to its verdict.
func (c *chaos) all(ctx context.Context, o options, list []trouble) error {
	if err := c.prepare(ctx, o); err != nil {
		return err
	}
	before, err := c.idle(ctx)
	if err != nil {
		return err
	}
	if err = c.live(ctx, o, list); err == nil {
		err = c.judge(ctx, before)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err = errors.Join(err, c.verdict()); err == nil {
		fmt.Println("nothing lost, nothing twice")
	}
	return err
}

var agents = []string{"ann", "ben", "cai"}

// prepare starts the program beside WeChat, with a disk and a clock of its own, and
// makes the customers.
func (c *chaos) prepare(ctx context.Context, o options) (err error) {
	if c.dir, err = os.MkdirTemp("", "kfdesk-chaos-"); err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if c.ownDisk = c.mountDisk(data); !c.ownDisk {
		fmt.Println("no disk of our own: a limit on the size of files stands for the full disk")
	}
	c.clock = filepath.Join(c.dir, "clock")
	c.pusher, c.asker = &http.Transport{MaxIdleConnsPerHost: 16}, &http.Transport{MaxIdleConnsPerHost: 16}
	rig.Client.Transport, rig.Client.Timeout = c.requests(c.asker), 30*time.Second
	build := []string{"-tags", "chaos"}
	if o.race {
		build = append(build, "-race")
	}
	c.Server, err = rig.New(ctx, rig.Options{Data: data, Mode: "plain", Agents: agents, Build: build, API: c.calls,
		Env: []string{"KFDESK_CLOCK=" + c.clock}, Metrics: true,
		Sandbox: sandbox.Options{Record: true, Workers: 8, Pause: time.Second, Client: &http.Client{Transport: c.pushes(c.pusher)}}})
	if err != nil {
		c.Server = nil
		return err
	}
	if err := c.SetRules(ctx, map[string]any{"undo": 1}); err != nil {
		return err
	}
	for i := range o.customers {
		u, err := c.Box.AddUser(sandbox.User{AppID: c.Account.AppID, Name: fmt.Sprint("客户", i), Following: true})
		if err != nil {
			return err
		}
		c.customers = append(c.customers, u.OpenID)
	}
	return nil
}

// live lets everybody work for a time, in trouble; then the troubles end, and what
// was begun is finished. At last everybody works a little in peace.
func (c *chaos) live(ctx context.Context, o options, list []trouble) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var desk []*agent
	for i, login := range agents {
		a := &agent{chaos: c, login: login, dice: random(o.seed, 1000+i), screen: newScreen(c.Server, login)}
		a.screen.run(watching)
		desk, c.screens = append(desk, a), append(c.screens, a.screen)
	}
	c.work(ctx, o.length, desk, func(busy context.Context, openid string, i int) {
		c.writes(busy, openid, i, random(o.seed, i))
	}, list)
	c.calm()
	c.settle(ctx)
	rows, granted, err := c.records(ctx)
	if err != nil {
		return err
	}
	c.note(func() { c.judgeBudgets(rows, granted) })
	c.work(ctx, peace, desk, func(busy context.Context, openid string, i int) {
		c.says(openid, fmt.Sprintf("C%d-peace!", i), false, sandbox.Action{Do: "click", Key: fmt.Sprintf("C%d-peace!", i)})
		c.says(openid, "", true, sandbox.Action{Do: "text", Text: "谢谢"})
	}, nil)
	c.settle(ctx)
	for _, s := range c.screens {
		s.catchUp(ctx)
		faults, err := s.differs(ctx)
		if c.faults = append(c.faults, faults...); err != nil {
			return err
		}
	}
	stop()
	for _, s := range c.screens {
		s.done.Wait()
	}
	return ctx.Err()
}

const peace = 4 * time.Second

// work lets customers and agents do what they do for a time, in troubles.
func (c *chaos) work(ctx context.Context, length time.Duration, desk []*agent, customer func(context.Context, string, int), list []trouble) {
	busy, over := context.WithTimeout(ctx, length)
	defer over()
	ctx, tired := context.WithTimeout(ctx, length+settleTime)
	defer tired()
	var wg sync.WaitGroup
	for i, openid := range c.customers {
		wg.Go(func() { customer(busy, openid, i) })
	}
	for _, a := range desk {
		wg.Go(func() { a.works(ctx, busy) })
	}
	c.trouble(busy, list)
	<-busy.Done()
	wg.Wait()
	if ctx.Err() != nil {
		c.fault("the program does not answer the agents")
	}
}

// calm ends all troubles.
func (c *chaos) calm() {
	c.Box.ClearFault(0)
	c.wires.calm()
	if err := c.setClock(0); err != nil {
		fmt.Println("chaos:", err)
	}
}

// keep saves what there is to look at after a failure.
func (c *chaos) keep() string {
	if c.Server == nil {
		return ""
	}
	dir, err := c.Keep()
	if err != nil {
		return fmt.Sprint("the data could not be kept: ", err)
	}
	return "data and log: " + dir
}

func random(seed uint64, i int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i))) }

// rest waits a while, and is false when ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
