package handlers

import (
	"bytes"
	"encoding/csv"
	"hash/fnv"
	"image"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kfdesk/store"
)

// fuzzed is a desk for many requests after one another: it stays as they leave it.
type fuzzed struct {
	*desk
	asked int
}

func fuzzDesk(f *testing.F) *fuzzed {
	d := newDesk(f)
	d.log.also = io.Discard
	own := *d.seed // whose log-ins are the desk's alone: see back
	own.logins = maps.Clone(d.logins)
	d.seed = &own
	return &fuzzed{desk: d}
}

// next prepares for another request. Before one in every so many a customer writes.
func (d *fuzzed) next(t *testing.T, every int) {
	t.Helper()
	if d.asked++; d.asked%every == 1 {
		path := d.says(t, 1, "oFuzz_"+strconv.Itoa(d.asked), "hello")
		d.call(t, "li", "POST", path+"/claim", nil)
	}
	d.log.text.Reset()
}

// stands fails on what no request may bring about: a fault of ours, or a line in
// the log that tells of one.
func (d *fuzzed) stands(t *testing.T, what string, got result) {
	t.Helper()
	if got.status >= 500 && got.status != http.StatusBadGateway { // WeChat, which is not there
		t.Fatalf("%s: %d %.300s\n%s", what, got.status, got.body, d.log)
	}
	if log := d.log.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "panic") {
		t.Fatalf("%s: %s", what, log)
	}
}

