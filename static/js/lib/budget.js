// The reply budget: how many replies WeChat still takes for a customer, and until when.
// The same rule as store.Decide; store/testdata/budget.json holds cases that both must pass.
const MINUTE = 60_000;
const LOW = 120 * MINUTE;
const URGENT = 10 * MINUTE;

// left, total, until, since, kind and cause tell of the bucket that is shown; can is how many
// replies may leave in all; spend is the bucket that the next one takes.
export function budget(conversation, now) {
  const { message, action } = conversation.grants ?? {};
  if (conversation.customer.blocked_at) return nothing('cannot', 'blocked');
  if (!conversation.customer.following) return nothing('cannot', 'unsubscribed');
  if (!message && !action) return nothing('cannot', 'no_window');

  const all = [message, action].filter(Boolean);
  const open = all.filter((bucket) => now < bucket.until);
  const useful = open.filter((bucket) => bucket.left > 0);
  const shown = useful[0] ?? (open.length ? open : all).reduce((a, b) => (b.until > a.until ? b : a));
  const can = useful.reduce((sum, bucket) => sum + bucket.left, 0);
  const spare = useful.includes(action) && shown !== action ? action : null;
  const rule = {
    kind: shown === action ? 'action' : 'message',
    left: open.includes(shown) ? shown.left : 0,
    total: shown.total,
    since: shown.since,
    until: shown.until,
    cause: shown.cause,
    can,
    spend: can ? (useful.includes(action) ? 'action' : 'message') : '',
    reason: can ? '' : open.length ? 'quota_used' : 'window_closed',
    spare, // the short bucket, when it pays before the one that is shown
  };
  return { ...rule, state: stateOf(rule, now) };
}

const nothing = (state, reason) => ({
  state, reason, kind: '', left: 0, total: 5, since: 0, until: 0, cause: '', can: 0, spend: '', spare: null,
});

// plenty, low, urgent, event, used, closed; the state decides colours and hints.
function stateOf({ reason, kind, left, until }, now) {
  if (reason) return reason === 'quota_used' ? 'used' : 'closed';
  if (kind === 'action') return 'event';
  if (until - now <= URGENT) return 'urgent';
  return left === 1 || until - now <= LOW ? 'low' : 'plenty';
}

// The number of bars that n replies take from the bucket that is shown.
export const barsFor = (rule, n) => Math.min(rule.left, Math.max(0, n - (rule.spare?.left ?? 0)));

// How much of the window is left, 0 to 1.
export const share = ({ since, until }, now) => Math.min(1, Math.max(0, (until - now) / (until - since || 1)));

export const isShort = ({ until }, now) => until - now <= LOW;
