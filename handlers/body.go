package handlers

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kfdesk/hub/wechat"
)

// Bodies come in as streams, so that a file is never in memory as a whole. What
// is not a file is read before its handler, up to what its route needs.

const (
	formMost   = 1 << 20          // bounds every body but a file
	phoneMost  = 24 << 20         // of the phone page, which sends files inside of forms
	uploadPath = "/api/v1/media"  // whose body is a file
	uploadTime = 10 * time.Minute // for a file over a slow line
	// What was refused is still taken in, so that the answer is heard: most
	// clients listen only when they have spoken. Up to so much, while it comes, and
	// not for ever.
	drainMost = 32 << 20
	drainWait = 2 * time.Second
	drainTime = time.Minute
)

// uploadMost is the largest file that WeChat takes.
var uploadMost = max(wechat.FileRules["image"].Most, wechat.FileRules["video"].Most)

var errCutOff = errors.New("handlers: the body broke off")

// inflow is a request's body as it comes in. fasthttp's own stream takes a
// connection that breaks for the body's end, and must not be read behind it.
type inflow struct {
	r     io.Reader
	conn  net.Conn
	left  int64         // as announced; -1: in chunks, that tell their end
	late  time.Duration // see drainTime
	ended bool
	err   error // of the reading
}

func newInflow(ctx *fasthttp.RequestCtx) *inflow {
	in := &inflow{r: ctx.RequestBodyStream(), conn: ctx.Conn(), left: int64(ctx.Request.Header.ContentLength()), late: drainTime}
	in.ended = in.r == nil || in.left == 0
	return in
}

func (in *inflow) Read(p []byte) (int, error) {
	if in.ended {
		return 0, io.EOF
	}
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	if in.left >= 0 {
		in.left -= int64(n)
		in.ended = in.left <= 0
	} else {
		in.ended = err == io.EOF
	}
	switch {
	case in.ended:
		err = nil
	case err != nil:
		err = errors.Join(errCutOff, err)
		in.err = err
	}
	return n, err
}

// all reads a body of at most most bytes.
func (in *inflow) all(most int64) ([]byte, error) {
	if in.left > most {
		return nil, fiber.ErrRequestEntityTooLarge
	}
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return nil, fiber.ErrBadRequest
	case int64(len(b)) > most:
		return nil, fiber.ErrRequestEntityTooLarge
	}
	return b, nil
}

// drain takes in what nobody read. The rest of a body that has not ended would be
// taken for the next request: then the connection is closed.
func (in *inflow) drain(ctx *fasthttp.RequestCtx) {
	buf, end := make([]byte, 32<<10), time.Now().Add(in.late)
	for n := 0; !in.ended && in.err == nil && n < drainMost && time.Now().Before(end); {
		if in.conn.SetReadDeadline(time.Now().Add(drainWait)) != nil {
			break
		}
		got, _ := in.Read(buf)
		n += got
	}
	if !in.ended {
		ctx.Response.SetConnectionClose()
	}
}

const inflowKey = "inflow"

func inflowOf(ctx *fiber.Ctx) *inflow {
	in, _ := ctx.Context().UserValue(inflowKey).(*inflow)
	return in
}

// streamed gives every request its inflow, around all that Fiber does with it. A
// method that Fiber does not know is one that no route takes: Fiber's own answer
// would go past our headers.
func streamed(app *fiber.App) {
	handle := app.Handler()
	app.Server().Handler = func(ctx *fasthttp.RequestCtx) {
		in := newInflow(ctx)
		ctx.SetUserValue(inflowKey, in)
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			ctx.Request.Header.SetMethod(fiber.MethodTrace)
		}
		handle(ctx)
		if !in.ended {
			in.drain(ctx)
		}
	}
}

// bounded reads the body, unless it is a file. It refuses one that is larger than
// its route needs, or that is packed: unpacked it could have any size.
func (c *Console) bounded(ctx *fiber.Ctx) error {
	if ctx.Get(fiber.HeaderContentEncoding) != "" {
		return refused(fiber.StatusUnsupportedMediaType, "bad_request")
	}
	in, most := inflowOf(ctx), int64(formMost)
	upload := strings.TrimSuffix(ctx.Path(), "/") == uploadPath
	switch {
	case in.ended, upload && in.left <= uploadMost, hasPicture(ctx) && in.left <= avatarMost, ctx.Path() == backupUploadPath:
		return ctx.Next()
	case upload:
		return tooLarge(ctx.Query("kind"))
	case c.Phone != nil && strings.HasPrefix(ctx.Path(), "/phone/api/"):
		most = phoneMost
	}
	b, err := in.all(most)
	if err != nil {
		return err
	}
	ctx.Request().SetBodyRaw(b)
	return ctx.Next()
}
