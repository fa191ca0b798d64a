package courier

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/hub/wechat/sandbox"
	"kfdesk/store"
)

// act lets a new customer send something and gives the stored message.
func (d *desk) act(a sandbox.Action) store.Message {
	d.Helper()
	u := must(d.sandbox.AddUser(sandbox.User{Following: true}))(d)
	a.OpenID = u.OpenID
	id := must(d.sandbox.Act(a))(d)
	return d.message(d.arrived(u.OpenID, id).Last.ID)
}

// want stores a picture message whose parts the test chooses.
func (d *desk) want(w store.Wanted) store.Message {
	d.Helper()
	in := store.Incoming{Account: d.account(0).ID, OpenID: "oSomebody" + w.Kind + w.URL, Dedupe: "d" + w.Source + w.URL, Dir: "in", Type: w.Kind,
		At: d.sandbox.Now().UnixMilli(), Grant: "message", Cause: "message", Media: &w}
	must(d.store.Receive(ctx, in))(d)
	for _, v := range must(d.store.ActiveConversations(ctx, &d.agent))(d) {
		if v.Customer.OpenID == in.OpenID {
			return d.message(v.Last.ID)
		}
	}
	d.Fatal("nothing was stored")
	return store.Message{}
}

// brought waits until a medium is ready or lost, moving the clock to each retry.
func (d *desk) brought(of *store.Media) (m store.Media) {
	d.Helper()
	seen := 0
	d.until("the medium is ready or lost", func() bool {
		m = must(d.store.Media(ctx, of.ID))(d)
		// A failed try is logged when its retry is stored.
		if tries := strings.Count(d.logged(), "msg=\"medium not fetched\" "); tries > seen && m.State == "wanted" {
			seen = tries
			at := must(d.store.NextMedia(ctx))(d)
			d.sandbox.Advance(time.UnixMilli(at).Sub(d.sandbox.Now()))
		}
		return m.State != "wanted"
	})
	return m
}

func TestMediaIn(t *testing.T) {
	picture := jpegOf(120, 90)
	for name, c := range map[string]struct {
		action        sandbox.Action
		mime          string
		width, height int
	}{
		"picture":      {sandbox.Action{Do: "image", FileName: "a.jpg", File: picture}, "image/jpeg", 120, 90},
		"PNG":          {sandbox.Action{Do: "image", FileName: "a.png", File: pngOf(noise(12, 9))}, "image/png", 12, 9},
		"GIF":          {sandbox.Action{Do: "image", FileName: "a.gif", File: gifOf(30, 20)}, "image/gif", 30, 20},
		"voice":        {sandbox.Action{Do: "voice", Sample: "voice.amr"}, "audio/amr", 0, 0},
		"film by link": {sandbox.Action{Do: "video", Sample: "unboxing.mp4", Thumb: picture}, "video/mp4", 288, 384},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.run()
			m := d.act(c.action)
			got := d.brought(m.Media)
			equal(t, "state", got.State, "ready")
			equal(t, "type", got.Mime, c.mime)
			equal(t, "width", got.Width, c.width)
			equal(t, "height", got.Height, c.height)
			if c.action.Do == "image" { // by its address, which needs no token
				equal(t, "size", got.Size, int64(len(c.action.File)))
				equal(t, "calls of media/get", d.count(getPath), 0)
			}
			if m.Thumb != nil {
				equal(t, "width of the thumb", d.brought(m.Thumb).Width, 120)
			}
		})
	}
}

func TestMediaOfWeChatTakesThePlaceOfTheAddress(t *testing.T) {
	d := newDesk(t)
	u := must(d.sandbox.AddUser(sandbox.User{Following: true}))(t)
	m := d.message(d.arrived(u.OpenID, must(d.sandbox.Image(u.OpenID, "a.jpg", jpegOf(40, 30)))(t)).Last.ID)
	source := must(d.store.Media(ctx, m.Media.ID))(t).Source
	for name, url := range map[string]string{
		"no such picture": d.web.URL + "/mmbiz/none/0",
		"a page":          d.page("<!DOCTYPE html><html>this picture comes from WeChat</html>"),
		"an error":        d.page(`{"errcode":-1,"errmsg":"system error"}`),
		"nothing":         d.page(""),
		"no address":      "weixin://picture",
	} {
		got := d.want(store.Wanted{Kind: "image", URL: url, Source: source})
		stop := d.run()
		medium := d.brought(got.Media)
		stop()
		equal(t, name+": state", medium.State, "ready")
		equal(t, name+": type", medium.Mime, "image/jpeg")
	}
}

