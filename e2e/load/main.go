// Command load measures what a kfdesk takes in and carries out: messages of
// customers through the signed callback to every agent's socket, and replies of
// agents through the courier to WeChat. It builds and starts the program and an
// imitation of WeChat by itself, or takes a server that runs:
//
//	go run ./e2e/load                                   50 sockets, 16 posters, 10 s
//	go run ./e2e/load -sockets 500 -rate 1000           a fixed rate
//	go run ./e2e/load -out -rate 100                    the way back
//	go run ./e2e/load -rate 200 -deaf 5 -time 10m -p99 20ms
//	                                                    memory stays flat, five read nothing, the others are not kept waiting
//	go run ./e2e/load fill -messages 1000000 -data DIR  a database to try it on: -data DIR
//	go run ./e2e/load sizes DIR10000 DIR1000000         what its size costs
//
// Only servers on this machine are loaded, and every run is bounded.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"time"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat/sandbox"
)

// plan is one load.
type plan struct {
	Sockets   int           `json:"sockets"`   // agents' browsers
	Posters   int           `json:"posters"`   // connections on which customers write, or agents reply
	Customers int           `json:"customers"` // each belongs to one poster, who waits for every answer
	Rate      float64       `json:"rate"`      // a second; 0: as fast as the answers come
	Time      time.Duration `json:"time"`
	Most      int           `json:"most"`         // messages
	Mode      string        `json:"mode"`         // of the callback
	Out       bool          `json:"out"`          // the way back
	Deaf      int           `json:"deaf"`         // of the sockets: they read nothing
	Delay     time.Duration `json:"wechat_delay"` // of WeChat's answer, on the way back
	P99       time.Duration `json:"p99"`          // until shown, at most; 0: however late
}

// No run is larger than these.
const (
	mostTime     = 15 * time.Minute
	mostMessages = 2_000_000
	mostSockets  = 2_000
	mostDelay    = 4 * time.Second
)

func (p plan) check() error {
	switch {
	case p.Posters < 1 || p.Customers < p.Posters:
		return errors.New("every poster needs a customer")
	case p.Time <= 0 || p.Time > mostTime, p.Most < 1 || p.Most > mostMessages, p.Sockets < 0 || p.Sockets > mostSockets:
		return fmt.Errorf("at most %v, %d messages and %d sockets", mostTime, mostMessages, mostSockets)
	case p.Mode != "safe" && p.Mode != "plain":
		return errors.New("the mode is safe or plain")
	case p.Delay < 0 || p.Delay > mostDelay:
		return fmt.Errorf("WeChat takes at most %v", mostDelay)
	case p.Deaf > p.Sockets:
		return errors.New("more deaf sockets than sockets")
	case p.Out && p.Rate <= 0:
		return errors.New("the way back is measured at a fixed rate")
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Stdout, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "fill":
			return fill(ctx, out, args[1:])
		case "sizes":
			return sizes(ctx, out, args[1:])
		}
	}
	var p plan
	s := &rig.Server{Account: rig.Demo, Tokens: map[string]string{}}
	set := flag.NewFlagSet("load", flag.ContinueOnError)
	set.IntVar(&p.Sockets, "sockets", 50, "agents' browsers")
	set.IntVar(&p.Posters, "posters", 16, "connections that post")
	set.IntVar(&p.Customers, "customers", 256, "customers who write")
	set.Float64Var(&p.Rate, "rate", 0, "posts a second; 0: as fast as the answers come")
	set.DurationVar(&p.Time, "time", 10*time.Second, "how long to post")
	set.IntVar(&p.Most, "messages", 500_000, "posts at most")
	set.StringVar(&p.Mode, "mode", "safe", "of the callback: safe or plain")
	set.BoolVar(&p.Out, "out", false, "agents reply: the way back")
	set.DurationVar(&p.Delay, "wechat-delay", 0, "how long WeChat takes to answer a reply")
	set.IntVar(&p.Deaf, "deaf", 0, "sockets that read nothing")
	set.DurationVar(&p.P99, "p99", 0, "fail when more than one of a hundred is shown later; 0: never")
	data := set.String("data", "", "start the server on this data directory, as fill leaves one")
	set.StringVar(&s.URL, "server", "", "a server that runs, on this machine")
	token := set.String("token", "", "its API token of an agent or an admin")
	set.StringVar(&s.Account.AppID, "appid", s.Account.AppID, "its official account")
	set.StringVar(&s.Account.OriginalID, "original-id", s.Account.OriginalID, "gh_… of it")
	set.StringVar(&s.Account.Token, "callback-token", s.Account.Token, "of its callback")
	set.StringVar(&s.Account.AESKey, "aes-key", s.Account.AESKey, "of its callback")
	set.IntVar(&s.PID, "pid", 0, "its process, for CPU and memory")
	asJSON := set.Bool("json", false, "print JSON")
	if err := set.Parse(args); err != nil {
		return err
	}
	err := p.check()
	switch {
	case err != nil:
	case s.URL == "":
		if s, err = rig.New(ctx, rig.Options{Data: *data, Mode: p.Mode, Agents: []string{agent}, Sandbox: sandbox.Options{Workers: 16}}); err == nil {
			defer s.Close()
		}
	case p.Out:
		err = errors.New("the way back needs the imitation of WeChat: without -server")
	default:
		s.Tokens[agent] = *token
		err = local(s.URL)
	}
	if err != nil {
		return err
	}
	figures, err := measure(ctx, s, p)
	if err != nil {
		return err
	}
	if !*asJSON {
		figures.print(out)
	} else if err := json.NewEncoder(out).Encode(figures); err != nil {
		return err
	}
	return figures.faults()
}

// agent is the login whose sockets and replies are measured.
const agent = "load"

// local refuses to load another machine.
func local(server string) error {
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() != "localhost" && (err != nil || !addr.IsLoopback()) {
		return errors.New("only a server on this machine is loaded")
	}
	return nil
}
