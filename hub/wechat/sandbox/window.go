package sandbox

import "time"

// A Bucket is one of the two allowances to answer a user.
type Bucket struct {
	Left  int    `json:"left"`
	Total int    `json:"total"`
	Since int64  `json:"since"` // ms
	Until int64  `json:"until"` // ms
	Cause string `json:"cause"` // message, menu, follow, scan, pay
}

func (b *Bucket) open(now time.Time) bool { return b.Until > now.UnixMilli() }

type allowance struct {
	n    int
	life time.Duration
}

// profiles are the rules of custom/send over the years (customer message
// rules of the platform). 2023 is in force.
var profiles = map[string]map[string]allowance{
	"2023": {
		"message": {5, 48 * time.Hour},
		"menu":    {3, time.Minute},
		"follow":  {3, time.Minute},
		"scan":    {3, time.Minute},
	},
	"2021": {
		"message": {20, 48 * time.Hour},
		"menu":    {3, time.Minute},
		"follow":  {3, time.Minute},
		"scan":    {3, time.Minute},
		"pay":     {20, 48 * time.Hour},
	},
	"legacy": {
		"message": {20, 48 * time.Hour},
		"menu":    {20, 48 * time.Hour},
		"follow":  {20, 48 * time.Hour},
		"scan":    {20, 48 * time.Hour},
		"pay":     {20, 48 * time.Hour},
	},
}

// grant fills the bucket that an action of the user opens. A new grant
// replaces the old one, nothing adds up.
func (s *Sandbox) grant(u *user, cause string, at time.Time) {
	a := profiles[u.account.Profile][cause]
	if cause == "pay" && s.opt.PayQuota > 0 {
		a = allowance{s.opt.PayQuota, 48 * time.Hour}
	}
	if a.n == 0 {
		return
	}
	b := Bucket{Left: a.n, Total: a.n, Since: at.UnixMilli(), Until: at.Add(a.life).UnixMilli(), Cause: cause}
	if cause == "message" || cause == "pay" {
		u.Message = b
	} else {
		u.Action = b
	}
}

// window says whether a message may go to the user now: 0, 45015 or 45047.
func (u *user) window(now time.Time) int {
	action, message := u.Action.open(now), u.Message.open(now)
	switch {
	case action && u.Action.Left > 0, message && u.Message.Left > 0:
		return 0
	case action, message:
		return 45047
	}
	return 45015
}

// spend uses one message, of the short bucket first.
func (u *user) spend(now time.Time) {
	if u.Action.open(now) && u.Action.Left > 0 {
		u.Action.Left--
		return
	}
	u.Message.Left--
}
