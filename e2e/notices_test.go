package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The first tone of each sound, by which a test knows it.
const (
	drop, wood, bell, chime = 620.0, 760.0, 1318.0, 784.0
)

// listens notes from now on which sounds the page plays and what it pops up, and
// lets the test say whether the page has the focus.
func (p *page) listens() {
	p.t.Helper()
	eval[bool](p, `(() => {
		const firsts = [620, 760, 1318, 784];
		window.heard = [];
		window.OscillatorNode = class extends OscillatorNode {
			constructor(context, options) {
				super(context, options);
				if (firsts.includes(options.frequency)) window.heard.push(options.frequency);
			}
		};
		window.popped = [];
		window.Notification = class extends Notification {
			constructor(title, options) {
				super(title, options);
				window.popped.push(this);
			}
		};
		window.front = (on) => { // or behind another window
			document.hasFocus = () => on;
			Object.defineProperty(document, 'hidden', { configurable: true, get: () => !on });
			document.dispatchEvent(new Event('visibilitychange'));
			dispatchEvent(new Event(on ? 'focus' : 'blur'));
		};
		return true;
	})()`)
}

// hears waits for the sounds since listens, and wants just these.
func (p *page) hears(sounds ...float64) {
	p.t.Helper()
	p.until(fmt.Sprint("to hear ", sounds), fmt.Sprintf("window.heard.length >= %d", len(sounds)))
	if got := eval[[]float64](p, "window.heard"); !slices.Equal(got, sounds) {
		p.t.Errorf("%s heard %v, not %v", p.name, got, sounds)
	}
}

