package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/valyala/fasthttp"

	"kfdesk/hub/wechat"
)

// Who sends headers or a body bit by bit is cut off: the time is for all of it.
func TestRequestsThatTrickle(t *testing.T) {
	d := newDesk(t)
	d.app.Server().ReadTimeout = 300 * time.Millisecond
	address := strings.TrimPrefix(d.serve(t), "http://")
	for name, begin := range map[string]string{
		"headers":        "GET /login HTTP/1.1\r\nHost: desk.example\r\nX-Slow: ",
		"a body":         "POST /login HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n",
		"a body in bits": "POST /wechat/" + shopApp + " HTTP/1.1\r\nHost: desk.example\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			bit := "x"
			if strings.Contains(begin, "chunked") {
				bit = "1\r\nx\r\n"
			}
			if _, err := io.WriteString(conn, begin); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { _, err := io.Copy(io.Discard, conn); ended <- err }()
			late := time.After(patience)
			for {
				select {
				case <-ended:
					return
				case <-time.After(20 * time.Millisecond):
					_, _ = io.WriteString(conn, bit)
				case <-late:
					t.Fatal("the connection is held")
				}
			}
		})
	}
}

// Who asks for a large file and does not read it is let go too.
func TestAnswersThatNobodyReads(t *testing.T) {
	d := newDesk(t)
	path := d.large(t)
	server := d.app.Server()
	if server.ReadTimeout != readTimeout || server.WriteTimeout != writeTimeout || server.IdleTimeout != idleTimeout {
		t.Errorf("times: %v %v %v", server.ReadTimeout, server.WriteTimeout, server.IdleTimeout)
	}
	server.WriteTimeout = 2 * time.Second
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.serve(t), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: desk.example\r\nAuthorization: Bearer %s\r\n\r\n", path, d.tokens["li"]); err != nil {
		t.Fatal(err)
	}
	begun := make([]byte, 12)
	if _, err := io.ReadFull(conn, begun); err != nil || string(begun) != "HTTP/1.1 200" {
		t.Fatalf("%q %v", begun, err)
	}
	for late := time.Now().Add(patience); server.GetOpenConnectionsCount() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the connection is held")
		}
	}
	if n, err := io.Copy(io.Discard, conn); n >= 20<<20 {
		t.Errorf("all of it was sent: %v", err)
	}
}

