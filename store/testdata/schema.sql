CREATE TABLE account (
  id integer primary key,
  appid text not null unique,
  original_id text not null,
  wechat_id text not null,
  name text not null,
  mode text not null check (mode in ('plain', 'compatible', 'safe')),
  secret blob not null,             -- sealed, as the three below
  callback_token blob not null,
  aes_key blob not null,
  aes_key_previous blob not null,
  pay_quota integer not null default 0,
  created_at integer not null,
  verified_at integer not null default 0,
  pushed_at integer not null default 0
, typing integer not null default 1, rules text not null default '{}', token_kind text not null default 'stable', callback_token_previous blob, keys_at integer not null default 0, keys_used_at integer not null default 0) strict;

CREATE TABLE agent (
  id integer primary key,
  login text not null unique,
  name text not null,
  password text not null,           -- argon2id, encoded with its parameters
  lang text not null default '',
  active integer not null default 1,
  created_at integer not null,
  seen_at integer not null default 0
, role text not null default 'agent' check (role in ('admin', 'supervisor', 'agent')), presence text not null default 'away' check (presence in ('online', 'busy', 'away')), presence_by text not null default '', presence_at integer not null default 0, capacity integer not null default 0, served_at integer not null default 0, presence_wish text not null default 'online' check (presence_wish in ('online', 'busy', 'away')), password_at integer not null default 0, seen_ip text not null default '', era integer not null default 0) strict;

CREATE TABLE agent_account (
  agent_id integer not null references agent,
  account_id integer not null references account,
  kf_account text not null,         -- empty: may see the account, may not reply
  primary key (agent_id, account_id)
) strict, without rowid;

CREATE TABLE article (
  account_id integer not null references account,
  kind text not null check (kind in ('article', 'material')),
  ref text not null,                -- article_id, or the media_id of old material
  title text not null,              -- of the first, where it is a group
  description text not null,
  url text not null,
  cover text not null,              -- names the picture of cover_id at WeChat
  cover_id integer references media,
  count integer not null,
  deleted integer not null,
  updated_at integer not null,
  primary key (account_id, kind, ref)
) strict, without rowid;

CREATE TABLE article_sync (
  account_id integer not null references account,
  kind text not null,
  total integer not null default 0, -- as WeChat counts, which may be more than are kept
  synced_at integer not null default 0,
  tried_at integer not null default 0,
  errcode integer not null default 0,
  errmsg text not null default '',  -- of the last try, '' when it went well
  primary key (account_id, kind)
) strict, without rowid;

CREATE TABLE attempt (
  message_id integer not null references message,
  n integer not null,
  started_at integer not null,
  ended_at integer not null default 0,
  outcome text not null default '',
  errcode integer not null default 0,
  errmsg text not null default '',
  primary key (message_id, n)
) strict, without rowid;

CREATE TABLE audit (
  id integer primary key autoincrement,
  at integer not null,
  agent_id integer not null,
  ip text not null,
  deed text not null,
  subject text not null
, account_id integer not null default 0, detail text not null default '', customer_id integer not null default 0) strict;

CREATE TABLE authcode (
  hash text primary key,
  code blob not null,
  appid text not null default '',
  openid text not null default '',            -- of the release test: who gets the answer
  at integer not null,
  attempts integer not null default 0,
  retry_at integer not null default 0,        -- -1: over
  account_id integer not null default 0
) strict;

CREATE TABLE authorizer (
  account_id integer primary key references account,
  component_id integer not null references component,
  refresh_token blob not null,
  scopes text not null default '[]',          -- ids of the permission sets that were granted
  service_type integer not null default 0,    -- 0, 1 subscription account, 2 service account
  verify_type integer not null default -1,
  principal text not null default '',
  authorised_at integer not null,
  told_at integer not null default 0,         -- WeChat's time of its newest event about it, a ms more for a withdrawal
  refused integer not null default 0,         -- WeChat's code why it must be authorised again: 61003 withdrawn
  refused_at integer not null default 0,
  last_push_at integer not null default 0     -- to the minute
) strict;

CREATE TABLE authstate (
  hash text primary key,
  agent_id integer not null,
  until integer not null
) strict;

