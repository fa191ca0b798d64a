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
create index draft_conversation on draft (conversation_id);
create index article_cover on article (cover_id) where cover_id is not null;
create table leftover (                 -- what was wiped here and still lies in other files
  kind text not null check (kind in ('message', 'customer', 'file')),
  ref text not null,                    -- the row in the index, the hash of a file
  primary key (kind, ref)
) strict, without rowid;
create index media_hash on media (hash) where hash <> '';
