// A place picked on a small map that we drew ourselves: a lake, streets, a few places that everybody knows.
import { html, nothing, signal, svg } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { act, samples } from './state.js';

// The drawing is 320 by 220; its upper left corner, and degrees to one of its units.
const WEST = 120.1074;
const NORTH = 30.277;
const LNG = 0.000289;
const LAT = 0.00025;

const PLACES = {
  hubin: [30.259244, 120.162399], bridge: [30.2606, 120.1497], hefang: [30.2408, 120.169],
  pagoda: [30.2317, 120.1489], wulin: [30.2716, 120.1634], station: [30.2437, 120.1826], stadium: [30.268, 120.133],
};

const x = (lng) => (lng - WEST) / LNG;
const y = (lat) => (NORTH - lat) / LAT;
const picked = signal(null); // {lat, lng, label}; null is the sample

const current = () => picked.value ?? samples('location')[0];

function pick(event) {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  const lng = WEST + (event.clientX - left) / width * 320 * LNG;
  const lat = NORTH - (event.clientY - top) / height * 220 * LAT;
  picked.value = { lat: lat.toFixed(6), lng: lng.toFixed(6), label: t('phone.place.near', { place: t(`phone.place.${nearest(lat, lng)}`) }) };
}

const nearest = (lat, lng) => Object.entries(PLACES)
  .map(([name, [a, b]]) => ({ name, far: Math.hypot(a - lat, (b - lng) * 0.864) }))
  .reduce((best, one) => (one.far < best.far ? one : best)).name;

// The strip of the map with the pin in it, for a message.
export const strip = ({ lat }) => `0 ${Math.max(0, Math.min(110, y(lat) - 70)) || 0} 320 110`;

// Out of the map there is no pin.
export const map = ({ lat, lng }, names = false) => svg`
  <rect class="map-land" width="320" height="220"></rect>
  <path class="map-water" d="M92 78c10-16 44-22 62-14 14 4 26-2 30 10 4 14-6 34-8 52-2 22 2 44-10 58-12 12-40 14-52 2-10-10 0-26-10-38-12-14-28-44-12-70z"></path>
  <path class="map-street" d="M0 44h320M0 150c40 10 60 40 120 62M190 0v220M236 0c-6 80 10 140 4 220M190 96h130M190 150h130M60 0c4 40-4 80-24 120M288 0v220"></path>
  <path class="map-lane" d="M190 70h130M190 122h130M212 44v176M262 44v176M0 90h76M118 0v52"></path>
  ${names ? Object.entries(PLACES).map(([name, [a, b]]) => svg`<circle class="map-dot" cx=${x(b)} cy=${y(a)} r="2.5"></circle>
    <text class="map-name" x=${x(b) + 5} y=${y(a) + 3.5}>${t(`phone.place.${name}`)}</text>`) : nothing}
  <path class="map-pin" transform=${`translate(${x(lng) || -99} ${y(lat) || -99})`} d="M0 0c-7-9-10-13-10-18a10 10 0 0 1 20 0c0 5-3 9-10 18zm0-14a4 4 0 1 0 0-8 4 4 0 0 0 0 8z"></path>`;

export function placePane() {
  const { lat, lng, label } = current();
  return html`<form class="stack-s" @submit=${submit} @input=${edit}>
    <svg class="lab-map" viewBox="0 0 320 220" role="img" aria-label=${t('phone.map')} @click=${pick}>${map(current(), true)}</svg>
    <input class="input" name="label" maxlength="100" autocomplete="off" .value=${label} aria-label=${t('phone.field.label')} placeholder=${t('phone.field.label')}>
    <div class="lab-row">${[['lat', lat, 90], ['lng', lng, 180]].map(([name, value, most]) => html`
      <input class="input" name=${name} type="number" step="any" required min=${-most} max=${most} .value=${String(value)} aria-label=${t(`phone.field.${name}`)}>`)}
      <button class="btn btn-primary" type="submit">${t('phone.send')}</button></div></form>`;
}

const read = (form) => Object.fromEntries(new FormData(form));

const edit = ({ currentTarget }) => {
  picked.value = read(currentTarget);
};

function submit(event) {
  event.preventDefault();
  const { lat, lng, label } = read(event.target);
  act({ ...samples('location')[0], lat: Number(lat), lng: Number(lng), label });
}