CREATE TABLE component (
  id integer primary key,
  appid text not null,
  secret blob not null,
  callback_token blob not null,
  aes_key blob not null,
  aes_key_previous blob not null,
  callback_token_previous blob not null,
  keys_at integer not null default 0,         -- as of an account
  keys_used_at integer not null default 0,
  ticket blob not null,
  ticket_at integer not null default 0,       -- when WeChat pushed it
  access_token blob not null,
  access_at integer not null default 0,       -- when it came
  access_until integer not null default 0,
  desktop_url text not null default '',       -- of WeChat's authorisation page, '' as WeChat has it
  phone_url text not null default ''
) strict;

CREATE TABLE conversation (
  id integer primary key,
  account_id integer not null references account,
  customer_id integer not null references customer,
  state text not null check (state in ('waiting', 'open', 'closed')),
  agent_id integer not null default 0,
  unread integer not null default 0,
  read_id integer not null default 0,
  waiting_since integer not null default 0,
  created_at integer not null,
  claimed_at integer not null default 0,
  first_reply_at integer not null default 0,
  closed_at integer not null default 0,
  last_id integer not null default 0,
  last_dir text not null default '',
  last_type text not null default '',
  last_text text not null default '',
  last_state text not null default '',
  last_agent integer not null default 0,
  last_at integer not null default 0,
  event_id integer not null default 0
, returned_at integer not null default 0, returned_by integer not null default 0, active_at integer not null default 0, queued_at integer not null default 0, raised_at integer not null default 0, reason text not null default '') strict;

CREATE TABLE customer (
  id integer primary key,
  account_id integer not null references account,
  openid text not null,
  unionid text not null default '',
  remark text not null default '',
  vip integer not null default 0,
  following integer not null default 1,
  source text not null default '',
  subscribed_at integer not null default 0,
  profile_at integer not null default 0,
  created_at integer not null,
  conversation_id integer not null default 0,   -- the newest
  conversations integer not null default 0,
  message_left integer not null default 0,
  message_total integer not null default 0,
  message_since integer not null default 0,
  message_until integer not null default 0,
  action_left integer not null default 0,
  action_total integer not null default 0,
  action_since integer not null default 0,
  action_until integer not null default 0,
  action_cause text not null default '', language text not null default '', session_kf text not null default '', session_at integer not null default 0, away_at integer not null default 0, blocked_at integer not null default 0, event_id integer not null default 0, erased_at integer not null default 0, erasing integer not null default 0,
  unique (account_id, openid)
) strict;

CREATE TABLE customer_tag (
  customer_id integer not null references customer,
  tag_id integer not null references tag,
  primary key (customer_id, tag_id)
) strict, without rowid;

CREATE TABLE draft (
  agent_id integer not null references agent,
  conversation_id integer not null references conversation,
  mode text not null check (mode in ('reply', 'note')),
  text text not null,
  pieces text not null,             -- JSON: the texts before it, when several leave as one
  forms text not null default '{}', -- JSON: what is in the fields of the editors, by type
  files text not null default '[]', -- JSON: the files that wait: media ids and their places
  edited_at integer not null,       -- the newer edit wins; an emptied draft stays, so that a late older one does not
  primary key (agent_id, conversation_id)
) strict, without rowid;

CREATE TABLE erased (                   -- who was erased, so that WeChat's chat records do not bring back what was said before
  hash text primary key,                -- of the account's id and the openid
  at integer not null
) strict, without rowid;

CREATE TABLE errand (
  customer_id integer not null references customer,
  what text not null check (what in ('remark', 'blocked', 'tag')),
  tag_id integer not null default 0,
  event_id integer not null,            -- of the change that it tells
  errcode integer not null default 0,
  errmsg text not null default '',
  attempts integer not null default 0,
  retry_at integer not null default 0,  -- -1: WeChat has refused it
  primary key (customer_id, what, tag_id)
) strict, without rowid;

CREATE TABLE event (
  id integer primary key autoincrement,
  at integer not null,
  kind text not null,
  account_id integer not null default 0,
  conversation_id integer not null default 0,
  message_id integer not null default 0,
  agent_id integer not null default 0
) strict;

CREATE TABLE half_login (
  hash blob primary key,            -- SHA-256 of the secret
  agent_id integer not null references agent,
  way text not null,                -- as that of a session
  expires_at integer not null
) strict, without rowid;

CREATE TABLE keyword_hit (
  account_id integer not null references account,
  day integer not null,             -- in Beijing
  word text not null,               -- in small letters
  exact integer not null,
  hits integer not null,
  primary key (account_id, day, word, exact)
) strict, without rowid;

