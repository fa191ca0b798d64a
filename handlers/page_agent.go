package handlers

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// kfChoice lets an agent speak as one kf_account of an official account.
type kfChoice struct {
	Account store.Account
	Options []kfOption
	Empty   bool // the mirror has none
}

type kfOption struct {
	Value, Text        string // the value is a kf_account, watchOnly or "" for no access
	Selected, Disabled bool
}

// watchOnly stands for an agent who sees an official account and does not reply.
const watchOnly = "-"

// wishes are the values chosen in the form, by official account.
type wishes map[int64]string

func wishesOf(a *store.Agent) wishes {
	w := wishes{}
	for _, b := range a.Bindings {
		w[b.Account] = b.KFAccount
		if b.KFAccount == "" {
			w[b.Account] = watchOnly
		}
	}
	return w
}

func kfField(account int64) string { return "account-" + itoa(account) }

func (c *Console) typedWishes(ctx *fiber.Ctx) (wishes, error) {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	w := wishes{}
	for _, a := range accounts {
		w[a.ID] = ctx.FormValue(kfField(a.ID))
	}
	return w, err
}

// choices lists what agent may be bound to. What another agent has is shown and
// cannot be chosen; what WeChat no longer has stays while it is chosen.
func (c *Console) choices(ctx *fiber.Ctx, agent int64, w wishes) ([]kfChoice, error) {
	groups, err := c.kfGroups(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]kfChoice, len(groups))
	for i, g := range groups {
		wish := w[g.Account.ID]
		choice := kfChoice{Account: g.Account, Empty: len(g.Rows) == 0, Options: []kfOption{
			{Value: "", Text: c.text(ctx, "page.agents.option.none")},
			{Value: watchOnly, Text: c.text(ctx, "page.agents.option.watch")},
		}}
		known := wish == "" || wish == watchOnly
		for _, k := range g.Rows {
			o := kfOption{Value: k.KFAccount, Text: k.Nickname + " " + k.KFAccount}
			if k.Agent != 0 && k.Agent != agent {
				o.Disabled, o.Text = true, c.text(ctx, "page.agents.option.taken", "kf", o.Text, "name", k.AgentName)
			}
			known = known || k.KFAccount == wish
			choice.Options = append(choice.Options, o)
		}
		if !known {
			choice.Options = append(choice.Options, kfOption{Value: wish, Text: c.text(ctx, "page.agents.option.gone", "kf", wish)})
		}
		for j := range choice.Options {
			choice.Options[j].Selected = choice.Options[j].Value == wish
		}
		list[i] = choice
	}
	return list, nil
}

// pageAgentNew proposes to look on everywhere: who sees nothing would think the
// console broken.
func (c *Console) pageAgentNew(ctx *fiber.Ctx) error {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	if err != nil {
		return err
	}
	w := wishes{}
	for _, a := range accounts {
		w[a.ID] = watchOnly
	}
	return c.renderAgentForm(ctx, &agentsPage{Form: store.Agent{Role: "agent"}, Invite: true, Suggested: suggestPassword()}, w)
}

func (c *Console) pageAgent(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	return c.renderAgentForm(ctx, &agentsPage{Form: agent}, wishesOf(&agent))
}

func (c *Console) renderAgentForm(ctx *fiber.Ctx, d *agentsPage, w wishes) (err error) {
	d.Dialog, d.Action = "edit", "/agents/new"
	if d.Form.ID != 0 {
		d.Action = agentPath(d.Form.ID)
	}
	if d.Choices, err = c.choices(ctx, d.Form.ID, w); err != nil {
		return err
	}
	return c.renderAgents(ctx, d)
}

func agentPath(id int64) string { return "/agents/" + itoa(id) }

