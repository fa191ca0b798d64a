package courier

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// mediaMost bounds what is fetched, by the kind of medium: well above what
// WeChat lets people send.
var mediaMost = map[string]int64{
	"image": 30 << 20, "voice": 10 << 20, "video": 200 << 20, "thumb": 10 << 20, "avatar": 10 << 20, "cover": 10 << 20,
}

var (
	// errOther: what came is no medium of the wanted kind, such as an error page.
	errOther    = errors.New("what came is not of the wanted kind")
	errTooLarge = errors.New("the file is too large")
)

func (c *Courier) dispatchMedia(ctx context.Context) error {
	free := c.media.free()
	if free == 0 {
		return nil
	}
	due, err := c.o.Store.NextMedia(ctx)
	if err != nil || due < 0 || due > c.now() {
		return err
	}
	list, err := c.o.Store.ClaimMedia(ctx, free, mediaLease.Milliseconds())
	for _, d := range list {
		c.media.run(func() { c.bring(ctx, d) })
	}
	return err
}

// bring fetches one wanted medium and stores it, or when to try again, or that
// it is lost. Cut off at the program's end, it is tried again after its lease.
func (c *Courier) bring(ctx context.Context, d store.Media) {
	a, err := c.o.Store.Account(ctx, d.Account)
	if err == nil {
		err = c.fetch(ctx, a, &d)
	}
	if ctx.Err() != nil {
		return
	}
	if errors.Is(err, store.ErrTooLarge) || errors.Is(err, wechat.ErrTooLarge) {
		err = errTooLarge
	}
	now, end := c.now(), d.Created+mediaLife.Milliseconds()
	var stored error
	result, at := "ready", int64(0)
	switch {
	case err == nil:
		stored = c.o.Store.MediaReady(ctx, d)
	case err == errTooLarge, wechat.ReasonOf(err) == wechat.MediaExpired, now >= end:
		result = "lost"
		stored = c.o.Store.MediaLost(ctx, d.ID, lostFor(err))
	default:
		result, at = "wanted", min(now+lasting(mediaWaits, d.Attempts).Milliseconds(), end)
		reason := err.Error()
		if errors.Is(err, store.ErrFull) {
			reason = lostFor(err)
		}
		stored = c.o.Store.MediaRetry(ctx, d.ID, at, reason)
	}
	log := c.o.Log.With("appid", a.AppID, "media", d.ID, "kind", d.Kind, "attempt", d.Attempts)
	switch {
	case stored != nil:
		log.Error("the state of a medium could not be stored", "state", result, "err", stored)
	case err != nil:
		log.Warn("medium not fetched", "state", result, "code", wechat.Code(err), "err", err, "retry_at", at)
	default:
		log.Debug("medium fetched", "size", d.Size)
	}
}

// lostFor says why a medium is given up, in a word for programs.
func lostFor(err error) string {
	switch {
	case err == errTooLarge:
		return "too_large"
	case errors.Is(err, errOther):
		return "wrong_type"
	case errors.Is(err, store.ErrFull):
		return "disk_full"
	}
	return "expired"
}

// fetch brings the bytes in and fills in what they are. A picture has an address
// that needs no token and lives longer than its media id, so that goes first.
func (c *Courier) fetch(ctx context.Context, a store.Account, d *store.Media) error {
	ctx, cancel := context.WithTimeout(ctx, fetchDeadline)
	defer cancel()
	client := c.downloads(a)
	err := error(errOther)
	if d.URL != "" {
		err = c.keep(d, func(w io.Writer, most int64) error {
			_, err := client.Fetch(ctx, d.URL, w, most)
			return err
		})
	}
	if err == nil || d.Source == "" {
		return err
	}
	get := client.GetMedia
	if d.Kind == "cover" { // permanent material
		get = client.GetMaterial
	}
	return c.call(ctx, a, func(token string) error {
		return c.keep(d, func(w io.Writer, most int64) error {
			_, err := get(ctx, token, d.Source, w, most)
			return err
		})
	})
}

// keep stores what get writes, unless its first bytes are of another kind:
// neither an error nor a page ever becomes a file.
func (c *Courier) keep(d *store.Media, get func(w io.Writer, most int64) error) error {
	most := mediaMost[d.Kind]
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(get(w, most))
	}()
	err := c.keepAll(d, r, most)
	r.CloseWithError(io.ErrClosedPipe) // get may still be writing
	<-done
	return err
}

func (c *Courier) keepAll(d *store.Media, r io.Reader, most int64) error {
	in := bufio.NewReader(r)
	head, err := in.Peek(wechat.SniffLen)
	if len(head) == 0 || err != nil && err != io.EOF {
		return err
	}
	if !fits(d.Kind, wechat.Sniff(head)) {
		return errOther
	}
	var is wechat.Facts
	hash, size, err := c.o.Store.SaveChecked(in, most, func(f io.ReaderAt, size int64) error {
		is = wechat.Look(f, size)
		return nil
	})
	if err != nil {
		return err
	}
	d.Hash, d.Size, d.Mime = hash, size, is.Type
	d.Width, d.Height, d.Duration = is.Width, is.Height, is.Duration.Milliseconds()
	return nil
}

// fits tells whether a type can be of a kind of medium. Voice may be speex, whose
// bytes say nothing.
func fits(kind, mime string) bool {
	switch kind {
	case "voice":
		return strings.HasPrefix(mime, "audio/") || mime == "application/octet-stream"
	case "video":
		return strings.HasPrefix(mime, "video/")
	}
	return strings.HasPrefix(mime, "image/")
}
