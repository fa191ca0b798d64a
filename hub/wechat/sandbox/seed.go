package sandbox

import (
	"cmp"
	"embed"
	"slices"
	"strconv"
	"time"

	"kfdesk/hub/wechat"
)

//go:embed demo
var samples embed.FS

// A DemoSet is an official account with people and a past, as plain data, so
// that the sandbox and the console can begin with the same.
type DemoSet struct {
	Account  Account
	KF       []DemoKF
	Users    []DemoUser
	Articles []Article
}

// A DemoKF is a kf account and the agent who speaks as it.
type DemoKF struct {
	Account string // xiaoli@hemu_life
	Nick    string
	Avatar  []byte // JPEG
	WX      string // WeChat id bound to it
	Login   string // of the agent in the console
	Name    string
}

// A DemoUser is a person with a phone.
type DemoUser struct {
	OpenID    string
	Name      string // on the phone only
	Following bool
	Remark    string // what the agents call them
	VIP       int
	Tags      []string // that the agents have put on them
	Script    []Line   // oldest first
}

// A Line is something that happened in the past of a DemoUser.
type Line struct {
	Ago         time.Duration
	From        string // kf_account of the agent who did it; "" is the customer
	Do          string // of the customer: as in Action; of an agent: text, image, news, msgmenu, claim, end, note
	Text        string
	List        []string // entries of a menu message
	MenuID      string
	Key, Scene  string
	Sample      string // built-in file
	Title       string
	Description string
	URL         string
	AppID, Path string // mini program
	Lat, Lng    float64
	Label       string
}

// A Played is a Line that the phones show now. Push is what the platform told
// the console for a line of the customer, nil for a line of an agent; File
// holds the bytes of its picture or voice.
type Played struct {
	Line
	OpenID string
	At     time.Time
	Push   *wechat.Push
	File   []byte
}

// Seed puts a DemoSet into the sandbox and returns its past in order of time.
// When the account is there already nothing changes and nothing is returned.
func (s *Sandbox) Seed(d DemoSet) ([]Played, error) {
	if _, ok := s.Account(d.Account.AppID); ok {
		return nil, nil
	}
	if err := s.AddAccount(d.Account); err != nil {
		return nil, err
	}
	for _, k := range d.KF {
		if err := s.addDemoKF(d.Account.AppID, k); err != nil {
			return nil, err
		}
	}
	for _, x := range d.Articles {
		if err := s.AddArticle(d.Account.AppID, x); err != nil {
			return nil, err
		}
	}
	now := s.Now()
	var past []Played
	for _, u := range d.Users {
		if _, err := s.AddUser(User{AppID: d.Account.AppID, OpenID: u.OpenID, Name: u.Name, Remark: u.Remark}); err != nil {
			return nil, err
		}
		for _, l := range u.Script {
			past = append(past, Played{Line: l, OpenID: u.OpenID, At: now.Add(-l.Ago).Truncate(time.Second)})
		}
	}
	slices.SortStableFunc(past, func(a, b Played) int { return a.At.Compare(b.At) })
	for i := range past {
		if err := s.play(&past[i]); err != nil {
			return nil, err
		}
	}
	s.finishSeed(d)
	return past, nil
}

// AddKF makes a kf account without the API, bound to a WeChat user when wx is
// given. The avatar is a JPEG.
func (s *Sandbox) AddKF(appid, account, nick, wx string, avatar []byte) error {
	file, err := s.files.put(avatar)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(appid)
	if a == nil {
		return errAccount
	}
	k := &kfAccount{Account: account, Nick: nick, Avatar: file, WX: wx}
	if wx != "" {
		k.OpenID = newOpenID()
	}
	a.insertKF(k)
	s.touch()
	return nil
}

func (s *Sandbox) addDemoKF(appid string, k DemoKF) error {
	return s.AddKF(appid, k.Account, k.Nick, k.WX, k.Avatar)
}

// Menu is the body of a menu message.
func (l Line) Menu() []byte {
	list := []map[string]string{}
	for i, content := range l.List {
		list = append(list, map[string]string{"id": strconv.Itoa(101 + i), "content": content})
	}
	return encode(map[string]any{"head_content": l.Text, "list": list})
}