func (c *Console) postAgentNew(ctx *fiber.Ctx) error {
	d := &agentsPage{Form: store.Agent{Login: ctx.FormValue("login"), Name: ctx.FormValue("name"), Role: ctx.FormValue("role"), Capacity: typedCapacity(ctx)},
		Invite: ctx.FormValue("way") == "invite", Suggested: ctx.FormValue("password")}
	w, err := c.typedWishes(ctx)
	if err != nil {
		return err
	}
	if ctx.FormValue("sync") != "" {
		d.SyncNote = c.syncAll(ctx)
		return c.renderAgentForm(ctx, d, w)
	}
	agent, secret, err := c.addAgent(ctx, d)
	if faults, ok := c.refusal(ctx, err, "login"); ok {
		d.Problems = faults
		return c.renderAgentForm(ctx, d, w)
	}
	if err != nil {
		return err
	}
	if d.Invite {
		return c.bindAll(ctx, agent, w, func() error { return c.renderLink(ctx, agent, secret, "join") })
	}
	return c.bindAll(ctx, agent, w, done(ctx, "agent_added"))
}

// addAgent makes an agent with a first password, or gives the secret of a link
// by which they set one.
func (c *Console) addAgent(ctx *fiber.Ctx, d *agentsPage) (agent store.Agent, secret string, err error) {
	if d.Invite {
		return c.Store.InviteAgent(ctx.UserContext(), c.actor(ctx), d.Form)
	}
	agent, err = c.Store.AddAgent(ctx.UserContext(), c.actor(ctx), d.Form, d.Suggested)
	return agent, "", err
}

// done sends the browser to the list, which says what was done.
func done(ctx *fiber.Ctx, what string) func() error {
	return func() error { return see(ctx, "/agents?done="+what) }
}

func (c *Console) postAgent(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	w, err := c.typedWishes(ctx)
	if err != nil {
		return err
	}
	d := &agentsPage{Form: agent}
	d.Form.Name, d.Form.Role, d.Form.Capacity = ctx.FormValue("name"), ctx.FormValue("role"), typedCapacity(ctx)
	if ctx.FormValue("sync") != "" {
		d.SyncNote = c.syncAll(ctx)
		return c.renderAgentForm(ctx, d, w)
	}
	err = c.Store.UpdateAgent(ctx.UserContext(), c.actor(ctx), d.Form)
	if faults, ok := c.refusal(ctx, err, "role"); ok {
		d.Problems = faults
		return c.renderAgentForm(ctx, d, w)
	}
	if err != nil {
		return err
	}
	return c.bindAll(ctx, d.Form, w, done(ctx, "agent_saved"))
}

// typedCapacity is 0, as the rules say, where nothing is typed.
func typedCapacity(ctx *fiber.Ctx) int {
	if strings.TrimSpace(ctx.FormValue("capacity")) == "" {
		return 0
	}
	return typedNumber(ctx, "capacity")
}

// bindAll brings the agent's bindings to what was chosen, then shows what comes
// next. A refused one is shown in the agent's dialog; the others hold.
func (c *Console) bindAll(ctx *fiber.Ctx, agent store.Agent, w wishes, next func() error) error {
	before, faults := wishesOf(&agent), problems{}
	for account, wish := range w {
		if wish == before[account] {
			continue
		}
		err := c.bind(ctx, agent.ID, account, wish)
		if fault, ok := c.refusal(ctx, err, "kf_account"); ok {
			faults[kfField(account)] = fault["kf_account"]
		} else if err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return c.renderAgentForm(ctx, &agentsPage{Form: agent, Problems: faults}, w)
	}
	return next()
}

func (c *Console) bind(ctx *fiber.Ctx, agent, account int64, wish string) error {
	switch wish {
	case "":
		return c.Store.Unbind(ctx.UserContext(), c.actor(ctx), agent, account)
	case watchOnly:
		wish = ""
	}
	return c.Store.Bind(ctx.UserContext(), c.actor(ctx), agent, account, wish)
}

// syncAll syncs every official account and says what came of it.
func (c *Console) syncAll(ctx *fiber.Ctx) string {
	accounts, err := c.Store.Accounts(ctx.UserContext())
	for _, a := range accounts {
		err = errors.Join(err, c.WeChat.SyncKF(ctx.UserContext(), a.ID))
	}
	if err != nil {
		return c.syncFailure(ctx, err)
	}
	return c.text(ctx, "page.done.synced")
}
