package e2e

import (
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// Texts that would do harm where they are taken for anything but text. Each that
// makes an element gives it the attribute xss, each that runs sets __xss.
//
//go:embed testdata/xss.json
var xssFile []byte

func hostileTexts(t testing.TB) (list []string) {
	t.Helper()
	must(t, json.Unmarshal(xssFile, &list))
	return list
}

// Columns of texts that people or WeChat fill. All of them are planted, see
// everywhere; of the others it is said here that they hold nothing of the kind, so
// that a new column makes one think about it.
var planted = map[string]string{
	"account": "name", "agent": "login name seen_ip", "article": "title description url cover", "article_sync": "errmsg", "attempt": "errmsg",
	"audit": "ip deed subject detail", "authorizer": "principal", "conversation": "last_text reason",
	"customer": "openid unionid remark source language session_kf", "draft": "text pieces forms", "errand": "errmsg",
	"keyword_hit": "word", "kf_account": "kf_account nickname kf_wx invite_wx avatar_url", "kf_deed": "kf_account wish ip",
	"media": "name error", "memo": "text", "message": "body dedupe kf_account nick errmsg auto raw", "oidc_member": "issuer subject",
	"quickreply": "category code title spelling body", "session": "name ip", "setting": "value", "tag": "name", "login_failure": "subject",
}

// unplanted are words of ours, numbers and names by which machines know each other.
var unplanted = map[string]string{
	"account": "appid original_id wechat_id mode token_kind rules", "agent": "password lang role presence presence_by presence_wish",
	"agent_account": "kf_account", "article": "kind ref", "article_sync": "kind", "attempt": "outcome", "authcode": "hash appid openid",
	"authorizer": "scopes", "authstate": "hash", "component": "appid desktop_url phone_url",
	"conversation": "state last_dir last_type last_state", "customer": "action_cause", "draft": "mode files", "erased": "hash", "errand": "what",
	"event": "kind", "half_login": "way", "kf_account": "kf_id invite_status", "kf_deed": "what", "leftover": "kind ref", "link": "kind",
	"media": "kind state source url hash mime wx_url", "message": "dir type state client_id spent", "quickreply": "type", "session": "kind way",
	"setting": "name", "token": "kind", "upload": "hash type media_id", "migration": "name",
}

// planter writes hostile texts into a database as no part of the program would let
// them in.
type planter struct {
	t  testing.TB
	tx *sql.Tx
}

func (p *planter) exec(query string, args ...any) {
	p.t.Helper()
	if _, err := p.tx.Exec(query, args...); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
}

func (p *planter) number(query string, args ...any) (n int64) {
	p.t.Helper()
	if err := p.tx.QueryRow(query, args...).Scan(&n); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// clone copies a row with other values in some columns, and gives its id.
func (p *planter) clone(table string, id int64, values map[string]any) int64 {
	p.t.Helper()
	rows, err := p.tx.Query("select name from pragma_table_info(?)", table)
	must(p.t, err)
	var columns, from []string
	var args []any
	for rows.Next() {
		var name string
		must(p.t, rows.Scan(&name))
		if name == "id" {
			continue
		}
		columns = append(columns, name)
		if v, ok := values[name]; ok {
			from, args = append(from, "?"), append(args, v)
		} else {
			from = append(from, name)
		}
	}
	must(p.t, rows.Close())
	p.exec(fmt.Sprintf("insert into %[1]s (%[2]s) select %[3]s from %[1]s where id = %[4]d", table, strings.Join(columns, ","), strings.Join(from, ","), id), args...)
	return p.number("select last_insert_rowid()")
}

// bodyOf has every name that a body of a message may have, each with the text.
func bodyOf(text string, numbers map[string]any) string {
	body := map[string]any{"list": []any{map[string]string{"id": text, "content": text}, map[string]string{"id": "2", "content": text}}, "picurls": []string{text}}
	for _, name := range strings.Fields(`content menu_id format recognition transcript label poi title description url md5 appid path pagepath thumb_url
		musicurl hqmusicurl picurl card_id article_id media_id head_content tail_content msg_type event key scene ticket scan_type scan_result
		kf_account from to why word reason note revoke source name`) {
		body[name] = text
	}
	for name, n := range numbers {
		body[name] = n
	}
	b, _ := json.Marshal(body)
	return string(b)
}

// everyType are the messages that a thread can have, and some that nobody knows.
var everyType = map[string]string{
	"in":   "text image voice video shortvideo location link file miniprogrampage sticker unknown newer",
	"out":  "text image voice video music news mpnews mpnewsarticle msgmenu wxcard miniprogrampage newer",
	"note": "text",
	"event": `subscribe unsubscribe scan click view view_miniprogram scancode_push scancode_waitmsg pic_sysphoto location_select kf_create_session
		kf_close_session kf_switch_session user_info_modified user_authorization_revoke unknown_event claimed ended blocked unblocked reopened
		queued raised transferred taken invited newer`,
}

// plant fills a database of the demo: for each two texts a customer who is made of
// them, with a conversation that has many types of message, and for each text a row
// of everything else.
func plant(t testing.TB, path string, texts []string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(t, err)
	defer db.Close()
	tx, err := db.Begin()
	must(t, err)
	p := &planter{t, tx}
	p.complete()
	me := p.number("select id from agent where login = 'zhouzhe'")
	for _, query := range []string{"update attempt set errmsg = ?", "update account set name = ?",
		"update agent set name = ? where login <> 'zhouzhe'", "update kf_account set nickname = ?, kf_wx = ?1, invite_wx = ?1, invite_status = 'waiting'"} {
		p.exec(query, texts[0]+texts[1]+texts[30])
	}
	for _, kind := range []string{"article", "material"} {
		p.exec("insert into article_sync (account_id, kind, tried_at, errcode, errmsg) values (1, ?, ?, 59999, ?)", kind, time.Now().UnixMilli(), texts[1])
	}
	p.oidc(texts[0] + texts[1] + texts[30])
	for n, text := range slices.Backward(texts) { // the first of them are the newest
		if n%2 == 0 {
			p.person(n/2, text, texts[(n+1)%len(texts)], me)
		}
		p.things(n, text, me)
		if n%8 == 0 {
			p.account(n, strings.Join(texts[n:min(n+8, len(texts))], " "))
		}
	}
	p.rules(texts)
	p.everywhere()
	must(t, tx.Commit())
}

// everywhere fails when a column that is said to be planted holds no hostile text.
func (p *planter) everywhere() {
	p.t.Helper()
	for table, columns := range planted {
		for _, column := range strings.Fields(columns) {
			if p.number(fmt.Sprintf("select count(*) from %s where instr(%s, 'xss') > 0", table, column)) == 0 {
				p.t.Errorf("%s.%s holds no hostile text", table, column)
			}
		}
	}
}

// complete fails when a column of text is in neither of the two lists.
func (p *planter) complete() {
	p.t.Helper()
	rows, err := p.tx.Query("select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' and lower(c.type) = 'text'")
	must(p.t, err)
	defer rows.Close()
	for rows.Next() {
		var table, column string
		must(p.t, rows.Scan(&table, &column))
		if !slices.Contains(strings.Fields(planted[table]+" "+unplanted[table]), column) {
			p.t.Errorf("%s.%s: is it filled by people? Put it into planted or unplanted", table, column)
		}
	}
}

// person makes a customer of two texts, with a conversation.
func (p *planter) person(n int, text, other string, me int64) {
	p.t.Helper()
	like := p.number("select id from customer order by id limit 1")
	openid := fmt.Sprintf("%s#%d", text, n)
	at := p.number("select max(at) from message")
	until := at + []int64{47, -1, 47, 1}[n%4]*3600_000 // open, closed, open, about to close
	who := p.clone("customer", like, map[string]any{"message_left": 5, "message_total": 5, "message_since": at, "message_until": until, "openid": openid, "unionid": text, "remark": text, "source": text, "language": text, "session_kf": "", "vip": n % 4})
	state, agent := "open", me
	switch {
	case n%10 == 3:
		state, agent = "waiting", 0
	case n%10 == 7:
		state = "closed"
	}
	if n%10 == 5 {
		p.exec("update customer set session_kf = ? where id = ?", text, who)
	}
	v := p.clone("conversation", p.number("select id from conversation where state = 'open' limit 1"), map[string]any{"customer_id": who, "state": state, "agent_id": agent,
		"last_text": other, "reason": other, "last_type": "text", "last_dir": "in", "waiting_since": at, "unread": n % 3})
	p.exec("update customer set conversation_id = ?, blocked_at = ? where id = ?", v, n%20/19*int(at), who)
	last := int64(0)
	said := p.number("select id from message where dir = 'in' and type = 'text' limit 1")
	for dir, types := range everyType {
		for i, typ := range strings.Fields(types) {
			text, other = other, text
			if (i+n)%3 != 0 && typ != "text" { // a third of them, and the text always
				continue
			}
			sender, errcode, status := int64(0), 0, ""
			if dir == "out" || dir == "note" {
				sender, status = me, "sent"
				if dir == "out" && (i+n)%2 == 1 {
					errcode, status = 40000+n, "failed"
				}
			}
			media := sql.NullInt64{}
			if name := map[string]string{"image": "image", "voice": "voice", "video": "video"}[typ]; name != "" {
				like := p.number("select id from media where kind = ? order by state = 'ready' desc limit 1", name)
				values := map[string]any{"name": text}
				if n%9 == 0 {
					values = map[string]any{"name": text, "state": "lost", "error": text}
				}
				media = sql.NullInt64{Int64: p.clone("media", like, values), Valid: true}
			}
			auto := ""
			if dir == "out" && n%4 == 0 {
				auto = text
			}
			last = p.clone("message", said, map[string]any{"customer_id": who, "conversation_id": v, "dir": dir, "type": typ, "at": at + int64(i),
				"body":   bodyOf(text, map[string]any{"lat": 30.1, "lng": 120.2, "scale": 16, "size": 5, "count": 2, "waited_ms": 1000, "mentions": []int64{me}}),
				"dedupe": fmt.Sprintf("%s|%s|%s|%d", text, dir, typ, n), "kf_account": text, "nick": text, "agent_id": sender, "state": status,
				"errcode": errcode, "errmsg": text, "client_id": nil, "raw": []byte("<xml>" + text), "auto": auto, "media_id": media, "thumb_id": nil})
		}
	}
	p.exec("update conversation set last_id = ?, last_at = ? where id = ?", last, at, v)
	tag := p.clone("tag", p.number("select id from tag limit 1"), map[string]any{"name": openid, "wechat_id": 0})
	p.exec("insert into customer_tag (customer_id, tag_id) values (?, ?)", who, tag)
	p.exec("insert into memo (customer_id, agent_id, at, text) values (?, ?, ?, ?)", who, me, at, other)
	p.exec("insert into errand (customer_id, what, tag_id, event_id, errcode, errmsg, retry_at) values (?, 'remark', 0, 1, 40013, ?, -1)", who, text)
	pieces, _ := json.Marshal([]string{text, other})
	form := json.RawMessage(bodyOf(text, nil))
	forms, _ := json.Marshal(map[string]any{"news": form, "music": form, "msgmenu": form, "miniprogrampage": form, "wxcard": form})
	p.exec("insert into draft (agent_id, conversation_id, mode, text, pieces, forms, edited_at) values (?, ?, ?, ?, ?, ?, ?)",
		me, v, []string{"reply", "note"}[n%2], other, string(pieces), string(forms), at)
}

// things makes a row of what belongs to no customer.
func (p *planter) things(n int, text string, me int64) {
	p.t.Helper()
	unique, at := fmt.Sprintf("%s#%d", text, n), p.number("select max(at) from message")
	content, _ := json.Marshal(map[string]string{"content": text + "{客户}"})
	typ, body := "text", string(content)
	if n%2 == 1 {
		typ, body = []string{"news", "msgmenu", "music", "wxcard", "miniprogrampage"}[n/2%5], bodyOf(text, nil)
	}
	p.exec("insert into quickreply (category, code, title, spelling, type, body, position, updated_by, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		text, unique, text, text, typ, body, n, me, at)
	p.exec("insert into article (account_id, kind, ref, title, description, url, cover, count, deleted, updated_at) values (1, ?, ?, ?, ?, ?, ?, 1, 0, ?)",
		[]string{"article", "material"}[n%2], fmt.Sprint("ref", n), text, text, text, text, at)
	p.exec("insert into keyword_hit (account_id, day, word, exact, hits) values (1, ?, ?, 0, 3)", at/86400000, unique)
	p.exec("insert into login_failure (subject, count, last_at) values (?, 1, ?)", unique, at)
	deed := []string{"agent.add", "account.rules", "customer.remark", "backup.make", "quickreply.import", "tag.set", "kf.add", text}[n%8]
	p.exec("insert into audit (at, agent_id, ip, deed, subject, account_id, detail, customer_id) values (?, ?, ?, ?, ?, 1, ?, ?)", at+int64(n), me, text, deed, text, text, n%7)
	if n%8 != 0 {
		return
	}
	p.exec("insert into session (hash, agent_id, kind, name, ip, created_at, seen_at, expires_at) values (?, ?, 'browser', ?, ?, ?, ?, 0)", []byte(unique), me, text, text, at, at)
	p.exec("insert into kf_account (account_id, kf_account, nickname, kf_id, kf_wx, invite_wx, invite_status, invite_until, avatar_url, synced_at) values (1, ?, ?, ?, '', ?, 'waiting', ?, ?, ?)",
		unique+"@hemu_life", text, fmt.Sprint(n), text, at+1e9, text, at)
	p.exec("insert into kf_deed (account_id, kf_account, what, wish, bind_id, agent_id, ip, at, undone) values (1, ?, 'add', ?, 0, ?, ?, ?, 1)", unique, text, me, text, at)
	agent := p.clone("agent", p.number("select id from agent where login = 'lixiaolin'"), map[string]any{"login": unique, "name": text, "seen_ip": text})
	p.exec("insert into agent_account (agent_id, account_id, kf_account) values (?, 1, ?)", agent, unique+"@hemu_life")
	p.exec("insert into oidc_member (agent_id, issuer, subject) values (?, ?, ?)", agent, text, unique)
}

// account makes an official account that had authorised the third-party platform and
// has withdrawn: nobody asks WeChat for its tokens.
func (p *planter) account(n int, text string) {
	p.t.Helper()
	id := p.clone("account", 1, map[string]any{"appid": fmt.Sprintf("wx%016x", n), "original_id": fmt.Sprintf("gh_%012x", n), "name": text})
	p.exec(`insert into authorizer (account_id, component_id, refresh_token, principal, authorised_at, refused, refused_at)
		values (?, 1, x'00', ?, 1, 61003, 2)`, id, text)
}

// oidc switches the sign-in by another system on.
func (p *planter) oidc(text string) {
	p.t.Helper()
	value, _ := json.Marshal(map[string]any{"oidc": map[string]any{"on": true, "issuer": text, "client_id": text, "button": text, "claim": text, "domain": text}})
	p.exec("insert into setting (name, value) values ('security', ?)", string(value))
}

// rules fills the lists of the account's rules.
func (p *planter) rules(texts []string) {
	p.t.Helper()
	var raw string
	must(p.t, p.tx.QueryRow("select rules from account where id = 1").Scan(&raw))
	var rules map[string]any
	must(p.t, json.Unmarshal([]byte(raw), &rules))
	rules["reasons"] = texts
	for i, level := range rules["levels"].([]any) {
		level.(map[string]any)["name"] = texts[i]
	}
	autos, hours := rules["autos"].(map[string]any), rules["hours"].(map[string]any)
	for i, name := range []string{"welcome", "away", "queued"} {
		autos[name] = map[string]any{"on": false, "text": strings.Join(texts[i*10:i*10+10], "")}
	}
	var keywords, holidays []any
	for i, text := range texts {
		keywords = append(keywords, map[string]any{"on": false, "words": []string{text}, "exact": false, "raise": false, "text": text})
		holidays = append(holidays, map[string]any{"from": fmt.Sprintf("2030-01-%02d", i%28+1), "to": fmt.Sprintf("2030-01-%02d", i%28+1), "name": text, "open": false, "from_minute": 0, "to_minute": 0})
	}
	autos["keywords"], hours["holidays"] = keywords, holidays
	out, err := json.Marshal(rules)
	must(p.t, err)
	p.exec("update account set rules = ? where id = 1", string(out))
}
