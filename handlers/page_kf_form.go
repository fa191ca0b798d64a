package handlers

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// kfDesk is what admins wait for on the pages of the kf accounts.
type kfDesk interface {
	// DoKF asks WeChat for a deed on a kf account and takes over what it did.
	DoKF(ctx context.Context, by store.Actor, d store.KFDeed, avatar []byte) error
	// KFSessions lists whom WeChat's own tool serves, and who waits there.
	KFSessions(ctx context.Context, accountID int64) (open, waiting []wechat.KFSession, count int, err error)
	// ImportRecords fills timelines from the records of WeChat's own tool.
	ImportRecords(ctx context.Context, by store.Actor, accountID int64, from, to time.Time) (store.Imported, error)
}

// kfForm is what was typed in a dialog.
type kfForm struct {
	KF       store.KFAccount // that is changed; none for a new one
	Action   string          // where the dialog is sent to
	Nickname string
	Prefix   string
	InviteWx string
	Agents   []kfOption // who may speak as it
	Open     int        // conversations that go back to the queue
}

// kfPath is the address of a kf account's dialog.
func kfPath(account int64, kf string) string {
	return "/kf-accounts/" + itoa(account) + "/" + url.PathEscape(kf)
}

// kfDialog finds what the address names: the official account, and the kf account
// unless it is a new one.
func (c *Console) kfDialog(ctx *fiber.Ctx, dialog string) (*kfPage, error) {
	d := &kfPage{Dialog: dialog}
	groups, err := c.kfGroups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if g.Account.ID == pathID(ctx) {
			d.Group = g
		}
	}
	if d.Group.Account.ID == 0 {
		return nil, store.ErrNotFound
	}
	if dialog == "add" {
		d.Form.Action = "/kf-accounts/" + itoa(d.Group.Account.ID) + "/new"
		return d, nil
	}
	return d, d.choose(ctx.Params("kf"))
}

// choose makes the dialog one of a kf account.
func (d *kfPage) choose(kf string) error {
	for _, k := range d.Group.Rows {
		if k.KFAccount == kf {
			d.Form.KF, d.Form.Nickname, d.Form.Action = k, k.Nickname, kfPath(k.Account, kf)
			return nil
		}
	}
	return store.ErrNotFound
}

// showKF shows the dialog, with the agents that can be chosen where it asks for one.
func (c *Console) showKF(ctx *fiber.Ctx, d *kfPage, wish int64) error {
	if d.Dialog == "add" || d.Dialog == "edit" {
		agents, err := c.Store.Agents(ctx.UserContext())
		if err != nil {
			return err
		}
		d.Form.Agents = c.kfAgents(ctx, agents, d, wish)
	}
	return c.renderKF(ctx, d, nil)
}

// kfAgents lists who may speak as the kf account. Who has another one here cannot
// be chosen.
func (c *Console) kfAgents(ctx *fiber.Ctx, agents []store.Agent, d *kfPage, wish int64) []kfOption {
	list := []kfOption{{Text: c.text(ctx, "kf.agent.none"), Selected: wish == 0}}
	for _, a := range agents {
		if !a.Active && a.ID != wish {
			continue
		}
		o := kfOption{Value: itoa(a.ID), Text: c.text(ctx, "kf.agent.is", "name", a.Name, "role", c.text(ctx, "common.role."+a.Role)), Selected: a.ID == wish}
		for _, b := range a.Bindings {
			if b.Account == d.Group.Account.ID && b.KFAccount != "" && b.KFAccount != d.Form.KF.KFAccount {
				o.Disabled, o.Text = true, c.text(ctx, "kf.agent.taken", "name", o.Text, "kf", b.KFAccount)
			}
		}
		list = append(list, o)
	}
	return list
}

func (c *Console) pageKFNew(ctx *fiber.Ctx) error {
	d, err := c.kfDialog(ctx, "add")
	if err != nil {
		return err
	}
	return c.showKF(ctx, d, 0)
}

// pageKF shows one of the dialogs of a kf account.
func (c *Console) pageKF(dialog string) fiber.Handler {
	return func(ctx *fiber.Ctx) error {
		d, err := c.kfDialog(ctx, dialog)
		if err != nil {
			return err
		}
		if dialog == "delete" {
			if d.Form.Open, err = c.Store.KFOpen(ctx.UserContext(), d.Group.Account.ID, d.Form.KF.KFAccount); err != nil {
				return err
			}
		}
		return c.showKF(ctx, d, d.Form.KF.Agent)
	}
}

