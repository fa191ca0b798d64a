// The delivery log: pushes to the console, calls of the console.
import { boot } from '../lib/boot.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';

const time = new Intl.DateTimeFormat(boot.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export function logLine(line) {
  const { name, look } = direction(line);
  const about = line.dir === 'push' ? pushed(line) : called(line);
  return html`<li><time>${time.format(line.at)}</time><span class=${`dir ${look}`}>${t(`phone.log.${name}`)}</span>
    ${line.dir === 'push' ? html`<details><summary><code>${about}</code></summary>${deliveries(line)}</details>` : html`<code>${about}</code>`}</li>`;
}

function direction({ dir, verdict, code, path }) {
  if (dir === 'push') {
    const bad = verdict === 'failed' || verdict === 'invalid';
    return bad ? { name: 'lost', look: 'dir-bad' } : { name: 'in', look: '' };
  }
  if (code) return { name: 'bad', look: 'dir-bad' };
  return path.endsWith('/custom/send') ? { name: 'out', look: 'dir-out' } : { name: 'call', look: 'dir-call' };
}

const quoted = (detail) => (detail ? t('phone.log.quoted', { text: detail.length > 24 ? `${detail.slice(0, 23)}…` : detail }) : '');

const pushed = ({ type, event, detail, kf_account, fault }) =>
  [type === 'event' ? `event ${event}` : type, quoted(detail), kf_account ?? '', fault ? `[${fault}]` : ''].join(' ');

function called({ path, type, detail, code, msg, kf_account, fault }) {
  const what = path.endsWith('/custom/send') ? `${type ?? ''} ${quoted(detail)}` : `${path.split('/').slice(-2).join('/')} ${type ?? ''}`;
  return [what, `→ ${code} ${code ? msg : 'ok'}`, kf_account ?? '', fault ? `[${fault}]` : ''].join(' ');
}

const deliveries = ({ attempts = [], verdict, answer, xml }) => html`
  <ol class="lab-tries">${attempts.map(({ status, ms, error }, nth) => html`<li>${t('phone.log.attempt', { n: nth + 1, status: status || error, ms })}</li>`)}</ol>
  <p>${t(`phone.verdict.${verdict || 'pending'}`)}</p>
  ${answer && verdict !== 'success' ? html`<pre>${answer}</pre>` : nothing}<pre>${xml}</pre>`;