// What is refused is taken in for a while only, however slowly it comes.
func TestRefusedBodyThatTrickles(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	go func() {
		for {
			if _, err := far.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	ctx := &fasthttp.RequestCtx{}
	in := &inflow{r: near, conn: near, left: 1 << 40, late: 200 * time.Millisecond}
	in.drain(ctx)
	if in.ended || !ctx.Response.ConnectionClose() {
		t.Error("the rest would be taken for the next request")
	}
}

// An agent has so many sockets and no more; one that ends makes room.
func TestSocketsOfAnAgentAreBounded(t *testing.T) {
	l := newLive(t)
	var first line
	for i := range socketsMost {
		c := l.dial(t, "li", -1)
		c.next(t)
		if i == 0 {
			first = c
		}
	}
	if code := l.dial(t, "li", -1).ends(t); code != websocket.CloseTryAgainLater {
		t.Errorf("one too many ends with %d", code)
	}
	l.dial(t, "wang", -1).next(t)
	_ = first.Close()
	for late := time.Now().Add(patience); time.Now().Before(late); { // the server hears of it a moment later
		c := l.dial(t, "li", -1)
		if _, _, err := c.ReadMessage(); err == nil {
			return
		}
		_ = c.Close()
	}
	t.Error("one that has ended makes no room")
}

// A provider that never ends its answer, and one at an address where there is none.
func TestProvidersThatAreNone(t *testing.T) {
	sent := 0
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(`{"issuer":"` + strings.Repeat("x", 64<<10))
		for ; sent < 64<<20; sent += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	p := &providers{}
	if _, err := p.find(t.Context(), time.Now(), endless.URL); err == nil {
		t.Error("it is taken for a provider")
	}
	endless.Close()
	if sent > 16<<20 {
		t.Errorf("%d MB of its answer were taken", sent>>20)
	}
	for address, want := range map[string]bool{"169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1%eth0": false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "100.100.100.200": false, "fd00:ec2::254": false, "10.1.2.3": true, "127.0.0.1": true, "1.1.1.1": true, "fd00::1": true} {
		if got := mayProvide(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	away := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	defer away.Close()
	if _, err := (&providers{}).find(t.Context(), time.Now(), away.URL); !errors.Is(err, errNoProvider) {
		t.Errorf("sent on to a cloud's keys: %v", err)
	}
}

// The doctor asks the address that a browser named only if it leads outside.
func TestDoctorAsksNothingInside(t *testing.T) {
	asked := make(chan struct{}, 10)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
			asked <- struct{}{}
		}
	}()
	for _, host := range []string{"127.0.0.1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "localhost"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		s := visit(ctx, "http://"+host)
		cancel()
		if s.Private == "" && s.DNS == nil || s.Dial != nil || s.Took != 0 {
			t.Errorf("%s: %+v", host, s)
		}
	}
	select {
	case <-asked:
		t.Error("it was asked")
	default:
	}
}

// Nests, long names and huge numbers are refused like anything that is wrong.
func TestDeepAndHugeRequests(t *testing.T) {
	d := newDesk(t)
	path := d.open(t, "o1")
	stored := len(d.arrived(t))
	deep := strings.Repeat("[", 400_000)
	for name, body := range map[string]string{"open brackets": deep, "objects": strings.Repeat(`{"body":`, 100_000), "closed": deep + strings.Repeat("]", 400_000),
		"a number": `{"seen":` + strings.Repeat("9", 900_000) + "}", "a name": `{"` + strings.Repeat("x", 900_000) + `":1}`} {
		got := d.send(t, request("POST", path+"/messages", strings.NewReader(body), "Authorization", "Bearer "+d.tokens["li"], "Content-Type", "application/json"))
		if got.status/100 != 4 {
			t.Errorf("%s: %d %.200s", name, got.status, got.body)
		}
	}
	for i, body := range []string{strings.Repeat("<xml>", 50_000), "<xml>" + strings.Repeat("<a>", 50_000) + strings.Repeat("</a>", 50_000) + "</xml>",
		`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;&b;&b;</Content></xml>`,
		`<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>`} {
		if got := d.post(t, d.signed(fmt.Sprint("deep", i)), []byte(body)); got.status/100 == 5 {
			t.Errorf("XML %d: %d %.200s", i, got.status, got.body)
		}
	}
	if n := len(d.arrived(t)); n != stored {
		t.Errorf("%d rows were stored", n-stored)
	}
	long := strings.Repeat("x", headerMost-2000)
	for _, path := range []string{"/login?next=/" + long, "/api/v1/search?q=" + long, "/api/v1/conversations?view=" + long, "/media/" + long, "/wechat/" + long + "?nonce=" + long[:10]} {
		if got := d.call(t, "li", "GET", path, nil); got.status >= 500 {
			t.Errorf("%.40s: %d", path, got.status)
		}
	}
	if got := d.send(t, request("POST", "/login", strings.NewReader("login=li&password="+strings.Repeat("x", 900_000)), "Content-Type", "application/x-www-form-urlencoded",
		"Sec-Fetch-Site", "same-origin")); got.status/100 == 5 || got.header.Get("Set-Cookie") != "" {
		t.Errorf("a huge password: %d", got.status)
	}
	if log := d.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("log: %.500s", log)
	}
}

// No path leads out of what it names.
func TestPathsThatLeadElsewhere(t *testing.T) {
	d := newDesk(t)
	address := strings.TrimPrefix(d.serve(t), "http://")
	for _, up := range []string{"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "..\\", "..%5c", "....//", "%00/../", "//", "/%2fetc/"} {
		for _, base := range []string{"/static/x/", "/media/", "/settings/backup/", "/settings/backup/20260101-000000/", "/api/v1/", "/wechat/", "/phone/api/files/"} {
			for _, to := range []string{"key", "kfdesk.db", "etc/passwd"} {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: desk.example\r\nCookie: %s=%s\r\nConnection: close\r\n\r\n", base+strings.Repeat(up, 6)+to, cookieName, d.logins["zhou"])
				res, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(base, up, err)
				}
				got := read(t, res)
				_ = conn.Close()
				if got.status < 300 || got.status >= 500 || strings.Contains(got.body, "root:") || strings.Contains(got.body, "SQLite format") {
					t.Errorf("%s%s%s: %d %.100s", base, up, to, got.status, got.body)
				}
			}
		}
	}
}