// back lets the admin in again where a request has ended that.
func (d *fuzzed) back(t *testing.T) {
	t.Helper()
	if d.browse(t, "zhou", "GET", "/api/v1/me").status == 200 {
		return
	}
	err := d.Store.SetSecurity(t.Context(), store.Actor{}, store.Security{})
	if err == nil {
		d.logins["zhou"], err = d.Store.AddSession(t.Context(), store.Session{AgentID: d.ids["zhou"], Kind: "browser", Name: "test"}, 24*time.Hour)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// targets are the routes of the console with a method, but for those of skip.
func (d *desk) targets(skip []string, methods ...string) (list []string) {
	for _, r := range d.app.GetRoutes(true) {
		if slices.Contains(methods, r.Method) && !slices.Contains(skip, r.Path) {
			list = append(list, r.Method+" "+r.Path)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// target is the route with this name, or for any other name some route.
func target(list []string, name string, id uint16) (method, path string) {
	if !slices.Contains(list, name) {
		h := fnv.New32a()
		h.Write([]byte(name))
		name = list[h.Sum32()%uint32(len(list))]
	}
	method, path, _ = strings.Cut(name, " ")
	return method, parameter.ReplaceAllString(path, strconv.Itoa(int(id)))
}

// fuzzBodies are what the JSON API is asked with, to begin with.
var fuzzBodies = map[string][]string{
	"POST /api/v1/conversations/:id/messages": {
		`{"client_id":"client-of-fuzz","type":"text","body":{"content":"hi <b> /::)"},"seen":1,"anyway":true}`,
		`{"client_id":"client-of-fuzz","type":"image","media":1}`,
		`{"client_id":"client-of-fuzz","type":"voice","media":1,"body":{"transcript":"x"}}`,
		`{"client_id":"client-of-fuzz","type":"video","media":1,"thumb":2,"body":{"title":"t","description":"d"}}`,
		`{"client_id":"client-of-fuzz","type":"music","thumb":2,"body":{"title":"t","description":"d","musicurl":"http://e.com/a","hqmusicurl":""}}`,
		`{"client_id":"client-of-fuzz","type":"news","body":{"title":"t","description":"d","url":"https://e.com","picurl":""}}`,
		`{"client_id":"client-of-fuzz","type":"msgmenu","body":{"head_content":"h","list":[{"id":"1","content":"a"},{"content":"b"}],"tail_content":"t"}}`,
		`{"client_id":"client-of-fuzz","type":"wxcard","body":{"card_id":"p1","title":"t"}}`,
		`{"client_id":"client-of-fuzz","type":"miniprogrampage","thumb":2,"body":{"title":"t","appid":"wx0123456789abcdef","pagepath":"pages/a?b=1"}}`,
		`{"client_id":"client-of-fuzz","type":"mpnewsarticle","body":{"article_id":"a","title":"t"}}`,
		`{"client_id":"client-of-fuzz","type":"mpnews","body":{"media_id":"a","title":"t"}}`},
	"PUT /api/v1/conversations/:id/draft": {
		`{"mode":"reply","text":"t","pieces":["a","b"],"forms":{"news":{"title":"x"}},"files":[{"place":"image","media":1}],"edited_at":1}`},
	"PUT /api/v1/accounts/:id/rules": {
		`{"levels":[{"name":"VIP"}],"reasons":["a"],"order":["level"],"hours":{"on":true,"days":[{"from":"09:00","to":"18:00"}],"holidays":[]},"autos":{"keywords":[{"words":["a"],"text":"b"}]}}`,
		`{"undo":-1,"target":1e9,"capacity":null}`},
	"POST /api/v1/quickreplies":               {`{"title":"t","category":"c","code":"x","scope":"mine","type":"text","body":{"content":"{客户}"}}`},
	"POST /api/v1/conversations/:id/transfer": {`{"agent":3,"note":"n"}`},
	"POST /api/v1/conversations/:id/invite":   {`{"agent":3,"note":"n"}`},
	"POST /api/v1/conversations/:id/end":      {`{"reason":"a","note":"b"}`},
	"POST /api/v1/conversations/end":          {`{"conversations":[1,2],"reason":"a"}`},
	"POST /api/v1/conversations/:id/notes":    {`{"client_id":"client-of-fuzz","text":"@李晓琳 look","mentions":[2]}`},
	"POST /api/v1/conversations/:id/read":     {`{"message":1}`},
	"PUT /api/v1/customers/:id/remark":        {`{"remark":"r"}`},
	"PUT /api/v1/customers/:id/vip":           {`{"vip":1}`},
	"PUT /api/v1/customers/:id/tags":          {`{"tags":[1,2]}`},
	"PUT /api/v1/customers/:id/blocked":       {`{"blocked":true}`},
	"POST /api/v1/customers/:id/memos":        {`{"text":"m"}`},
	"PUT /api/v1/memos/:id":                   {`{"text":"m"}`},
	"POST /api/v1/me/presence":                {`{"presence":"away"}`},
	"POST /api/v1/messages/:id/resend":        {`{"attempts":1}`},
}

// Whatever is sent to the JSON API by whoever may use it, it answers as its
// document says and finds no fault in itself.
func FuzzAPI(f *testing.F) {
	d := fuzzDesk(f)
	var list []string
	for _, one := range d.targets(nil, "POST", "PUT") {
		if strings.Contains(one, " /api/v1/") {
			list = append(list, one)
			for _, body := range append(fuzzBodies[one], "{}", "[]", `{"":null} x`, "") {
				f.Add(one, uint16(1), []byte(body))
			}
		}
	}
	for one := range fuzzBodies {
		if !slices.Contains(list, one) {
			f.Errorf("%s is not a route", one)
		}
	}
	f.Fuzz(func(t *testing.T, name string, id uint16, body []byte) {
		d.next(t, 50)
		method, path := target(list, name, id)
		for _, login := range []string{"li", "zhou"} {
			if got := d.call(t, login, method, path, body); got.status != 403 {
				d.stands(t, method+" "+path, got)
				return
			}
		}
	})
}

// Whatever a form brings, no page finds a fault in itself. Left out are the forms
// that write where they are told to on this machine.
func FuzzForms(f *testing.F) {
	d := fuzzDesk(f)
	d.withPhone()
	var list []string
	for _, one := range d.targets([]string{"/settings/backup/settings", "/settings/backup/make", "/settings/backup/upload"}, "POST") {
		if !strings.Contains(one, " /api/") && !strings.Contains(one, " /phone/") {
			list = append(list, one)
			f.Add(one, uint16(1), "login=li&name=n&role=agent&password=correct+horse&account-1=li%40hemu_life&text=t&title=t&code=123+456")
		}
	}
	for _, form := range []string{"", "%", "a=%zz&=&&==", "next=%2F%5Cevil&keep=1", "levels=a%0Ab&order=level&from=25:61&to=%00&holiday=2025-13-40..x",
		"hours=on&day-1=on&from-1=09%3A00&to-1=18%3A00&keyword=a&keyword=b&reply=%F0%9F%98%80&reasons=%E4%BD%A0"} {
		f.Add("POST /settings/routing", uint16(1), form)
		f.Add("POST /login", uint16(1), form)
		f.Add("POST /quick-replies/new", uint16(1), form)
	}
	f.Fuzz(func(t *testing.T, name string, id uint16, form string) {
		d.next(t, 1<<40)
		method, path := target(list, name, id)
		req := request(method, path, strings.NewReader(form), "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded")
		req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["zhou"]})
		d.stands(t, method+" "+path, d.send(t, req))
		d.back(t)
	})
}

// Whatever stands in an address, cursors and dates and words to search among it, no
// page and no part of the API finds a fault in itself.
func FuzzQueries(f *testing.F) {
	d := fuzzDesk(f)
	d.withPhone()
	list := d.targets([]string{"/static/:hash/*", "/login/oidc", "/login/oidc/return"}, "GET")
	for _, one := range list {
		f.Add(one, uint16(1), "q=%E7%81%AF&since=0&before=9223372036854775807&after=-1&from=1&to=2&limit=0&view=ended&zone=-99999&time=all&kind=members")
	}
	for _, query := range []string{"q=%22%20OR%20words%3A%2A&to=9223372036854775807&tag=1", "time=range&from=2025-02-30&to=0000-00-00&after=99999999999999999999",
		"%", "q=%ff%00%ed%a0%80&page=-1&account=1%3Bdrop", "done=x&next=//e&restored=..%2F..&zone=1e9", "since=-9223372036854775809&limit=99999999999"} {
		f.Add("GET /api/v1/search", uint16(1), query)
		f.Add("GET /api/v1/conversations/:id/messages", uint16(1), query)
		f.Add("GET /audit", uint16(1), query)
	}
	f.Fuzz(func(t *testing.T, name string, id uint16, query string) {
		d.next(t, 1<<40)
		method, path := target(list, name, id)
		req := request(method, path, nil, "Sec-Fetch-Site", "same-origin")
		req.URL.RawQuery = inLine(query)
		req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["zhou"]})
		d.stands(t, method+" "+path, d.send(t, req))
		d.back(t)
	})
}

// inLine is what can stand in the head of a request: no line end, no space.
func inLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '#' {
			return -1
		}
		return r
	}, s)
}

