-- Rows of version 5.
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
insert into kf_account values (1, 'li@hemu_life', 'Li', '1001', 'li_wx', '', '', 0, 'http://mmbiz.qpic.cn/3', 1, 1735689600000, 1, 2);
insert into agent_account values (1, 1, 'li@hemu_life');
insert into session values (x'aa', 1, 'browser', 'Firefox', '127.0.0.1', 1735689600000, 1735689600000, 1735732800000, 'oidc');
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
insert into attempt (message_id, n, started_at, ended_at, outcome, errcode, errmsg) values (2, 2, 1735689603000, 1735689604000, 'failed', 45015, 'out of time limit');
update audit set account_id = 1, detail = 'from here', customer_id = 1 where id = 1;
insert into customer (id, account_id, openid, created_at, erased_at, erasing) values (2, 1, 'o2', 1735689600000, 1735689605000, 1);
insert into leftover values ('file', 'dd44');
insert into erased values ('ee55', 1735689605000);
update agent set password_at = 1735689600000, seen_ip = '127.0.0.1', era = 1 where id = 1;
insert into link values (1, x'01', 'reset', 0, 1735696800000);
insert into totp (agent_id, secret, since, step, salt) values (1, x'02', 1735689600000, 57856320, x'03');
insert into recovery_code values (1, x'04');
insert into half_login values (x'05', 1, 'password', 1735689900000);
insert into oidc_member values (1, 'https://id', 'li');
insert into message (id, account_id, customer_id, conversation_id, dir, type, body, at, imported) values (3, 1, 1, 1, 'in', 'text', '{}', 1735689500000, 1);
insert into kf_deed values (1, 1, 'wu@hemu_life', 'add', 'Wu', 0, 1, '127.0.0.1', 1735689600000, 0);
update account set token_kind = 'classic', callback_token_previous = x'06', keys_at = 1735689600000, keys_used_at = 1735689601000 where id = 1;
insert into component (id, appid, secret, callback_token, aes_key, aes_key_previous, callback_token_previous, ticket, access_token)
  values (1, 'wxc0ffee0000000001', x'01', x'02', x'03', x'', x'', x'04', x'05');
insert into authorizer (account_id, component_id, refresh_token, authorised_at) values (2, 1, x'07', 1735689600000);
insert into authcode (hash, code, appid, at) values ('ff66', x'08', 'wxfedcba0987654321', 1735689600000);
insert into authstate values ('aa77', 1, 1735690200000);
