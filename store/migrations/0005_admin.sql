-- Administration. Each part of it has its own lines here.

-- Audit log: the account a deed belongs to (0: none), and what more is to say.
alter table audit add column account_id integer not null default 0;
alter table audit add column detail text not null default '';
create index audit_at on audit (at, id);

-- Audit log and customer data: whom a deed is about; who was erased, and what of it is still to be done.
alter table audit add column customer_id integer not null default 0;
alter table customer add column erased_at integer not null default 0;
alter table customer add column erasing integer not null default 0;     -- the message to be wiped next, 0: none
create index customer_erasing on customer (id) where erasing > 0;
create index customer_remark on customer (remark) where remark <> '';
create index draft_conversation on draft (conversation_id);
create index article_cover on article (cover_id) where cover_id is not null;
create table leftover (                 -- what was wiped here and still lies in other files
  kind text not null check (kind in ('message', 'customer', 'file', 'index')),
  ref text not null,                    -- the row in the index, the hash of a file, the table of the index to be packed
  primary key (kind, ref)
) strict, without rowid;
create index media_hash on media (hash) where hash <> '';
create table erased (                   -- who was erased, so that WeChat's chat records do not bring back what was said before
  hash text primary key,                -- of the account's id and the openid
  at integer not null
) strict, without rowid;

-- People: links to join or to set a new password, the second step of a log-in.
alter table agent add column password_at integer not null default 0;   -- 0: not known, or none yet
alter table agent add column seen_ip text not null default '';
alter table agent add column era integer not null default 0;           -- how often all their log-ins were ended
alter table session add column way text not null default '';           -- oidc: the provider has checked
create table link (
  agent_id integer primary key references agent,   -- a new one ends the old
  hash blob not null unique,        -- SHA-256 of the secret
  kind text not null check (kind in ('join', 'reset')),
  totp_off integer not null,        -- using it also turns the second step off
  expires_at integer not null
) strict;
create table totp (
  agent_id integer primary key references agent,
  secret blob,                      -- sealed; null: not on
  since integer not null default 0,
  step integer not null default 0,  -- of the code that was used last: none counts twice
  fresh blob,                       -- sealed: to be scanned, not confirmed yet
  fresh_at integer not null default 0,
  salt blob                         -- of the recovery codes
) strict;
create table recovery_code (
  agent_id integer not null references agent,
  hash blob not null,               -- argon2id
  primary key (agent_id, hash)
) strict, without rowid;
create table half_login (
  hash blob primary key,            -- SHA-256 of the secret
  agent_id integer not null references agent,
  way text not null,                -- as that of a session
  expires_at integer not null
) strict, without rowid;
create index half_login_agent on half_login (agent_id);
create table oidc_member (              -- who a member is at a provider
  agent_id integer not null references agent,
  issuer text not null,
  subject text not null,
  primary key (agent_id, issuer),
  unique (issuer, subject)
) strict, without rowid;

-- kf accounts: what WeChat's own tool says of them, and what an admin wants of WeChat that is not known to have happened yet.
alter table kf_account add column online integer not null default 0;   -- in WeChat's own tool: 0 no, 1 web, 2 phone, 3 both, -1 not known
alter table kf_account add column cases integer not null default 0;    -- customers it serves there
alter table message add column imported integer not null default 0;   -- out of its chat records: nobody waits for it, and it counts nowhere
create index message_imported on message (at) where imported = 1 and type <> 'erased';
create table kf_deed (
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

-- Official accounts: how the token is fetched; the former callback token, when the keys were changed, and the first push under the new ones.
alter table account add column token_kind text not null default 'stable';
alter table account add column callback_token_previous blob;
alter table account add column keys_at integer not null default 0;
alter table account add column keys_used_at integer not null default 0;

-- Third-party platform: there is one, and the accounts that authorised it.
create table component (
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
create table authorizer (
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
-- Authorisation codes: what an event brought and the courier has not exchanged yet, and which account a code gave.
create table authcode (
  hash text primary key,
  code blob not null,
  appid text not null default '',
  openid text not null default '',            -- of the release test: who gets the answer
  at integer not null,
  attempts integer not null default 0,
  retry_at integer not null default 0,        -- -1: over
  account_id integer not null default 0
) strict;
-- Ways to WeChat's authorisation page that were begun: each comes back once.
create table authstate (
  hash text primary key,
  agent_id integer not null,
  until integer not null
) strict;
