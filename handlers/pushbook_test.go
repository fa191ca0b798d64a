package handlers

import (
	"context"
	"crypto/x509"
	"io"
	"log"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// Trouble in traffic is an alarm for admins and goes by itself; agents hear none.
func TestAlarmsOfTraffic(t *testing.T) {
	d := newClinic(t)
	alarms := func(who string) []any {
		list, _ := d.call(t, who, "GET", "/api/v1/alarms", nil).ok(t, 200)["alarms"].([]any)
		return list
	}
	if list := alarms("zhou"); list == nil || len(list) != 0 {
		t.Errorf("at first: %v", list)
	}
	d.platform(func(a *sandbox.Account) { a.IPs = []string{"203.0.113.9"} })
	_ = d.WeChat.SyncKF(t.Context(), 1)
	if list := alarms("zhou"); len(list) != 1 || dig(list[0], "warn") != true || !strings.Contains(dig(list[0], "text").(string), "还没有接通") {
		t.Errorf("before the first push: %v", list)
	}
	d.push()
	list := alarms("zhou")
	if len(list) != 1 || dig(list[0], "link") != "/accounts/1" || dig(list[0], "warn") != false ||
		!strings.Contains(dig(list[0], "text").(string), "禾木生活馆发不出消息") || !strings.Contains(dig(list[0], "text").(string), "40164") {
		t.Errorf("without a token: %v", list)
	}
	if list := alarms("li"); list == nil || len(list) != 0 {
		t.Errorf("an agent hears %v", list)
	}
	if page := d.browse(t, "zhou", "GET", "/accounts").body; !strings.Contains(page, "tag-danger") || !strings.Contains(page, "banner-danger") {
		t.Error("the list of accounts does not tell")
	}
	d.platform(func(a *sandbox.Account) { a.IPs = nil })
	d.clock.Advance(6 * time.Second)
	d.must(d.WeChat.SyncKF(t.Context(), 1))
	if list := alarms("zhou"); len(list) != 0 {
		t.Errorf("mended: %v", list)
	}

	d.platform(func(a *sandbox.Account) { a.AESKey = strings.Repeat("B", 43) })
	d.push()
	if list := alarms("zhou"); len(list) != 1 || !strings.Contains(dig(list[0], "text").(string), "收不到消息") {
		t.Errorf("pushes that do not open: %v", list)
	}
	d.platform(func(a *sandbox.Account) { a.AESKey = aesKey })
	d.clock.Advance(time.Second)
	d.push()
	d.platform(func(a *sandbox.Account) { a.Token = wrongToken })
	d.clock.Advance(time.Second)
	d.push() // anybody can send such a one
	if list := alarms("zhou"); len(list) != 0 {
		t.Errorf("mended: %v", list)
	}
}

// What was counted goes after a day.
func TestPushesAreCountedForADay(t *testing.T) {
	var b pushBook
	hour := time.Hour.Milliseconds()
	for i := range int64(30) {
		b.take(1, noon+i*hour, "127.0.0.1")
	}
	b.refuse(1, noon+2*hour, "key", "")
	b.refuse(1, noon+29*hour, "mode", "")
	for at, want := range map[int64][2]int{29: {24, 1}, 40: {13, 1}, 60: {0, 0}} {
		p := b.read(1, noon+at*hour)
		if p.Taken != want[0] || p.Refused() != want[1] {
			t.Errorf("after %d h: %d and %d, want %v", at, p.Taken, p.Refused(), want)
		}
	}
}

func TestOurOwnAddress(t *testing.T) {
	web := httptest.NewUnstartedServer(nil)
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	defer web.Close()
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	address := web.Listener.Addr().String()
	for host, want := range map[string]bool{"example.com": true, "desk.invalid": false} {
		s := site{Host: host}
		s.greet(t.Context(), address, pool)
		if s.Dial != nil || (s.Cert == nil) != want || want && s.Until.IsZero() {
			t.Errorf("%s: %+v", host, s)
		}
	}
	s := site{Host: "example.com"}
	if s.greet(t.Context(), address, x509.NewCertPool()); s.Cert == nil {
		t.Error("a certificate of nobody is taken")
	}
	web.Close()
	s = site{Host: "example.com"}
	if s.greet(t.Context(), address, pool); s.Dial == nil {
		t.Error("nobody listens, and that is not told")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if s := visit(ctx, "http://127.0.0.1:8080"); s.Private != "private" {
		t.Errorf("loopback: %+v", s)
	}
}

func TestFromRange(t *testing.T) {
	list := []string{"127.0.0.1", "101.226.103.0/25", "::1/128", "junk"}
	for ip, want := range map[string]bool{"127.0.0.1": true, "101.226.103.9": true, "101.226.103.200": false, "::1": true, "10.0.0.1": false} {
		if got := fromRange(netip.MustParseAddr(ip), list); got != want {
			t.Errorf("%s: %v", ip, got)
		}
	}
}
