package handlers

import (
	"github.com/gofiber/fiber/v2"
)

// alarm is something wrong that an admin has to mend. It stands above every page
// of every admin while it lasts, so each is looked up anew and none is kept.
type alarm struct {
	Text string `json:"text"` // what no longer works, and for whom
	Link string `json:"link"` // the page with the remedy
	Warn bool   `json:"warn"` // nothing has stopped yet
}

// alarmSources are all that may be wrong, the worst first. Each has a file of its
// own, next to the page it leads to.
var alarmSources = []func(*Console, *fiber.Ctx) ([]alarm, error){
	faultAlarms,
	wechatAlarms,
	(*Console).alarmsOfComponent,
	(*Console).undoneKF,
	backupAlarms,
}

// alarms lists what is wrong now, for an admin; others get none.
func (c *Console) alarms(ctx *fiber.Ctx) []alarm {
	if a := who(ctx); a == nil || !a.Admin() || ctx.UserContext().Err() != nil { // of an error page the request is over
		return nil
	}
	var list []alarm
	for _, source := range alarmSources {
		more, err := source(c, ctx)
		if err != nil {
			// A page must not fail for what only stands above it.
			c.Log.ErrorContext(ctx.UserContext(), "looking for alarms", "err", err)
		}
		list = append(list, more...)
	}
	return list
}

// apiAlarms is what the inbox shows above itself; an agent who is no admin gets an
// empty list.
func (c *Console) apiAlarms(ctx *fiber.Ctx) error {
	return ctx.JSON(fiber.Map{"alarms": append([]alarm{}, c.alarms(ctx)...)})
}
