package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"

	"kfdesk/e2e/rig"
)

// socket is one agent's browser. The list of conversations shows the newest message
// of each: who sees a customer's third message has seen that there were two before.
type socket struct {
	conn   *websocket.Conn
	said   *said
	newest []atomic.Int32 // by customer: the newest that is shown, counted from 1
	shown  latency
	count  atomic.Int64 // messages that are shown
	last   int64        // id of the last frame
	old    int          // frames older than one before
	cut    bool
	closed atomic.Bool
	done   sync.WaitGroup
}

// dial opens a socket; a deaf one reads nothing.
func dial(s *rig.Server, said *said, customers int, deaf bool) (*socket, error) {
	d := websocket.Dialer{HandshakeTimeout: 20 * time.Second, ReadBufferSize: 16 << 10}
	conn, answer, err := d.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", http.Header{"Authorization": {"Bearer " + s.Tokens[agent]}})
	if err != nil {
		if answer != nil {
			err = fmt.Errorf("%w: %s", err, answer.Status)
		}
		return nil, err
	}
	k := &socket{conn: conn, said: said, newest: make([]atomic.Int32, customers), shown: newLatency()}
	if !deaf {
		k.done.Go(k.read)
	}
	return k, nil
}

func (k *socket) read() {
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			k.cut = !k.closed.Load()
			return
		}
		if digits, ok := bytes.CutPrefix(frame, []byte(`{"id":`)); ok {
			end := max(bytes.IndexByte(digits, ','), 0)
			id, _ := strconv.ParseInt(string(digits[:end]), 10, 64)
			if id < k.last {
				k.old++
			}
			k.last = max(k.last, id)
		}
		k.said.find(frame, k.show)
	}
}

// show notes a message, and all of its customer's before it that were not shown.
func (k *socket) show(n int) {
	newest := &k.newest[k.said.who[n].Load()]
	had := newest.Load()
	for at := int32(n) + 1; at > had; at = k.said.before[at-1].Load() {
		k.shown.add(k.said.since(int(at) - 1))
		k.count.Add(1)
	}
	if int32(n)+1 > had {
		newest.Store(int32(n) + 1)
	}
}

// unseen counts what the server took and this socket never showed.
func (k *socket) unseen() (count int) {
	for n := range k.said.written() {
		if k.said.taken[n].Load() && k.newest[k.said.who[n].Load()].Load() <= int32(n) {
			count++
		}
	}
	return count
}

func (k *socket) close() {
	k.closed.Store(true)
	_ = k.conn.Close()
	k.done.Wait()
}
