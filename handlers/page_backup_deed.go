package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

const (
	backupPath       = "/settings/backup"
	backupUploadPath = backupPath + "/upload"
	// A backup may be as large as a disk: what counts is that it keeps coming.
	streamWait = time.Minute
)

// backupRoutes are the pages of backups. What comes from people as a name is a
// name of the list, or nothing.
func (c *Console) backupRoutes(app *fiber.App) {
	app.Get(backupPath, c.admin, c.pageBackup)
	app.Get(backupPath+"/state", c.admin, c.backupState)
	app.Post(backupPath+"/make", c.admin, c.postBackup)
	app.Post(backupPath+"/stop", c.admin, c.postBackupStop)
	app.Post(backupPath+"/settings", c.admin, c.postBackupSettings)
	app.Get(backupPath+"/passphrase", c.admin, c.backupDialog("passphrase"))
	app.Post(backupPath+"/passphrase", c.admin, c.postBackupPassphrase)
	app.Get(backupUploadPath, c.admin, c.backupDialog("upload"))
	app.Post(backupUploadPath, c.admin, c.postBackupUpload)
	app.Get(backupPath+"/old/:old", c.admin, c.pageBackupOld)
	app.Post(backupPath+"/old/:old", c.admin, c.postBackupOld)
	app.Get(backupPath+"/:name", c.admin, c.backupDialog("one"))
	app.Get(backupPath+"/:name/download", c.admin, c.backupDownload)
	app.Post(backupPath+"/:name/verify", c.admin, c.postBackupVerify)
	app.Post(backupPath+"/:name/keep", c.admin, c.postBackupKeep)
	app.Get(backupPath+"/:name/restore", c.admin, c.backupDialog("restore"))
	app.Post(backupPath+"/:name/restore", c.admin, c.postBackupRestore)
	app.Get(backupPath+"/:name/delete", c.admin, c.backupDialog("delete"))
	app.Post(backupPath+"/:name/delete", c.admin, c.postBackupDelete)
}

func (c *Console) pageBackup(ctx *fiber.Ctx) error { return c.renderBackup(ctx, &backupPage{}) }

// backupDialog opens a dialog, over a backup where the address names one.
func (c *Console) backupDialog(name string) fiber.Handler {
	return func(ctx *fiber.Ctx) error { return c.openBackup(ctx, name, nil) }
}

func (c *Console) openBackup(ctx *fiber.Ctx, dialog string, faults problems) error {
	d := &backupPage{Dialog: dialog, Problems: faults}
	if name := ctx.Params("name"); name != "" {
		saved, err := c.Backups.Saved(ctx.UserContext(), name)
		if err != nil {
			return err
		}
		if dialog == "restore" && (!saved.There || saved.Fault != "") {
			return store.ErrNotFound
		}
		set, err := c.Store.BackupSettings(ctx.UserContext())
		if err != nil {
			return err
		}
		d.One = c.backupRow(ctx, saved, set)
	}
	return c.renderBackup(ctx, d)
}

func (c *Console) backupState(ctx *fiber.Ctx) error {
	doing, _ := c.Backups.Doing()
	if doing == nil {
		return ctx.JSON(backupDoing{State: "idle"})
	}
	return ctx.JSON(c.backupDoing(ctx, doing))
}

// backupBegun goes back to the page, which shows how the deed goes on.
func (c *Console) backupBegun(ctx *fiber.Ctx, err error) error {
	if err != nil {
		return err
	}
	return see(ctx, backupPath)
}

func (c *Console) postBackup(ctx *fiber.Ctx) error {
	return c.backupBegun(ctx, c.Backups.Make(ctx.UserContext(), c.actor(ctx), who(ctx).Name))
}

func (c *Console) postBackupStop(ctx *fiber.Ctx) error {
	c.Backups.Stop()
	return see(ctx, backupPath)
}

func (c *Console) postBackupVerify(ctx *fiber.Ctx) error {
	return c.backupBegun(ctx, c.Backups.Verify(ctx.UserContext(), c.actor(ctx), ctx.Params("name")))
}

func (c *Console) postBackupKeep(ctx *fiber.Ctx) error {
	return c.backupBegun(ctx, c.Backups.SetKeep(ctx.UserContext(), c.actor(ctx), ctx.Params("name"), ctx.FormValue("keep") != ""))
}

func (c *Console) postBackupDelete(ctx *fiber.Ctx) error {
	if err := c.Backups.Delete(ctx.UserContext(), c.actor(ctx), ctx.Params("name")); err != nil {
		return err
	}
	return see(ctx, backupPath+"?done=backup_deleted")
}

