-- The desk: roles, presence and the rules of an official account.

alter table agent add column role_as text not null default 'agent' check (role_as in ('admin', 'supervisor', 'agent'));
update agent set role_as = role;
alter table agent drop column role;
alter table agent rename column role_as to role;
alter table agent add column presence text not null default 'away' check (presence in ('online', 'busy', 'away'));
alter table agent add column presence_by text not null default ''; -- hand: set by the agent; here, idle, gone: by itself; '': never was here
alter table agent add column presence_at integer not null default 0;
alter table agent add column capacity integer not null default 0;  -- conversations at once, 0: as the account's rules say

alter table account add column rules text not null default '{}';    -- store.Rules as JSON; what is missing has its default

-- A session of WeChat's own customer-service tool: who holds the customer, '' for
-- nobody, and when that last changed.
alter table customer add column session_kf text not null default '';
alter table customer add column session_at integer not null default 0;
-- Routing: who came back to the queue, signs of life, who is free.
alter table conversation add column returned_at integer not null default 0; -- since when it waits again
alter table conversation add column returned_by integer not null default 0; -- the agent from whom it came back
alter table conversation add column active_at integer not null default 0;   -- when its agent typed
alter table agent add column served_at integer not null default 0;          -- when they were last given a conversation
create index conversation_open on conversation (agent_id) where state = 'open';

-- Automatic replies.
alter table message add column auto text not null default '';       -- welcome, away, queued, keyword; '' when a person wrote it
alter table customer add column away_at integer not null default 0;  -- when they were last told that nobody is here
alter table conversation add column queued_at integer not null default 0; -- when they were told that they have to wait
alter table conversation add column raised_at integer not null default 0; -- when a keyword moved it forward, for this wait

create table keyword_hit (
  account_id integer not null references account,
  day integer not null,             -- in Beijing
  word text not null,               -- in small letters
  exact integer not null,
  hits integer not null,
  primary key (account_id, day, word, exact)
) strict, without rowid;

-- Presence and hand-over.

alter table agent add column presence_wish text not null default 'online' check (presence_wish in ('online', 'busy', 'away')); -- what the agent last said: it holds while they are at the desk

alter table conversation add column reason text not null default ''; -- why it was ended, in the words of the account's rules

-- Quick replies: of the team, and each agent's own.

create table quickreply (
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
create unique index quickreply_code on quickreply (agent_id, code) where code <> '';

-- Working in the same conversation: what agents have begun to write.

create table draft (
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
create index draft_edited on draft (edited_at);

-- Customers: tags, notes about them, the block list, and what WeChat is still to be told; mentions in internal notes.

alter table customer add column blocked_at integer not null default 0; -- when they were put on the block list
alter table customer add column event_id integer not null default 0;   -- of the newest change of the customer
create index customer_blocked on customer (blocked_at) where blocked_at > 0;

create table tag (
  id integer primary key,
  account_id integer not null references account,
  name text not null,
  colour integer not null default 0,    -- 0: none, else one of the ten pairs
  vip integer not null default 0,       -- putting it on gives at least this level
  wechat_id integer not null default 0, -- of WeChat's user tag; 0: ours alone
  unique (account_id, name)
) strict;

create table customer_tag (
  customer_id integer not null references customer,
  tag_id integer not null references tag,
  primary key (customer_id, tag_id)
) strict, without rowid;
create index customer_tag_tag on customer_tag (tag_id);

create table memo (
  id integer primary key,
  customer_id integer not null references customer,
  agent_id integer not null,
  at integer not null,
  text text not null
) strict;
create index memo_customer on memo (customer_id, id);

-- What WeChat is to be told of a customer. What is told is read from the
-- customer at that time; a row that is not needed any more is deleted.
create table errand (
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
create index errand_due on errand (retry_at) where retry_at >= 0;

create table mention (
  agent_id integer not null references agent,
  message_id integer not null references message, -- a note that names them, or the line of a hand-over
  primary key (agent_id, message_id)    -- until it is seen
) strict, without rowid;
