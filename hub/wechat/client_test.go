package wechat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	testAccess = "TOKEN_never_in_errors+/="
	testSecret = "SECRET_never_in_errors+/="
)

// platform is an HTTP server in the platform's place.
func platform(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := &Client{Base: server.URL, HTTP: NewHTTP()}
	t.Cleanup(client.HTTP.CloseIdleConnections)
	return client
}

// TestCalls: what each call sends, to the byte, and what it makes of the answer.
func TestCalls(t *testing.T) {
	const ok = `{"errcode":0,"errmsg":"ok"}`
	const auth = "access_token=TOKEN_never_in_errors%2B%2F%3D"
	type call func(context.Context, *Client) (any, error)
	plain := func(f func(context.Context, *Client) error) call {
		return func(ctx context.Context, c *Client) (any, error) { return nil, f(ctx, c) }
	}
	day := time.Unix(1735689600, 0)
	for _, v := range []struct {
		name, request, body, answer string
		call                        call
		want                        any
	}{
		{"stable_token", "POST /cgi-bin/stable_token?",
			`{"grant_type":"client_credential","appid":"wx1","secret":"` + testSecret + `","force_refresh":true}`,
			`{"access_token":"A","expires_in":7200}`,
			func(ctx context.Context, c *Client) (any, error) {
				token, life, err := c.StableToken(ctx, "wx1", testSecret, true)
				return []any{token, life}, err
			}, []any{"A", 2 * time.Hour}},
		{"token", "GET /cgi-bin/token?appid=wx1&grant_type=client_credential&secret=SECRET_never_in_errors%2B%2F%3D", "",
			`{"access_token":"A","expires_in":"7200"}`,
			func(ctx context.Context, c *Client) (any, error) {
				token, life, err := c.Token(ctx, "wx1", testSecret)
				return []any{token, life}, err
			}, []any{"A", 2 * time.Hour}},
		{"custom/send", "POST /cgi-bin/message/custom/send?" + auth,
			`{"touser":"oA","msgtype":"text","text":{"content":"<a href=\"https://e.com/?a=1&b=2\">x</a>"},"customservice":{"kf_account":"a@b"}}`, ok,
			plain(func(ctx context.Context, c *Client) error {
				return c.Send(ctx, testAccess, Message{ToUser: "oA", MsgType: "text", KFAccount: "a@b", Text: &Text{`<a href="https://e.com/?a=1&b=2">x</a>`}})
			}), nil},
		{"custom/send, errcode as a string", "POST /cgi-bin/message/custom/send?" + auth,
			`{"touser":"oA","msgtype":"image","image":{"media_id":"m"}}`, "\uFEFF" + `{"errcode":"0"}`,
			plain(func(ctx context.Context, c *Client) error {
				return c.Send(ctx, testAccess, Message{ToUser: "oA", MsgType: "image", Image: &MediaRef{"m"}})
			}), nil},
		{"custom/typing", "POST /cgi-bin/message/custom/typing?" + auth, `{"touser":"oA","command":"Typing"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.Typing(ctx, testAccess, "oA", "Typing") }), nil},
		{"kf add", "POST /customservice/kfaccount/add?" + auth, `{"kf_account":"a@b","nickname":"小李"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.AddKF(ctx, testAccess, "a@b", "小李") }), nil},
		{"kf update", "POST /customservice/kfaccount/update?" + auth, `{"kf_account":"a@b","nickname":"小李"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.UpdateKF(ctx, testAccess, "a@b", "小李") }), nil},
		{"kf del", "POST /customservice/kfaccount/del?" + auth + "&kf_account=a%40b", `{"kf_account":"a@b"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.DelKF(ctx, testAccess, "a@b") }), nil},
		{"kf invite", "POST /customservice/kfaccount/inviteworker?" + auth, `{"kf_account":"a@b","invite_wx":"wx_id"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.InviteKF(ctx, testAccess, "a@b", "wx_id") }), nil},
		{"kf list", "GET /cgi-bin/customservice/getkflist?" + auth, "",
			`{"kf_list":[{"kf_account":"a@b","kf_headimgurl":"http://h/0","kf_id":"1001","kf_nick":"n","kf_wx":"w","kf_openid":"oK"},
			  {"kf_account":"c@b","kf_id":1002,"kf_nick":"m` + "\x02" + `","invite_wx":"v","invite_expire_time":"1735776000","invite_status":"waiting"}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.KFList(ctx, testAccess) },
			[]KFAccount{{Account: "a@b", ID: "1001", Nick: "n", AvatarURL: "http://h/0", WX: "w", OpenID: "oK"},
				{Account: "c@b", ID: "1002", Nick: "m ", InviteWX: "v", InviteExpireTime: 1735776000, InviteStatus: "waiting"}}},
		{"kf online", "GET /cgi-bin/customservice/getonlinekflist?" + auth, "",
			`{"kf_online_list":[{"kf_account":"a@b","status":1,"kf_id":"1001","accepted_case":2}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.OnlineKFList(ctx, testAccess) },
			[]OnlineKF{{Account: "a@b", ID: "1001", Status: 1, AcceptedCase: 2}}},
		{"session create", "POST /customservice/kfsession/create?" + auth, `{"kf_account":"a@b","openid":"oA"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.CreateSession(ctx, testAccess, "a@b", "oA") }), nil},
		{"session close", "POST /customservice/kfsession/close?" + auth, `{"kf_account":"a@b","openid":"oA"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.CloseSession(ctx, testAccess, "a@b", "oA") }), nil},
		{"session", "GET /customservice/kfsession/getsession?" + auth + "&openid=oA", "", `{"createtime":5,"kf_account":"a@b"}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Session(ctx, testAccess, "oA") },
			KFSession{OpenID: "oA", KFAccount: "a@b", CreateTime: 5}},
		{"sessions", "GET /customservice/kfsession/getsessionlist?" + auth + "&kf_account=a%40b", "", `{"sessionlist":[{"createtime":5,"openid":"oA"}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Sessions(ctx, testAccess, "a@b") },
			[]KFSession{{OpenID: "oA", CreateTime: 5}}},
		{"waiting", "GET /customservice/kfsession/getwaitcase?" + auth, "",
			`{"count":150,"waitcaselist":[{"latest_time":9,"openid":"oA"},{"createtime":7,"openid":"oB","kf_account":"a@b"}]}`,
			func(ctx context.Context, c *Client) (any, error) {
				n, list, err := c.Waiting(ctx, testAccess)
				return []any{n, list}, err
			}, []any{150, []KFSession{{OpenID: "oA", LatestTime: 9}, {OpenID: "oB", KFAccount: "a@b", CreateTime: 7}}}},
		{"getmsglist", "POST /customservice/msgrecord/getmsglist?" + auth,
			`{"starttime":1735689600,"endtime":1735775999,"msgid":1,"number":10000}`,
			`{"recordlist":[{"openid":"oA","opercode":2002,"text":"[image]","time":1735690000,"worker":"a@b"}],"number":1,"msgid":20165267}`,
			func(ctx context.Context, c *Client) (any, error) {
				list, next, err := c.Records(ctx, testAccess, day, day.Add(24*time.Hour-time.Second), 1, 10000)
				return []any{list, next}, err
			}, []any{[]Record{{"oA", OpAgentSent, "[image]", 1735690000, "a@b"}}, int64(20165267)}},
		{"materials", "POST /cgi-bin/material/batchget_material?" + auth, `{"type":"news","offset":0,"count":20}`,
			`{"total_count":1,"item_count":1,"item":[{"media_id":"M","content":{"news_item":[{"title":"T","show_cover_pic":1}]},"update_time":5}]}`,
			func(ctx context.Context, c *Client) (any, error) {
				n, list, err := c.Materials(ctx, testAccess, "news", 0, 20)
				return []any{n, list}, err
			}, []any{1, []Material{{MediaID: "M", UpdateTime: 5, News: []NewsItem{{Title: "T", ShowCover: 1}}}}}},
		{"news", "POST /cgi-bin/material/get_material?" + auth, `{"media_id":"M"}`, `{"news_item":[{"title":"T","url":"https://u"}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.GetNews(ctx, testAccess, "M") },
			[]NewsItem{{Title: "T", URL: "https://u"}}},
		{"material count", "GET /cgi-bin/material/get_materialcount?" + auth, "", `{"voice_count":1,"video_count":2,"image_count":3,"news_count":4}`,
			func(ctx context.Context, c *Client) (any, error) { return c.MaterialCount(ctx, testAccess) }, MaterialCount{1, 2, 3, 4}},
		{"material del", "POST /cgi-bin/material/del_material?" + auth, `{"media_id":"M"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.DelMaterial(ctx, testAccess, "M") }), nil},
		{"published", "POST /cgi-bin/freepublish/batchget?" + auth, `{"offset":0,"count":20,"no_content":1}`,
			`{"total_count":1,"item":[{"article_id":"A","content":{"news_item":[{"title":"T","thumb_url":"http://t","is_deleted":true}]},"update_time":5}]}`,
			func(ctx context.Context, c *Client) (any, error) {
				n, list, err := c.Published(ctx, testAccess, 0, 20)
				return []any{n, list}, err
			}, []any{1, []PublishedArticle{{"A", 5, []NewsItem{{Title: "T", ThumbURL: "http://t", Deleted: true}}}}}},
		{"article", "POST /cgi-bin/freepublish/getarticle?" + auth, `{"article_id":"A"}`, `{"news_item":[{"title":"T"}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Article(ctx, testAccess, "A") }, []NewsItem{{Title: "T"}}},
		{"user info", "GET /cgi-bin/user/info?" + auth + "&lang=zh_CN&openid=oA", "",
			`{"subscribe":1,"openid":"oA","language":"zh_CN","subscribe_time":5,"unionid":"u","remark":"","groupid":0,"tagid_list":[128,2],"subscribe_scene":"ADD_SCENE_QR_CODE","qr_scene":98765,"qr_scene_str":""}`,
			func(ctx context.Context, c *Client) (any, error) { return c.UserInfo(ctx, testAccess, "oA") },
			UserInfo{Subscribe: 1, OpenID: "oA", UnionID: "u", Language: "zh_CN", SubscribeTime: 5, TagIDs: []Int{128, 2}, SubscribeScene: "ADD_SCENE_QR_CODE", QRScene: 98765}},
		{"user infos", "POST /cgi-bin/user/info/batchget?" + auth, `{"user_list":[{"openid":"oA","lang":"zh_CN"},{"openid":"oB","lang":"zh_CN"}]}`,
			`{"user_info_list":[{"subscribe":0,"openid":"oA"}]}`,
			func(ctx context.Context, c *Client) (any, error) {
				return c.UserInfos(ctx, testAccess, []string{"oA", "oB"})
			}, []UserInfo{{OpenID: "oA"}}},
		{"followers", "GET /cgi-bin/user/get?" + auth + "&next_openid=oA", "", `{"total":2,"count":1,"data":{"openid":["oB"]},"next_openid":"oB"}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Followers(ctx, testAccess, "oA") }, OpenIDPage{2, []string{"oB"}, "oB"}},
		{"followers, the last page", "GET /cgi-bin/user/get?" + auth + "&next_openid=oB", "", `{"total":2,"count":0,"next_openid":"oB"}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Followers(ctx, testAccess, "oB") }, OpenIDPage{Total: 2}},
		{"remark", "POST /cgi-bin/user/info/updateremark?" + auth, `{"openid":"oA","remark":"老客户"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.UpdateRemark(ctx, testAccess, "oA", "老客户") }), nil},
		{"blacklist", "POST /cgi-bin/tags/members/getblacklist?" + auth, `{"begin_openid":""}`, `{"total":1,"count":1,"data":{"openid":["oA"]},"next_openid":"oA"}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Blacklist(ctx, testAccess, "") }, OpenIDPage{1, []string{"oA"}, "oA"}},
		{"block", "POST /cgi-bin/tags/members/batchblacklist?" + auth, `{"openid_list":["oA"]}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.AddBlacklist(ctx, testAccess, "oA") }), nil},
		{"unblock", "POST /cgi-bin/tags/members/batchunblacklist?" + auth, `{"openid_list":["oA","oB"]}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.RemoveBlacklist(ctx, testAccess, "oA", "oB") }), nil},
		{"tag create", "POST /cgi-bin/tags/create?" + auth, `{"tag":{"name":"VIP"}}`, `{"tag":{"id":134,"name":"VIP"}}`,
			func(ctx context.Context, c *Client) (any, error) { return c.CreateTag(ctx, testAccess, "VIP") }, Tag{ID: 134, Name: "VIP"}},
		{"tags", "GET /cgi-bin/tags/get?" + auth, "", `{"tags":[{"id":134,"name":"VIP","count":10}]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Tags(ctx, testAccess) }, []Tag{{134, "VIP", 10}}},
		{"tag update", "POST /cgi-bin/tags/update?" + auth, `{"tag":{"id":134,"name":"VIP2"}}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.UpdateTag(ctx, testAccess, 134, "VIP2") }), nil},
		{"tag delete", "POST /cgi-bin/tags/delete?" + auth, `{"tag":{"id":134}}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.DeleteTag(ctx, testAccess, 134) }), nil},
		{"tag members", "POST /cgi-bin/user/tag/get?" + auth, `{"tagid":134,"next_openid":""}`, `{"count":1,"data":{"openid":["oA"]},"next_openid":"oA"}`,
			func(ctx context.Context, c *Client) (any, error) { return c.TagMembers(ctx, testAccess, 134, "") }, OpenIDPage{0, []string{"oA"}, "oA"}},
		{"tagging", "POST /cgi-bin/tags/members/batchtagging?" + auth, `{"openid_list":["oA"],"tagid":134}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.AddTag(ctx, testAccess, 134, "oA") }), nil},
		{"untagging", "POST /cgi-bin/tags/members/batchuntagging?" + auth, `{"openid_list":["oA"],"tagid":134}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.RemoveTag(ctx, testAccess, 134, "oA") }), nil},
		{"tags of", "POST /cgi-bin/tags/getidlist?" + auth, `{"openid":"oA"}`, `{"tagid_list":[134,2]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.TagsOf(ctx, testAccess, "oA") }, []Int{134, 2}},
		{"quota", "POST /cgi-bin/openapi/quota/get?" + auth, `{"cgi_path":"/cgi-bin/message/custom/send"}`,
			`{"errcode":0,"errmsg":"ok","quota":{"daily_limit":500000,"used":123,"remain":499877}}`,
			func(ctx context.Context, c *Client) (any, error) { return c.Quota(ctx, testAccess, pathSend) }, Quota{500000, 123, 499877}},
		{"clear quota", "POST /cgi-bin/clear_quota?" + auth, `{"appid":"wx1"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.ClearQuota(ctx, testAccess, "wx1") }), nil},
		{"clear quota v2", "POST /cgi-bin/clear_quota/v2?appid=wx1&appsecret=SECRET_never_in_errors%2B%2F%3D", "", ok,
			plain(func(ctx context.Context, c *Client) error { return c.ClearQuotaV2(ctx, "wx1", testSecret) }), nil},
		{"clear path quota", "POST /cgi-bin/openapi/quota/clear?" + auth, `{"cgi_path":"/cgi-bin/user/info"}`, ok,
			plain(func(ctx context.Context, c *Client) error { return c.ClearPathQuota(ctx, testAccess, pathUserInfo) }), nil},
		{"rid", "POST /cgi-bin/openapi/rid/get?" + auth, `{"rid":"61725984-6126f6f9-040f19c4"}`,
			`{"errcode":0,"errmsg":"ok","request":{"invoke_time":5,"cost_in_ms":6,"request_url":"u","request_body":"b","response_body":"r","client_ip":"1.2.3.4"}}`,
			func(ctx context.Context, c *Client) (any, error) {
				return c.RID(ctx, testAccess, "61725984-6126f6f9-040f19c4")
			}, RID{5, 6, "u", "b", "r", "1.2.3.4"}},
		{"callback ips", "GET /cgi-bin/getcallbackip?" + auth, "", `{"ip_list":["127.0.0.1","101.226.103.0/25"]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.CallbackIPs(ctx, testAccess) }, []string{"127.0.0.1", "101.226.103.0/25"}},
		{"api ips", "GET /cgi-bin/get_api_domain_ip?" + auth, "", `{"ip_list":["127.0.0.1"]}`,
			func(ctx context.Context, c *Client) (any, error) { return c.APIIPs(ctx, testAccess) }, []string{"127.0.0.1"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			var request, body, contentType string
			c := platform(t, func(w http.ResponseWriter, r *http.Request) {
				got, _ := io.ReadAll(r.Body)
				request, body, contentType = r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery, string(got), r.Header.Get("Content-Type")
				io.WriteString(w, v.answer)
			})
			got, err := v.call(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if request != v.request || body != v.body {
				t.Errorf("sent %s\n     %s\nwant %s\n     %s", request, body, v.request, v.body)
			}
			if body != "" && contentType != "application/json; charset=utf-8" {
				t.Errorf("Content-Type %q", contentType)
			}
			if !reflect.DeepEqual(got, v.want) {
				t.Errorf("got  %+v\nwant %+v", got, v.want)
			}
		})
	}
}

