package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
)

// Timeouts of the server. They do not end sockets, which have their own.
const (
	readTimeout  = 60 * time.Second
	writeTimeout = 120 * time.Second
	idleTimeout  = 120 * time.Second
	// A request's work in the store and at WeChat.
	deadline = 20 * time.Second
)

// routes lists every route and who may use it. There is no catch-all.
func (c *Console) routes(app *fiber.App) {
	app.Use(c.access, c.recovered, c.bounded, c.frame)

	app.Post("/wechat/component", c.receiveNotice)
	app.Post("/wechat/component/:appid", c.receiveAuthorised)
	app.Get("/wechat/:appid", c.verifyCallback)
	app.Post("/wechat/:appid", c.receivePush)
	app.Get("/healthz", c.health)
	app.Get("/healthz/live", c.healthLive)
	app.Get("/healthz/ready", c.healthReady)
	app.Get("/metrics", c.monitor, adaptor.HTTPHandler(Metrics(c)))
	app.Get("/favicon.ico", c.Assets.Favicon)
	app.Get("/static/:hash/*", c.Assets.Serve)
	app.Get("/sw.js", c.Assets.ServiceWorker)
	app.Get("/offline", c.pageOffline)
	app.Post("/csp-report", c.cspReport)

	app.Use(c.sameOrigin, c.identify)
	c.pageRoutes(app)

	app.Get("/ws", c.agent, c.socket)
	app.Get("/media/:id", c.agent, c.mediaFile)

	api := app.Group("/api/v1")
	api.Get("/openapi.json", c.openAPI)
	api.Use(c.agent)
	api.Get("/me", c.apiMe)
	api.Post("/me/presence", c.apiPresence)
	api.Get("/counts", c.apiCounts)
	api.Get("/alarms", c.apiAlarms)
	api.Get("/search", c.apiSearch)
	api.Get("/conversations", c.apiConversations)
	api.Post("/conversations/claim-next", c.apiClaimNext)
	api.Post("/conversations/end", c.apiEndAll)
	api.Get("/conversations/:id", c.apiConversation)
	api.Get("/conversations/:id/messages", c.apiMessages)
	api.Post("/conversations/:id/messages", c.apiReply)
	api.Put("/conversations/:id/draft", c.apiSaveDraft)
	api.Post("/conversations/:id/claim", c.apiClaim)
	api.Post("/conversations/:id/transfer", c.apiTransfer)
	api.Post("/conversations/:id/take-over", c.apiTakeOver)
	api.Post("/conversations/:id/invite", c.apiInvite)
	api.Post("/conversations/:id/end", c.apiEnd)
	api.Post("/conversations/:id/reopen", c.apiReopen)
	api.Post("/conversations/:id/read", c.apiRead)
	api.Post("/conversations/:id/session/close", c.apiCloseSession)
	api.Post("/conversations/:id/notes", c.apiNote)
	api.Get("/mentions", c.apiMentions)
	api.Post("/messages/:id/seen", c.apiSeen)
	api.Get("/customers/:id", c.apiCustomer)
	api.Put("/customers/:id/remark", c.apiRemark)
	api.Put("/customers/:id/vip", c.apiVIP)
	api.Put("/customers/:id/tags", c.apiTags)
	api.Put("/customers/:id/blocked", c.apiBlocked)
	api.Post("/customers/:id/memos", c.apiAddMemo)
	api.Put("/memos/:id", c.apiSetMemo)
	api.Get("/messages/:id/raw", c.apiRaw)
	api.Post("/messages/:id/resend", c.apiResend)
	api.Post("/messages/:id/delivered", c.apiDelivered)
	api.Post("/messages/:id/discard", c.apiDiscard)
	api.Post("/messages/:id/undo", c.apiUndo)
	api.Post("/messages/:id/now", c.apiSendNow)
	api.Get("/drafts", c.apiDrafts)
	api.Post("/media", c.apiUpload)
	api.Get("/accounts/:id/articles", c.apiArticles)
	api.Post("/accounts/:id/articles/sync", c.apiSyncArticles)
	api.Get("/accounts/:id/recent", c.apiRecent)
	api.Get("/accounts/:id/rules", c.apiRules)
	api.Put("/accounts/:id/rules", c.apiSetRules)
	api.Get("/quickreplies", c.apiQuickReplies)
	api.Post("/quickreplies", c.apiAddQuickReply)
	api.Post("/quickreplies/:id/used", c.apiUseQuickReply)

	if c.Phone != nil {
		app.Get("/phone", c.player, c.pagePhone)
		app.Get("/phone/authorise", c.player, c.pageConsent)
		app.All("/phone/api/*", c.player, adaptor.HTTPHandler(c.Phone))
	}
}
