package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"regexp"
	"time"

	"github.com/gofiber/fiber/v2"
)

// slowRequest is how long a request may take before the log warns of it.
const slowRequest = 2 * time.Second

// asSlowAsTheirSender are the routes whose time is that of a file on its way.
var asSlowAsTheirSender = map[string]bool{uploadPath: true, backupUploadPath: true}

// access is around every request: it gives it a number, answers its error, and
// writes one line about it, which names the route and no id, no query, no body.
func (c *Console) access(ctx *fiber.Ctx) error {
	began := time.Now()
	c.number(ctx)
	failed := ctx.Next()
	var err error
	if failed != nil {
		err = c.fail(ctx, failed)
	}
	took, status, route := time.Since(began), ctx.Response().StatusCode(), routeOf(ctx, failed)
	push := ctx.Method() == fiber.MethodPost && (route == "/wechat/:appid" || route == "/wechat/component/:appid")
	c.Meter.answered(status, push && status != fiber.StatusForbidden, took) // one that is forged waits for nothing
	level, more := c.loudness(route, status, took)
	if c.Log.Enabled(ctx.UserContext(), level) {
		c.Log.Log(ctx.UserContext(), level, "request", "method", ctx.Method(), "route", route, "status", status, "ms", took.Milliseconds(), "bytes", answerBytes(ctx), "more", more)
	}
	return err
}

// loudness is the level of the line about a request, and how many like it were kept
// back: anybody can send slowly, and so make as many warnings.
func (c *Console) loudness(route string, status int, took time.Duration) (level slog.Level, more int) {
	level = requestLevel(route, status, took)
	if level == slog.LevelWarn && status < 500 {
		quiet, ok := c.sparse.may("slow "+route, c.Store.Now())
		if more = quiet; !ok {
			level = slog.LevelDebug
		}
	}
	return level, more
}

// requestLevel is that of the line about a request: a warning where the fault is ours,
// or it took long.
func requestLevel(route string, status int, took time.Duration) slog.Level {
	if status >= 500 || took >= slowRequest && !asSlowAsTheirSender[route] {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// routeOf is the pattern of the route that answered; "none" where there is none.
func routeOf(ctx *fiber.Ctx, failed error) string {
	var no *fiber.Error
	if errors.As(failed, &no) && (no.Code == fiber.StatusNotFound || no.Code == fiber.StatusMethodNotAllowed) {
		return "none"
	}
	return ctx.Route().Path
}

// answerBytes is the length of the answer's body, -1 where it is not known yet.
func answerBytes(ctx *fiber.Ctx) int {
	if ctx.Response().IsBodyStream() {
		return ctx.Response().Header.ContentLength()
	}
	return len(ctx.Response().Body())
}

// wellFormed is the number of a request as proxies give it.
var wellFormed = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// number gives the request its number: that of a proxy that is believed, else a
// new one. Whatever is logged with the request's context bears it.
func (c *Console) number(ctx *fiber.Ctx) {
	number := ctx.Get(fiber.HeaderXRequestID)
	if !c.proxied(ctx) || !wellFormed.MatchString(number) {
		b := make([]byte, 6)
		_, _ = rand.Read(b) // never fails
		number = hex.EncodeToString(b)
	}
	ctx.Locals("request", number)
	ctx.SetUserContext(context.WithValue(context.Background(), numberKey{}, number))
}

type numberKey struct{}

// numbered is a log handler that adds the number of the request, if the context is
// that of one.
type numbered struct{ slog.Handler }

// Numbered makes a log say which request each line belongs to.
func Numbered(log *slog.Logger) *slog.Logger { return slog.New(numbered{log.Handler()}) }

func (h numbered) Handle(ctx context.Context, r slog.Record) error {
	if number, ok := ctx.Value(numberKey{}).(string); ok {
		r.AddAttrs(slog.String("request", number))
	}
	return h.Handler.Handle(ctx, r)
}

func (h numbered) WithAttrs(attrs []slog.Attr) slog.Handler {
	return numbered{h.Handler.WithAttrs(attrs)}
}
func (h numbered) WithGroup(name string) slog.Handler { return numbered{h.Handler.WithGroup(name)} }
