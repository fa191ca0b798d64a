package handlers

import (
	"crypto/rand"

	"github.com/gofiber/fiber/v2"

	"kfdesk/store"
)

// agentsPage is the list of agents, with a dialog over it where one is open:
// each dialog has an address of its own, so that it works without a script.
type agentsPage struct {
	Agents    []agentRow
	Dialog    string // edit, password, reset, link, deactivate or ""
	Action    string // where the edit dialog is sent to
	Form      store.Agent
	Choices   []kfChoice
	Invite    bool   // the new one gets a link, else a first password
	Suggested string // a first password
	Link      string // made just now, shown only this time
	LinkKind  string // join, reset
	SyncNote  string
	Problems  problems
}

type agentRow struct {
	store.Agent
	Avatar int64
	Open   int         // conversations
	Link   *store.Link // to join, not used yet
	Ended  bool        // it has
}

func (c *Console) agentsPage(ctx *fiber.Ctx, d *agentsPage) (*Page, error) {
	agents, err := c.Store.Agents(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	links, err := c.Store.Links(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	open, err := c.Store.OpenCounts(ctx.UserContext())
	if err != nil {
		return nil, err
	}
	for _, a := range agents {
		row := agentRow{Agent: a, Avatar: avatarOf(a.Bindings), Open: open[a.ID]}
		for _, l := range links {
			if l.Agent.ID == a.ID && l.Kind == "join" {
				row.Link, row.Ended = &l, l.ExpiresAt <= c.Store.Now().UnixMilli()
			}
		}
		d.Agents = append(d.Agents, row)
	}
	p := c.page(ctx, "page.agents.title")
	p.D = d
	return p, nil
}

func (c *Console) renderAgents(ctx *fiber.Ctx, d *agentsPage) error {
	p, err := c.agentsPage(ctx, d)
	if err != nil {
		return err
	}
	if len(d.Problems) > 0 {
		return again(ctx, "agents", p)
	}
	return ctx.Render("agents", p)
}

func (c *Console) pageAgents(ctx *fiber.Ctx) error { return c.renderAgents(ctx, &agentsPage{}) }

// named finds the agent of the address.
func (c *Console) named(ctx *fiber.Ctx) (store.Agent, error) {
	return c.Store.Agent(ctx.UserContext(), pathID(ctx))
}

func (c *Console) pageAgentPassword(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	return c.renderAgents(ctx, &agentsPage{Dialog: "password", Form: agent, Suggested: suggestPassword()})
}

func (c *Console) postAgentPassword(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	var keep []byte
	if s, ok := ctx.Locals("session").(store.Session); ok && agent.ID == who(ctx).ID {
		keep = s.Hash
	}
	err = c.Store.SetPassword(ctx.UserContext(), c.actor(ctx), agent.ID, ctx.FormValue("password"), keep)
	if faults, ok := c.refusal(ctx, err, "password"); ok {
		return c.renderAgents(ctx, &agentsPage{Dialog: "password", Form: agent, Suggested: suggestPassword(), Problems: faults})
	}
	if err != nil {
		return err
	}
	if keep != nil {
		if err := c.renew(ctx); err != nil {
			return err
		}
	}
	return see(ctx, "/agents?done=agent_password")
}

func (c *Console) pageAgentDeactivate(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	return c.renderAgents(ctx, &agentsPage{Dialog: "deactivate", Form: agent})
}

func (c *Console) postAgentDeactivate(ctx *fiber.Ctx) error {
	agent, err := c.named(ctx)
	if err != nil {
		return err
	}
	err = c.Store.SetAgentActive(ctx.UserContext(), c.actor(ctx), agent.ID, false)
	if faults, ok := c.refusal(ctx, err, "deactivate"); ok {
		return c.renderAgents(ctx, &agentsPage{Dialog: "deactivate", Form: agent, Problems: faults})
	}
	if err != nil {
		return err
	}
	return see(ctx, "/agents?done=agent_off")
}

func (c *Console) postAgentActivate(ctx *fiber.Ctx) error {
	if err := c.Store.SetAgentActive(ctx.UserContext(), c.actor(ctx), pathID(ctx), true); err != nil {
		return err
	}
	return see(ctx, "/agents?done=agent_on")
}

// suggestPassword makes a first password that can be read out: three groups of
// letters and digits that are not mistaken for each other, 59 bits.
func suggestPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789" // 31
	out := make([]byte, 0, 14)
	for raw := make([]byte, 1); len(out) < 14; {
		if len(out) == 4 || len(out) == 9 {
			out = append(out, '-')
			continue
		}
		_, _ = rand.Read(raw) // never fails
		if int(raw[0]) < 256/len(letters)*len(letters) {
			out = append(out, letters[int(raw[0])%len(letters)])
		}
	}
	return string(out)
}