// postKFNew adds a kf account, and then does what else was typed. What fails of
// that is shown in the dialog that is for it: the kf account is there by then.
func (c *Console) postKFNew(ctx *fiber.Ctx) error {
	d, err := c.kfDialog(ctx, "add")
	if err != nil {
		return err
	}
	agent := formID(ctx, "agent")
	d.Form.Nickname, d.Form.Prefix, d.Form.InviteWx = strings.TrimSpace(ctx.FormValue("nickname")), strings.TrimSpace(ctx.FormValue("prefix")), strings.TrimSpace(ctx.FormValue("invite_wx"))
	picture, err := c.avatarOfForm(ctx)
	if err != nil {
		return c.kfFailed(ctx, d, agent, err)
	}
	kf := d.Form.Prefix + "@" + d.Group.Account.KFSuffix()
	if err := c.doKF(ctx, d, store.KFDeed{KFAccount: kf, What: "add", Wish: d.Form.Nickname, Bind: agent}, nil); err != nil {
		return c.kfFailed(ctx, d, agent, err)
	}
	again, err := c.kfGroup(ctx, d.Group.Account.ID)
	if err == nil {
		d.Group, d.Dialog = again, "edit"
		err = d.choose(kf)
	}
	if err != nil {
		return err
	}
	if len(picture) > 0 {
		if err := c.doKF(ctx, d, store.KFDeed{KFAccount: kf, What: "avatar"}, picture); err != nil {
			return c.kfFailed(ctx, d, agent, err)
		}
	}
	if d.Form.InviteWx != "" {
		if err := c.doKF(ctx, d, store.KFDeed{KFAccount: kf, What: "invite", Wish: d.Form.InviteWx}, nil); err != nil {
			d.Dialog = "invite"
			return c.kfFailed(ctx, d, agent, err)
		}
	}
	c.lookAgain(ctx, d.Group.Account.ID)
	return see(ctx, "/kf-accounts?done=kf_added")
}

func (c *Console) kfGroup(ctx *fiber.Ctx, id int64) (kfGroup, error) {
	groups, err := c.kfGroups(ctx)
	for _, g := range groups {
		if g.Account.ID == id {
			return g, err
		}
	}
	return kfGroup{}, err
}

// postKF changes nickname, picture and agent, each if it is another one.
func (c *Console) postKF(ctx *fiber.Ctx) error {
	d, err := c.kfDialog(ctx, "edit")
	if err != nil {
		return err
	}
	k, agent := d.Form.KF, formID(ctx, "agent")
	d.Form.Nickname = strings.TrimSpace(ctx.FormValue("nickname"))
	picture, err := c.avatarOfForm(ctx)
	if err == nil && d.Form.Nickname != k.Nickname {
		err = c.doKF(ctx, d, store.KFDeed{KFAccount: k.KFAccount, What: "update", Wish: d.Form.Nickname}, nil)
	}
	if err == nil && len(picture) > 0 {
		if err = c.doKF(ctx, d, store.KFDeed{KFAccount: k.KFAccount, What: "avatar"}, picture); err == nil {
			c.lookAgain(ctx, k.Account)
		}
	}
	if err == nil && k.Agent != 0 && k.Agent != agent {
		err = c.Store.Bind(ctx.UserContext(), c.actor(ctx), k.Agent, k.Account, "")
	}
	if err == nil && agent != 0 && k.Agent != agent {
		err = c.Store.Bind(ctx.UserContext(), c.actor(ctx), agent, k.Account, k.KFAccount)
	}
	if err != nil {
		return c.kfFailed(ctx, d, agent, err)
	}
	return see(ctx, "/kf-accounts?done=kf_saved")
}

func (c *Console) postKFInvite(ctx *fiber.Ctx) error {
	d, err := c.kfDialog(ctx, "invite")
	if err != nil {
		return err
	}
	d.Form.InviteWx = strings.TrimSpace(ctx.FormValue("invite_wx"))
	if d.Form.InviteWx == "" {
		err = empty("invite_wx")
	} else {
		err = c.doKF(ctx, d, store.KFDeed{KFAccount: d.Form.KF.KFAccount, What: "invite", Wish: d.Form.InviteWx}, nil)
	}
	if err != nil {
		return c.kfFailed(ctx, d, 0, err)
	}
	c.lookAgain(ctx, d.Group.Account.ID)
	return see(ctx, "/kf-accounts?done=kf_invited")
}