CREATE TABLE kf_account (
  account_id integer not null references account,
  kf_account text not null,
  nickname text not null,
  kf_id text not null,
  kf_wx text not null,
  invite_wx text not null,
  invite_status text not null,
  invite_until integer not null,
  avatar_url text not null,
  avatar_id integer references media,
  synced_at integer not null, online integer not null default 0, cases integer not null default 0,
  primary key (account_id, kf_account)
) strict, without rowid;

CREATE TABLE kf_deed (
  id integer primary key,
  account_id integer not null references account,
  kf_account text not null,
  what text not null check (what in ('add', 'update', 'delete', 'invite', 'avatar')),
  wish text not null,               -- nickname; WeChat id; of an avatar the address of the one before
  bind_id integer not null,         -- the agent who shall speak as a new one, 0: nobody
  agent_id integer not null,        -- who wants it, and from where
  ip text not null,
  at integer not null,
  undone integer not null default 0 -- WeChat had not done it after a minute, and the admins have yet to see that
) strict;

CREATE TABLE leftover (                 -- what was wiped here and still lies in other files
  kind text not null check (kind in ('message', 'customer', 'file', 'index')),
  ref text not null,                    -- the row in the index, the hash of a file, the table of the index to be packed
  primary key (kind, ref)
) strict, without rowid;

CREATE TABLE link (
  agent_id integer primary key references agent,   -- a new one ends the old
  hash blob not null unique,        -- SHA-256 of the secret
  kind text not null check (kind in ('join', 'reset')),
  totp_off integer not null,        -- using it also turns the second step off
  expires_at integer not null
) strict;

CREATE TABLE login_failure (
  subject text primary key,         -- login@address
  count integer not null,
  last_at integer not null
) strict, without rowid;

CREATE TABLE media (
  id integer primary key,
  account_id integer not null references account,
  kind text not null,                            -- image, voice, video, thumb, avatar
  state text not null check (state in ('wanted', 'ready', 'lost')),
  source text not null default '',               -- WeChat's media id of a pushed medium
  url text not null default '',                  -- PicUrl of a pushed picture, avatar's address
  hash text not null default '',                 -- SHA-256 of the bytes, names the file
  mime text not null default '',
  size integer not null default 0,
  width integer not null default 0,
  height integer not null default 0,
  name text not null default '',
  error text not null default '',
  attempts integer not null default 0,
  retry_at integer not null default 0,
  created_at integer not null,
  wx_url text not null default ''                -- from media/uploadimg, permanent
, duration integer not null default 0) strict;

CREATE TABLE memo (
  id integer primary key,
  customer_id integer not null references customer,
  agent_id integer not null,
  at integer not null,
  text text not null
) strict;

CREATE TABLE mention (
  agent_id integer not null references agent,
  message_id integer not null references message, -- a note that names them, or the line of a hand-over
  primary key (agent_id, message_id)    -- until it is seen
) strict, without rowid;

CREATE TABLE message (
  id integer primary key autoincrement,
  account_id integer not null references account,
  customer_id integer not null references customer,
  conversation_id integer not null,             -- 0: an event outside any conversation
  dir text not null check (dir in ('in', 'out', 'note', 'event')),
  type text not null,
  body text not null,
  at integer not null,
  dedupe text,
  media_id integer references media,
  thumb_id integer references media,
  agent_id integer not null default 0,
  kf_account text not null default '',
  nick text not null default '',
  state text not null default '' check (state in ('', 'pending', 'sending', 'sent', 'failed', 'unknown', 'discarded')),
  errcode integer not null default 0,
  errmsg text not null default '',
  attempts integer not null default 0,
  retry_at integer not null default 0,
  client_id text,
  nth integer not null default 0,
  total integer not null default 0,
  spent text not null default '',               -- the grant this reply holds
  spent_since integer not null default 0,
  sent_at integer not null default 0,
  event_id integer not null default 0,
  raw blob
, auto text not null default '', imported integer not null default 0) strict;

CREATE TABLE migration
		(version integer primary key, applied_at integer not null) strict;

CREATE TABLE oidc_member (              -- who a member is at a provider
  agent_id integer not null references agent,
  issuer text not null,
  subject text not null,
  primary key (agent_id, issuer),
  unique (issuer, subject)
) strict, without rowid;