// Whatever the head of a request says, nobody gets in by it and no fault is found.
func FuzzHead(f *testing.F) {
	d := fuzzDesk(f)
	f.Add("kfdesk=x; lang=en; kfdesk=", "Bearer x", "https://[::1", "1.2.3.4, \"x\", ,[::1]:80", "zh;q=0.5,*")
	f.Add("lang=%00; theme=dark; kfdesk_half=%%%; ;;=", "bearer ", "null", "unknown", "en-;q=9,,")
	f.Add("", "Basic Og==", "http://"+strings.Repeat("a", 300), strings.Repeat("1.1.1.1,", 100), strings.Repeat("a,", 100))
	f.Fuzz(func(t *testing.T, cookie, authorization, origin, forwarded, lang string) {
		if len(cookie)+len(authorization)+len(origin)+3*len(forwarded)+3*len(lang) > headerMost/4 { // see FuzzMultipart
			return
		}
		d.log.text.Reset()
		for _, path := range []string{"/", "/login", "/api/v1/me", "/login/code"} {
			for _, method := range []string{"GET", "POST"} {
				req := request(method, path, nil)
				for name, value := range map[string]string{"Cookie": cookie, "Authorization": authorization, "Origin": origin,
					"X-Forwarded-For": forwarded, "X-Forwarded-Host": forwarded, "X-Forwarded-Proto": lang, "Accept-Language": lang, "Sec-Fetch-Site": lang} {
					req.Header.Set(name, strings.Map(func(r rune) rune {
						if r < ' ' || r == 0x7f {
							return -1
						}
						return r
					}, value))
				}
				got := d.send(t, req)
				d.stands(t, method+" "+path, got)
				if path == "/api/v1/me" && got.status == 200 {
					t.Fatal("let in")
				}
			}
		}
	})
}

// A file of quick replies is taken or refused, row by row; what was taken is
// exported so that no spreadsheet computes a cell, and imported again as it was.
func FuzzQuickCSV(f *testing.F) {
	d := fuzzDesk(f)
	const plain = "title,content\r\na,@b\r\n"
	f.Add([]byte(plain))
	f.Add([]byte("title,content\r\n=1+1,\"@SUM(1)\"\r\n"))
	f.Add([]byte("\ufeff范围,分类,代码,标题,类型,内容\n团队,常用,a,你好,文本,您好\n"))
	f.Add([]byte("scope,category,code,title,type,content\nmine,'-c,+x,'=t,news,\"{\"\"title\"\":\"\"t\"\",\"\"url\"\":\"\"https://e.com\"\"}\"\n"))
	f.Add([]byte("title,content\n\"a\"b,c\n,\n\"\"\"\n"))
	f.Add([]byte{0xb1, 0xea, 0xcc, 0xe2, ',', 0xc4, 0xda, 0xc8, 0xdd, '\n', 0xc4, 0xe3, ',', 0xba, 0xc3})
	f.Fuzz(func(t *testing.T, file []byte) {
		d.log.text.Reset()
		d.stands(t, "import", d.imports(t, "zhou", string(file), true))
		out := d.browse(t, "zhou", "GET", "/quick-replies/export")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.body, bom))).ReadAll()
		if err != nil || out.status != 200 {
			t.Fatal(out.status, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Fatalf("a cell that computes: %q", cell)
				}
			}
		}
		n := d.emptied(t) // so that they can come again
		if n != len(rows)-1 || string(file) == plain && n != 1 {
			t.Fatalf("%d rows of %d", len(rows)-1, n)
		}
		if n == 0 {
			return
		}
		d.imports(t, "zhou", out.body, true)
		again := d.browse(t, "zhou", "GET", "/quick-replies/export")
		if again.body != out.body {
			t.Fatalf("%q came back as %q", out.body, again.body)
		}
		d.emptied(t)
	})
}

