package store

import (
	"context"
	"slices"
)

// KFAccount is a row of the mirror of WeChat's list of kf accounts.
type KFAccount struct {
	Account      int64  `json:"account"`
	KFAccount    string `json:"kf_account"` // prefix@wechatid
	Nickname     string `json:"nickname"`
	KFID         string `json:"kf_id"`
	KFWx         string `json:"kf_wx"` // the WeChat id of the person it is bound to
	InviteWx     string `json:"invite_wx"`
	InviteStatus string `json:"invite_status"` // waiting, rejected, expired
	InviteUntil  int64  `json:"invite_until"`
	AvatarURL    string `json:"-"`
	Avatar       int64  `json:"avatar"` // media id, 0 when none
	SyncedAt     int64  `json:"synced_at"`
	Online       int    `json:"-"`     // in WeChat's own tool: 0 no, 1 web, 2 phone, 3 both, -1 not known
	Cases        int    `json:"-"`     // customers it serves there
	Agent        int64  `json:"agent"` // who speaks as it, 0 nobody
	AgentName    string `json:"agent_name"`
}

// KFAccounts lists the mirror of an official account.
func (s *Store) KFAccounts(ctx context.Context, accountID int64) ([]KFAccount, error) {
	return rows(ctx, s, func(r scanner) (k KFAccount, err error) {
		err = r.Scan(&k.Account, &k.KFAccount, &k.Nickname, &k.KFID, &k.KFWx, &k.InviteWx, &k.InviteStatus, &k.InviteUntil,
			&k.AvatarURL, &k.Avatar, &k.SyncedAt, &k.Online, &k.Cases, &k.Agent, &k.AgentName)
		return k, err
	}, `select k.account_id, k.kf_account, k.nickname, k.kf_id, k.kf_wx, k.invite_wx, k.invite_status, k.invite_until,
		k.avatar_url, coalesce(d.id, 0), k.synced_at, k.online, k.cases, coalesce(b.agent_id, 0), coalesce(a.name, '')
		from kf_account k left join media d on d.id = k.avatar_id and d.state = 'ready'
		left join agent_account b on b.account_id = k.account_id and b.kf_account = k.kf_account
		left join agent a on a.id = b.agent_id where k.account_id = $1 order by k.kf_account`, accountID)
}

// SetKFAccounts makes the mirror equal to WeChat's list. A changed avatar is
// wanted again. Deeds whose outcome was not known are settled by the list. Agents keep their binding to one that is gone, so that it is
// seen and not lost: their replies fail with WeChat's word.
func (s *Store) SetKFAccounts(ctx context.Context, accountID int64, list []KFAccount) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.settleKF(accountID, list); err != nil {
			return err
		}
		have, err := rows(ctx, t, one[string], "select kf_account from kf_account where account_id = $1", accountID)
		if err != nil {
			return err
		}
		for _, name := range have {
			if slices.ContainsFunc(list, func(k KFAccount) bool { return k.KFAccount == name }) {
				continue
			}
			if err := t.exec("delete from kf_account where account_id = $1 and kf_account = $2", accountID, name); err != nil {
				return err
			}
		}
		for _, k := range list {
			if err := t.setKFAccount(accountID, k); err != nil {
				return err
			}
		}
		return t.note(Event{Kind: "account", Account: accountID})
	})
}

func (t *tx) setKFAccount(accountID int64, k KFAccount) error {
	if err := t.exec(`insert into kf_account (account_id, kf_account, nickname, kf_id, kf_wx, invite_wx, invite_status, invite_until,
		avatar_url, synced_at, online, cases) values ($1,$2,$3,$4,$5,$6,$7,$8,'',$9,$10,$11)
		on conflict (account_id, kf_account) do update set nickname = excluded.nickname, kf_id = excluded.kf_id, kf_wx = excluded.kf_wx,
		invite_wx = excluded.invite_wx, invite_status = excluded.invite_status, invite_until = excluded.invite_until,
		synced_at = excluded.synced_at, online = excluded.online, cases = excluded.cases`, accountID, k.KFAccount, k.Nickname, k.KFID, k.KFWx, k.InviteWx, k.InviteStatus,
		k.InviteUntil, t.now, k.Online, k.Cases); err != nil {
		return err
	}
	old, err := txOne[string](t, "select avatar_url from kf_account where account_id=$1 and kf_account=$2", accountID, k.KFAccount)
	if err != nil || old == k.AvatarURL {
		return err
	}
	var wanted *Wanted
	if k.AvatarURL != "" {
		wanted = &Wanted{Kind: "avatar", URL: k.AvatarURL}
	}
	avatar, err := t.want(accountID, wanted)
	if err != nil {
		return err
	}
	return t.exec("update kf_account set avatar_url = $1, avatar_id = $2 where account_id = $3 and kf_account = $4",
		k.AvatarURL, avatar, accountID, k.KFAccount)
}

// ExpectKF puts a kf account into the mirror that WeChat could not be asked
// about yet; the next sync confirms or removes it.
func (s *Store) ExpectKF(ctx context.Context, accountID int64, kfAccount, nickname string) error {
	return s.write(ctx, func(t *tx) error { return t.expectKF(accountID, kfAccount, nickname) })
}

func (t *tx) expectKF(accountID int64, kfAccount, nickname string) error {
	return t.exec(`insert into kf_account (account_id, kf_account, nickname, kf_id, kf_wx, invite_wx, invite_status, invite_until,
		avatar_url, synced_at) values ($1,$2,$3,'','','','',0,'',0) on conflict (account_id, kf_account) do nothing`,
		accountID, kfAccount, nickname)
}
