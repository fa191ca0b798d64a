package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy is the network between a browser and the console. It can swallow the
// answers, and it can be cut: then connections are refused until it is mended.
type proxy struct {
	URL    string
	t      testing.TB
	target string
	addr   string

	silent atomic.Bool
	mu     sync.Mutex
	listen net.Listener
	open   map[net.Conn]bool
	all    sync.WaitGroup
}

func newProxy(t testing.TB, url string) *proxy {
	t.Helper()
	p := &proxy{t: t, target: strings.TrimPrefix(url, "http://"), addr: "127.0.0.1:0", open: map[net.Conn]bool{}}
	p.mend()
	p.URL = "http://" + p.addr
	t.Cleanup(func() { p.cut(); p.all.Wait() })
	return p
}

// swallow lets requests through, and of each answer only the beginning: of one
// that never began, browsers ask again by themselves.
func (p *proxy) swallow() { p.silent.Store(true) }

// mend lets connections through again.
func (p *proxy) mend() {
	p.t.Helper()
	p.silent.Store(false)
	listen, err := net.Listen("tcp", p.addr)
	must(p.t, err)
	p.mu.Lock()
	p.listen, p.addr = listen, listen.Addr().String()
	p.mu.Unlock()
	p.all.Go(func() {
		for {
			conn, err := listen.Accept()
			if err != nil {
				return
			}
			p.all.Go(func() { p.carry(conn) })
		}
	})
}

// cut breaks every connection and refuses new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listen.Close()
	for conn := range p.open {
		conn.Close()
	}
}

func (p *proxy) carry(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer out.Close()
	p.note(in, out, true)
	defer p.note(in, out, false)
	var both sync.WaitGroup
	for _, way := range []struct {
		to   io.Writer
		from io.Reader
	}{{out, in}, {&answers{p: p, to: in}, out}} {
		both.Go(func() {
			io.Copy(way.to, way.from)
			in.Close()
			out.Close()
		})
	}
	both.Wait()
}

// answers is the way back to the browser.
type answers struct {
	p     *proxy
	to    io.Writer
	begun bool
}

func (a *answers) Write(b []byte) (int, error) {
	if !a.p.silent.Load() {
		return a.to.Write(b)
	}
	if !a.begun {
		a.begun = true
		if _, err := a.to.Write(b[:min(len(b), 9)]); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (p *proxy) note(in, out net.Conn, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range []net.Conn{in, out} {
		if open {
			p.open[conn] = true
		} else {
			delete(p.open, conn)
		}
	}
}
