package sandbox

import (
	"testing"
	"time"
)

func (w *world) classic() string {
	w.t.Helper()
	v, life, err := w.client.Token(w.t.Context(), w.account.AppID, w.account.Secret)
	w.must(err)
	if life != 2*time.Hour {
		w.t.Errorf("expires in %v", life)
	}
	return v
}

func (w *world) stable(force bool) (string, time.Duration) {
	w.t.Helper()
	v, life, err := w.client.StableToken(w.t.Context(), w.account.AppID, w.account.Secret, force)
	w.must(err)
	return v, life
}

// use is the errcode of a call with a token.
func (w *world) use(token string) int {
	w.t.Helper()
	_, err := w.client.KFList(w.t.Context(), token)
	return code(w.t, err)
}

func (w *world) expect(token string, want int) {
	w.t.Helper()
	if got := w.use(token); got != want {
		w.t.Errorf("errcode %d, want %d", got, want)
	}
}

func TestClassicTokensSupersedeEachOther(t *testing.T) {
	w := newWorld(t)
	one := w.classic()
	w.Advance(time.Hour)
	two := w.classic()
	w.expect(one, 0)
	w.Advance(5*time.Minute - time.Second)
	w.expect(one, 0)
	w.Advance(time.Second)
	w.expect(one, 40001)
	w.expect(two, 0)
	w.Advance(2 * time.Hour)
	w.expect(two, 42001)
}

func TestStableToken(t *testing.T) {
	w := newWorld(t)
	one, life := w.stable(false)
	if life != 2*time.Hour {
		t.Errorf("expires in %v", life)
	}
	w.Advance(114 * time.Minute)
	if again, life := w.stable(false); again != one || life != 6*time.Minute {
		t.Errorf("another token after 114 minutes, or %v left", life)
	}
	w.Advance(time.Minute) // the last five minutes
	two, _ := w.stable(false)
	if two == one {
		t.Error("the same token in its last five minutes")
	}
	w.expect(one, 0)
	w.expect(two, 0)
	w.Advance(5 * time.Minute)
	w.expect(one, 42001)
	w.expect(two, 0)
}

func TestForceRefresh(t *testing.T) {
	w := newWorld(t)
	one, _ := w.stable(false)
	two, _ := w.stable(true)
	if one == two {
		t.Fatal("the same token")
	}
	w.expect(one, 40001)
	if again, _ := w.stable(true); again != two {
		t.Error("a second refresh within 30 s gave another token")
	}
	for range 19 {
		w.Advance(30 * time.Second)
		w.stable(true)
	}
	w.Advance(30 * time.Second)
	if _, _, err := w.client.StableToken(t.Context(), w.account.AppID, w.account.Secret, true); code(t, err) != 45009 {
		t.Errorf("21st refresh of the day: %v", err)
	}
	w.Advance(24 * time.Hour)
	w.stable(true)
}

func TestTheTwoKindsLeaveEachOtherAlone(t *testing.T) {
	w := newWorld(t)
	stable, _ := w.stable(false)
	classic := w.classic()
	w.stable(true)
	w.expect(classic, 0)
	w.expect(stable, 40001)
	fresh, _ := w.stable(false)
	w.classic()
	w.Advance(6 * time.Minute)
	w.expect(fresh, 0)
	w.expect(classic, 40001)
}

func TestExpireTokens(t *testing.T) {
	w := newWorld(t)
	w.ExpireTokens("")
	w.expect(w.token, 42001)
	fresh, _ := w.stable(false)
	w.expect(fresh, 0)
}

func TestTokenCalls(t *testing.T) {
	w := newWorld(t)
	cases := []struct {
		name, method, path, body string
		want                     int
	}{
		{"grant type", "GET", "/cgi-bin/token?grant_type=x&appid=a&secret=b", "", 40002},
		{"no appid", "GET", "/cgi-bin/token?grant_type=client_credential&secret=b", "", 41002},
		{"no secret", "GET", "/cgi-bin/token?grant_type=client_credential&appid=a", "", 41004},
		{"appid", "GET", "/cgi-bin/token?grant_type=client_credential&appid=a&secret=b", "", 40013},
		{"secret of odd length", "GET", "/cgi-bin/token?grant_type=client_credential&appid=" + w.account.AppID + "&secret=b", "", 40125},
		{"wrong secret", "GET", "/cgi-bin/token?grant_type=client_credential&appid=" + w.account.AppID + "&secret=ffffffffffffffffffffffffffffffff", "", 40001},
		{"stable by GET", "GET", "/cgi-bin/stable_token", "", 43002},
		{"stable without body", "POST", "/cgi-bin/stable_token", "", 44002},
		{"token by POST", "POST", "/cgi-bin/token", "{}", 43001},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := w.in(t).raw(tc.method, tc.path, tc.body); got != tc.want {
				t.Errorf("errcode %d, want %d", got, tc.want)
			}
		})
	}
	w.account.IPs = []string{"203.0.113.9"}
	w.must(w.AddAccount(w.account))
	if _, _, err := w.client.StableToken(t.Context(), w.account.AppID, w.account.Secret, false); code(t, err) != 40164 {
		t.Errorf("address that is not on the list: %v", err)
	}
	w.expect(w.token, 0) // other calls do not look at the list
}

func TestDailyQuota(t *testing.T) {
	w := newWorld(t)
	for range 100 {
		if _, _, err := w.client.Published(t.Context(), w.token, 0, 1); err != nil {
			t.Fatal(err)
		}
	}
	list := func() int {
		_, _, err := w.client.Published(t.Context(), w.token, 0, 1)
		return code(t, err)
	}
	if got := list(); got != 45009 {
		t.Errorf("101st call: errcode %d", got)
	}
	q, err := w.client.Quota(t.Context(), w.token, "/cgi-bin/freepublish/batchget")
	if err != nil || q.Used != 100 {
		t.Errorf("quota %+v, %v", q, err)
	}
	w.must(w.client.ClearPathQuota(t.Context(), w.token, "/cgi-bin/freepublish/batchget"))
	if got := list(); got != 0 {
		t.Errorf("cleared: errcode %d", got)
	}
	for range 10 {
		w.must(w.client.ClearQuotaV2(t.Context(), w.account.AppID, w.account.Secret))
	}
	if got := code(t, w.client.ClearQuota(t.Context(), w.token, w.account.AppID)); got != 48006 {
		t.Errorf("11th clearing: errcode %d", got)
	}
}