// What a change of a conversation is to an agent.
func TestWhatIsANotice(t *testing.T) {
	parallel(t)
	s := serve(t, "-data", t.TempDir())
	p := newPage(t, "browser", s.URL, look{})
	p.open("/setup")
	for _, c := range []struct{ name, before, row, want string }{
		{"who comes into the queue", `undefined`, `{state: 'waiting', agent: 0, unread: 1}`, "waiting"},
		{"who waits and writes on", `{state: 'waiting', agent: 0, unread: 1}`, `{state: 'waiting', agent: 0, unread: 2}`, ""},
		{"back in the queue", `{state: 'open', agent: 7, unread: 0}`, `{state: 'waiting', agent: 0, unread: 0}`, "waiting"},
		{"mine writes", `{state: 'open', agent: 7, unread: 0}`, `{state: 'open', agent: 7, unread: 1}`, "message"},
		{"I have read", `{state: 'open', agent: 7, unread: 1}`, `{state: 'open', agent: 7, unread: 0}`, ""},
		{"a colleague's writes", `{state: 'open', agent: 8, unread: 0}`, `{state: 'open', agent: 8, unread: 1}`, ""},
		{"transferred to me", `{state: 'open', agent: 8, unread: 0}`, `{state: 'open', agent: 7, unread: 0}`, "called"},
		{"assigned from the queue", `{state: 'waiting', agent: 0, unread: 1}`, `{state: 'open', agent: 7, unread: 1}`, "called"},
		{"assigned at once", `undefined`, `{state: 'open', agent: 7, unread: 1}`, "called"},
		{"transferred away", `{state: 'open', agent: 7, unread: 0}`, `{state: 'open', agent: 8, unread: 0}`, ""},
		{"ended", `{state: 'open', agent: 7, unread: 0}`, `{state: 'closed', agent: 7, unread: 0}`, ""},
		{"I reopened mine", `{state: 'closed', agent: 7, unread: 0}`, `{state: 'open', agent: 7, unread: 0}`, ""},
		{"mine came back", `{state: 'closed', agent: 7, unread: 0}`, `{state: 'open', agent: 7, unread: 1}`, "message"},
		{"an old page of ended ones", `undefined`, `{state: 'closed', agent: 7, unread: 0}`, ""},
	} {
		if got := script[string](p, "lib/notices.js", fmt.Sprintf("return m.eventOf(%s, %s, 7);", c.before, c.row)); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name, row    string
		target, want int64
	}{
		{"in the queue", `{state: 'waiting', waiting_since: 60000}`, 300_000, 360_000},
		{"nothing is promised", `{state: 'waiting', waiting_since: 60000}`, 0, 0},
		{"claimed, no answer yet", `{state: 'open', waiting_since: 60000}`, 300_000, 360_000},
		{"it is our customer's turn", `{state: 'waiting', waiting_since: 0}`, 300_000, 0},
		{"ended", `{state: 'closed', waiting_since: 60000}`, 300_000, 0},
	} {
		if got := script[int64](p, "lib/notices.js", fmt.Sprintf("return m.dueAt(%s, %d);", c.row, c.target)); got != c.want {
			t.Errorf("%s: due at %d, not %d", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name, row        string
		until, now, want int64
	}{
		{"ten minutes are left", `{waiting_since: 1}`, 900_000, 300_000, 900_000},
		{"a little more", `{waiting_since: 1}`, 900_000, 299_999, 0},
		{"it is our customer's turn", `{waiting_since: 0}`, 900_000, 600_000, 0},
		{"no window", `{waiting_since: 1}`, 0, 600_000, 0},
	} {
		if got := script[int64](p, "lib/notices.js", fmt.Sprintf("return m.lastCall(%s, %d, %d);", c.row, c.until, c.now)); got != c.want {
			t.Errorf("%s: %d, not %d", c.name, got, c.want)
		}
	}
	for text, want := range map[string]string{"21:00": "21:00", " 9:05": "09:05", "9：30": "09:30", "24:00": "", "12:60": "", "": "", "21": "", "1:2:3": ""} {
		if got := script[string](p, "lib/notices.js", fmt.Sprintf("return m.clockOf(%q);", text)); got != want {
			t.Errorf("%q is the time %q, not %q", text, got, want)
		}
	}
	for _, c := range []struct {
		quiet string
		at    string
		want  bool
	}{
		{`{on: true, start: '21:00', end: '09:00'}`, "21, 0", true},
		{`{on: true, start: '21:00', end: '09:00'}`, "20, 59", false},
		{`{on: true, start: '21:00', end: '09:00'}`, "0, 0", true},
		{`{on: true, start: '21:00', end: '09:00'}`, "8, 59", true},
		{`{on: true, start: '21:00', end: '09:00'}`, "9, 0", false},
		{`{on: true, start: '12:30', end: '13:30'}`, "12, 29", false},
		{`{on: true, start: '12:30', end: '13:30'}`, "12, 30", true},
		{`{on: true, start: '12:30', end: '13:30'}`, "13, 30", false},
		{`{on: true, start: '12:30', end: '12:30'}`, "3, 0", true},
		{`{on: false, start: '21:00', end: '09:00'}`, "23, 0", false},
	} {
		if got := script[bool](p, "lib/notices.js", fmt.Sprintf("return m.isQuiet(%s, new Date(2026, 2, 13, %s));", c.quiet, c.at)); got != c.want {
			t.Errorf("%s at %s: quiet is %v", c.quiet, c.at, got)
		}
	}
}

// Each event has its sound; what was there at the start, and what one looks at,
// has none.
func TestSoundOfEachEvent(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	ann, bob, cai := d.customer("安"), d.customer("博"), d.customer("蔡")
	d.says(ann, "在吗") // before the page is loaded
	p := d.agent("xiaoli")
	p.press("2")
	p.listens()
	d.says(bob, "一")
	p.hears(drop)
	a, b := d.conversation(ann).ID, d.conversation(bob).ID
	p.claim(b)
	p.claim(a)
	p.see("#reply")
	d.says(ann, "给我看看") // it is before the agent
	p.see("#stream .msg-in >> 给我看看")
	d.says(bob, "二")
	p.hears(drop, wood)
	d.says(cai, "三")
	p.hears(drop, wood, drop)
	c := d.conversation(cai).ID
	// Not by a deed of this page: as by an assignment.
	eval[bool](p, fmt.Sprintf("fetch('/api/v1/conversations/%d/claim', { method: 'POST' }).then(({ ok }) => ok)", c))
	p.hears(drop, wood, drop, bell)

	// A customer waits past the target: once now, again until it is seen.
	dan := d.customer("丹")
	d.says(dan, "四")
	p.hears(drop, wood, drop, bell, drop)
	late := func(minutes float64) {
		t.Helper()
		script[bool](p, "lib/clock.js", fmt.Sprintf("m.setServerTime(Date.now() + %f * 60_000); return true;", minutes))
	}
	late(10.5) // b, c and d are late at once, a is answered by nobody but seen
	p.hears(drop, wood, drop, bell, drop, chime)
	late(11.5)
	p.hears(drop, wood, drop, bell, drop, chime, chime)
	p.press(kb.Escape)
	p.press("3") // all that is late stands in this view
	p.until("all of them", "location.hash.startsWith('#all')")
	late(13)
	late(14)
	late(0)
	eve := d.customer("叶")
	d.says(eve, "五")
	p.hears(drop, wood, drop, bell, drop, chime, chime, drop)
}

// Elsewhere on the desktop something pops up; a click on it opens the conversation.
func TestDesktopNotices(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.grant("notifications")
	p.until("the permission", "Notification.permission === 'granted'")
	p.listens()
	ann, bob := d.customer("安"), d.customer("博")
	d.says(ann, "前面开着") // in front: a sound only
	p.hears(drop)
	eval[bool](p, "(front(false), true)")
	d.says(bob, "去哪里了")
	p.until("a notice", "window.popped.length === 1")
	p.until("who and what", fmt.Sprintf("popped[0].title.includes(%s) && popped[0].body === '去哪里了'", quote(bob[len(bob)-4:])))
	p.hears(drop, drop)
	p.until("the title", "document.title.startsWith('(2) ')")
	eval[bool](p, "(front(true), popped[0].onclick(), true)")
	p.until("the conversation", fmt.Sprintf("location.hash === '#waiting/%d'", d.conversation(bob).ID))
	// Its own messages are not seen while the window is behind another.
	p.click("kf-bar .btn-primary")
	p.see("#reply")
	eval[bool](p, "(front(false), true)")
	d.says(bob, "还在吗")
	p.until("a second notice", "window.popped.length === 2 && popped[1].body === '还在吗'")
	p.hears(drop, drop, wood)
}

// One of several tabs makes the noise; when it closes, another one does.
func TestOneOfTheTabsMakesNoise(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	one := d.agent("xiaoli")
	two := one.tab("xiaoli-2")
	two.open("/")
	two.live(1)
	tabs := []*page{one, two}
	for _, p := range tabs {
		p.press("2") // so that it may be heard
		p.listens()
	}
	sum := func() (n int) {
		for _, p := range tabs {
			n += eval[int](p, "window.heard?.length ?? 0")
		}
		return n
	}
	for i := range 3 {
		d.says(d.customer(fmt.Sprint("客户", i)), "在吗")
		for _, p := range tabs {
			p.until("them in the list", fmt.Sprintf("document.querySelectorAll('.conv').length === %d", i+1))
		}
		eventually(t, "a sound", func() bool { return sum() >= i+1 }, func() string { return fmt.Sprint(sum()) })
	}
	if n := sum(); n != 3 {
		t.Errorf("%d sounds for 3 customers", n)
	}
	if n := eval[int](one, "window.heard.length"); n != 3 {
		t.Errorf("the first tab made %d of them", n)
	}
	one.open("/profile")
	d.says(d.customer("还有"), "在吗")
	two.hears(drop)
}

// All that is missed while the connection is broken is told once.
func TestBreakMakesOneSound(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	network := newProxy(t, d.URL)
	p := login(t, network.URL, "xiaoli", password, look{})
	p.press("2")
	p.listens()
	network.cut()
	for i := range 12 {
		d.says(d.customer(fmt.Sprint("客户", i)), "在吗")
	}
	network.mend()
	p.live(2)
	p.until("all of them", "document.querySelector('.view[aria-current] .count')?.textContent === '12'")
	p.hears(drop)
	d.says(d.customer("还有"), "在吗")
	p.hears(drop, drop)
}

// A browser that lets nothing be heard yet: the agent is told, and a key is enough.
func TestSilencedByTheBrowser(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.listens()
	eval[bool](p, `(() => {
		const resume = AudioContext.prototype.resume;
		window.AudioContext = class extends AudioContext {
			get state() { return window.touched ? super.state : 'suspended'; }
			resume() { return window.touched ? super.resume() : new Promise(() => {}); }
		};
		addEventListener('keydown', () => (window.touched = true), true);
		return true;
	})()`)
	d.says(d.customer("安"), "在吗")
	p.see(".banner >> " + p.word("keys.muted"))
	p.accessible("muted")
	p.press("2")
	p.gone(".banner >> " + p.word("keys.muted"))
	d.says(d.customer("博"), "在吗")
	p.hears(drop)
}

// What is chosen on the page of one's own account holds in this browser, and the
// browser's permission is asked for by the button only.
func TestNoticeSettings(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.open("/profile")
	p.see("[data-notices]")
	eval[bool](p, `(() => {
		window.asked = 0;
		window.Notification = class { static permission = 'default'; static async requestPermission() { window.asked++; return this.permission = 'denied'; } };
		return true;
	})()`)
	p.accessible("notices")
	row := func(event string) string { return fmt.Sprintf("[data-event=%q] ", event) }
	choose := func(event, sound string) {
		t.Helper()
		eval[bool](p, fmt.Sprintf("(() => { const s = document.querySelector(%s); s.value = %s; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })()",
			quote(row(event)+"select"), quote(sound)))
	}
	if eval[bool](p, "document.querySelector('[data-ask]').hidden") && eval[string](p, "(document.querySelector('[data-permission]:not([hidden])').dataset.permission)") == "default" {
		t.Error("there is no button to ask with")
	}
	if n := eval[int](p, "window.asked"); n != 0 {
		t.Error("it was asked without being told to")
	}
	eval[bool](p, "(document.querySelector('[data-ask]').hidden = false, true)")
	p.click("[data-ask]")
	p.see(`[data-permission="denied"]`)
	p.until("asked once", "window.asked === 1")
	choose("waiting", "")
	choose("message", "chime")
	p.click(row("called") + `[name="pop"]`)
	p.open("/profile")
	p.until("it is kept", fmt.Sprintf("document.querySelector(%s).value === 'chime' && document.querySelector(%s).value === '' && !document.querySelector(%s).checked",
		quote(row("message")+"select"), quote(row("waiting")+"select"), quote(row("called")+`[name="pop"]`)))
	p.listens()
	p.click(row("called") + "[data-try]")
	p.hears(bell)

	p.open("/")
	p.live(1)
	p.listens()
	ann := d.customer("安")
	d.says(ann, "在吗") // silent now
	p.claim(d.conversation(ann).ID)
	p.press(kb.Escape)
	eval[bool](p, "(location.hash = '#mine', true)")
	p.gone("#stream")
	d.says(ann, "还在吗")
	p.hears(chime)
}
