-- Rows of version 4.
insert into account (id, appid, original_id, wechat_id, name, mode, secret, callback_token, aes_key, aes_key_previous, created_at)
  values (1, 'wx1234567890abcdef', 'gh_0123456789ab', 'hemu_life', 'Hemu', 'safe', x'01', x'02', x'03', x'', 1735689600000),
         (2, 'wxfedcba0987654321', 'gh_ba9876543210', 'hemu_two', 'Hemu 2', 'plain', x'01', x'02', x'', x'', 1735689600000);
insert into token values (1, 'access', x'04', 1735696800000);
insert into agent (id, login, name, password, role, created_at) values (1, 'li', 'Li', '$argon2id$', 'agent', 1735689600000);
insert into media (id, account_id, kind, state, source, url, hash, mime, size, width, height, name, created_at, duration, wx_url) values
  (1, 1, 'image', 'ready', 'm1', 'http://mmbiz.qpic.cn/1', 'aa11', 'image/jpeg', 9, 3, 2, '', 1735689600000, 0, ''),
  (2, 1, 'image', 'ready', '', '', 'bb22', 'image/png', 9, 3, 2, 'a.png', 1735689600000, 0, 'http://mmbiz.qpic.cn/2'),
  (3, 1, 'image', 'ready', '', '', 'bb22', 'image/png', 9, 3, 2, 'b.png', 1735689600000, 0, ''),
  (4, 1, 'voice', 'ready', 'm4', '', 'cc33', 'audio/amr', 9, 0, 0, '', 1735689600000, 1240, ''),
  (5, 2, 'image', 'ready', '', '', 'bb22', 'image/png', 9, 3, 2, '', 1735689600000, 0, '');
insert into kf_account values (1, 'li@hemu_life', 'Li', '1001', 'li_wx', '', '', 0, 'http://mmbiz.qpic.cn/3', 1, 1735689600000);
insert into agent_account values (1, 1, 'li@hemu_life');
insert into session values (x'aa', 1, 'browser', 'Firefox', '127.0.0.1', 1735689600000, 1735689600000, 1735732800000);
insert into login_failure values ('li@127.0.0.1', 1, 1735689600000);
insert into customer (id, account_id, openid, created_at, conversation_id, conversations) values (1, 1, 'o1', 1735689600000, 1, 1);
insert into conversation (id, account_id, customer_id, state, agent_id, created_at) values (1, 1, 1, 'open', 1, 1735689600000);
insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, dedupe, media_id)
  values (1, 1, 1, 1, 'in', 'image', '{}', 1735689600000, 'm1', 1);
insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, media_id, agent_id, state, client_id)
  values (2, 1, 1, 1, 'out', 'image', '{}', 1735689601000, 3, 1, 'sent', 'client-1');
insert into attempt (message_id, n, started_at, ended_at, outcome) values (2, 1, 1735689601000, 1735689602000, 'sent');
insert into event (at, kind, account_id, conversation_id, message_id) values (1735689600000, 'message', 1, 1, 1);
insert into setting values ('language', 'zh-CN');
insert into audit (at, agent_id, ip, deed, subject) values (1735689600000, 1, '127.0.0.1', 'login', 'li');
insert into upload values (1, 'bb22', 'image', 'wx-new', 1735899999000);
insert into article (account_id, kind, ref, title, description, url, cover, cover_id, count, deleted, updated_at)
  values (1, 'article', 'a1', 'Lamps', '', 'http://mp.weixin.qq.com/s/1', '', null, 1, 0, 1735689600000);
insert into article_sync (account_id, kind, total, synced_at, tried_at) values (1, 'article', 1, 1735689600000, 1735689600000);
update agent set role = 'supervisor', presence = 'online', capacity = 3 where id = 1;
update account set rules = '{"undo":3}' where id = 1;
update customer set session_kf = 'li@hemu_life', session_at = 1735689600000, blocked_at = 1735689600000 where id = 1;
insert into keyword_hit values (1, 20089, 'price', 0, 2);
insert into quickreply (id, account_id, agent_id, category, code, title, spelling, type, body, position, updated_by, updated_at)
  values (1, 1, 0, 'Greetings', 'hi', 'Hello', '', 'text', '{}', 1, 1, 1735689600000);
insert into draft (agent_id, conversation_id, mode, text, pieces, edited_at) values (1, 1, 'reply', 'half', '[]', 1735689600000);
insert into tag (id, account_id, name, wechat_id) values (1, 1, 'Regular', 100);
insert into customer_tag values (1, 1);
insert into memo values (1, 1, 1, 1735689600000, 'likes lamps');
insert into errand (customer_id, what, event_id) values (1, 'remark', 1);
insert into mention values (1, 2);
