package handlers

import (
	"bufio"
	"context"
	"encoding/csv"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// streamTime bounds what is sent while it is made; see writeTimeout.
const streamTime = 2 * time.Minute

// exportAudit gives the rows that were chosen as a file, which is in the log too.
func (c *Console) exportAudit(ctx *fiber.Ctx) error {
	_, q := c.audited(ctx)
	q.After = 0
	n, err := c.Store.AuditCount(ctx.UserContext(), q)
	if err != nil {
		return err
	}
	say, err := c.auditWords(ctx)
	if err != nil {
		return err
	}
	if q.After, err = c.Store.AuditExported(ctx.UserContext(), c.actor(ctx), n); err != nil {
		return err
	}
	head := []string{"time", "member", "deed", "object", "detail", "account", "address", "name"}
	for i := range head {
		head[i] = c.text(ctx, "audit.csv."+head[i])
	}
	ctx.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	ctx.Set(fiber.HeaderContentDisposition, `attachment; filename="audit-log.csv"`)
	request := context.WithoutCancel(ctx.UserContext())
	ctx.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		work, cancel := context.WithTimeout(request, streamTime)
		defer cancel()
		if err := c.writeAudit(work, w, head, q, say); err != nil {
			c.Log.ErrorContext(request, "exporting the audit log", "error", err)
		}
	})
	return nil
}

func (c *Console) writeAudit(ctx context.Context, w *bufio.Writer, head []string, q store.AuditQuery, say func(store.Audited) auditRow) error {
	if _, err := w.WriteString(bom); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	write := func(cells ...string) error {
		for i := range cells {
			cells[i] = guarded(cells[i])
		}
		return out.Write(cells)
	}
	if err := write(head...); err != nil {
		return err
	}
	for {
		list, err := c.Store.Audit(ctx, q)
		if err != nil {
			return err
		}
		for _, one := range list {
			row := say(one)
			if err := write(row.Date+" "+row.Clock, row.Who, row.Does, row.Object, row.Extra, row.Account, row.IP, row.Deed); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil || len(list) < store.AuditPage {
			return err
		}
		q.After = list[len(list)-1].ID
	}
}