CREATE TABLE quickreply (
  id integer primary key,
  account_id integer not null default 0,          -- 0: for every official account; what holds files or articles is for theirs
  agent_id integer not null default 0,            -- whose it is, 0: the team's
  category text not null default '',
  code text not null default '',                  -- typed after the slash
  title text not null,
  spelling text not null,                         -- of the title: how each character is read, see spell
  type text not null,
  body text not null,                             -- as a reply's
  media_id integer references media,
  thumb_id integer references media,
  position integer not null,                      -- in its category
  used integer not null default 0,                -- times, in the month
  used_month integer not null default 0,          -- of used: year * 12 + month
  updated_by integer not null,
  updated_at integer not null
) strict;

CREATE TABLE recovery_code (
  agent_id integer not null references agent,
  hash blob not null,               -- argon2id
  primary key (agent_id, hash)
) strict, without rowid;

CREATE TABLE session (
  hash blob primary key,            -- SHA-256 of the secret
  agent_id integer not null references agent,
  kind text not null check (kind in ('browser', 'token')),
  name text not null,               -- user agent, or the token's purpose
  ip text not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null       -- 0: never
, way text not null default '') strict, without rowid;

CREATE TABLE setting (
  name text primary key,
  value text not null
) strict, without rowid;

CREATE TABLE tag (
  id integer primary key,
  account_id integer not null references account,
  name text not null,
  colour integer not null default 0,    -- 0: none, else one of the ten pairs
  vip integer not null default 0,       -- putting it on gives at least this level
  wechat_id integer not null default 0, -- of WeChat's user tag; 0: ours alone
  unique (account_id, name)
) strict;

CREATE TABLE token (
  account_id integer not null references account,
  kind text not null,
  value blob not null,              -- sealed
  expires_at integer not null,
  primary key (account_id, kind)
) strict, without rowid;

CREATE TABLE totp (
  agent_id integer primary key references agent,
  secret blob,                      -- sealed; null: not on
  since integer not null default 0,
  step integer not null default 0,  -- of the code that was used last: none counts twice
  fresh blob,                       -- sealed: to be scanned, not confirmed yet
  fresh_at integer not null default 0,
  salt blob                         -- of the recovery codes
) strict;

CREATE TABLE upload (
  account_id integer not null references account,
  hash text not null,
  type text not null,               -- of media/upload: image, voice, video, thumb
  media_id text not null,
  until integer not null,
  primary key (account_id, hash, type)
) strict, without rowid;

CREATE UNIQUE INDEX agent_account_kf on agent_account (account_id, kf_account) where kf_account <> '';

CREATE INDEX article_cover on article (cover_id) where cover_id is not null;

CREATE INDEX attempt_ill on attempt (ended_at) where outcome not in ('', 'sent');

CREATE INDEX audit_at on audit (at, id);

CREATE INDEX conversation_customer on conversation (customer_id, id);

CREATE INDEX conversation_open on conversation (agent_id) where state = 'open';

CREATE INDEX conversation_state on conversation (state, closed_at, id);

CREATE INDEX customer_blocked on customer (blocked_at) where blocked_at > 0;

CREATE INDEX customer_erasing on customer (id) where erasing > 0;

CREATE INDEX customer_profile on customer (id) where profile_at = 0;

CREATE INDEX customer_remark on customer (remark) where remark <> '';

CREATE INDEX customer_tag_tag on customer_tag (tag_id);

CREATE INDEX draft_conversation on draft (conversation_id);

CREATE INDEX draft_edited on draft (edited_at);

CREATE INDEX errand_due on errand (retry_at) where retry_at >= 0;

CREATE INDEX half_login_agent on half_login (agent_id);

CREATE INDEX media_hash on media (hash) where hash <> '';

CREATE INDEX media_wanted on media (retry_at) where state = 'wanted';

CREATE INDEX memo_customer on memo (customer_id, id);

CREATE UNIQUE INDEX message_client on message (customer_id, client_id) where client_id is not null;

CREATE INDEX message_customer on message (customer_id, id);

CREATE UNIQUE INDEX message_dedupe on message (account_id, dedupe) where dedupe is not null;

CREATE INDEX message_imported on message (at) where imported = 1 and type <> 'erased';

CREATE INDEX message_media on message (media_id) where media_id is not null;

CREATE INDEX message_outbox on message (customer_id, id) where state in ('pending', 'sending');

CREATE INDEX message_recent on message (account_id, type, id) where dir = 'out' and type <> 'text';

CREATE INDEX message_thumb on message (thumb_id) where thumb_id is not null;

CREATE UNIQUE INDEX quickreply_code on quickreply (agent_id, code) where code <> '';

CREATE INDEX session_agent on session (agent_id);
