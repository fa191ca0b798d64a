package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// problemError is an answer that says no: a code for programs, a text for the
// person (err.CODE of the catalogue, filled from Detail).
type problemError struct {
	Status int
	Code   string
	Detail map[string]any
}

func (e *problemError) Error() string { return e.Code }

func refused(status int, code string, detail ...any) *problemError {
	e := &problemError{Status: status, Code: code}
	for i := 0; i+1 < len(detail); i += 2 {
		if e.Detail == nil {
			e.Detail = map[string]any{}
		}
		e.Detail[detail[i].(string)] = detail[i+1]
	}
	return e
}

// explain finds the answer for any error. Only what is our own fault is "server".
func explain(err error) *problemError {
	var own *problemError
	var rule *store.Refusal
	var http *fiber.Error
	var no *wechat.Error
	var lost *wechat.CallError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &rule):
		return &problemError{Status: refusalStatus(rule), Code: rule.Code, Detail: rule.Detail}
	case errors.As(err, &no):
		return refused(fiber.StatusBadGateway, "wechat_refused", "errcode", no.Code, "errmsg", no.Msg)
	case errors.As(err, &lost):
		return refused(fiber.StatusBadGateway, "wechat_silent")
	case errors.Is(err, store.ErrNotFound):
		return refused(fiber.StatusNotFound, "not_found")
	case errors.Is(err, store.ErrClosed):
		return refused(fiber.StatusServiceUnavailable, "restarting")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return refused(fiber.StatusServiceUnavailable, "busy")
	case errors.As(err, &http):
		switch http.Code {
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			return refused(http.Code, "not_found")
		case fiber.StatusRequestEntityTooLarge:
			return refused(http.Code, "too_large")
		}
		if http.Code != fiber.StatusInternalServerError { // unreadable, or its client went away
			return refused(http.Code, "bad_request")
		}
	}
	if fault := store.FaultOf(err); fault != "" {
		return refused(fiber.StatusInternalServerError, "server", "kind", string(fault))
	}
	return refused(fiber.StatusInternalServerError, "server")
}

// refusalStatus: a rule about a field is 422, any other 409.
func refusalStatus(r *store.Refusal) int {
	if _, ok := r.Detail["field"]; ok {
		return fiber.StatusUnprocessableEntity
	}
	return fiber.StatusConflict
}

// fail is the one place that answers errors: JSON for programs, a page for
// people, and the log for what we did wrong.
func (c *Console) fail(ctx *fiber.Ctx, err error) error {
	p := explain(err)
	if len(ctx.Response().Header.Peek(fiber.HeaderXRequestID)) == 0 { // refused before that
		c.head(ctx)
	}
	if p.Code == "server" {
		c.faults.note(store.FaultOf(err), c.Store.Now())
		c.Log.ErrorContext(ctx.UserContext(), "request failed", "method", ctx.Method(), "route", routeOf(ctx, err), "error", err)
	}
	ctx.Status(p.Status)
	path, reads := ctx.Path(), ctx.Method() == fiber.MethodGet || ctx.Method() == fiber.MethodHead
	switch {
	case strings.HasPrefix(path, "/api/"), strings.HasPrefix(path, "/phone/api/"), path == "/ws":
		detail := p.Detail
		if detail == nil {
			detail = map[string]any{}
		}
		return ctx.JSON(fiber.Map{"error": fiber.Map{"code": p.Code, "text": c.errorText(ctx, p), "detail": detail,
			"request": ctx.Locals("request")}})
	case strings.HasPrefix(path, "/wechat/"), strings.HasPrefix(path, "/media/"), strings.HasPrefix(path, "/static/"):
		return ctx.SendString(p.Code)
	case p.Code == "totp_needed" && reads:
		return see(ctx, "/profile/two-step")
	case p.Code == "login_needed" && reads:
		return ctx.Redirect("/login?next="+url.QueryEscape(ctx.OriginalURL()), fiber.StatusFound)
	}
	return c.errorPage(ctx, p)
}

// errorText is what the person reads: the words for this field or kind of file,
// where there are such.
func (c *Console) errorText(ctx *fiber.Ctx, p *problemError) string {
	key := "err." + p.Code
	if code, ok := p.Detail["errcode"].(int); ok {
		return c.wechatError(ctx, &wechat.Error{Code: code, Msg: fmt.Sprint(p.Detail["errmsg"])})
	}
	for _, name := range []string{"field", "kind"} {
		if own := fmt.Sprintf("%s.%v", key, p.Detail[name]); c.Texts.Has(DefaultLang, own) {
			key = own
			break
		}
	}
	args := make([]any, 0, 2*len(p.Detail))
	for k, v := range p.Detail {
		args = append(args, k, v)
	}
	return c.Texts.T(c.lang(ctx), key, args...)
}
