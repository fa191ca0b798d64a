package store

import "context"

// KFSession is a session of WeChat's own customer-service tool. While it lasts,
// what the customer says goes there and does not reach us.
type KFSession struct {
	KFAccount string `json:"kf_account"`
	Nick      string `json:"nick"`
	Since     int64  `json:"since"`
}

// session notes who holds a customer in WeChat's own tool from a time on, ""
// for nobody. What comes late changes nothing. That a message reaches us
// nevertheless does not end a session: whether WeChat pushes during one is not
// known.
func (t *tx) session(customerID int64, kfAccount string, at int64) error {
	return t.exec("update customer set session_kf = $1, session_at = $2 where id = $3 and session_at <= $2", kfAccount, at, customerID)
}

// SetSession stores what WeChat answered about a customer's session: who holds
// it, "" for nobody.
func (s *Store) SetSession(ctx context.Context, customerID int64, kfAccount string) error {
	return s.write(ctx, func(t *tx) error {
		at := t.now / 1000 * 1000 // as WeChat's events tell the time: one of this very second still counts
		if err := t.session(customerID, kfAccount, at); err != nil {
			return err
		}
		return t.touchNewest(customerID)
	})
}
