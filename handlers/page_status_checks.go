package handlers

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// statusCheck is one part of the service.
type statusCheck struct {
	Name  string // courier, pushes, sockets, store, tokens, disk
	State string // ok, warn, bad
	Text  string
	Value string
	At    int64 // in place of a value, a time
}

// When a part that works is slow all the same.
const (
	lagWarn   = 5 * time.Second
	pushWarn  = time.Second // WeChat waits for 5
	writeWarn = 200 * time.Millisecond
)

func (c *Console) statusChecks(ctx *fiber.Ctx, r *readiness, accounts []store.Account) ([]statusCheck, error) {
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	return []statusCheck{c.checkCourier(ctx, r), c.checkPushes(ctx, accounts), c.checkSockets(ctx, agents), c.checkStore(ctx, r),
		c.checkTokens(ctx, accounts), c.checkDisk(ctx)}, nil
}

// judge gives the state, and the text for it.
func (c *Console) judge(ctx *fiber.Ctx, name string, bad, warn bool, args ...any) statusCheck {
	k := statusCheck{Name: name, State: "ok"}
	if warn {
		k.State = "warn"
	}
	if bad {
		k.State = "bad"
	}
	k.Text = c.text(ctx, "status."+name+"."+k.State, args...)
	return k
}

func (c *Console) checkCourier(ctx *fiber.Ctx, r *readiness) statusCheck {
	beat := time.Since(r.Beat)
	stuck := r.Beat.IsZero() || beat >= beatMost
	k := c.judge(ctx, "courier", stuck || r.Lag >= lagMost, r.Lag >= lagWarn, "lag", c.took(ctx, r.Lag))
	switch {
	case stuck:
		k.Text = c.text(ctx, "status.courier.stuck")
	case r.Lag >= lagWarn:
		k.Value = c.text(ctx, "status.lag", "lag", c.took(ctx, r.Lag))
	default:
		k.Value = c.text(ctx, "status.beat", "n", int(beat.Seconds()))
	}
	return k
}

func (c *Console) checkPushes(ctx *fiber.Ctx, accounts []store.Account) statusCheck {
	mean, now := c.Meter.pushMean(), c.Store.Now().UnixMilli()
	deaf, last := 0, int64(0)
	for _, a := range accounts {
		book := c.pushes.read(a.ID, now)
		last = max(last, a.PushedAt, book.TakenAt)
		if a.Refused == 0 && book.deaf(a.KeysUsedAt) != "" {
			deaf++
		}
	}
	k := c.judge(ctx, "pushes", deaf > 0, mean >= pushWarn, "n", deaf, "took", c.took(ctx, mean))
	if k.State == "ok" && mean == 0 {
		k.Text = c.text(ctx, "status.pushes.none")
	}
	k.At = last
	return k
}

func (c *Console) checkSockets(ctx *fiber.Ctx, agents []store.Agent) statusCheck {
	here := 0
	for _, a := range agents {
		if a.Active && a.Presence != "away" {
			here++
		}
	}
	k := c.judge(ctx, "sockets", false, false, "n", here)
	k.Value = c.text(ctx, "status.sockets.count", "n", c.Hub.Sockets())
	return k
}

func (c *Console) checkStore(ctx *fiber.Ctx, r *readiness) statusCheck {
	took, slow := c.took(ctx, r.Write), c.Store.Pulse().Slow
	k := c.judge(ctx, "store", r.err != nil, r.Write >= writeWarn, "took", took)
	if k.State == "ok" && slow > 0 {
		k.Text = c.text(ctx, "status.store.slow", "n", slow)
	}
	k.Value = took
	return k
}

// checkTokens names the official accounts that nothing can be sent for.
func (c *Console) checkTokens(ctx *fiber.Ctx, accounts []store.Account) statusCheck {
	var without []string
	for i := range accounts {
		h := c.WeChat.Health(accounts[i].ID)
		switch {
		case accounts[i].Refused != 0:
			without = append(without, c.text(ctx, "status.token", "name", accounts[i].Name, "why", c.text(ctx, "status.withdrawn")))
		case h.Token:
			without = append(without, c.text(ctx, "status.token", "name", accounts[i].Name, "why", c.why(ctx, h)))
		}
	}
	bad := len(without) > 0 && len(without) == len(accounts)
	k := c.judge(ctx, "tokens", bad, len(without) > 0, "list", strings.Join(without, c.text(ctx, "status.between")))
	if len(accounts) == 0 {
		k.Text = c.text(ctx, "status.tokens.none")
	}
	k.Value = strconv.Itoa(len(accounts)-len(without)) + " / " + strconv.Itoa(len(accounts))
	return k
}

func (c *Console) checkDisk(ctx *fiber.Ctx) statusCheck {
	free, total, ok := store.Disk(c.Store.Dir())
	return c.judgeDisk(ctx, free, total, ok)
}

// judgeDisk is of what store.Disk gives.
func (c *Console) judgeDisk(ctx *fiber.Ctx, free, total int64, ok bool) statusCheck {
	if !ok || total == 0 {
		return statusCheck{Name: "disk", State: "ok", Text: c.text(ctx, "status.disk.unknown")}
	}
	k := c.judge(ctx, "disk", free < diskLeast/4, fillsUp(free, total), "free", sizeText(free), "total", sizeText(total))
	k.Value = strconv.FormatInt(100-free*100/total, 10) + "%"
	return k
}

// took is how long something took, in words.
func (c *Console) took(ctx *fiber.Ctx, d time.Duration) string {
	switch {
	case d < time.Second:
		return c.text(ctx, "status.ms", "ms", max(1, d.Milliseconds()))
	case d < 10*time.Second:
		return c.text(ctx, "status.seconds", "s", strconv.FormatFloat(d.Seconds(), 'f', 1, 64))
	case d < 2*time.Minute:
		return c.text(ctx, "status.seconds", "s", int(d.Seconds()))
	}
	return c.span(ctx, d.Milliseconds())
}
