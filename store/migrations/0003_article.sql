alter table account add column typing integer not null default 1; -- tell customers that an agent writes

alter table customer add column language text not null default '';

-- What can be sent as mpnewsarticle or mpnews: WeChat's lists, as they were last read.
create table article (
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

create table article_sync (
  account_id integer not null references account,
  kind text not null,
  total integer not null default 0, -- as WeChat counts, which may be more than are kept
  synced_at integer not null default 0,
  tried_at integer not null default 0,
  errcode integer not null default 0,
  errmsg text not null default '',  -- of the last try, '' when it went well
  primary key (account_id, kind)
) strict, without rowid;

-- What agents sent, for who wants to send it again.
create index message_recent on message (account_id, type, id) where dir = 'out' and type <> 'text';
