// The box of the voice editor: the recording in its states, or the file.
import { html, nothing } from '../../lib/html.js';
import { formatClock } from '../../lib/i18n.js';
import { sizeText } from '../../lib/image.js';
import { MOST } from '../../lib/sound.js';
import { icon } from '../icon.js';
import { wave } from '../wave.js';

const LAST = 10; // seconds before the end, when it is told

const clock = (seconds) => formatClock(seconds * 1000);

export function recorded(editor) {
  const { mic, voice, making } = editor;
  const live = mic.state === 'live';
  const seconds = live ? Math.floor(mic.seconds) : (voice?.duration ?? 0) / 1000;
  const state = live ? live_ : making || mic.state ? waiting : voice ? done : editor.unpacked ? failed : mic.off ? off : idle;
  return html`<div class="field"><span class="field-label" id="voice-rec">${editor.word('recording')}<span class="field-count">${clock(seconds)} / ${clock(MOST)}</span></span>
    ${state(editor)}${problem(editor)}
    <p class="field-hint">${editor.word('record_hint')}</p></div>`;
}

// look: classes of the box. One button that stays, so that the focus does.
const box = (look, { drawing, label, run, kind = '' }, main, end = nothing) => html`
  <div class=${`rec ${look}`} role="group" aria-labelledby="voice-rec">
    ${run ? html`<button class=${`rec-btn ${kind}`} type="button" aria-label=${label} @click=${run}>${icon(drawing, drawing === 'mic' ? '' : 'i-solid')}</button>` : html`<span class="rec-btn">${icon(drawing, drawing === 'loader-circle' ? 'spin' : '')}</span>`}
    <div class="rec-main">${main}</div>${end}</div>`;

const small = (words, run, look = '') => html`<button class=${`btn btn-sm ${look}`} type="button" @click=${run}>${words}</button>`;

const idle = (editor) => box('', { drawing: 'mic', kind: 'rec-go', label: editor.word('start'), run: () => editor.record() },
  html`<p>${editor.word('idle')}<br><span class="rec-hint">${editor.word('space')}</span></p>`);

function live_(editor) {
  const { mic } = editor;
  const left = Math.max(0, MOST - Math.floor(mic.seconds));
  const low = left <= LAST;
  return box(`rec-live ${low ? 'rec-low' : ''}`, { drawing: 'square', kind: 'rec-stop', label: editor.word('stop'), run: () => mic.stop() },
    html`${wave(mic.levels)}<p class="rec-time"><b class="num">${clock(Math.floor(mic.seconds))}</b><span>${editor.word(low ? 'ends' : 'left', { n: left })}</span></p>`,
    small(editor.word('discard'), () => mic.cancel(), 'btn-quiet'));
}

const waiting = (editor) => box('', { drawing: 'loader-circle' }, html`<p>${editor.missing()}</p>`);

function done(editor) {
  const { playback, voice } = editor;
  const seconds = voice.duration / 1000;
  const on = playback.at >= 0;
  return box('', { drawing: on ? 'square' : 'play', label: editor.word(on ? 'hush' : 'play', { n: Math.round(seconds) }), run: () => editor.toggle() },
    html`${wave(voice.peaks, on ? playback.at / seconds : 1)}<p class="rec-time">${on ? html`<b class="num">${clock(playback.at)}</b>` : nothing}<span>${editor.word('facts', { length: clock(seconds), size: sizeText(voice.size) })}</span></p>`,
    html`<button class="btn btn-sm" type="button" @click=${() => editor.record()}>${icon('rotate-ccw')}${editor.word('again')}</button>`);
}

const failed = (editor) => box('rec-bad', { drawing: 'circle-alert' },
  html`<p role="alert">${editor.word('fault.encoder')}</p>`,
  html`<div>${small(editor.word('retry'), () => editor.pack())} ${small(editor.word('again'), () => editor.record(), 'btn-quiet')}</div>`);

const off = (editor) => box('rec-off', { drawing: 'mic-off' },
  html`<p role="alert">${editor.word(`off.${editor.mic.off}`)}<br><span class="rec-hint">${editor.word(`off.${editor.mic.off}_hint`)}</span></p>`,
  small(editor.word('retry'), () => editor.record()));

export function uploaded(editor) {
  const { voice, bad, making } = editor;
  const state = making ? waiting : bad ? wrong : voice ? file : none;
  const choose = ({ target }) => {
    if (target.files[0]) editor.take(target.files[0]);
    target.value = '';
  };
  return html`<div class="field"><span class="field-label" id="voice-rec">${editor.word('file_label')}</span>
    ${state(editor)}${problem(editor)}
    <p class="field-hint">${editor.word('file_hint')}</p>
    <input type="file" accept="audio/*,.amr" hidden @change=${choose}></div>`;
}

const open = (editor) => () => editor.querySelector('[type="file"]').click();

const none = (editor) => box('', { drawing: 'music' }, html`<p>${editor.word('none')}</p>`, small(editor.word('choose'), open(editor)));

function file(editor) {
  const { playback, voice } = editor;
  const on = playback.at >= 0;
  const seconds = voice.duration / 1000;
  return box('', { drawing: on ? 'square' : 'play', label: editor.word(on ? 'hush' : 'play', { n: Math.round(seconds) }), run: () => editor.toggle() },
    html`<p>${voice.name}<br><span class="rec-hint">${editor.word('file_facts', { length: clock(seconds), size: sizeText(voice.size) })}</span></p>`,
    html`<button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${editor.word('remove')} @click=${() => remove(editor)}>${icon('x')}</button>`);
}

function remove(editor) {
  editor.playback.stop();
  editor.put('media', null);
}

const wrong = (editor) => {
  const { name, fault, seconds, samples } = editor.bad;
  return box('rec-bad', { drawing: 'circle-alert' },
    html`<p role="alert">${name}<br><span class="rec-hint">${editor.word(`fault.${fault}`, { length: clock(seconds ?? 0) })}</span></p>`,
    samples ? small(editor.word({ long: 'cut', encoder: 'retry' }[fault] ?? 'convert'), () => editor.convert()) : small(editor.word('choose'), open(editor)));
};

const problem = ({ problem: words }) => (words ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${words}</span></p>` : nothing);
