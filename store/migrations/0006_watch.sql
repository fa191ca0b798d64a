-- The tries of replies that did not go well, for the page that shows what goes wrong.
create index attempt_ill on attempt (ended_at) where outcome not in ('', 'sent');