// page is the address of a page with a text.
func (d *desk) page(text string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write([]byte(text))
	}))
	d.Cleanup(s.Close)
	return s.URL + "/p"
}

func TestMediaRetries(t *testing.T) {
	d := newDesk(t)
	for _, f := range []sandbox.Fault{{Kind: "errcode", Code: -1}, {Kind: "errcode", Code: 45011}, {Kind: "bad_gateway"},
		{Kind: "reset"}, {Kind: "empty"}, {Kind: "errcode", Code: 42001}} {
		f.On = getPath
		d.sandbox.AddFault(f)
	}
	d.run()
	m := d.act(sandbox.Action{Do: "voice", Sample: "voice.amr"})
	got := d.brought(m.Media)
	equal(t, "state", got.State, "ready")
	equal(t, "type", got.Mime, "audio/amr")
	equal(t, "calls", d.count(getPath), got.Attempts+1) // the stale token was renewed at once
}

func TestMediaLost(t *testing.T) {
	t.Run("gone at WeChat, by address and by id", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.run()
		got := d.brought(d.want(store.Wanted{Kind: "image", URL: d.web.URL + "/mmbiz/none/0", Source: "gone"}).Media)
		equal(t, "state", got.State, "lost")
		equal(t, "reason", got.Error, "expired")
		equal(t, "attempts", got.Attempts, 1)
	})
	t.Run("an error in place of a file", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.sandbox.AddFault(sandbox.Fault{On: getPath, Kind: "plain_error"}) // 40007 as text/plain
		d.run()
		got := d.brought(d.act(sandbox.Action{Do: "voice", Sample: "voice.amr"}).Media)
		equal(t, "state", got.State, "lost")
		equal(t, "hash", got.Hash, "")
	})
	t.Run("never reached in three days", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.sandbox.AddFault(sandbox.Fault{On: getPath, Kind: "bad_gateway", Times: -1})
		began := d.sandbox.Now()
		d.run()
		got := d.brought(d.act(sandbox.Action{Do: "voice", Sample: "voice.amr"}).Media)
		equal(t, "state", got.State, "lost")
		equal(t, "reason", got.Error, "expired")
		if days := d.sandbox.Now().Sub(began).Hours() / 24; days < 2.99 || days > 3.1 {
			t.Errorf("given up after %.1f days", days)
		}
		if got.Attempts < 20 || got.Attempts > 60 {
			t.Errorf("%d attempts", got.Attempts)
		}
	})
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		d.run()
		huge := padded(jpegOf(8, 8), int(mediaMost["avatar"]))
		got := d.brought(d.want(store.Wanted{Kind: "avatar", URL: d.page(string(huge))}).Media)
		equal(t, "state", got.State, "lost")
		equal(t, "reason", got.Error, "too_large")
	})
}

// A download that breaks off, and a disk that is full: the medium is tried again
// and nothing half is left; the reason shows until then.
func TestHalfDownloads(t *testing.T) {
	d := newDesk(t)
	picture := jpegOf(300, 200)
	var tries atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
		if tries.Add(1) > 2 {
			w.Write(picture)
			return
		}
		w.Write(picture[:len(picture)/2])
	}))
	t.Cleanup(web.Close)
	m := d.want(store.Wanted{Kind: "image", URL: web.URL + "/p"}).Media
	d.run()
	d.until("a try has failed", func() bool { return must(d.store.Media(ctx, m.ID))(t).Error != "" })
	equal(t, "files", len(d.files()), 0)
	got := d.brought(m)
	equal(t, "state", got.State, "ready")
	equal(t, "attempts", got.Attempts, 3)
	equal(t, "reason", got.Error, "")
	equal(t, "files", len(d.files()), 1)
}

