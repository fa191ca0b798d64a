package wechat

import (
	"slices"
	"strings"
)

// releaseAccounts are the accounts with which the platform tests a third-party
// platform before it goes live (全网发布接入检测), by original id: five official
// accounts and five mini programs, of which it takes one at random.
var releaseAccounts = []string{
	"gh_3c884a361561", "gh_c0f28a78b318", "gh_3f222ed8d140", "gh_26128078e9ab", "gh_2b3713f184a6",
	"gh_8dad206e9538", "gh_905ae9d01059", "gh_393666f1fdf4", "gh_39abb5d4e1b7", "gh_7818dcb60240",
}

// IsReleaseTest tells whether an original id is that of one of the accounts with
// which the platform tests a third-party platform.
func IsReleaseTest(originalID string) bool { return slices.Contains(releaseAccounts, originalID) }

// ReleaseTest says what the platform wants to see in answer to a push of its
// release test: a passive reply, or an authorisation code to exchange, after
// which ReleaseAnswer goes to the user by custom/send. Both are empty when nothing
// is wanted. That events are tested is unconfirmed for newer versions of the test.
func ReleaseTest(p *Push) (reply, code string) {
	const text = "TESTCOMPONENT_MSG_TYPE_TEXT"
	switch {
	case p.MsgType == "event":
		return p.Event + "from_callback", ""
	case p.MsgType == "text" && p.Content == text:
		return text + "_callback", ""
	case p.MsgType == "text":
		code, _ = strings.CutPrefix(p.Content, "QUERY_AUTH_CODE:")
		if code == p.Content {
			return "", ""
		}
		return "", code
	}
	return "", ""
}

// ReleaseAnswer is the text that is sent after the exchange of a code.
func ReleaseAnswer(code string) string { return code + "_from_api" }
