package wechat

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../static/i18n/" + lang + "/wechat.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestCatalogue: every code has its words in both languages, and no words are
// without a code.
func TestCatalogue(t *testing.T) {
	for _, lang := range []string{"zh-CN", "en"} {
		texts := catalogue(t, lang)
		for code := range audiences {
			if texts[fmt.Sprintf("wxerr.%d", code)] == "" {
				t.Errorf("%s: no words for %d", lang, code)
			}
		}
		for code := range reasons {
			if texts[fmt.Sprintf("wxerr.%d", code)] == "" {
				t.Errorf("%s: no words for %d", lang, code)
			}
		}
		if other := texts["wxerr.other"]; !strings.Contains(other, "{errmsg}") || !strings.Contains(other, "{code}") {
			t.Errorf("%s: wxerr.other is %q", lang, other)
		}
		if len(texts) != len(audiences)+1 {
			t.Errorf("%s: %d texts for %d codes", lang, len(texts), len(audiences))
		}
	}
}

func TestReasonOf(t *testing.T) {
	for code, want := range map[int]Reason{
		40001: StaleToken, 40014: StaleToken, 42001: StaleToken, -1: Busy, 61450: Busy, 45011: MinuteLimit,
		45009: DailyLimit, 45015: WindowClosed, 43004: WindowClosed, 50005: WindowClosed, 45047: QuotaUsed,
		40007: MediaExpired, 65401: UnknownKF, 61452: UnknownKF, 48001: "", 12345: "",
	} {
		err := fmt.Errorf("while sending: %w", &Error{Code: code, Path: pathSend})
		if got := ReasonOf(err); got != want {
			t.Errorf("%d: %q, want %q", code, got, want)
		}
	}
	for _, path := range []string{pathToken, pathStableToken} {
		if got := ReasonOf(&Error{Code: 40001, Path: path}); got != "" {
			t.Errorf("40001 from %s is a wrong secret, not %q", path, got)
		}
	}
	if got := ReasonOf(nil); got != "" {
		t.Errorf("no error: %q", got)
	}
}

func TestFor(t *testing.T) {
	for code, want := range map[int]Audience{45047: Agent, 48001: Admin, 47001: Dev, -1: Nobody, 99999: Agent} {
		if got := For(code); got != want {
			t.Errorf("For(%d) = %q, want %q", code, got, want)
		}
	}
	if total := len(audiences); total != 172 {
		t.Errorf("%d codes: one stands in two lists, or the table was changed", total)
	}
}
