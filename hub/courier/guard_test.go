package courier

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

func crcOf(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "203.205.254.103": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:100.64.0.1": false, "0.0.0.0": false, "::": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "fd00::1": false, "100.64.0.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "224.0.0.1": false, "255.255.255.255": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::1": false, "fec0::1": false, "::7f00:1": false,
		"0.1.2.3": false, "240.0.0.1": false, "192.0.2.1": false,
	} {
		equal(t, address, IsPublic(netip.MustParseAddr(address)), want)
	}
}

func TestGuardRefusesOurOwnNetwork(t *testing.T) {
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	fetch := func(base, url string) error {
		c := New(Options{API: func(store.Account) *wechat.Client { return &wechat.Client{Base: base} }})
		_, err := c.downloads(store.Account{}).Fetch(ctx, url, new(bytes.Buffer), 1<<20)
		return err
	}
	for _, url := range []string{inside.URL, "http://localhost" + port, "http://[::1]" + port, "http://0.0.0.0" + port,
		"http://[::ffff:127.0.0.1]" + port} {
		if err := fetch("https://api.weixin.qq.com", url); !errors.Is(err, errForbidden) {
			t.Errorf("%s: %v", url, err)
		}
	}
	// A sandbox on loopback may name other ports there, and nothing else inside.
	for _, url := range []string{"http://10.0.0.1/", "http://169.254.169.254/latest"} {
		if err := fetch("http://127.0.0.1:8080", url); !errors.Is(err, errForbidden) {
			t.Errorf("%s: %v", url, err)
		}
	}
	equal(t, "requests that came through", asked, 0)
	_ = fetch("http://127.0.0.1:8080", inside.URL)
	equal(t, "requests that came through", asked, 1)
}

func TestGuardLooksAtRedirects(t *testing.T) {
	to := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer s.Close()
	c := New(Options{API: func(store.Account) *wechat.Client { return &wechat.Client{Base: "http://127.0.0.1:8080"} }})
	for _, to = range []string{"file:///etc/passwd", "ftp://1.1.1.1/a", "gopher://1.1.1.1/", "http://169.254.169.254/", "http://10.0.0.1/", s.URL} {
		_, err := c.downloads(store.Account{}).Fetch(ctx, s.URL, new(bytes.Buffer), 1<<20)
		if err == nil || to != s.URL && !errors.Is(err, errForbidden) {
			t.Errorf("%s: %v", to, err)
		}
	}
}
