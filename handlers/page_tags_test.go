package handlers

import (
	"strings"
	"testing"

	"kfdesk/store"
)

func TestTagsPage(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.get(t, "/settings/tags").has(t, 200, "还没有标签")
	d.post(t, "/settings/tags", "account", "1", "name", "售后", "colour", "3", "vip", "2").went(t, "/settings/tags?done=tag_saved")
	d.post(t, "/settings/tags", "account", "1", "name", "售后").has(t, 422, "已经有这个标签")
	d.post(t, "/settings/tags", "account", "1", "name", "x", "vip", "9").has(t, 422, "没有这个等级")
	d.get(t, "/settings/tags/1").has(t, 200, `value="售后"`, "0 位客户带这个标签", `value="3" aria-label="颜色 3" checked`)
	d.post(t, "/settings/tags", "id", "1", "name", "换新", "colour", "0").went(t, "/settings/tags?done=tag_saved")
	list, err := d.Store.Tags(t.Context(), 1)
	if err != nil || len(list) != 1 || list[0].Name != "换新" || list[0].VIP != 0 || list[0].Colour != 0 {
		t.Errorf("tags: %v %v", list, err)
	}
	d.post(t, "/settings/tags/sync", "account", "1").went(t, "/settings/tags?done=synced")
	got := d.get(t, "/settings/tags/2")
	if got.has(t, 200, "批发", "readonly", "这是微信的标签"); strings.Contains(got.body, "/settings/tags/2/delete") {
		t.Error("one of WeChat's can be deleted")
	}
	d.post(t, "/settings/tags/2/delete").has(t, 409, "请在公众号后台删除")
	d.post(t, "/settings/tags/1/delete").went(t, "/settings/tags?done=tag_deleted")
	d.get(t, "/settings/tags/1").has(t, 404)
	d.post(t, "/settings/tags", "id", "1", "name", "x").has(t, 404)
	if err := d.Store.SetTag(t.Context(), store.Actor{}, store.Tag{Account: 1, Name: "again"}); err != nil {
		t.Error(err)
	}
}