// TestCheckCallback is apart for its answer's many fields.
func TestCheckCallback(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"action":"all","check_operator":"DEFAULT"}` {
			t.Errorf("sent %s", body)
		}
		io.WriteString(w, `{"dns":[{"ip":"1.1.1.1","real_operator":"UNICOM"}],"ping":[{"ip":"1.1.1.1","from_operator":"UNICOM","package_loss":"0%","time":"23.079ms"}]}`)
	})
	got, err := c.CheckCallback(t.Context(), testAccess)
	if err != nil || fmt.Sprint(got) != "{[{1.1.1.1 UNICOM}] [{1.1.1.1 UNICOM 0% 23.079ms}]}" {
		t.Errorf("%v, %v", got, err)
	}
}

// TestIncomplete: an answer without what it should bring is no success.
func TestIncomplete(t *testing.T) {
	c := platform(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`) })
	file := bytes.NewReader([]byte("x"))
	for name, call := range map[string]func() error{
		"stable_token": func() error { _, _, err := c.StableToken(t.Context(), "wx1", testSecret, false); return err },
		"upload":       func() error { _, err := c.UploadMedia(t.Context(), "t", "image", "a.jpg", file, 1); return err },
		"uploadimg":    func() error { _, err := c.UploadImg(t.Context(), "t", "a.jpg", file, 1); return err },
		"add_material": func() error {
			_, err := c.AddMaterial(t.Context(), "t", "image", "a.jpg", "", "", file, 1)
			return err
		},
		"kf list":      func() error { _, err := c.KFList(t.Context(), "t"); return err },
		"kf online":    func() error { _, err := c.OnlineKFList(t.Context(), "t"); return err },
		"user info":    func() error { _, err := c.UserInfo(t.Context(), "t", "oA"); return err },
		"tag create":   func() error { _, err := c.CreateTag(t.Context(), "t", "x"); return err },
		"quota":        func() error { _, err := c.Quota(t.Context(), "t", "/x"); return err },
		"media":        func() error { _, err := c.GetMedia(t.Context(), "t", "m", io.Discard, 10); return err },
		"get_material": func() error { _, err := c.GetMaterial(t.Context(), "t", "m", io.Discard, 10); return err },
	} {
		file.Reset([]byte("x"))
		if err := call(); Classify(err) != Unknown || !strings.Contains(err.Error(), "lacks") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