func TestFullDiskWhileFetching(t *testing.T) {
	d := newDesk(t)
	m := d.want(store.Wanted{Kind: "image", URL: d.page(string(padded(jpegOf(30, 20), 9<<20)))}).Media
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var was syscall.Rlimit // files may not grow beyond a limit, so the kernel says no
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 20, Max: was.Max}))
	d.run()
	d.until("a try has failed", func() bool { return must(d.store.Media(ctx, m.ID))(t).Error != "" })
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	if got := must(d.store.Media(ctx, m.ID))(t); got.State != "wanted" || got.Error != "disk_full" {
		t.Errorf("%s: %s", got.State, got.Error)
	}
	equal(t, "files", len(d.files()), 0)
	equal(t, "state", d.brought(m).State, "ready")
	equal(t, "files", len(d.files()), 1)
}

// files lists what lies in the media folder.
func (d *desk) files() (names []string) {
	d.Helper()
	ok(d, filepath.WalkDir(filepath.Join(d.store.Dir(), "media"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	}))
	return names
}

func TestSameBytesAreFetchedIntoOneFile(t *testing.T) {
	d := newDesk(t)
	d.run()
	picture := string(jpegOf(30, 20))
	for range 2 {
		equal(t, "state", d.brought(d.want(store.Wanted{Kind: "image", URL: d.page(picture)}).Media).State, "ready")
	}
	equal(t, "files", len(d.files()), 1)
}

func TestHowLongTheyPlay(t *testing.T) {
	d := newDesk(t)
	d.run()
	voice := d.brought(d.act(sandbox.Action{Do: "voice", Sample: "voice.amr"}).Media)
	if frames := voice.Duration / 20; voice.Duration%20 != 0 || frames < 50 || frames > 3000 {
		t.Errorf("voice plays %d ms", voice.Duration)
	}
	film := d.brought(d.act(sandbox.Action{Do: "video", Sample: "unboxing.mp4", Thumb: jpegOf(12, 9)}).Media)
	if film.Duration < 1000 || film.Duration > 60_000 {
		t.Errorf("the film plays %d ms", film.Duration)
	}
}

func TestDimensionsNeedNoPixels(t *testing.T) {
	d := newDesk(t)
	d.run()
	bomb := pngOf(noise(4, 4))
	copy(bomb[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // says 65535 x 65535
	copy(bomb[29:33], crcOf(bomb[12:29]))
	got := d.brought(d.want(store.Wanted{Kind: "image", URL: d.page(string(bomb))}).Media)
	equal(t, "state", got.State, "ready")
	equal(t, "width", got.Width, 65535)
	m := d.settled(d.send(d.customer(0), store.Draft{Type: "news", Body: []byte("{}"), MediaID: d.file(padded(bomb, imgMost)).ID}))
	equal(t, "state", m.State, "failed")
	equal(t, "reason", m.ErrMsg, "the picture has too many pixels")
}

func TestTypeOf(t *testing.T) {
	for _, c := range []struct{ kind, head, mime string }{
		{"image", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"image", "RIFF....WEBPVP8 ", "image/webp"},
		{"voice", "#!AMR\n\x0c", "audio/amr"},
		{"voice", "ID3\x03", "audio/mpeg"},
		{"voice", "\x00\x01\x02\x03", "application/octet-stream"},
		{"video", "\x00\x00\x00\x14ftypmp42\x00", "video/mp4"},
		{"video", "\x00\x00\x00\x14ftypqt  \x00", "video/quicktime"},
	} {
		got := wechat.Sniff([]byte(c.head))
		equal(t, "type", got, c.mime)
		equal(t, c.mime+" fits", fits(c.kind, got), true)
	}
	for kind, head := range map[string]string{"image": "<html>", "voice": `{"errcode":1}`, "video": "text", "avatar": "<svg xmlns=''>", "thumb": "\x00\x01"} {
		equal(t, kind+" fits", fits(kind, wechat.Sniff([]byte(head))), false)
	}
	if bytes.HasPrefix([]byte(wechat.Sniff([]byte("<svg>"))), []byte("image/")) {
		t.Error("SVG is taken for a picture; it may hold scripts")
	}
}