func (c *Console) postBackupRestore(ctx *fiber.Ctx) error {
	err := c.Backups.Restore(ctx.UserContext(), c.actor(ctx), who(ctx).Name, ctx.Params("name"), ctx.FormValue("passphrase"))
	if faults, ok := c.refusal(ctx, err, "passphrase"); ok {
		return c.openBackup(ctx, "restore", faults)
	}
	return c.backupBegun(ctx, err)
}

func (c *Console) postBackupSettings(ctx *fiber.Ctx) error {
	set, err := c.Store.BackupSettings(ctx.UserContext())
	if err != nil {
		return err
	}
	d := &backupPage{At: strings.TrimSpace(ctx.FormValue("at"))}
	set.On, set.Verify, set.Keep = ctx.FormValue("on") != "", ctx.FormValue("verify") != "", int(formID(ctx, "keep"))
	set.Dir, set.Copy = strings.TrimSpace(ctx.FormValue("dir")), strings.TrimSpace(ctx.FormValue("copy"))
	d.Set, set.At = set, typedTime(ctx, "at")
	err = c.Store.SetBackupSettings(ctx.UserContext(), c.actor(ctx), set)
	if faults, ok := c.refusal(ctx, err, "keep"); ok {
		d.Problems = faults
		return c.renderBackup(ctx, d)
	}
	if err != nil {
		return err
	}
	return see(ctx, backupPath+"?done=backup_settings")
}

// postBackupPassphrase sets the passphrase, or none: it is shown never again.
func (c *Console) postBackupPassphrase(ctx *fiber.Ctx) error {
	set, err := c.Store.BackupSettings(ctx.UserContext())
	if err != nil {
		return err
	}
	set.Passphrase = ctx.FormValue("passphrase")
	if set.Passphrase == "" && ctx.FormValue("none") == "" {
		return c.openBackup(ctx, "passphrase", problems{"passphrase": c.text(ctx, "err.weak_passphrase", "n", 10)})
	}
	if ctx.FormValue("none") != "" {
		set.Passphrase = ""
	}
	err = c.Store.SetBackupSettings(ctx.UserContext(), c.actor(ctx), set)
	if faults, ok := c.refusal(ctx, err, "passphrase"); ok {
		return c.openBackup(ctx, "passphrase", faults)
	}
	if err != nil {
		return err
	}
	return see(ctx, backupPath+"?done=backup_settings")
}

// backupDownload streams a backup for as long as its reader reads.
func (c *Console) backupDownload(ctx *fiber.Ctx) error {
	name := ctx.Params("name")
	f, err := c.Backups.Download(ctx.UserContext(), c.actor(ctx), name)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	ctx.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	ctx.Set(fiber.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", store.BackupName(name)))
	conn := ctx.Context().Conn()
	slow := &paced{f, func() error { return conn.SetWriteDeadline(time.Now().Add(streamWait)) }, c.Backups.Over()}
	return ctx.SendStream(slow, int(info.Size()))
}

// paced reads on for as long as the other side keeps up, and ends with the program.
type paced struct {
	io.ReadCloser
	more func() error
	over <-chan struct{}
}

func (p *paced) Read(b []byte) (int, error) {
	select {
	case <-p.over:
		return 0, store.ErrClosed
	default:
	}
	if err := p.more(); err != nil {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}

// postBackupUpload takes a backup that comes as the file of a form, straight to the
// disk; what it holds is looked at before it is restored.
func (c *Console) postBackupUpload(ctx *fiber.Ctx) error {
	size := inflowOf(ctx).left // a little more than the file
	file, err := uploadedFile(ctx, c.Backups.Over())
	if err != nil {
		return err
	}
	name, err := c.Backups.Upload(ctx.UserContext(), c.actor(ctx), who(ctx).Name, file, size)
	if errors.Is(err, errCutOff) {
		return refused(fiber.StatusBadRequest, "cut_off")
	}
	// The file may have taken longer to come than a request may take.
	work, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	ctx.SetUserContext(work)
	var no *store.Refusal
	if errors.As(err, &no) || errors.Is(err, store.ErrFull) {
		return c.openBackup(ctx, "upload", problems{"file": c.backupError(ctx, err)})
	}
	if err != nil {
		return err
	}
	return see(ctx, backupPath+"/"+name+"/restore")
}

// uploadedFile finds the file of a form in the body as it comes in.
func uploadedFile(ctx *fiber.Ctx, over <-chan struct{}) (io.Reader, error) {
	kind, with, err := mime.ParseMediaType(ctx.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || with["boundary"] == "" {
		return nil, fiber.ErrBadRequest
	}
	in := inflowOf(ctx)
	form := multipart.NewReader(&paced{io.NopCloser(in), func() error { return in.conn.SetReadDeadline(time.Now().Add(streamWait)) }, over}, with["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, fiber.ErrBadRequest
		}
		if part.FormName() == "file" {
			return part, nil
		}
	}
}