// What strangers name comes into no header and no line of the log as more than text.
func TestLinesAreNotBroken(t *testing.T) {
	d := newDesk(t)
	evil := "x\r\nSet-Cookie: a=b\r\n\r\nlevel=ERROR msg=\"all is lost\"\x1b[2J\x07\u2028"
	p := textPush("1", evil)
	p.ToUserName = evil
	d.deliver(t, platform(t, wechat.Plain, aesKey), "1", p).forged(t)
	for _, path := range []string{"/login?next=" + url.QueryEscape("/"+evil), "/login/oidc?next=" + url.QueryEscape(evil), "/wechat/" + url.PathEscape(evil),
		"/join/" + url.PathEscape(evil), "/static/" + url.PathEscape(evil) + "/x", "/settings/backup/" + url.PathEscape(evil)} {
		got := d.browse(t, "zhou", "GET", path)
		if got.header.Get("Set-Cookie") == "a=b" || strings.ContainsAny(fmt.Sprint(got.header), "\r\n\x1b") || got.status >= 500 {
			t.Errorf("%.40s: %d %v", path, got.status, got.header)
		}
	}
	report := `{"csp-report":{"violated-directive":"x\r\nlevel=ERROR","document-uri":"\u001b[31mhttps://e.com/\nlevel=ERROR","blocked-uri":"\u0000"}}`
	d.send(t, request("POST", "/csp-report", strings.NewReader(report)))
	log := d.log.String()
	if !strings.Contains(log, "original id") || !strings.Contains(log, "content policy") {
		t.Fatalf("log: %q", log)
	}
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, " level=ERROR ") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\x07\r\x00\u2028") {
			t.Errorf("a line of the log: %q", line)
		}
	}
}

// Strangers write so many lines a minute into the log, whatever they send; the next
// minute tells how many there were, and the doctor has counted all of them.
func TestStrangersDoNotFillTheLog(t *testing.T) {
	d := newDesk(t)
	const sent = linesMost + 70
	for name, send := range map[string]func(i int){
		"content policy": func(int) {
			d.send(t, request("POST", "/csp-report", strings.NewReader(`{"csp-report":{"blocked-uri":"https://e.com"}}`)))
		},
		"the callback": func(i int) {
			d.send(t, request("POST", fmt.Sprintf("/wechat/%s?nonce=%d&timestamp=1&signature=x", shopApp, i), strings.NewReader("<xml/>")))
		},
	} {
		lines := func() int { return strings.Count(d.log.String(), name) }
		for i := range sent {
			send(i)
		}
		if n := lines(); n != linesMost {
			t.Errorf("%s: %d lines of %d", name, n, sent)
		}
		d.clock.Advance(time.Minute)
		send(sent)
		if n := lines(); n != linesMost+1 || !strings.Contains(d.log.String(), " more=70 ") && !strings.Contains(d.log.String(), " more=70\n") {
			t.Errorf("%s: %d lines in the next minute: %.300s", name, n, d.log)
		}
		d.log.text.Reset()
	}
	loud := 0
	for range sent {
		if level, _ := d.Console.loudness("/login", 422, time.Minute); level == slog.LevelWarn {
			loud++
		}
		if level, _ := d.Console.loudness("/login", 500, 0); level != slog.LevelWarn {
			t.Fatal("a fault of ours is kept back")
		}
	}
	if loud != linesMost {
		t.Errorf("%d lines of slow requests", loud)
	}
	if n := d.Console.pushes.read(1, d.clock.Now().UnixMilli()).Refused(); n != sent+1 {
		t.Errorf("the doctor has %d of them", n)
	}
}

// A file of many rows with faults is refused in one line, not in as many.
func TestImportOfManyRows(t *testing.T) {
	d := newDesk(t)
	for _, partly := range []bool{false, true} {
		got := d.imports(t, "zhou", "title,content\n"+strings.Repeat("x\n", 200_000), partly)
		got.shows(t, map[bool]int{false: 422, true: 200}[partly], "5000")
		if len(got.body) > 1<<20 {
			t.Errorf("the page has %d KB", len(got.body)>>10)
		}
	}
}
