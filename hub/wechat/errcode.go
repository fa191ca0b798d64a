package wechat

// Reason is what a refusal means to a program that decides what to do next. It is
// empty when there is nothing to do but tell a person.
type Reason string

// The reasons.
const (
	StaleToken   Reason = "stale_token"   // get a new token and call once more
	Busy         Reason = "busy"          // call again, twice at most
	MinuteLimit  Reason = "minute_limit"  // go on in the next minute
	DailyLimit   Reason = "daily_limit"   // until midnight in Beijing, or until the quota is cleared
	WindowClosed Reason = "window_closed" // no right to reply, whatever our own count says
	QuotaUsed    Reason = "quota_used"    // no messages left in the window
	MediaExpired Reason = "media_expired" // upload again, once
	UnknownKF    Reason = "unknown_kf"    // the platform has no such sender
)

var reasons = map[int]Reason{
	40001: StaleToken, 40014: StaleToken, 42001: StaleToken, 42006: StaleToken,
	-1: Busy, 61450: Busy,
	45011: MinuteLimit,
	45009: DailyLimit,
	45015: WindowClosed, 43004: WindowClosed, 45037: WindowClosed, 50005: WindowClosed,
	45047: QuotaUsed,
	40007: MediaExpired,
	65401: UnknownKF, 61452: UnknownKF,
}

// ReasonOf is the reason for a refusal. From the token calls themselves 40001 is
// a wrong AppSecret, so those never have a stale token.
func ReasonOf(err error) Reason {
	reason := reasons[Code(err)]
	if reason == StaleToken && isTokenCall(err) {
		return ""
	}
	return reason
}

// Audience is who must act on a refusal.
type Audience string

// Nobody stands for codes that mend themselves.
const (
	Nobody Audience = ""
	Agent  Audience = "agent" // show it in the conversation
	Admin  Audience = "admin" // a short word to the agent, and an alarm to administrators
	Dev    Audience = "dev"   // our own mistake
)

// For is who must act on an errcode. An unknown one is shown to the agent.
func For(code int) Audience {
	if who, ok := audiences[code]; ok {
		return who
	}
	return Agent
}

var audiences = byAudience(map[Audience][]int{
	Nobody: {-1, 0, 42001, 42006, 45011, 45080, 45081, 61450},
	Agent: {
		40003, 40004, 40005, 40006, 40007, 40009, 40010, 40011, 40113, 40137, 40191, 40213, 40214,
		43004, 43005, 43019, 44001, 44003, 44004, 45001, 45002, 45003, 45004, 45005, 45006, 45007,
		45008, 45015, 45037, 45047, 45059, 45098, 45099, 45157, 45158, 45159, 45166, 46001, 46004,
		48002, 50002, 50005, 53600, 65413, 65414, 65415, 70000, 87014,
	},
	Admin: {
		40001, 40013, 40014, 40091, 40094, 40125, 40164, 40165, 40166, 40173, 40200, 40201, 40243,
		41002, 41004, 42002, 42007, 45009, 45010, 45029, 45032, 45035, 45040, 45056, 45057, 45058,
		45064, 45086, 45087, 45093, 45094, 45102, 48001, 48003, 48004, 48006, 48008, 50001, 50004,
		50007, 61003, 61004, 61005, 61006, 61007, 61009, 61010, 61011, 61023, 61400, 61401, 61452,
		61453, 61454, 61455, 61456, 61457, 61458, 61459, 65400, 65401, 65402, 65403, 65404, 65405,
		65406, 65407, 65408, 65409, 65410, 65411, 65412, 89501, 89503, 89506, 89507,
	},
	Dev: {
		40002, 40008, 40012, 40031, 40032, 40033, 40035, 40052, 40053, 40097, 40170, 40202, 40203,
		41001, 41005, 41006, 41009, 41018, 41019, 41020, 41021, 43001, 43002, 43003, 44002, 45050,
		45072, 45162, 47001, 47002, 49003, 61014, 61015, 61024, 61451, 61500, 65416, 65417, 76003,
		76022,
	},
})

func byAudience(lists map[Audience][]int) map[int]Audience {
	all := make(map[int]Audience)
	for who, codes := range lists {
		for _, code := range codes {
			all[code] = who
		}
	}
	return all
}
