package courier

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// noise is a picture that compresses badly.
func noise(w, h int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range p.Pix {
		p.Pix[i] = byte(random.Uint32()) | 0x80*byte(i%4/3)
	}
	return p
}

func jpegOf(w, h int) []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, noise(w, h), nil)
	return out.Bytes()
}

func pngOf(p image.Image) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, p)
	return out.Bytes()
}

// webp is a picture of one pixel; the library cannot make them.
var webp, _ = base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")

// padded makes a picture larger than most bytes; decoders do not look behind its end.
func padded(picture []byte, most int) []byte { return append(picture, make([]byte, most)...) }

func gifOf(w, h int) []byte {
	var out bytes.Buffer
	_ = gif.Encode(&out, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Transparent, color.Black}), nil)
	return out.Bytes()
}

// file puts bytes into the media folder, as an agent's upload does.
func (d *desk) file(data []byte) store.Media { return d.medium("image", data) }

func (d *desk) medium(kind string, data []byte) store.Media {
	d.Helper()
	hash, size, err := d.store.SaveFile(bytes.NewReader(data), 1<<30)
	ok(d, err)
	return must(d.store.AddMedia(ctx, store.Media{Account: d.account(0).ID, Kind: kind, Hash: hash, Size: size,
		Mime: wechat.Sniff(data), Name: "a picture.jpg"}))(d)
}

func (d *desk) picture(w, h int) store.Media { return d.file(jpegOf(w, h)) }

func TestImageIsUploadedOnceWhileItLasts(t *testing.T) {
	d := newDesk(t)
	d.run()
	v := d.customer(0)
	image := store.Draft{Type: "image", Body: []byte("{}"), MediaID: d.picture(80, 60).ID}
	for i, c := range []struct {
		name    string
		before  func()
		uploads int
		sends   int
	}{
		{"first", func() {}, 1, 1},
		{"again", func() {}, 1, 2},
		{"after three days", func() { d.sandbox.Advance(73 * time.Hour); v = d.say(v.Customer.OpenID) }, 2, 3},
		{"WeChat has lost it", func() { errcode(40007, 1)(d, v) }, 3, 5},
		{"the token expires during the upload", func() {
			d.sandbox.Advance(61 * time.Hour)
			v = d.say(v.Customer.OpenID)
			d.warm()
			d.sandbox.ExpireTokens("")
		}, 5, 6}, // the first upload is refused for its token
	} {
		c.before()
		m := d.settled(d.send(v, image))
		equal(t, c.name+": state", m.State, "sent")
		equal(t, c.name+": uploads", d.count(uploadPath), c.uploads)
		equal(t, c.name+": sends", d.count(sendPath), c.sends)
		equal(t, c.name+": delivered", len(d.sandbox.Received(v.Customer.OpenID)), i+1)
	}
	errcode(40007, -1)(d, v)
	m := d.settled(d.send(v, image))
	equal(t, "code", m.ErrCode, 40007)
	equal(t, "uploads", d.count(uploadPath), 6) // once more, and then no longer
}

func TestImageThatWeChatDoesNotTakeIsConverted(t *testing.T) {
	d := newDesk(t)
	d.run()
	v := d.customer(0)
	for _, data := range [][]byte{padded(pngOf(noise(60, 40)), int(wechat.FileRules["image"].Most)), webp} {
		m := d.settled(d.send(v, store.Draft{Type: "image", Body: []byte("{}"), MediaID: d.file(data).ID}))
		equal(t, "state", m.State, "sent")
	}
	text := d.file([]byte("no picture at all"))
	m := d.settled(d.send(v, store.Draft{Type: "image", Body: []byte("{}"), MediaID: text.ID}))
	equal(t, "state", m.State, "failed")
	equal(t, "attempts", m.Attempts, 1)
}

func TestNewsPicture(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		mime string // of what WeChat got
	}{
		"a small JPEG stays":          {jpegOf(200, 100), "image/jpeg"},
		"a small PNG stays":           {pngOf(noise(20, 10)), "image/png"},
		"a large PNG is scaled":       {padded(pngOf(noise(60, 40)), imgMost), "image/jpeg"},
		"a large JPEG is scaled":      {padded(jpegOf(60, 40), imgMost), "image/jpeg"},
		"a GIF becomes one that goes": {gifOf(300, 200), "image/jpeg"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.run()
			v := d.customer(0)
			draft := store.Draft{Type: "news", MediaID: d.file(c.data).ID,
				Body: []byte(`{"title":"Lamp","description":"of wood","url":"https://e.com/?a=1&b=<2>","picurl":""}`)}
			m := d.settled(d.send(v, draft))
			equal(t, "state", m.State, "sent")
			var article wechat.Article
			ok(t, json.Unmarshal(m.Body, &article))
			if !strings.HasPrefix(article.PicURL, d.web.URL+"/mmbiz/") {
				t.Errorf("picurl: %q", article.PicURL)
			}
			var file bytes.Buffer
			client := &wechat.Client{}
			info := must(client.Fetch(ctx, article.PicURL, &file, 1<<20))(t)
			equal(t, "type", info.ContentType, c.mime)
			if got := d.sandbox.Received(v.Customer.OpenID); len(got) != 1 || !bytes.Contains(got[0].Raw, []byte(`https://e.com/?a=1&b=<2>`)) {
				t.Errorf("received: %s", got[0].Raw)
			}
			d.settled(d.send(v, draft)) // the address never expires
			equal(t, "uploads", d.count(imgPath), 1)
		})
	}
}

func TestNewsWithAnAddressOfItsOwn(t *testing.T) {
	d := newDesk(t)
	d.run()
	m := d.settled(d.send(d.customer(0), store.Draft{Type: "news", MediaID: d.picture(20, 10).ID,
		Body: []byte(`{"title":"Lamp","description":"","url":"https://e.com/","picurl":"https://e.com/p.jpg"}`)}))
	equal(t, "state", m.State, "sent")
	equal(t, "uploads", d.count(imgPath), 0)
}

func TestScaled(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct{ most, side, width, height int }{
		{1 << 20, 100, 100, 20}, // by its side
		{1 << 20, 500, 200, 40}, // never larger
		{2000, 500, 0, 0},       // by its bytes
	} {
		r, _, err := d.courier.open(d.file(pngOf(noise(200, 40))))
		ok(t, err)
		r, size, err := d.courier.scaled(r, c.most, c.side)
		ok(t, err)
		if size > int64(c.most) {
			t.Errorf("%d bytes, want at most %d", size, c.most)
		}
		got, kind, err := image.DecodeConfig(r)
		ok(t, err)
		equal(t, "format", kind, "jpeg")
		if c.width > 0 {
			equal(t, "width", got.Width, c.width)
			equal(t, "height", got.Height, c.height)
		}
	}
}
