package handlers

import (
	"net"
	"sync"
	"testing"
)

// serve lets the console listen on a real address, until the test ends.
func (d *desk) serve(t *testing.T) (base string) {
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
