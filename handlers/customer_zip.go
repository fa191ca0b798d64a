package handlers

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// exportTime bounds the making of an export; each piece of it may take writeTimeout.
const exportTime = time.Hour

const exportPage = 200

// dossierZip writes an export: data.json, index.html to read and the files in
// media/. Nothing is held in memory but a page of messages.
type dossierZip struct {
	*store.Dossier
	c      *Console
	ctx    context.Context
	zip    *zip.Writer
	agents map[int64]string
	lang   string
	last   int64 // the newest message that is in it
	flush  func() error
}

// exportedMessage is one as data.json has it.
type exportedMessage struct {
	store.Message
	AgentName string   `json:"agent_name"`
	Files     []string `json:"files,omitempty"` // in this archive
}

// exportCustomer gives all that is kept of a customer.
func (c *Console) exportCustomer(ctx *fiber.Ctx) error {
	d, err := c.Store.ExportCustomer(ctx.UserContext(), who(ctx), pathID(ctx))
	if err != nil {
		return err
	}
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return err
	}
	x := &dossierZip{Dossier: &d, c: c, agents: map[int64]string{}, lang: c.lang(ctx)}
	for _, a := range agents {
		x.agents[a.ID] = a.Name
	}
	newest, err := c.Store.Messages(ctx.UserContext(), d.Customer.ID, 0, 0, 1)
	if err != nil {
		return err
	}
	if len(newest) > 0 {
		x.last = newest[0].ID
	}
	conn, request := ctx.Context().Conn(), context.WithoutCancel(ctx.UserContext())
	ctx.Set(fiber.HeaderContentType, "application/zip")
	ctx.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="customer-%d.zip"`, d.Customer.ID))
	ctx.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		if err := x.write(w, conn); err != nil { // what was sent is no whole archive
			c.Log.ErrorContext(request, "exporting a customer", "customer", d.Customer.ID, "error", err)
		}
	})
	return nil
}

func (x *dossierZip) write(w *bufio.Writer, conn net.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), exportTime)
	defer cancel()
	x.ctx, x.zip = ctx, zip.NewWriter(w)
	x.flush = func() error {
		if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return err
		}
		return w.Flush()
	}
	for _, part := range []func() error{x.data, x.page, x.files} {
		if err := part(); err != nil {
			return err
		}
	}
	if err := x.zip.Close(); err != nil {
		return err
	}
	return x.flush()
}

// each calls do for every message, in order.
func (x *dossierZip) each(do func(*exportedMessage) error) error {
	for after := int64(0); after < x.last; {
		list, err := x.c.Store.MessagesAfter(x.ctx, x.Customer.ID, after, exportPage)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			m := &exportedMessage{Message: list[i], AgentName: x.agents[list[i].Agent]}
			if m.ID > x.last {
				return nil
			}
			for _, d := range []*store.Media{m.Media, m.Thumb} {
				if d != nil && d.State == "ready" {
					m.Files = append(m.Files, mediaName(d))
				}
			}
			if err := do(m); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
		if err := x.flush(); err != nil {
			return err
		}
	}
	return nil
}

// stamp is a time as an export tells it.
func stamp(ms int64) string { return time.UnixMilli(ms).In(auditZone).Format("2006-01-02 15:04:05") }

func mediaName(d *store.Media) string {
	return fmt.Sprintf("media/%d%s", d.ID, wechat.Extension(d.Mime))
}

func (x *dossierZip) create(name string, method uint16) (io.Writer, error) {
	return x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: x.c.Store.Now().In(auditZone)})
}

// data writes data.json; times are UTC milliseconds.
func (x *dossierZip) data() error {
	w, err := x.create("data.json", zip.Deflate)
	if err != nil {
		return err
	}
	head := map[string]any{"customer": x.Customer, "unionid": x.UnionID, "created_at": x.CreatedAt, "tags": all(x.Tags), "memos": all(x.Memos),
		"conversations": all(x.Services), "account": map[string]any{"appid": x.AppID, "name": x.AccountName}, "agents": x.agents}
	b, err := json.MarshalIndent(head, "", " ")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\n \"messages\": [", b[:len(b)-2]); err != nil {
		return err
	}
	between := "\n  "
	if err := x.each(func(m *exportedMessage) error {
		b, err := json.Marshal(m)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s%s", between, b)
		}
		between = ",\n  "
		return err
	}); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n ]\n}\n")
	return err
}

// page writes index.html.
func (x *dossierZip) page() error {
	w, err := x.create("index.html", zip.Deflate)
	if err != nil {
		return err
	}
	d := map[string]any{"Lang": x.lang, "D": x.Dossier, "Name": x.c.customerName(x.lang, x.Customer.OpenID, x.Customer.Remark), "Agents": x.agents}
	if err := x.c.Views.Render(w, "partials/export_head", d); err != nil {
		return err
	}
	if err := x.each(func(m *exportedMessage) error {
		d["M"], d["Said"] = m, m.Said()
		return x.c.Views.Render(w, "partials/export_line", d)
	}); err != nil {
		return err
	}
	_, err = io.WriteString(w, "</main>\n</body>\n</html>\n")
	return err
}

// files writes the files of messages, each once.
func (x *dossierZip) files() error {
	written := map[int64]bool{}
	return x.each(func(m *exportedMessage) error {
		for _, d := range []*store.Media{m.Media, m.Thumb} {
			if d == nil || d.State != "ready" || written[d.ID] {
				continue
			}
			written[d.ID] = true
			if err := x.file(d); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x *dossierZip) file(d *store.Media) error {
	whole, err := x.c.Store.Media(x.ctx, d.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && whole.State != "ready" {
		return nil // it went meanwhile
	}
	if err != nil {
		return err
	}
	f, err := os.Open(x.c.Store.FilePath(whole.Hash))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := x.create(mediaName(d), zip.Store) // pictures and films are packed already
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, f); err != nil {
		return err
	}
	return x.flush()
}
