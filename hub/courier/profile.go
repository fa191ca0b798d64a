package courier

import (
	"context"
	"strconv"
	"sync"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// holds are accounts that may not be asked before a time.
type holds struct {
	mu    sync.Mutex
	until map[int64]int64
}

func (h *holds) set(accountID, until int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[int64]int64{}
	}
	h.until[accountID] = until
}

func (h *holds) held(accountID, now int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now < h.until[accountID]
}

// dispatchProfiles fetches a few profiles a poll, going round those who wait.
func (c *Courier) dispatchProfiles(ctx context.Context) error {
	if c.profiles.free() == 0 {
		return nil
	}
	list, err := c.o.Store.Strangers(ctx, c.stranger, strangersPage)
	if err != nil {
		return err
	}
	if len(list) < strangersPage {
		defer func() { c.stranger = 0 }()
	}
	var batch []store.Stranger
	for _, s := range list {
		if len(batch) == profilesAtOnce {
			break
		}
		c.stranger = s.ID
		if !c.held.held(s.Account, c.now()) {
			batch = append(batch, s)
		}
	}
	if len(batch) > 0 {
		c.profiles.run(func() {
			for _, s := range batch {
				c.profile(ctx, s)
			}
		})
	}
	return nil
}

// sceneOf is where a follower came from: the scene of the QR code, which says
// more than that it was one, else WeChat's word.
func sceneOf(u *wechat.UserInfo) string {
	switch {
	case u.SubscribeScene != "ADD_SCENE_QR_CODE":
		return u.SubscribeScene
	case u.QRSceneStr != "":
		return u.QRSceneStr
	case u.QRScene != 0:
		return strconv.FormatInt(int64(u.QRScene), 10)
	}
	return u.SubscribeScene
}

func tagsOf(u *wechat.UserInfo) []int64 {
	list := make([]int64, 0, len(u.TagIDs))
	for _, id := range u.TagIDs {
		list = append(list, int64(id))
	}
	return list
}

// profile fetches what user/info tells of a customer: no name and no picture
// since the end of 2021, but whether they follow, since when and from where.
func (c *Courier) profile(ctx context.Context, s store.Stranger) {
	if ctx.Err() != nil || c.held.held(s.Account, c.now()) {
		return
	}
	a, err := c.o.Store.Account(ctx, s.Account)
	if err != nil {
		c.o.Log.Error("the profile of a customer could not be fetched", "customer", s.ID, "err", err)
		return
	}
	if a.Refused != 0 {
		c.held.set(a.ID, c.now()+profilePause.Milliseconds())
		return
	}
	var u wechat.UserInfo
	err = c.call(ctx, a, func(token string) error {
		ctx, cancel := context.WithTimeout(ctx, profileDeadline)
		defer cancel()
		u, err = c.o.API(a).UserInfo(ctx, token, s.OpenID)
		return err
	})
	switch code := wechat.Code(err); {
	case ctx.Err() != nil:
		return
	case err == nil:
		err = c.o.Store.SetProfile(ctx, s.ID, &store.Profile{
			Following: u.Subscribe == 1, UnionID: u.UnionID, Remark: u.Remark, Language: u.Language,
			Scene: sceneOf(&u), SubscribedAt: int64(u.SubscribeTime) * 1000, Tags: tagsOf(&u),
		})
	case code == 40003, code == 46004, code == 49003: // no such customer
		err = c.o.Store.SetProfile(ctx, s.ID, nil)
	default:
		// Without the permission (48001) asking more helps nobody.
		hold := profilePause
		if code != 0 && wechat.ReasonOf(err) == "" {
			hold = profileHold
		}
		c.held.set(a.ID, c.now()+hold.Milliseconds())
	}
	if err != nil {
		c.o.Log.Warn("the profile of a customer could not be fetched", "appid", a.AppID, "customer", s.ID,
			"code", wechat.Code(err), "err", err)
		return
	}
	c.o.Log.Debug("profile settled", "appid", a.AppID, "customer", s.ID)
}
