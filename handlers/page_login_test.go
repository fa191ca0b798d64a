package handlers

import "testing"

func TestLoginAndPreferences(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.post(t, "/logout").went(t, "/login")
	d.get(t, "/login").has(t, 200, "禾木生活馆")
	d.post(t, "/login", "login", "zhouzhe", "password", "wrong").has(t, 422, "用户名或密码不对", `value="zhouzhe"`)
	for _, next := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "", "javascript:alert(1)"} {
		d.post(t, "/login", "login", "zhouzhe", "password", adminPassword, "next", next).went(t, "/")
	}
	d.post(t, "/login", "login", "ZhouZhe ", "password", adminPassword, "next", "/agents").went(t, "/agents")

	d.post(t, "/preferences", "theme", "dark", "back", "/agents").went(t, "/agents")
	d.get(t, "/agents").has(t, 200, `<html lang="zh-CN" data-theme="dark">`)
	d.post(t, "/preferences", "lang", "en", "back", "/profile").went(t, "/profile")
	d.get(t, "/profile").has(t, 200, `<html lang="en"`, "My account")
	d.post(t, "/preferences", "lang", "xx", "theme", "<b>", "back", "//evil").went(t, "/")
	d.cookies["lang"] = "zh-CN"
	d.get(t, "/profile").has(t, 200, `<html lang="en"`) // the agent's own setting comes first
}

func TestLoginWarnsBeforeItLocks(t *testing.T) {
	d := newConsole(t)
	d.setUp(t)
	d.post(t, "/logout")
	for _, want := range []string{"用户名或密码不对。<", "用户名或密码不对。<", "再错 2 次", "再错 1 次", "已锁定 5 分钟", "5 分钟后再试"} {
		d.post(t, "/login", "login", "zhouzhe", "password", "wrong").has(t, 422, want)
	}
}
