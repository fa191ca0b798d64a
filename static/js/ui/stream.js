// The messages of the thread. Older ones come as the agent scrolls up, newer ones live.
import { budget } from '../lib/budget.js';
import { day, tick } from '../lib/clock.js';
import { spellings } from '../lib/emoji.js';
import { unseen } from '../lib/held.js';
import { effect, guard, html, keyed, nothing, render, repeat, untracked } from '../lib/html.js';
import { formatDay, t } from '../lib/i18n.js';
import { itemsOf } from '../lib/items.js';
import { isReady } from '../lib/media.js';
import { connection } from '../lib/net.js';
import { pending } from '../lib/outbox.js';
import { atBottom, marker, missed } from '../lib/reading.js';
import { shown } from '../lib/search.js';
import { agents, opened, timeline } from '../lib/state.js';
import { dueIn } from '../lib/undo.js';
import { event } from './event.js';
import { icon } from './icon.js';
import { message } from './message.js';
import { followMessages } from './messagemenu.js';
import { note } from './note.js';
import { above, below, holdPlace, look, toBottom } from './place.js';
import { skeletonThread } from './skeleton.js';
import { arrive, isTarget } from './target.js';
import { openViewer } from './viewer.js';

const REACH = 600; // pixels from an end at which the next page is fetched
let seen = { id: 0, newest: 0 }; // rows up to here were drawn once: they do not fade in again

function stream() {
  const conversation = opened.value;
  if (!conversation) return nothing;
  const line = timeline(conversation.id);
  const state = line.state.value;
  const rows = line.messages.value;
  day.value; // the word for today changes at midnight
  if (!rows.length && state === 'loading') return skeletonThread();
  if (!rows.length && state === 'failed') return fault(line, conversation.id);
  const waiting = line.newer.value ? [] : unanswered(rows, pending(conversation.id).value);
  const said = unseen(conversation.id);
  line.following = atBottom.value;
  return html`${keyed(conversation.id, html`
    <div class="stream" id="stream" tabindex="0" role="log" aria-live=${state === 'loading' || line.newer.value ? 'off' : 'polite'} aria-label=${t('inbox.stream')}
      @scroll=${({ currentTarget }) => { look(currentTarget); fill(currentTarget, conversation.id); }}>
      <div class="stream-in">
        ${top(line, state, conversation.id)}
        ${repeat(itemsOf([...rows, ...waiting], said[0]?.id ?? marker.value, said.length), ({ key }) => key, (item) => draw(item, conversation, said))}
      </div>
    </div>`)}${pill(line, conversation.id)}`;
}

// Replies that the server does not have yet: those that it has bear the same client_id.
function unanswered(rows, entries) {
  const stored = new Set(rows.slice(-100).map((row) => row.client_id));
  return entries.filter((entry) => entry.state !== 'held' && !stored.has(entry.client_id));
}

function draw(item, conversation, said) {
  if (item.kind === 'day') return html`<div class="day" role="separator"><span>${formatDay(item.at)}</span></div>`;
  if (item.kind === 'new') return html`<div class="day day-new" role="separator"><span>${item.said ? t('together.held.line', { n: item.said }) : t('inbox.new_below')}</span></div>`;
  const { row, goesOn, last } = item;
  const open = !troubled(row) || budget(conversation, tick.value).can > 0;
  const around = [conversation.customer.remark, conversation.customer.source, agents.value, spellings.value];
  const aim = isTarget(row.id);
  const newer = said.includes(row);
  return guard([row, goesOn, last, open, dueIn(row), aim, newer, ...around], () => item.kind === 'message'
    ? message(item, conversation, { fresh: isFresh(conversation.id, row), open, aim, newer, show: view })
    : item.kind === 'note' ? note(row, conversation, aim) : event(row, conversation));
}

const troubled = ({ state }) => state === 'failed' || state === 'unknown';

// Fades in once, and only where the agent sees it come.
function isFresh(id, row) {
  return seen.id === id && (row.id === 0 || row.id > seen.newest) && atBottom.peek();
}

// One that our server does not have yet is shown alone.
function view(click, picture) {
  if (click.ctrlKey || click.metaKey) return;
  click.preventDefault();
  const rows = picture.id ? timeline(picture.conversation).messages.value : [picture];
  openViewer(rows.filter(({ type, media }) => type === 'image' && isReady(media)), picture.id);
}

const fault = (line, id) => html`
  <div class="empty" role="alert"><p>${t('common.load_failed')}</p><button class="btn" type="button" @click=${() => line.loadNewest(id)}>${t('common.retry')}</button></div>`;

// Above the first row: a fault with its remedy, or room for what is on its way.
function top(line, state, id) {
  if (state === 'failed') return html`<p class="evt" role="alert">${icon('circle-alert')}<span>${t('common.load_failed')}</span><button class="btn btn-xs" type="button" @click=${() => line.loadNewest(id)}>${t('common.retry')}</button></p>`;
  if (!line.older.value) return nothing;
  return html`<p class="evt older" aria-hidden=${state === 'loading' ? nothing : 'true'}>${icon('loader-circle', 'spin')}<span>${t('inbox.loading.older')}</span></p>`;
}

function pill(line, id) {
  if (atBottom.value && !line.newer.value) return nothing;
  if (shown.value && !missed.value) return nothing; // the bar above leads back
  const words = missed.value ? t('inbox.pill.new', { n: missed.value }) : t('inbox.pill.bottom');
  return html`<div class="pill-box"><button class="btn btn-sm pill" type="button" @click=${() => newest(line, id)}>${icon('arrow-down')}${words}</button></div>`;
}

async function newest(line, id) {
  if (line.newer.value) await line.loadNewest(id);
  toBottom(document.getElementById('stream'));
}

// Pages are fetched before the agent meets the end.
function fill(element, id) {
  const line = timeline(id);
  if (line.state.peek() !== 'ready') return;
  if (line.older.peek() && above(element) < REACH) line.loadOlder(id);
  else if (line.newer.peek() && below(element) < REACH) line.loadNewer(id);
}

// Draws the stream whenever what it shows changes, and keeps the reader's place.
export function mountStream(slot) {
  slot.replaceChildren();
  followMessages(slot);
  effect(() => {
    const back = holdPlace(document.getElementById('stream'));
    try {
      render(stream(), slot);
    } catch (fault) {
      reportError(fault);
    }
    back();
    untracked(() => arrive(document.getElementById('stream')));
    untracked(drawn);
  });
  effect(() => {
    if (connection.value.state === 'open') untracked(again);
  });
}

// What could not be loaded is tried once more when the connection is back.
function again() {
  const id = opened.value?.id;
  if (id && timeline(id).state.value === 'failed') timeline(id).loadNewest(id);
}

// What is drawn is not new any more; a short page leaves room for an older one.
function drawn() {
  const conversation = opened.value;
  if (!conversation) return;
  const line = timeline(conversation.id);
  if (line.state.value === 'ready') seen = { id: conversation.id, newest: line.last };
  const element = document.getElementById('stream');
  if (element) fill(element, conversation.id);
}
