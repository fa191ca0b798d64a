package store

import (
	"errors"
	"strings"
	"testing"
)

// Who only came and left has no conversation: they are found, taken away and erased
// like the others.
func TestCustomersWithoutAConversation(t *testing.T) {
	d := openDesk(t)
	d.receive(t, d.text("zyxopenid2", "stays"))
	gone := d.event("zyxopenid", "unsubscribe", "zyxleft")
	gone.Grant, gone.Follow = "", -1
	d.receive(t, gone)
	list, more, err := d.FindCustomers(ctx, " zyxopenid ")
	ok(t, err)
	if len(list) != 1 || more || list[0].OpenID != "zyxopenid" || list[0].AccountName == "" {
		t.Fatalf("found %+v", list)
	}
	id := list[0].ID
	ok(t, d.SetProfile(ctx, id, &Profile{Following: true, Remark: "zyxremark"}))
	for text, want := range map[string]int{"zyxrem": 1, "zyxremark": 1, "zyxremark2": 0, "remark": 0, "zyx": 1, "": 0} {
		list, _, err := d.FindCustomers(ctx, text)
		ok(t, err)
		equal(t, "found by "+text, len(list), want)
	}
	wang := d.addAgent(t, "wang", "agent", "")
	_, err = d.Dossier(ctx, &wang, id)
	if !errors.Is(err, ErrNotFound) {
		t.Error("shown to who does not see the official account:", err)
	}
	taken := must(d.ExportCustomer(ctx, &d.admin, id))(t)
	if taken.Customer.OpenID != "zyxopenid" || taken.Account != d.account || taken.Messages != 1 || len(taken.Services) != 0 {
		t.Errorf("%+v", taken)
	}
	ok(t, d.Erase(ctx, &d.admin, id))
	ok(t, d.Tidy(ctx))
	d.forgot(t)
	list, _, err = d.FindCustomers(ctx, "zyxopenid")
	ok(t, err)
	equal(t, "found again", len(list), 0)
	if err := d.Erase(ctx, &d.admin, id); !errors.Is(err, ErrNotFound) {
		t.Error("erased twice:", err)
	}
	ok(t, d.Close())
	left := strings.Join(lies(t, d.Dir(), []string{"zyxsaid", "zyxremark"}), ", ")
	equal(t, "left", left, "")
}

// A look-up lists so many and says that there are more.
func TestFindCustomersIsBounded(t *testing.T) {
	d := openDesk(t)
	for i := range customersListed + 1 {
		v := d.receive(t, d.text("o"+strings.Repeat("x", i), "hello"))
		must(d.SetRemark(ctx, &d.admin, v.Customer.ID, "王"))(t)
	}
	list, more, err := d.FindCustomers(ctx, "王")
	ok(t, err)
	equal(t, "listed", len(list), customersListed)
	equal(t, "more", more, true)
}
