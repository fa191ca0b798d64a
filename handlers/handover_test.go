package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kfdesk/store"
)

// here brings agents to the desk.
func (d *desk) here(t *testing.T, logins ...string) {
	t.Helper()
	for _, login := range logins {
		if err := d.Store.Here(context.Background(), d.ids[login]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPresenceByHand(t *testing.T) {
	d := newDesk(t)
	for _, presence := range []string{"busy", "away", "online"} {
		got := d.call(t, "li", "POST", "/api/v1/me/presence", object{"presence": presence}).ok(t, 200)
		shape(t, "me", got["me"], agentShape, "")
		if me := got["me"].(object); me["presence"] != presence || me["login"] != "li" {
			t.Errorf("%s: %v", presence, me)
		}
		if again := d.call(t, "li", "GET", "/api/v1/me", nil).ok(t, 200)["me"].(object); again["presence"] != presence {
			t.Errorf("%s: read again %v", presence, again)
		}
	}
	d.call(t, "li", "POST", "/api/v1/me/presence", object{"presence": "asleep"}).refused(t, 422, "bad_presence")
	d.call(t, "li", "POST", "/api/v1/me/presence", nil).refused(t, 400, "bad_json")
}

func TestTransfer(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	li, chen := d.ids["li"], d.ids["chen"]
	d.deed(t, "li", path+"/claim", nil)
	to := object{"to": chen, "note": "asks for the parcel"}
	if detail := d.call(t, "li", "POST", path+"/transfer", to).refused(t, 409, "agent_away"); detail["name"] == "" {
		t.Errorf("detail %v", detail)
	}
	d.here(t, "li", "chen", "wang")
	d.call(t, "li", "POST", path+"/transfer", object{"to": d.ids["wang"]}).refused(t, 409, "cannot_receive")
	d.call(t, "chen", "POST", path+"/transfer", to).refused(t, 409, "not_yours")
	d.call(t, "li", "POST", path+"/transfer", object{"to": chen, "note": strings.Repeat("注", 4001)}).refused(t, 422, "too_long")
	d.call(t, "li", "POST", path+"/transfer", object{"too": chen}).refused(t, 400, "bad_json")
	if v := d.deed(t, "li", path+"/transfer", to); v["agent"] != float64(chen) || v["state"] != "open" {
		t.Errorf("transferred: %v", v)
	}
	list := d.call(t, "chen", "GET", path+"/messages?limit=2", nil).ok(t, 200)["messages"].([]any)
	note, line := list[0].(object), list[1].(object)
	if note["dir"] != "note" || fmt.Sprint(note["body"]) != "map[content:asks for the parcel mentions:[]]" || note["agent"] != float64(li) ||
		line["type"] != "transferred" || fmt.Sprint(line["body"]) != fmt.Sprintf("map[from:%d to:%d]", li, chen) {
		t.Errorf("timeline: %v", list)
	}
	if v := d.deed(t, "chen", path+"/transfer", object{"to": 0}); v["agent"] != 0.0 || v["state"] != "waiting" {
		t.Errorf("back in the queue: %v", v)
	}
	d.call(t, "li", "POST", path+"/transfer", to).refused(t, 409, "not_claimed")
	d.deed(t, "li", path+"/claim", nil)
	d.deed(t, "li", path+"/end", nil)
	d.call(t, "li", "POST", path+"/transfer", to).refused(t, 409, "ended")
}

func TestTakeOverAndInvite(t *testing.T) {
	d := newDesk(t)
	path := d.says(t, 1, "o1", "hello")
	d.deed(t, "li", path+"/claim", nil)
	d.call(t, "chen", "POST", path+"/take-over", nil).refused(t, 409, "may_not_take")
	chen, err := d.Store.Agent(t.Context(), d.ids["chen"])
	if err == nil {
		chen.Role = "supervisor"
		err = d.Store.UpdateAgent(t.Context(), store.Actor{}, chen)
	}
	if err != nil {
		t.Fatal(err)
	}
	if v := d.deed(t, "chen", path+"/take-over", nil); v["agent"] != float64(chen.ID) {
		t.Errorf("taken: %v", v)
	}
	d.call(t, "zhou", "POST", path+"/take-over", nil).refused(t, 409, "no_kf_account")
	d.call(t, "chen", "POST", path+"/invite", object{"to": d.ids["li"]}).refused(t, 409, "agent_away")
	d.here(t, "li")
	if v := d.deed(t, "chen", path+"/invite", object{"to": d.ids["li"]}); v["agent"] != float64(chen.ID) {
		t.Errorf("invited: %v", v)
	}
	d.call(t, "chen", "POST", path+"/invite", object{"to": d.ids["wang"]}).refused(t, 409, "cannot_receive")
	d.call(t, "li", "POST", path+"/invite", object{"to": chen.ID}).refused(t, 409, "not_yours")
	d.call(t, "chen", "POST", path+"/invite", nil).refused(t, 400, "bad_json")
}

func TestEndWithReasonAndSeveral(t *testing.T) {
	d := newDesk(t)
	account, err := d.Store.Account(t.Context(), 1)
	if err == nil {
		account.Rules.Reasons = []string{"已解决"}
		err = d.Store.SetRules(t.Context(), store.Actor{}, 1, account.Rules)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := d.says(t, 1, "o1", "hello")
	d.deed(t, "li", path+"/claim", nil)
	d.call(t, "li", "POST", path+"/end", object{"reason": "没空"}).refused(t, 422, "bad_reason")
	d.call(t, "li", "POST", path+"/end", object{"why": "已解决"}).refused(t, 400, "bad_json")
	if v := d.deed(t, "li", path+"/end", object{"reason": "已解决"}); v["state"] != "closed" || v["reason"] != "已解决" {
		t.Errorf("ended: %v", v)
	}
	var ids []any
	for _, openid := range []string{"o2", "o3", "o4"} {
		path := d.says(t, 1, openid, "hello")
		v := d.deed(t, map[bool]string{true: "chen", false: "li"}[openid == "o4"], path+"/claim", nil)
		ids = append(ids, v["id"])
	}
	all := conversations + "end"
	for _, body := range []object{{}, {"ids": []int{}}, {"ids": make([]int, 201)}} {
		if detail := d.call(t, "li", "POST", all, body).refused(t, 422, "bad_body"); detail["field"] != "ids" {
			t.Errorf("detail %v", detail)
		}
	}
	d.call(t, "li", "POST", all, object{"ids": ids, "reason": "没空"}).refused(t, 422, "bad_reason")
	list := d.call(t, "li", "POST", all, object{"ids": ids, "reason": "已解决"}).ok(t, 200)["conversations"].([]any)
	if len(list) != 2 {
		t.Fatalf("ended %v", list)
	}
	for i, one := range list {
		if v := conversationShaped(t, one); v["id"] != ids[i] || v["state"] != "closed" || v["reason"] != "已解决" {
			t.Errorf("ended: %v", v)
		}
	}
	if again := d.call(t, "li", "POST", all, object{"ids": ids}).ok(t, 200)["conversations"].([]any); len(again) != 0 {
		t.Errorf("ended twice: %v", again)
	}
}
