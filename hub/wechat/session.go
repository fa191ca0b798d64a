package wechat

import (
	"context"
	"net/url"
	"time"
)

const (
	pathSessionCreate = "/customservice/kfsession/create"
	pathSessionClose  = "/customservice/kfsession/close"
	pathSession       = "/customservice/kfsession/getsession"
	pathSessionList   = "/customservice/kfsession/getsessionlist"
	pathWaitCase      = "/customservice/kfsession/getwaitcase"
	pathRecords       = "/customservice/msgrecord/getmsglist"
)

// KFSession is a session of the platform's own customer-service system. Which
// fields are set depends on the call.
type KFSession struct {
	OpenID     string `json:"openid"`
	KFAccount  string `json:"kf_account"` // empty: nobody serves the customer
	CreateTime Int    `json:"createtime"`
	LatestTime Int    `json:"latest_time"`
}

type sessionBody struct {
	KFAccount string `json:"kf_account"`
	OpenID    string `json:"openid"`
}

// CreateSession is kfsession/create. The agent must be online in the platform's
// web tool.
func (c *Client) CreateSession(ctx context.Context, token, kfAccount, openid string) error {
	return c.post(ctx, token, pathSessionCreate, sessionBody{kfAccount, openid}, nil)
}

// CloseSession is kfsession/close.
func (c *Client) CloseSession(ctx context.Context, token, kfAccount, openid string) error {
	return c.post(ctx, token, pathSessionClose, sessionBody{kfAccount, openid}, nil)
}

// Session is kfsession/getsession.
func (c *Client) Session(ctx context.Context, token, openid string) (KFSession, error) {
	answer := KFSession{OpenID: openid}
	err := c.get(ctx, token, pathSession, url.Values{"openid": {openid}}, &answer)
	return answer, err
}

// Sessions is kfsession/getsessionlist.
func (c *Client) Sessions(ctx context.Context, token, kfAccount string) ([]KFSession, error) {
	var answer struct {
		List []KFSession `json:"sessionlist"`
	}
	err := c.get(ctx, token, pathSessionList, url.Values{"kf_account": {kfAccount}}, &answer)
	return answer.List, err
}

// Waiting is kfsession/getwaitcase: how many wait, and the 100 who have waited
// longest.
func (c *Client) Waiting(ctx context.Context, token string) (count int, list []KFSession, err error) {
	var answer struct {
		Count Int         `json:"count"`
		List  []KFSession `json:"waitcaselist"`
	}
	err = c.get(ctx, token, pathWaitCase, nil, &answer)
	return int(answer.Count), answer.List, err
}

// Opcodes of a Record. The others belong to the retired getrecord.
const (
	OpAgentSent     = 2002
	OpAgentReceived = 2003
)

// Record is one line of getmsglist. Media are marks such as "[image]".
type Record struct {
	OpenID string `json:"openid"`
	Opcode Int    `json:"opercode"`
	Text   string `json:"text"`
	Time   Int    `json:"time"`
	Worker string `json:"worker"`
}

// Records is getmsglist of at most 24 hours. Begin with msgID 1; when as many
// records come back as were asked for, call again with next. Pages may overlap.
func (c *Client) Records(ctx context.Context, token string, from, to time.Time, msgID int64, number int) (list []Record, next int64, err error) {
	var answer struct {
		List []Record `json:"recordlist"`
		Next Int      `json:"msgid"`
	}
	err = c.post(ctx, token, pathRecords, struct {
		Start  int64 `json:"starttime"`
		End    int64 `json:"endtime"`
		MsgID  int64 `json:"msgid"`
		Number int   `json:"number"`
	}{from.Unix(), to.Unix(), msgID, number}, &answer)
	return answer.List, int64(answer.Next), err
}
