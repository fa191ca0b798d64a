package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// proxy is the network between a browser and the console: it can be cut, and
// then connections are refused until it is mended.
type proxy struct {
	URL    string
	t      testing.TB
	target string
	addr   string

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

// mend lets connections through again.
func (p *proxy) mend() {
	p.t.Helper()
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
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		both.Go(func() {
			io.Copy(way[0], way[1])
			in.Close()
			out.Close()
		})
	}
	both.Wait()
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
