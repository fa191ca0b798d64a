package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"

	"kfdesk/e2e/rig"
)

// socket is one agent's browser.
type socket struct {
	*view
	conn   *websocket.Conn
	deaf   bool
	cut    bool // by the server
	closed atomic.Bool
	done   sync.WaitGroup
}

// dial opens a socket; a deaf one reads nothing.
func dial(s *rig.Server, v *view, deaf bool) (*socket, error) {
	d := websocket.Dialer{HandshakeTimeout: 20 * time.Second, ReadBufferSize: 16 << 10}
	conn, answer, err := d.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", http.Header{"Authorization": {"Bearer " + s.Tokens[agent]}})
	if err != nil {
		if answer != nil {
			err = fmt.Errorf("%w: %s", err, answer.Status)
		}
		return nil, err
	}
	k := &socket{view: v, conn: conn, deaf: deaf}
	if deaf {
		return k, conn.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	k.done.Go(k.read)
	return k, nil
}

func (k *socket) read() {
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			k.cut = !k.closed.Load()
			return
		}
		k.frame(frame)
	}
}

// hear lets a deaf socket read what there is, to know whether it was cut.
func (k *socket) hear() {
	_ = k.conn.SetReadDeadline(time.Now().Add(time.Second))
	for {
		if _, _, err := k.conn.ReadMessage(); err != nil {
			late, ok := err.(net.Error)
			k.cut = !ok || !late.Timeout()
			return
		}
	}
}

func (k *socket) close() {
	if k.closed.Swap(true) {
		return
	}
	_ = k.conn.Close()
	k.done.Wait()
}

// dialAll opens the plan's sockets.
func dialAll(s *rig.Server, said *said, p plan) (list []*socket, err error) {
	state := ""
	if p.Out {
		state = "sent"
	}
	for i := range p.Sockets {
		k, err := dial(s, newView(said, p.Customers, state), i < p.Deaf)
		if err != nil {
			return list, err
		}
		list = append(list, k)
	}
	time.Sleep(restTime)
	return list, nil
}

func closeAll(list []*socket) {
	for _, k := range list {
		k.close()
	}
}
