package handlers

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
)

// serve lets the console listen on a real address, until the test ends.
func (d *desk) serve(t testing.TB) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var server sync.WaitGroup
	server.Go(func() {
		if err := d.app.Listener(ln); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		if err := d.app.Shutdown(); err != nil {
			t.Error(err)
		}
		server.Wait()
	})
	return "http://" + ln.Addr().String()
}

// live is a desk that listens, with the exchange at work.
type live struct {
	*desk
	base string
	end  func() // lets all browsers go, as the program does at its end
}

func newLive(t testing.TB) *live {
	t.Helper()
	l := &live{desk: newDesk(t)}
	ctx, cancel := context.WithCancel(context.Background())
	var exchange sync.WaitGroup
	exchange.Go(func() {
		if err := l.Hub.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	l.base = l.serve(t)
	l.end = func() { cancel(); exchange.Wait() }
	t.Cleanup(l.end)
	return l
}

// patience is how long a test waits for what must come, before it fails.
const patience = 60 * time.Second

// line is a browser's end of a socket.
type line struct{ *websocket.Conn }

// address is that of the socket; since < 0: from now on.
func (l *live) address(since int64) string {
	address := strings.Replace(l.base, "http", "ws", 1) + "/ws"
	if since >= 0 {
		address += "?since=" + strconv.FormatInt(since, 10)
	}
	return address
}

// dial opens a socket as a browser in which this agent is logged in.
func (l *live) dial(t *testing.T, who string, since int64) line {
	t.Helper()
	conn, res, err := websocket.DefaultDialer.Dial(l.address(since), http.Header{"Cookie": {cookieName + "=" + l.logins[who]}, "Origin": {l.base}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return line{conn}
}

// next is the next frame, and held against the document.
func (c line) next(t *testing.T) object {
	t.Helper()
	var frame object
	if err := c.ReadJSON(&frame); err != nil {
		t.Fatal(err)
	}
	if f := faults(resolve("#/components/schemas/Frame"), frame, "frame"); len(f) > 0 {
		t.Errorf("%v: %v", frame, f)
	}
	return frame
}

// row is the next frame of a change.
func (c line) row(t *testing.T) object {
	t.Helper()
	frame := c.next(t)
	for frame["id"] == nil {
		frame = c.next(t)
	}
	return frame
}

// says sends a signal.
func (c line) says(t *testing.T, signal string) {
	t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(signal)); err != nil {
		t.Fatal(err)
	}
}

// opens looks at a conversation, and waits until that is confirmed.
func (c line) opens(t *testing.T, path string) {
	t.Helper()
	number := strings.TrimPrefix(path, conversations)
	c.says(t, `{"open":`+number+`}`)
	for {
		if frame := c.next(t); frame["opened"] != nil {
			if got := strconv.FormatInt(id(frame, "opened"), 10); got != number {
				t.Errorf("opened %s, want %s", got, number)
			}
			return
		}
	}
}

// ends waits for the end, and gives the close code.
func (c line) ends(t *testing.T) int {
	t.Helper()
	for {
		_, _, err := c.ReadMessage()
		if closed, ok := err.(*websocket.CloseError); ok {
			return closed.Code
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
