package courier

import "time"

// How patient the courier is. Waits are by the store's clock, deadlines of calls
// by the real one.
var (
	// busyWaits come after "system error" of custom/send.
	busyWaits = []time.Duration{time.Second, 3 * time.Second}
	// unsentWaits come after a try of which nothing reached WeChat.
	unsentWaits = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}
	// mediaWaits come after a medium that could not be fetched; the last repeats.
	mediaWaits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute,
		30 * time.Minute, time.Hour, 2 * time.Hour}
	// tokenWaits put an account on hold after token calls that may do better next
	// time, refusedWaits after those that WeChat refused for a reason.
	tokenWaits   = []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second}
	refusedWaits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	// codeWaits come after an authorisation code that could not be exchanged.
	codeWaits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
)

const (
	minuteTries = 3           // of a reply that meets the limit of calls a minute
	minuteLate  = time.Second // into the next minute, for clocks differ

	mediaLife  = 3 * 24 * time.Hour // of a pushed medium at WeChat
	mediaLease = time.Minute        // a fetch that was cut off is tried again after it
	uploadLife = 60 * time.Hour     // of an upload of ours; WeChat keeps it for 72

	tokenAhead      = 5 * time.Minute  // a token is renewed so long before its end
	authorisedAhead = 10 * time.Minute // as those of a third-party platform are
	codeTries       = 8                // of an authorisation code, within its hour

	tokenAgain  = 30 * time.Second // and not sooner after it came
	forceAgain  = time.Minute      // between two force_refresh: there are 20 a day
	personAgain = 5 * time.Second  // a person's deed may ask past a hold so often

	profilesAtOnce = 5   // user/info a poll, so a few a second
	strangersPage  = 100 // customers considered a poll
	profileHold    = time.Hour
	profilePause   = time.Minute

	settleAgain = time.Second      // a result that could not be stored
	healthAgain = 15 * time.Second // browsers are told of an account's health so often

	tokenDeadline   = 7 * time.Second // within the grace at the end
	uploadDeadline  = time.Minute
	fetchDeadline   = 50 * time.Second // within the lease
	profileDeadline = 10 * time.Second
	listDeadline    = 10 * time.Second
	typingDeadline  = 5 * time.Second
	doctorDeadline  = 12 * time.Second // for all its calls, within a request's 20 s
	articleDeadline = 14 * time.Second // for all pages, within a request's 20 s
)

// wait is the n-th wait (from 1) of a list that ends.
func wait(waits []time.Duration, n int) (time.Duration, bool) {
	if n < 1 || n > len(waits) {
		return 0, false
	}
	return waits[n-1], true
}

// lasting is the n-th wait (from 1) of a list whose last repeats.
func lasting(waits []time.Duration, n int) time.Duration {
	return waits[min(max(n, 1), len(waits))-1]
}

// nextMinute is when calls may go on after the limit of calls a minute.
func nextMinute(now int64) int64 {
	minute := time.Minute.Milliseconds()
	return (now/minute+1)*minute + minuteLate.Milliseconds()
}
