-- How long voice and films play, in milliseconds; 0 means not known.
alter table media add column duration integer not null default 0;

-- WeChat's ids of our uploads, by what was uploaded and as what: the same bytes
-- may be a picture and a film's cover, and lie in several rows of media.
create table upload (
  account_id integer not null references account,
  hash text not null,
  type text not null,               -- of media/upload: image, voice, video, thumb
  media_id text not null,
  until integer not null,
  primary key (account_id, hash, type)
) strict, without rowid;

insert into upload select account_id, hash, 'image', wx_media_id, max(wx_until) from media
  where wx_media_id <> '' and hash <> '' group by account_id, hash;

alter table media drop column wx_media_id;
alter table media drop column wx_until;
