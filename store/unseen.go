package store

import "context"

// unseen refuses a reply whose author has not seen what the customer said last
// (detail.messages: the ids, detail.n: how many). Who does not say what they have
// seen, or wants to send it anyway, is not held up.
func (t *tx) unseen(v *Conversation, d *Draft) error {
	if d.Seen == 0 || d.Anyway {
		return nil
	}
	ids, err := rows(context.Background(), t, one[int64], `select m.id from message m where m.customer_id = $1 and m.id > $2 and m.dir = 'in' and m.imported = 0
		order by m.id limit $3 + 0`, v.Customer.ID, d.Seen, unseenMost)
	if err != nil || len(ids) == 0 {
		return err
	}
	return refuse("unseen", "n", len(ids), "messages", ids)
}

// unseenMost bounds how many messages a refusal names.
const unseenMost = 50
