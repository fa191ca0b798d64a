package courier

import (
	"os"
	"os/exec"
	"testing"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// childDir, when it is set, makes this binary a console that is to be killed:
// the directory of its store.
const childDir, childAPI = "KFDESK_COURIER_DIR", "KFDESK_COURIER_API"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		s, err := store.Open(ctx, dir, store.Options{})
		if err != nil {
			panic(err)
		}
		c := New(Options{Store: s, API: func(store.Account) *wechat.Client { return &wechat.Client{Base: os.Getenv(childAPI)} }})
		panic(c.Run(ctx))
	}
	os.Exit(m.Run())
}

func TestKilledWhileSending(t *testing.T) {
	d := newDesk(t)
	cut := d.customer(0)
	held := d.hold(sendPath, cut.Customer.OpenID)
	first := d.reply(cut, "cut off")
	next := d.reply(cut, "after it")

	ok(t, d.store.Close())
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+d.store.Dir(), childAPI+"="+d.web.URL)
	child.Stderr = os.Stderr
	ok(t, child.Start())
	d.meet(held) // the customer has it, the console waits for the answer
	ok(t, child.Process.Kill())
	_ = child.Wait()

	d.store = d.open(d.store.Dir())
	equal(t, "state after the kill", d.message(first.ID).State, "sending")
	d.courier = d.newCourier(d.store)
	d.run()
	m := d.settled(first)
	equal(t, "state", m.State, "unknown")
	equal(t, "budget", d.conversation(cut).Grants.Message.Left, 3) // it counts as used, as does the next
	equal(t, "state of the next", d.settled(next).State, "sent")
	equal(t, "texts", len(d.texts(cut.Customer.OpenID)), 2)
}
