package e2e

import (
	"context"
	"strings"
	"testing"

	"kfdesk/store"
)

// An admin sees who did what, narrows it down, opens a row and takes the rows
// away as a file, which is in the log at once.
func TestAuditLog(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	ann := d.customer("安")
	d.says(ann, "你好")
	d.settle()
	d.agent("jiayi")
	s, err := store.Open(context.Background(), d.data, store.Options{Shared: true})
	must(t, err)
	admin, err := s.AgentByLogin(context.Background(), "admin")
	must(t, err)
	by := store.Actor{AgentID: admin.ID, IP: "192.0.2.18"}
	for _, name := range []string{"售后", "大客户", "=1+1"} {
		must(t, s.SetTag(context.Background(), by, store.Tag{Account: 1, Name: name}))
	}
	jiayi, err := s.AgentByLogin(context.Background(), "jiayi")
	must(t, err)
	jiayi.Role = "supervisor"
	must(t, s.UpdateAgent(context.Background(), by, jiayi))
	admin.From = "192.0.2.18"
	_, err = s.Block(context.Background(), &admin, d.conversation(ann).Customer.ID, true)
	must(t, err)
	must(t, s.Close())

	p := d.agent("admin")
	for _, l := range looks {
		p.set(l)
		p.open("/audit")
		p.see(".audit >> 大客户")
		p.seen("audit")
		p.open("/audit?kind=customer")
		p.click(".audit tr:not(.day-row) .btn")
		p.see("dialog .facts")
		p.seen("audit-row")
	}
	p.set(look{lang: "zh-CN"})
	p.open("/audit")
	if l := eval[string](p, "document.documentElement.lang"); l != "zh-CN" {
		t.Fatalf("the page is in %s", l)
	}
	p.leave(func() { p.pick("[name=kind]", "settings") })
	p.gone(".audit >> " + p.word("audit.agent.update"))
	p.leave(func() { p.fill("[name=q]", "大客户"); p.press("\r") })
	p.see(".audit .obj >> 大客户")
	if rows := p.texts(".audit tbody tr:not(.day-row)"); len(rows) != 1 {
		t.Errorf("found: %q", rows)
	}
	file := eval[string](p, "fetch('/audit/export?kind=settings').then((answer) => answer.text())")
	if !strings.Contains(file, "'=1+1") || !strings.Contains(file, "192.0.2.18") {
		t.Errorf("the file: %s", file)
	}
	p.open("/audit?kind=settings")
	p.see(".audit >> " + p.word("audit.audit.export"))
	p.pick("[name=time]", "range")
	p.see(".audit-range")
	p.seen("audit-range")
}
