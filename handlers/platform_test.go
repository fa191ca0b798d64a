package handlers

import (
	"context"
	"time"

	"kfdesk/hub/courier"
	"kfdesk/store"
)

// noPlatform stands for a WeChat that no test here calls for a third-party platform.
type noPlatform struct{}

func (noPlatform) AskTicket(context.Context) error { return nil }
func (noPlatform) PreAuthCode(context.Context) (string, time.Duration, error) {
	return "preauthcode@@@1", 10 * time.Minute, nil
}
func (noPlatform) Authorise(context.Context, store.Actor, string) (store.Account, error) {
	return store.Account{ID: 1, Name: "Shop"}, nil
}
func (noPlatform) SyncAuthorizers(context.Context, store.Actor) (int, error) { return 0, nil }
func (noPlatform) ComponentHealth() courier.Health                           { return courier.Health{} }