// play shows a line of the past on its phone, with the windows it opened and
// the messages it used.
func (s *Sandbox) play(p *Played) error {
	file, thumb := "", ""
	if p.Sample != "" {
		var err error
		if p.File, err = samples.ReadFile("demo/" + p.Sample); err != nil {
			return err
		}
		if file, err = s.files.put(p.File); err != nil {
			return err
		}
		if thumb, err = s.files.put(sample(filmThumb)); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[p.OpenID]
	if p.From != "" {
		s.playAgent(u, p, file)
	} else {
		s.playCustomer(u, p, file, thumb)
	}
	return nil
}

func (s *Sandbox) playAgent(u *user, p *Played, file string) {
	e := Entry{Dir: "account", Type: p.Do, At: p.At.UnixMilli(), KFAccount: p.From}
	if k := u.account.kfAccount(p.From); k != nil {
		e.Nick, e.Avatar = k.Nick, k.Avatar
	}
	switch p.Do {
	case "text":
		e.Body = encode(map[string]string{"content": p.Text})
	case "image":
		e.File, e.Body = file, rawJSON(`{}`)
	case "news":
		e.Thumb = file
		e.Body = encode(map[string]any{"articles": []map[string]string{
			{"title": p.Title, "description": p.Description, "url": p.URL, "picurl": s.link(file)},
		}})
	case "msgmenu":
		e.Body = p.Menu()
	default:
		return // claims, notes and endings are the console's own affair
	}
	if u.window(p.At) == 0 {
		u.spend(p.At)
	}
	s.show(u, e)
	s.keepRecord(u.account, 2002, u.OpenID, p.From, e.text())
}

func (s *Sandbox) playCustomer(u *user, p *Played, file, thumb string) {
	a := Action{OpenID: p.OpenID, Do: p.Do, Text: p.Text, Key: p.Key, Scene: p.Scene, Title: p.Title,
		Description: p.Description, URL: p.URL, FileName: p.Sample, File: p.File, stored: file, Recognition: p.Text,
		MenuID: p.MenuID, AppID: p.AppID, Path: p.Path, Lat: p.Lat, Lng: p.Lng, Label: p.Label, storedThumb: thumb}
	cause, tip := "message", ""
	switch p.Do {
	case "follow":
		p.Push = &wechat.Push{MsgType: "event", Event: "subscribe"}
		u.Scene = "ADD_SCENE_SEARCH"
		if p.Scene != "" {
			p.Push.EventKey, p.Push.Ticket = "qrscene_"+p.Scene, ticket(p.Scene)
			u.Scene = "ADD_SCENE_QR_CODE"
		}
		u.Following, u.SubscribedAt, u.QRScene = true, p.At.UnixMilli(), p.Scene
		cause, tip = "follow", "follow"
	case "scan":
		p.Push = &wechat.Push{MsgType: "event", Event: "SCAN", EventKey: p.Scene, Ticket: ticket(p.Scene)}
		cause, tip = "scan", "scan"
	case "click":
		p.Push = s.event(u, a)
		cause, tip = "menu", "click"
	default:
		if p.Do == "tap" {
			cause = "menu"
		}
		p.Push = s.message(u, a)
		p.Push.MsgID = strconv.FormatInt(p.At.UnixMicro()*10+s.serial(), 10)
	}
	p.Push.ToUserName, p.Push.FromUserName, p.Push.CreateTime = u.account.OriginalID, u.OpenID, p.At.Unix()
	s.grant(u, cause, p.At)
	e := s.own(u, p.Do, p.Push, p.At)
	if tip != "" {
		e = Entry{Dir: "tip", Type: tip, At: p.At.UnixMilli(), Body: encode(map[string]string{
			"key": p.Key, "scene": p.Scene, "name": u.account.button(p.Key),
		})}
	}
	s.show(u, e)
}

// finishSeed settles who follows; nobody has unread replies of the past.
func (s *Sandbox) finishSeed(d DemoSet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range d.Users {
		u := s.users[v.OpenID]
		u.Unread = 0
		if u.Following = v.Following; u.Following {
			u.SubscribedAt = cmp.Or(u.SubscribedAt, s.now().Add(-90*24*time.Hour).UnixMilli())
			u.Scene = cmp.Or(u.Scene, "ADD_SCENE_SEARCH")
		}
	}
	s.touch()
}

// sample reads a built-in file.
func sample(name string) []byte {
	data, err := samples.ReadFile("demo/" + name)
	if err != nil {
		panic(err) // embedded, so it is a mistake in the program
	}
	return data
}
