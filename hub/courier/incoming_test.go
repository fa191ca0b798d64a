package courier

import (
	"os"
	"strings"
	"testing"

	"kfdesk/hub/wechat"
)

func TestPaymentsAreKnown(t *testing.T) {
	read := func(name string) string { return string(must(os.ReadFile("../wechat/testdata/push/" + name))(t)) }
	follow := read("event_subscribe.xml")
	for what, c := range map[string]struct {
		xml  string
		paid bool
	}{
		"a follow":                 {follow, false},
		"a follow after a payment": {read("event_subscribe_paid.xml"), true},
		"a payment by card":        {strings.Replace(follow, "subscribe", "user_pay_from_pay_cell", 1), true},
		"a menu tap":               {strings.Replace(follow, "subscribe", "CLICK", 1), false},
	} {
		equal(t, what, Incoming(1, must(wechat.ParsePush([]byte(c.xml)))(t)).Paid, c.paid)
	}
}
