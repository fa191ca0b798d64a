-- Administration. Each part of it has its own lines here.

-- Audit log: the account a deed belongs to (0: none), and what more is to say.
alter table audit add column account_id integer not null default 0;
alter table audit add column detail text not null default '';
create index audit_at on audit (at, id);
