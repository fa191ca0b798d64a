package sandbox

// DemoComponent is the appid of the third-party platform of the demo.
const DemoComponent = "wxc0d7e9152b8f43a6"

// SeedComponent gives the sandbox a third-party platform, and an official account
// whose administrator may authorise it, unless they are there. Its addresses are
// those of the console at base, which may have moved.
func (s *Sandbox) SeedComponent(base string) (Component, error) {
	c, ok := s.Component(DemoComponent)
	if !ok {
		c = Component{AppID: DemoComponent, Secret: randomHex(16), Name: "禾木客服平台", Token: alnum(24), AESKey: alnum(43)}
		class := Account{AppID: "wx2d60fa9e17bc8354", Secret: randomHex(16), OriginalID: "gh_2d60fa9e17bc", WechatID: "muzuo_class", Name: "木作课堂",
			Kind: "subscription", Token: alnum(24), AESKey: alnum(43)}
		if err := s.AddAccount(class); err != nil {
			return c, err
		}
		if err := s.AddKF(class.AppID, "laoshi@muzuo_class", "木作老师", "muzuo_laoshi", sample("agent-azhe.jpg")); err != nil {
			return c, err
		}
		if _, err := s.AddUser(User{AppID: class.AppID, OpenID: "oSbx_lintongxue_0000000000k2", Name: "林同学", Following: true}); err != nil {
			return c, err
		}
	}
	c.EventURL, c.MessageURL = base+"/wechat/component", base+"/wechat/component/$APPID$"
	s.SetComponent(c)
	return c, nil
}
