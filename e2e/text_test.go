package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
)

// rendersAnything makes texts out of pieces, mutated and cut at any place, and draws
// each in every way: {text, why} for those that are more, or less, than they say. What
// is drawn is told again by its texts and the codes of its emoticons. Some systems
// deliver codes with < > & escaped, which the code of a picture is not, so both are
// compared without escapes.
const rendersAnything = `
	const boot = JSON.parse(document.getElementById('boot').textContent);
	const { linksIn } = await import(boot.static + '/js/lib/anchor.js');
	const { render } = await import(boot.static + '/js/lib/html.js');
	let state = 20260401 + part; // mulberry32
	const random = (n) => {
		state = (state + 0x6d2b79f5) | 0;
		let x = Math.imul(state ^ (state >>> 15), 1 | state);
		x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
		return ((x ^ (x >>> 14)) >>> 0) % n;
	};
	const any = () => pieces[random(pieces.length)];
	const changes = [
		(text, at) => text.slice(0, at) + any() + text.slice(at),
		(text, at) => text.slice(0, at) + text.slice(at + 1 + random(8)),
		(text, at) => text.slice(0, at) + String.fromCharCode(random(random(2) ? 128 : 65536)) + text.slice(at + random(2)),
		(text, at) => text.slice(0, at) + '<>"\'&/:[]();= \n'[random(15)] + text.slice(at),
		(text, at) => text.slice(at) + text.slice(0, at),
		(text) => '<a href="' + text + '">' + any() + '</a>',
		(text) => any() + ' ' + text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
	];
	const plain = (text) => {
		const next = text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
		return next === text ? text : plain(next);
	};
	const web = /^https?:\/\//i;
	// What a person is to read: of a link in a text of ours the label, of others all.
	const readable = (text, own) => {
		if (!own) return text;
		let out = '', end = 0;
		for (const { start, end: to, source, label, href, appid, menu } of linksIn(text)) {
			out += text.slice(end, start) + (appid || menu !== undefined || web.test(href) ? label : source);
			end = to;
		}
		return out + text.slice(end);
	};
	const told = (node) => node.nodeType === Node.TEXT_NODE ? node.data
		: node.matches?.('img') ? node.alt : node.matches?.('.sr') ? '' : [...node.childNodes].map(told).join('');
	const odd = (one, { links, own }) => {
		if (one.closest('.inapp')) return !own || !links || !one.matches('.inapp, .inapp > svg.i, .inapp > svg.i *, .inapp > .sr, .inapp > img.emo');
		if (one.matches('a')) return !links || !web.test(one.getAttribute('href')) || !/^https?:$/.test(one.protocol) && one.protocol !== ':' || one.target !== '_blank' || !one.rel.includes('noopener') || one.querySelector('a');
		return !one.matches('img.emo') || !one.src.startsWith(location.origin + boot.static + '/img/emoji/');
	};
	const wrong = [];
	for (let n = 0; n < 1000 && wrong.length < 5; n++) {
		const whole = 1000 * part + n;
		let text = whole < pieces.length ? pieces[whole] : any();
		if (whole >= pieces.length) for (let k = 1 + random(6); k > 0; k--) text = changes[random(changes.length)](text, random(text.length + 1));
		for (const way of [{}, { links: true }, { own: true }, { links: true, own: true }]) {
			const box = document.createElement('div');
			const tell = (why) => wrong.push({ Text: JSON.stringify(text), Why: JSON.stringify(way) + ' ' + why });
			try {
				render(m.renderText(text, way), box);
			} catch (fault) {
				tell(String(fault));
				continue;
			}
			const bad = [...box.querySelectorAll('*')].find((one) => odd(one, way));
			if (bad) tell(bad.outerHTML);
			const [got, want] = [plain(told(box)), plain(readable(text, way.own))];
			if (got !== want) tell('reads ' + JSON.stringify(got));
		}
	}
	return { Wrong: wrong, Ran: Boolean(window.__xss) };`

// textPieces are hostile texts, emoticons, addresses, links and parts of them.
func textPieces(t *testing.T) []string {
	t.Helper()
	pieces := append(hostileTexts(t), emoticonSpellings(t)...)
	return append(pieces, "", "客户您好，", "\n", "https://a.cn", "http://a.cn/?b=1&c=[微笑]", "HTTPS://A.CN/(b)。", "https://user:pw@a.cn:80/#/:love", "https://[::1]:8080/]", "http://",
		`<a href="https://a.cn">甲</a>`, `<A HREF='http://a.cn/?b=1&amp;c=2'>[OK]</A>`, `<a href="javascript:__xss=1">乙</a>`, `<a href="weixin://bizmsgmenu?msgmenuid=1&msgmenucontent=好">丙</a>`,
		`<a data-miniprogram-appid="wx1" data-miniprogram-path="p" href="javascript:__xss=1">丁</a>`, `<a href="`, `<a `, `">`, `</a>`, `href=`, `data-miniprogram-appid="`, "&amp;lt;", "&amp;amp;", "lt;")
}

// Whatever a text is made of, it is drawn as text, links to the web, pictures of
// emoticons and marks of what opens in WeChat; nothing of it is lost, and nothing runs.
func TestTextOfAnything(t *testing.T) {
	parallel(t)
	p := newPage(t, "browser", serve(t, "-data", t.TempDir()).URL, look{})
	p.open("/setup")
	list, err := json.Marshal(textPieces(t))
	must(t, err)
	emoji := "import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/emoji.js')"
	p.until("the emoticons", emoji+".then(({ spellings }) => spellings.value.pattern)")
	for part := range 6 { // a second each
		got := script[struct {
			Wrong []struct{ Text, Why string }
			Ran   bool
		}](p, "lib/text.js", fmt.Sprintf("const part = %d, pieces = %s;", part, list)+rendersAnything)
		for _, one := range got.Wrong {
			t.Errorf("%s\n%s", one.Text, one.Why)
		}
		if got.Ran {
			t.Error("a text has run")
		}
	}
}
