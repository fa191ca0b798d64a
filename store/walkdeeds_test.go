package store

import (
	"strings"
	"time"
)

// deeds are all public methods that change something, with the kinds of the
// events that they append.
var deeds = []struct {
	method, events string
	do             func(w *walked) error
}{
	{"Receive", "message", func(w *walked) error { return w.take(w.text("served", "more")) }},
	{"Receive", "message", func(w *walked) error { return w.take(w.text("new", "hello")) }},
	{"Receive", "message", func(w *walked) error { return w.take(w.event("ended", "view", "")) }},
	{"Receive", "account message", func(w *walked) error { // the account's first push
		in := w.text("new", "hello")
		in.Account = w.other
		return w.take(in)
	}},
	{"Reply", "message", func(w *walked) error { _, _, _, err := w.Reply(ctx, &w.li, w.served.ID, w.draft("a")); return err }},
	{"Resend", "message", func(w *walked) error { _, _, err := w.Resend(ctx, &w.li, w.failed.ID, 1); return err }},
	{"Delivered", "message", func(w *walked) error { _, _, err := w.Delivered(ctx, &w.li, w.unknown.ID); return err }},
	{"Discard", "message", func(w *walked) error { _, _, err := w.Discard(ctx, &w.li, w.failed.ID); return err }},
	{"Undo", "message", func(w *walked) error { _, _, err := w.Undo(ctx, &w.li, w.pending.ID); return err }},
	{"SendNow", "message", func(w *walked) error { _, _, err := w.SendNow(ctx, &w.li, w.pending.ID); return err }},
	{"SaveDraft", "draft", func(w *walked) error {
		_, err := w.SaveDraft(ctx, &w.li, SavedDraft{Conversation: w.served.ID, Mode: "reply", Text: "well"})
		return err
	}},
	{"SetComponent", "", func(w *walked) error {
		_, err := w.SetComponent(ctx, Actor{}, Component{AppID: "wxc0ffee0000000001", Secret: "more"})
		return err
	}},
	{"SetTicket", "", func(w *walked) error { return w.SetTicket(ctx, 1, "ticket@@@2", start) }},
	{"SetComponentToken", "", func(w *walked) error { return w.SetComponentToken(ctx, 1, "token", start) }},
	{"EndComponentToken", "", func(w *walked) error { return w.EndComponentToken(ctx, must(w.Component(ctx))(w).AccessToken) }},
	{"Authorise", "account", func(w *walked) error { _, err := w.Authorise(ctx, Actor{}, 1, newAuthorisation); return err }},
	{"Authorise", "account", func(w *walked) error { // one that was reached directly
		z := newAuthorisation
		z.AppID = "wx1234567890abcdef"
		_, err := w.Authorise(ctx, Actor{}, 1, z)
		return err
	}},
	{"Unauthorised", "account", func(w *walked) error { return w.Unauthorised(ctx, w.authorised.ID, start) }},
	{"AuthorizerRefused", "account", func(w *walked) error { return w.AuthorizerRefused(ctx, w.authorised, 61023) }},
	{"SetRefreshToken", "", func(w *walked) error { return w.SetRefreshToken(ctx, w.authorised, "refreshtoken@@@2") }},
	{"AddAuthCode", "", func(w *walked) error { return w.AddAuthCode(ctx, AuthCode{Code: "queryauthcode@@@2", AppID: "wx1"}) }},
	{"AuthCodeDone", "", func(w *walked) error { return w.AuthCodeDone(ctx, AuthCode{Code: "queryauthcode@@@1"}, w.account, -1) }},
	{"NewAuthState", "", func(w *walked) error { _, err := w.NewAuthState(ctx, w.li.ID, time.Minute); return err }},
	{"UseAuthState", "", func(w *walked) error {
		state := must(w.NewAuthState(ctx, w.li.ID, time.Minute))(w)
		_, err := w.UseAuthState(ctx, state)
		return err
	}},
	{"PruneDrafts", "", func(w *walked) error { return w.PruneDrafts(ctx, 0) }},
	{"ClaimReplies", "", func(w *walked) error { // pending and sending look the same
		list, err := w.ClaimReplies(ctx, 10)
		equal(w, "claimed", len(list), 1)
		return err
	}},
	{"Sent", "message", func(w *walked) error { return w.Sent(ctx, w.sending.ID, Result{State: "sent"}) }},
	{"Recover", "message", func(w *walked) error { _, err := w.Recover(ctx); return err }},
	{"SetPicURL", "", func(w *walked) error { return w.SetPicURL(ctx, w.sending.ID, "https://pic") }}, // its result follows
	{"Claim", "message", func(w *walked) error { _, err := w.Claim(ctx, &w.su, w.waiting.ID); return err }},
	{"Claim", "", func(w *walked) error { _, err := w.Claim(ctx, &w.li, w.served.ID); return err }},
	{"ClaimNext", "message", func(w *walked) error { _, err := w.ClaimNext(ctx, &w.su); return err }},
	{"End", "message", func(w *walked) error { _, err := w.End(ctx, &w.li, w.served.ID); return err }},
	{"EndFor", "message", func(w *walked) error { _, err := w.EndFor(ctx, &w.li, w.served.ID, ""); return err }},
	{"EndAll", "message message", func(w *walked) error {
		_, err := w.EndAll(ctx, &w.li, []int64{w.served.ID, w.sending.Conversation, w.ended.ID}, "")
		return err
	}},
	{"Transfer", "agent message message mention", func(w *walked) error {
		ok(w, w.SetPresence(ctx, w.su.ID, "online"))
		_, err := w.Transfer(ctx, &w.li, w.served.ID, w.su.ID, "look")
		return err
	}},
	{"Transfer", "message", func(w *walked) error { _, err := w.Transfer(ctx, &w.li, w.served.ID, 0, ""); return err }},
	{"TakeOver", "message mention", func(w *walked) error {
		w.su.Role = "supervisor"
		_, err := w.TakeOver(ctx, &w.su, w.served.ID)
		return err
	}},
	{"Invite", "agent message mention", func(w *walked) error {
		ok(w, w.SetPresence(ctx, w.su.ID, "online"))
		_, err := w.Invite(ctx, &w.li, w.served.ID, w.su.ID)
		return err
	}},
	{"SetPresence", "agent", func(w *walked) error { return w.SetPresence(ctx, w.li.ID, "busy") }},
	{"Here", "agent", func(w *walked) error { return w.Here(ctx, w.li.ID) }},
	{"Idle", "", func(w *walked) error { return w.Idle(ctx, w.li.ID) }}, // away is away
	{"Gone", "", func(w *walked) error { return w.Gone(ctx, w.li.ID) }},
	{"Reopen", "message", func(w *walked) error { _, err := w.Reopen(ctx, &w.su, w.ended.ID); return err }},
	{"Read", "conversation", func(w *walked) error { _, err := w.Read(ctx, &w.li, w.served.ID, w.served.Last.ID); return err }},
	{"Lapse", "conversation", func(w *walked) error { return w.Lapse(ctx) }},
	{"SetProfile", "conversation", func(w *walked) error {
		return w.SetProfile(ctx, w.served.Customer.ID, &Profile{Following: true, Remark: "a regular"})
	}},
	{"SetProfile", "", func(w *walked) error { return w.SetProfile(ctx, w.served.Customer.ID, nil) }},
	{"SetSession", "conversation", func(w *walked) error { return w.SetSession(ctx, w.served.Customer.ID, "") }},
	{"SetVIP", "conversation", func(w *walked) error { _, err := w.SetVIP(ctx, &w.li, w.served.Customer.ID, 2); return err }},
	{"SetVIP", "", func(w *walked) error { _, err := w.SetVIP(ctx, &w.li, w.served.Customer.ID, 0); return err }},
	{"Route", "", func(w *walked) error { return w.Route(ctx) }},
	{"Route", "account message message", func(w *walked) error { // the rules give it away, silence is looked for
		w.presence(w, &w.li, "online")
		w.rule(w, func(r *Rules) { r.Assign, r.Silence = "fewest", 1 })
		return w.Route(ctx)
	}},
	{"Active", "", func(w *walked) error { return w.Active(ctx, w.li.ID, w.served.ID) }},
	{"SetRemark", "conversation", func(w *walked) error { _, err := w.SetRemark(ctx, &w.li, w.served.Customer.ID, "Wu"); return err }},
	{"SetRemark", "", func(w *walked) error { _, err := w.SetRemark(ctx, &w.li, w.served.Customer.ID, ""); return err }},
	{"AddMemo", "conversation", func(w *walked) error {
		_, err := w.AddMemo(ctx, &w.li, w.served.Customer.ID, "north gate")
		return err
	}},
	{"SetMemo", "conversation conversation", func(w *walked) error {
		must(w.AddMemo(ctx, &w.li, w.served.Customer.ID, "north gate"))(w)
		_, err := w.SetMemo(ctx, &w.su, 1, "")
		return err
	}},
	{"Block", "message conversation", func(w *walked) error { _, err := w.Block(ctx, &w.li, w.waiting.Customer.ID, true); return err }},
	{"TakeBlocked", "message conversation", func(w *walked) error {
		_, err := w.TakeBlocked(ctx, w.account, []string{w.served.Customer.OpenID, "nobody"})
		return err
	}},
	{"TakeBlocked", "", func(w *walked) error { _, err := w.TakeBlocked(ctx, w.account, nil); return err }},
	{"SetTag", "account", func(w *walked) error { return w.SetTag(ctx, Actor{}, Tag{Account: w.account, Name: "new"}) }},
	{"SetWechatTags", "account", func(w *walked) error {
		return w.SetWechatTags(ctx, Actor{}, w.account, []Tag{{Name: "VIP", WechatID: 134}, {Name: "new", WechatID: 135}})
	}},
	{"DeleteTag", "account", func(w *walked) error { return w.DeleteTag(ctx, Actor{}, w.tag) }},
	{"TagCustomer", "conversation", func(w *walked) error {
		_, err := w.TagCustomer(ctx, &w.li, w.served.Customer.ID, nil, []int64{w.tag})
		return err
	}},
	{"ErrandDone", "", func(w *walked) error {
		return w.ErrandDone(ctx, must(w.Errands(ctx, 1))(w)[0], ErrandResult{Done: true})
	}},
	{"ErrandDone", "conversation", func(w *walked) error {
		return w.ErrandDone(ctx, must(w.Errands(ctx, 1))(w)[0], ErrandResult{ErrCode: 48001, RetryAt: -1})
	}},
	{"AddNote", "message mention", func(w *walked) error {
		_, _, _, err := w.AddNote(ctx, &w.su, w.ended.ID, Note{ClientID: "note", Content: "@li", Mentions: []int64{w.li.ID}})
		return err
	}},
	{"SeeMention", "message mention mention", func(w *walked) error {
		m, _, _, err := w.AddNote(ctx, &w.su, w.ended.ID, Note{ClientID: "note", Content: "@li", Mentions: []int64{w.li.ID}})
		ok(w, err)
		return w.SeeMention(ctx, &w.li, m.ID)
	}},
	{"ClaimMedia", "", func(w *walked) error { _, err := w.ClaimMedia(ctx, 10, 1000); return err }},
	{"MediaReady", "message", func(w *walked) error { return w.MediaReady(ctx, w.media) }},
	{"MediaReady", "account", func(w *walked) error { return w.MediaReady(ctx, w.avatar) }},
	{"MediaRetry", "message", func(w *walked) error { return w.MediaRetry(ctx, w.media.ID, start, "busy") }},
	{"MediaLost", "message", func(w *walked) error { return w.MediaLost(ctx, w.media.ID, "expired") }},
	{"AddMedia", "", func(w *walked) error { _, err := w.AddMedia(ctx, Media{Account: w.account}); return err }},
	{"Uploaded", "", func(w *walked) error { return w.Uploaded(ctx, w.account, "hash", "image", "wx", start*2) }},
	{"UploadsGone", "", func(w *walked) error { _, err := w.UploadsGone(ctx, w.failed.ID); return err }},
	{"MediaURL", "", func(w *walked) error { return w.MediaURL(ctx, w.media.ID, "https://pic") }},
	{"AddAgent", "agent", func(w *walked) error {
		_, err := w.AddAgent(ctx, Actor{}, Agent{Login: "new", Role: "agent"}, right)
		return err
	}},
	{"UpdateAgent", "agent", func(w *walked) error { w.li.Name = "Li"; return w.UpdateAgent(ctx, Actor{}, w.li) }},
	{"SetAgentActive", "message message agent", func(w *walked) error { return w.SetAgentActive(ctx, Actor{}, w.li.ID, false) }},
	{"SetPassword", "agent", func(w *walked) error { return w.SetPassword(ctx, Actor{}, w.li.ID, right, nil) }},
	{"Bind", "agent", func(w *walked) error { return w.Bind(ctx, Actor{}, w.admin.ID, w.account, "") }},
	{"Bind", "agent message message", func(w *walked) error { return w.Bind(ctx, Actor{}, w.li.ID, w.account, "") }},
	{"Unbind", "message message agent", func(w *walked) error { return w.Unbind(ctx, Actor{}, w.li.ID, w.account) }},
	{"AddSession", "", func(w *walked) error {
		_, err := w.AddSession(ctx, Session{AgentID: w.li.ID, Kind: "token"}, 0)
		return err
	}},
	{"LogIn", "", func(w *walked) error {
		_, err := w.LogIn(ctx, &w.li, Session{}, time.Hour)
		return err
	}},
	{"Prove", "", func(w *walked) error {
		refused(w, w.Prove(ctx, &w.li, &Session{}, wrong, "1"), "login_wrong")
		return nil
	}},
	{"RenewSession", "agent", func(w *walked) error { _, err := w.RenewSession(ctx, hashSecret(w.secret)); return err }},
	{"LogOut", "agent", func(w *walked) error { return w.LogOut(ctx, hashSecret(w.secret)) }},
	{"EndSession", "agent", func(w *walked) error { return w.EndSession(ctx, Actor{}, hashSecret(w.secret)) }},
	{"EndSessions", "agent", func(w *walked) error { return w.EndSessions(ctx, Actor{}, w.li.ID) }},
	{"Session", "", func(w *walked) error {
		w.clock.advance(10 * time.Minute) // notes that it was seen
		_, _, err := w.Session(ctx, w.secret)
		return err
	}},
	{"Login", "", func(w *walked) error {
		_, err := w.Login(ctx, "li", wrong, "1", "")
		refused(w, err, "login_wrong")
		return nil
	}},
	{"InviteAgent", "agent", func(w *walked) error {
		_, _, err := w.InviteAgent(ctx, Actor{}, Agent{Login: "new", Role: "agent"})
		return err
	}},
	{"AddOIDCAgent", "agent", func(w *walked) error {
		_, err := w.AddOIDCAgent(ctx, "1", Agent{Login: "new"}, OIDCSubject{"https://id", "1"})
		return err
	}},
	{"OIDCAgent", "agent", func(w *walked) error {
		_, err := w.OIDCAgent(ctx, "1", OIDCSubject{"https://id", "1"}, "li")
		return err
	}},
	{"ConnectOIDC", "agent", func(w *walked) error {
		return w.ConnectOIDC(ctx, Actor{AgentID: w.li.ID}, OIDCSubject{"https://id", "1"})
	}},
	{"NewLink", "agent", func(w *walked) error { _, err := w.NewLink(ctx, Actor{}, w.li.ID, true); return err }},
	{"UseLink", "agent agent agent agent agent agent", func(w *walked) error {
		w.twoStep(w)
		secret := must(w.NewLink(ctx, Actor{}, w.li.ID, true))(w)
		_, err := w.UseLink(ctx, "1", secret, "", "", right)
		ok(w, err)
		_, secret, err = w.InviteAgent(ctx, Actor{}, Agent{Login: "new", Role: "agent"})
		ok(w, err)
		_, err = w.UseLink(ctx, "1", secret, "New", "en", right)
		return err
	}},
	{"StartTwoStep", "", func(w *walked) error { return w.StartTwoStep(ctx, w.li.ID) }},
	{"CancelTwoStep", "", func(w *walked) error { return w.CancelTwoStep(ctx, w.li.ID) }},
	{"ConfirmTwoStep", "agent", func(w *walked) error { w.twoStep(w); return nil }},
	{"RenewRecovery", "agent agent", func(w *walked) error {
		w.twoStep(w)
		_, err := w.RenewRecovery(ctx, Actor{AgentID: w.li.ID})
		return err
	}},
	{"StopTwoStep", "agent agent", func(w *walked) error {
		w.twoStep(w)
		return w.StopTwoStep(ctx, Actor{AgentID: w.li.ID})
	}},
	{"HalfLogin", "", func(w *walked) error { _, err := w.HalfLogin(ctx, &w.li, ""); return err }},
	{"SecondStep", "agent", func(w *walked) error {
		_, codes := w.twoStep(w)
		secret := must(w.HalfLogin(ctx, &w.li, ""))(w)
		_, err := w.SecondStep(ctx, secret, codes[0], "1", "")
		return err
	}},
	{"SetSecurity", "", func(w *walked) error { return w.SetSecurity(ctx, Actor{}, Security{TwoStep: "all"}) }},
	{"AddAccount", "account", func(w *walked) error { w.addAccount(w, "wx0000000000000000"); return nil }},
	{"TellQueue", "", func(w *walked) error { return w.TellQueue(ctx) }},
	{"ChangeRules", "account", func(w *walked) error {
		return w.ChangeRules(ctx, Actor{}, w.account, func(r *Rules) error { r.Capacity++; return nil })
	}},
	{"SetRules", "account", func(w *walked) error { return w.SetRules(ctx, Actor{}, w.account, defaultRules()) }},
	{"UpdateAccount", "account", func(w *walked) error { return w.UpdateAccount(ctx, Actor{}, must(w.Account(ctx, w.account))(w)) }},
	{"KeysUsed", "", func(w *walked) error { return w.KeysUsed(ctx, w.account) }}, // they were never changed
	{"KeysSeen", "", func(w *walked) error { return w.KeysSeen(ctx, Actor{AgentID: 1}, w.account) }},
	{"ComponentKeysUsed", "", func(w *walked) error { return w.ComponentKeysUsed(ctx, 1) }},
	{"ComponentKeysSeen", "", func(w *walked) error { return w.ComponentKeysSeen(ctx, Actor{AgentID: 1}) }},
	{"EndFormerKeys", "account", func(w *walked) error { return w.EndFormerKeys(ctx, Actor{}, w.account) }},
	{"AccountState", "account", func(w *walked) error { return w.AccountState(ctx, w.account) }},
	{"Verified", "account", func(w *walked) error { return w.Verified(ctx, w.account) }},
	{"SetKFAccounts", "account", func(w *walked) error { w.addKF(w, w.account, "new@hemu"); return nil }},
	{"SetArticles", "", func(w *walked) error {
		return w.SetArticles(ctx, w.account, "article", 1, []Article{{Ref: "a1", CoverURL: "https://cover"}})
	}},
	{"ArticlesUnchanged", "", func(w *walked) error { return w.ArticlesUnchanged(ctx, w.account, "article") }},
	{"ArticlesFailed", "", func(w *walked) error { return w.ArticlesFailed(ctx, w.account, "article", 48001, "unauthorized") }},
	{"AddQuickReply", "quickreply", func(w *walked) error { w.quick(0, ""); return nil }},
	{"UpdateQuickReply", "quickreply quickreply", func(w *walked) error {
		q := w.quick(0, "")
		q.Agent = w.admin.ID
		return w.UpdateQuickReply(ctx, &w.admin, q, nil)
	}},
	{"RenameQuickCategory", "quickreply quickreply quickreply", func(w *walked) error {
		q := w.quick(0, "")
		q.Category = "a"
		ok(w, w.UpdateQuickReply(ctx, &w.admin, q, nil))
		return w.RenameQuickCategory(ctx, &w.admin, true, "a", "b")
	}},
	{"RemoveQuickReply", "quickreply quickreply", func(w *walked) error { return w.RemoveQuickReply(ctx, &w.admin, w.quick(0, "").ID) }},
	{"MoveQuickReply", "quickreply quickreply quickreply", func(w *walked) error {
		w.quick(0, "")
		return w.MoveQuickReply(ctx, &w.admin, w.quick(0, "").ID, true)
	}},
	{"UseQuickReply", "quickreply", func(w *walked) error { _, err := w.UseQuickReply(ctx, &w.li, w.quick(0, "").ID); return err }},
	{"ImportQuickReplies", "quickreply", func(w *walked) error {
		_, no, err := w.ImportQuickReplies(ctx, &w.admin, []QuickImport{{QuickReply{Title: "a"}, w.draft("a")}}, false)
		equal(w, "not taken", len(no), 0)
		return err
	}},
	{"WishKF", "", func(w *walked) error { _, err := w.wish("add", "new@hemu", "new"); return err }},
	{"DropKF", "", func(w *walked) error {
		d, err := w.wish("update", "li@hemu", "new")
		ok(w, err)
		return w.DropKF(ctx, d.ID)
	}},
	{"KFDone", "account", func(w *walked) error {
		d, err := w.wish("update", "li@hemu", "new")
		ok(w, err)
		return w.KFDone(ctx, d)
	}},
	{"KFDone", "agent message message account", func(w *walked) error {
		d, err := w.wish("delete", "li@hemu", "")
		ok(w, err)
		return w.KFDone(ctx, d)
	}},
	{"ImportRecords", "message", func(w *walked) error {
		_, err := w.ImportRecords(ctx, Actor{}, w.account, []Record{{OpenID: "served", Text: "of old", At: w.now(), KFAccount: "li@hemu"}})
		return err
	}},
	{"ExpectKF", "", func(w *walked) error { return w.ExpectKF(ctx, w.account, "new@hemu", "new") }},
	{"SetSetting", "", func(w *walked) error { return w.SetSetting(ctx, "audit_days", "1") }},
	{"SetBackupSettings", "", func(w *walked) error {
		return w.SetBackupSettings(ctx, Actor{}, must(w.BackupSettings(ctx))(w))
	}},
	{"SaveBackup", "", func(w *walked) error { _, _, err := w.SaveBackup(ctx, w.TempDir(), BackupOptions{}); return err }},
	{"Erase", "message conversation", func(w *walked) error { return w.Erase(ctx, &w.admin, w.served.Customer.ID) }},
	{"Tidy", "message message conversation", func(w *walked) error {
		ok(w, w.MediaReady(ctx, Media{ID: w.media.ID, Hash: strings.Repeat("a", 64)}))
		v := must(w.NewestConversation(ctx, w.account, "picture"))(w)
		before := w.newest(w)
		ok(w, w.Erase(ctx, &w.admin, v.Customer.ID))
		equal(w, "events of the erasure", w.newest(w)-before, 2)
		return w.Tidy(ctx)
	}},
	{"ExportCustomer", "", func(w *walked) error { _, err := w.ExportCustomer(ctx, &w.admin, w.served.Customer.ID); return err }},
	{"SetRetention", "", func(w *walked) error { return w.SetRetention(ctx, Actor{}, Retention{90, 1, 1}) }},
	{"Retain", "", func(w *walked) error {
		ok(w, w.SetRetention(ctx, Actor{}, Retention{90, 2, 1}))
		w.clock.advance(70 * 24 * time.Hour)
		return w.Retain(ctx)
	}},
	{"ChangeSettings", "", func(w *walked) error { return w.ChangeSettings(ctx, Actor{}, []Setting{{"audit_days", "90"}}) }},
	{"Raw", "", func(w *walked) error { _, err := w.Raw(ctx, &w.li, w.waiting.Last.ID); return err }},
	{"AuditExported", "", func(w *walked) error { _, err := w.AuditExported(ctx, Actor{}, 1); return err }},
	{"PruneCopies", "", func(w *walked) error { return w.PruneCopies(ctx) }},
	{"PruneAudit", "", func(w *walked) error { return w.PruneAudit(ctx) }},
	{"SetToken", "", func(w *walked) error { return w.SetToken(ctx, w.account, "access", "t", 1) }},
	{"PruneEvents", "", func(w *walked) error { return w.PruneEvents(ctx, 24*3600*1000) }},
	{"Measure", "", func(w *walked) error { return w.Measure(ctx) }},
	{"PruneSessions", "", func(w *walked) error { return w.PruneSessions(ctx) }},
	{"Settle", "agent", func(w *walked) error { _, err := w.Settle(ctx, must(w.Carry(ctx, w.li.ID))(w)); return err }},
	{"AddFirstAdmin", "", func(w *walked) error {
		_, err := w.AddFirstAdmin(ctx, Actor{}, Agent{Login: "new"}, right)
		refused(w, err, "set_up")
		return nil
	}},
}