func (c *Console) postKFDelete(ctx *fiber.Ctx) error {
	d, err := c.kfDialog(ctx, "delete")
	if err != nil {
		return err
	}
	if err := c.doKF(ctx, d, store.KFDeed{KFAccount: d.Form.KF.KFAccount, What: "delete"}, nil); err != nil {
		return c.kfFailed(ctx, d, 0, err)
	}
	return see(ctx, "/kf-accounts?done=kf_deleted")
}

func (c *Console) doKF(ctx *fiber.Ctx, d *kfPage, deed store.KFDeed, avatar []byte) error {
	deed.Account = d.Group.Account.ID
	return c.WeChat.DoKF(ctx.UserContext(), c.actor(ctx), deed, avatar)
}

// lookAgain reads WeChat's list after a deed that changes more of it than we
// know. The deed is done, whatever comes of it; the next sync is within the hour.
func (c *Console) lookAgain(ctx *fiber.Ctx, account int64) {
	if err := c.WeChat.SyncKF(ctx.UserContext(), account); err != nil {
		c.Log.WarnContext(ctx.UserContext(), "kf accounts could not be read after a deed", "account", account, "error", err)
	}
}

// kfFields are the fields of a dialog that WeChat's refusals are about; the others
// are told of the dialog as a whole.
var kfFields = map[int]string{
	65403: "nickname",
	65404: "prefix", 65406: "prefix", 61453: "prefix", 61454: "prefix", 61455: "prefix",
	65407: "invite_wx", 65408: "invite_wx", 65409: "invite_wx", 65410: "invite_wx", 65411: "invite_wx", 65412: "invite_wx",
	40005: "avatar", 40009: "avatar", 61457: "avatar",
}

// kfDialogFields are the fields that each dialog has.
var kfDialogFields = map[string]string{"add": "nickname prefix invite_wx avatar", "edit": "nickname avatar", "invite": "invite_wx"}

// kfFailed shows what went wrong at its field of the dialog. When it is not known
// whether WeChat did it, the list says so, and that the next sync finds out.
func (c *Console) kfFailed(ctx *fiber.Ctx, d *kfPage, agent int64, err error) error {
	field, text := "form", ""
	var no *wechat.Error
	var own *problemError
	var lost *wechat.CallError
	switch faults, ok := c.refusal(ctx, err, "form"); {
	case ok:
		for field, text = range faults {
		}
	case errors.As(err, &own):
		field, _ = own.Detail["field"].(string)
		text = c.errorText(ctx, own)
	case errors.As(err, &no):
		field, text = kfFields[no.Code], c.kfRefusal(ctx, no)
	case !errors.As(err, &lost): // also when another deed took all the time there was
		return err
	case c.kfUncertain(ctx, d.Group.Account.ID):
		c.Log.WarnContext(ctx.UserContext(), "it is not known whether WeChat did a deed on a kf account", "account", d.Group.Account.ID, "error", err)
		return c.renderKF(ctx, &kfPage{}, &Alert{Title: c.text(ctx, "kf.uncertain"), Text: c.text(ctx, "kf.uncertain_desc")})
	default:
		text = c.text(ctx, "err.wechat_silent")
	}
	if !slices.Contains(strings.Fields(kfDialogFields[d.Dialog]), field) {
		field = "form"
	}
	d.Problems = problems{field: text}
	return c.showKF(ctx, d, agent)
}

// kfUncertain tells whether WeChat was asked for something of the account and its
// answer is not known.
func (c *Console) kfUncertain(ctx *fiber.Ctx, account int64) bool {
	list, err := c.Store.KFDeeds(context.WithoutCancel(ctx.UserContext()))
	return err == nil && slices.ContainsFunc(list, func(d store.KFDeed) bool { return d.Account == account && !d.Undone })
}

// kfRefusal is a refusal of WeChat in the words for an admin, where there are such.
func (c *Console) kfRefusal(ctx *fiber.Ctx, no *wechat.Error) string {
	if key := "kf.refused." + itoa(int64(no.Code)); c.Texts.Has(DefaultLang, key) {
		return c.text(ctx, "page.check.code", "text", c.text(ctx, key), "code", no.Code)
	}
	return c.wechatError(ctx, no)
}
