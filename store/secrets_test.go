package store

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Everything that opens something, planted in one store: no file of it tells any of
// them, as it is or in another writing, and no backup does, whether encrypted or not.
func TestNoSecretLiesOpen(t *testing.T) {
	d := openDesk(t)
	authorise(t, d)
	ok(t, d.SetTicket(ctx, 1, "planted@ticket", 1000))
	ok(t, d.SetComponentToken(ctx, 1, "plantedComponentAccess", 1000))
	a := must(d.Account(ctx, d.account))(t)
	a.Secret, a.CallbackToken, a.AESKey = "plantedAppSecret", "plantedCallbackToken", strings.Repeat("planted", 7)[:43]
	ok(t, d.UpdateAccount(ctx, Actor{}, a))
	ok(t, d.SetToken(ctx, d.account, "access", "plantedAccessToken", 1))
	key, codes := d.twoStep(t)
	ok(t, d.StartTwoStep(ctx, d.su.ID))
	ok(t, d.SetSecurity(ctx, Actor{}, Security{OIDC: OIDC{On: true, Issuer: "https://id.example", ClientID: "c", Secret: "planted-oidc-secret"}}))
	ok(t, d.SetPassword(ctx, Actor{}, d.li.ID, "planted password", nil))
	_, err := d.Login(ctx, "li", "planted wrong password", "1", "")
	refused(t, err, "login_wrong")
	d.li = d.agent(t, d.li.ID)
	planted := map[string]string{"app secret": a.Secret, "callback token": a.CallbackToken, "AES key": a.AESKey, "access token": "plantedAccessToken",
		"component secret": "componentSecret", "component token": "componentToken", "component key": strings.Repeat("K", 43), "ticket": "planted@ticket",
		"component access": "plantedComponentAccess", "refresh token": "refreshtoken@@@0", "OIDC secret": "planted-oidc-secret", "password": "planted password",
		"wrong password": "planted wrong password", "TOTP key": key, "new TOTP key": must(d.TwoStep(ctx, d.su.ID))(t).Fresh, "recovery code": codes[0],
		"recovery code as typed": strings.ReplaceAll(codes[0], "-", ""),
		"session":                must(d.LogIn(ctx, &d.li, Session{}, time.Hour))(t),
		"bearer token":           must(d.AddSession(ctx, Session{AgentID: d.li.ID, Kind: "token"}, 0))(t),
		"half log-in":            must(d.HalfLogin(ctx, &d.li, ""))(t),
		"link":                   must(d.NewLink(ctx, Actor{}, d.admin.ID, true))(t),
		"state":                  must(d.NewAuthState(ctx, 1, time.Minute))(t)}
	folder := t.TempDir()
	for _, passphrase := range []string{"", phrase} {
		must(d.Backup(ctx, filepath.Join(folder, "b"+passphrase+BackupExt), BackupOptions{Program: "test", Passphrase: passphrase}))(t)
	}
	looked := 0
	for _, dir := range []string{d.Dir(), folder} { // with the log of what is not yet in the database
		for _, f := range must(os.ReadDir(dir))(t) {
			if f.IsDir() {
				continue
			}
			raw := must(os.ReadFile(filepath.Join(dir, f.Name())))(t)
			looked++
			for what, secret := range planted {
				for _, written := range [][]byte{[]byte(secret), []byte(base64.StdEncoding.EncodeToString([]byte(secret)))[:len(secret)],
					[]byte(hex.EncodeToString([]byte(secret)))} {
					if bytes.Contains(raw, written) {
						t.Errorf("%s tells the %s: %s", f.Name(), what, written)
					}
				}
			}
			if f.Name() == "kfdesk.db-wal" && !bytes.Contains(raw, []byte("id.example")) {
				t.Error("this test does not look at what was written last")
			}
		}
	}
	if looked < 5 {
		t.Errorf("only %d files were looked at", looked)
	}
}
