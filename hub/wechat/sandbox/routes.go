package sandbox

// endpoints are the calls that are imitated, with their daily limits for a
// new account.
var endpoints map[string]endpoint

func init() {
	get := func(run func(*call) (any, *apiError)) endpoint { return endpoint{method: "GET", run: run} }
	post := func(run func(*call) (any, *apiError)) endpoint { return endpoint{method: "POST", run: run} }
	open := func(run func(*call) (any, *apiError)) endpoint { return endpoint{method: "POST", open: true, run: run} }
	by := func(run func(*call, *component) (any, *apiError)) endpoint { return open(byComponent(run)) }
	endpoints = map[string]endpoint{
		"/cgi-bin/token":        {method: "GET", open: true, daily: 2000, run: (*call).getToken},
		"/cgi-bin/stable_token": {method: "POST", open: true, daily: 500_000, run: (*call).stableToken},

		"/cgi-bin/component/api_component_token":       open((*call).componentToken),
		"/cgi-bin/component/api_start_push_ticket":     open((*call).startTicket),
		"/cgi-bin/component/api_create_preauthcode":    by((*call).preAuthCode),
		"/cgi-bin/component/api_query_auth":            by((*call).queryAuth),
		"/cgi-bin/component/api_authorizer_token":      by((*call).refreshAuthorizer),
		"/cgi-bin/component/api_get_authorizer_info":   by((*call).authorizerInfo),
		"/cgi-bin/component/api_get_authorizer_list":   by((*call).listAuthorizers),
		"/cgi-bin/component/api_get_authorizer_option": by((*call).getOption),
		"/cgi-bin/component/api_set_authorizer_option": by((*call).setOption),

		pathSend:                                 {method: "POST", daily: 500_000, run: (*call).send},
		"/cgi-bin/message/custom/typing":         post((*call).typing),
		"/customservice/kfaccount/add":           post((*call).addKF),
		"/customservice/kfaccount/update":        post((*call).updateKF),
		"/customservice/kfaccount/del":           {run: (*call).deleteKF},
		"/customservice/kfaccount/inviteworker":  post((*call).inviteKF),
		"/customservice/kfaccount/uploadheadimg": {method: "POST", form: true, run: (*call).avatarKF},
		"/cgi-bin/customservice/getkflist":       get((*call).listKF),
		"/cgi-bin/customservice/getonlinekflist": get((*call).listOnlineKF),

		"/customservice/kfsession/create":         post((*call).createSession),
		"/customservice/kfsession/close":          post((*call).closeSession),
		"/customservice/kfsession/getsession":     get((*call).getSession),
		"/customservice/kfsession/getsessionlist": get((*call).listSessions),
		"/customservice/kfsession/getwaitcase":    get((*call).listWaiting),
		"/customservice/msgrecord/getmsglist":     post((*call).listRecords),

		"/cgi-bin/media/upload":    {method: "POST", form: true, daily: 100_000, run: (*call).uploadMedia},
		"/cgi-bin/media/get":       {method: "GET", daily: 200_000, run: (*call).getMedia},
		"/cgi-bin/media/get/jssdk": get((*call).getSpeech),
		"/cgi-bin/media/uploadimg": {method: "POST", form: true, run: (*call).uploadPicture},

		"/cgi-bin/material/add_material":      {method: "POST", form: true, run: (*call).addMaterial},
		"/cgi-bin/material/batchget_material": post((*call).listMaterial),
		"/cgi-bin/material/get_material":      post((*call).getMaterial),
		"/cgi-bin/material/del_material":      post((*call).deleteMaterial),
		"/cgi-bin/material/get_materialcount": get((*call).countMaterial),
		"/cgi-bin/freepublish/batchget":       {method: "POST", daily: 100, run: (*call).listArticles},
		"/cgi-bin/freepublish/getarticle":     post((*call).getArticle),

		"/cgi-bin/user/info":              {method: "GET", daily: 5_000_000, run: (*call).userInfo},
		"/cgi-bin/user/info/batchget":     post((*call).userInfos),
		"/cgi-bin/user/info/updateremark": {method: "POST", daily: 10_000, run: (*call).remarkUser},
		"/cgi-bin/user/get":               {method: "GET", daily: 500, run: (*call).listUsers},
		"/cgi-bin/user/tag/get":           post((*call).tagged),

		"/cgi-bin/tags/create":                   post((*call).createTag),
		"/cgi-bin/tags/get":                      get((*call).listTags),
		"/cgi-bin/tags/update":                   post((*call).updateTag),
		"/cgi-bin/tags/delete":                   post((*call).deleteTag),
		"/cgi-bin/tags/getidlist":                post((*call).userTags),
		"/cgi-bin/tags/members/batchtagging":     post((*call).tagUsers),
		"/cgi-bin/tags/members/batchuntagging":   post((*call).untagUsers),
		"/cgi-bin/tags/members/getblacklist":     post((*call).listBlocked),
		"/cgi-bin/tags/members/batchblacklist":   post((*call).blockUsers),
		"/cgi-bin/tags/members/batchunblacklist": post((*call).unblockUsers),

		"/cgi-bin/clear_quota":         post((*call).clearQuota),
		"/cgi-bin/clear_quota/v2":      {open: true, run: (*call).clearQuotaBySecret},
		"/cgi-bin/openapi/quota/get":   post((*call).getQuota),
		"/cgi-bin/openapi/quota/clear": post((*call).clearPath),
		"/cgi-bin/openapi/rid/get":     post((*call).getRID),
		"/cgi-bin/getcallbackip":       get((*call).listIPs),
		"/cgi-bin/get_api_domain_ip":   get((*call).listIPs),
		"/cgi-bin/callback/check":      post((*call).checkCallback),
	}
}