// A file in a form is read to its end or not at all.
func FuzzMultipart(f *testing.F) {
	d := fuzzDesk(f)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.csv")
	if err == nil {
		_, err = part.Write([]byte("title,content\na,b\n"))
	}
	if err != nil || w.Close() != nil {
		f.Fatal(err)
	}
	f.Add("/quick-replies/import", w.FormDataContentType(), b.Bytes())
	f.Add("/kf-accounts/1/new", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"../../a\"\r\n\r\nGIF89a\r\n--x--"))
	f.Add("/kf-accounts/1/li@hemu_life", "multipart/form-data", []byte("--"))
	f.Add("/agents/new", "multipart/form-data; boundary=\"\"", []byte("----"))
	f.Fuzz(func(t *testing.T, path, kind string, body []byte) {
		if !slices.Contains([]string{"/quick-replies/import", "/kf-accounts/1/new", "/kf-accounts/1/li@hemu_life", "/agents/new"}, path) || len(kind) > headerMost/4 { // three bytes for each that is broken
			return
		}
		d.log.text.Reset()
		req := request("POST", path, bytes.NewReader(body), "Sec-Fetch-Site", "same-origin", "Content-Type", strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return -1
			}
			return r
		}, kind)))
		req.AddCookie(&http.Cookie{Name: cookieName, Value: d.logins["zhou"]})
		d.stands(t, path, d.send(t, req))
	})
}

// A place to go on to after a form is one of this server, as a browser reads it.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "//e.com", "/\\e.com", "/\t/e.com", "/a?b#c", "https://e.com", "/..//e.com", "\x00//e.com", "/%2F/e.com", ""} {
		f.Add(s)
	}
	base, _ := url.Parse("https://desk.example.com/login")
	f.Fuzz(func(t *testing.T, path string) {
		to := localPath(path)
		// What a browser does first (URL standard): ends off, tabs and line ends out,
		// a backslash is a slash.
		read := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.Trim(to, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b "))
		if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Fatalf("%q leads to %q", path, read)
		}
		if u, err := base.Parse(read); err == nil && u.Host != base.Host {
			t.Fatalf("%q leads to %s", path, u)
		}
	})
}

// The set-up code opens as people type it, and nothing else does.
func FuzzSetupCode(f *testing.F) {
	code := NewSetupCode()
	for _, s := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " "), code + "x", "", "\xff"} {
		f.Add(s)
	}
	bare := strings.ReplaceAll(code, "-", "")
	f.Fuzz(func(t *testing.T, typed string) {
		same := strings.EqualFold(strings.NewReplacer("-", "", " ", "").Replace(typed), bare)
		if sameCode(typed, code) != same || sameCode(typed, "") {
			t.Fatalf("%q", typed)
		}
	})
}

// Any file makes a square JPEG, small enough for WeChat, or none.
func FuzzAvatar(f *testing.F) {
	for _, kind := range []string{"png", "jpeg", "gif", "webp"} {
		f.Add(picture(f, kind))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if pixels(raw) > 1_000_000 {
			return // true to the limit, and slow
		}
		out, err := squareJPEG(raw)
		if err != nil {
			if err != errNoPicture {
				t.Fatal(err)
			}
			return
		}
		if size := pixels(out); size < 1 || size > avatarSide*avatarSide || !bytes.HasPrefix(out, []byte{0xff, 0xd8}) {
			t.Fatalf("%d pixels", size)
		}
	})
}

// pixels is how many a file says it has as a picture, 0 when it is none.
func pixels(raw []byte) int {
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return 0
	}
	return size.Width * size.Height
}
