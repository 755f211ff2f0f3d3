// Runs in the frame, on the programme's origin: mounts the widget, grows with it, and talks to the one page that may
// hold it. The page learns what messages.js lets through, and never a number, a code, a token or a voucher.

import { TAG } from './tukar.js';
import { load } from './inline.js';
import { FROM_FRAME, FROM_HOST, SETTINGS, believed, read, write } from './messages.js';
import { guard } from './guard.js';
import { budget } from './budget.js';
import { watchFocus } from './focus.js';
import { languageHere } from './kept.js';

const EVENTS = ['tukar-balance', 'tukar-redeemed', 'tukar-signed-in', 'tukar-signed-out', 'tukar-error'];
const ANSWER_MS = 3000; // A page that does not answer loses its say, not the member their way.

const main = document.querySelector('main');
const origins = main.dataset.origins.split(' ').filter(Boolean);
try {
  // A page of our own origin, which could read everything in here anyway.
  origins.push(parent.location.origin);
} catch {
  // A page of another.
}
const host = parent === window ? undefined : parent;
let origin; // Of the page that holds us, once it has said hello.

// A page of forms has no widget in it: the element is then only what messages are asked of.
const there = main.querySelector(TAG);
const element = there ?? document.createElement(TAG);
const query = new URLSearchParams(location.search);
for (const name of ['locale', 'theme', 'view', 'filter']) {
  const value = query.get(name);
  if (value && value.length <= SETTINGS[name]) element.setAttribute(name, value);
}
// Which partner's page it is, and, once that page has said hello, at which origin: the server compares both with its list.
element.setAttribute('partner', query.get('partner') ?? '');
element.setAttribute('top', '');
const style = document.documentElement.style;

const pages = main.getElementsByClassName('tukar-page'); // The first view, or a page of forms.
const TOKENS = { accent: 'color', radius: 'border-radius', font: 'font-family' };
function set(name, value) {
  if (!TOKENS[name]) {
    if (value === null && name !== 'identity') element.removeAttribute(name);
    else element.setAttribute(name, value ?? '');
    if (name === 'theme') for (const page of pages) page.dataset.theme = value ?? '';
    return;
  }
  if (!value || !CSS.supports(TOKENS[name], value)) return;
  for (const place of [element, ...pages]) {
    place.style.setProperty(`--tukar-${name}`, value);
  }
}
set('accent', main.dataset.accent);

// What comes of one name in the time of a picture counts once, as it came last. Not by requestAnimationFrame: a frame out of view
// draws none, and has to know who is named all the same.
const PICTURE_MS = 16;
const settings = new Map();
function setSoon({ name, value }) {
  if (settings.size === 0) {
    setTimeout(() => {
      const all = [...settings];
      settings.clear();
      for (const [each, latest] of all) set(each, latest);
    }, PICTURE_MS);
  }
  settings.set(name, value);
}

function tell(type, fields) {
  const message = write(type, fields);
  if (host && origin && read(message, FROM_FRAME)) host.postMessage(message, origin);
}

// The first size also says that there is something to see: until then the loader shows grey blocks.
function grow() {
  let last = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(main.getBoundingClientRect().height);
    if (height !== last) tell('size', { height });
    last = height;
  }).observe(main);
}

// A frame can't scroll the page around it: it asks.
const { scrollIntoView } = Element.prototype;
Element.prototype.scrollIntoView = function (...how) {
  scrollIntoView.apply(this, how);
  tell('reveal', { top: Math.max(0, Math.round(this.getBoundingClientRect().top)) });
};

let question = 0;
let waiting;
element.addEventListener('tukar-before-redeem', (event) => {
  if (!origin) return;
  event.preventDefault();
  question += 1;
  clearTimeout(waiting);
  waiting = setTimeout(() => element.proceed(), ANSWER_MS);
  tell('ask', { id: question, reward: event.detail.reward, points: event.detail.points });
});
for (const name of EVENTS) {
  element.addEventListener(name, (event) => tell('event', { name, detail: event.detail }));
}

// The frame is as high as what is in it: only the page around knows which part of it can be seen.
async function see({ top, height }) {
  style.setProperty('--tukar-view-top', `${top}px`);
  style.setProperty('--tukar-view-height', `${Math.max(height, 320)}px`);
  document.documentElement.toggleAttribute('data-view', true);
  if (!there) return;
  const [, widget] = await load().catch(() => []); // Blocked: the first view stays, and the loader has said why.
  widget?.see(top, height);
  dispatchEvent(new Event('scroll'));
}

const DO = {
  set: setSoon,
  call: ({ name, value }) => calls.take(performance.now()) && element[name](value),
  view: see,
  answer({ id, go }) {
    if (id !== question) return;
    clearTimeout(waiting);
    if (go) element.proceed();
  },
  hello: () => undefined, // Only the first one counts.
};

// A page needs a few messages at its start and one for each picture while it scrolls. What comes beyond that is dropped before it
// is looked at, and for a moment not even listened to: a flood must cost the member nothing.
const messages = budget(300, 300);
const calls = budget(10, 2); // Each may ask the server for something.
const DEAF_MS = 250;

function hear(event) {
  if (event.source !== host) return;
  if (!messages.take(performance.now())) {
    removeEventListener('message', hear);
    setTimeout(() => addEventListener('message', hear), DEAF_MS);
    return;
  }
  if (origin) {
    const message = believed(event, host, origin, FROM_HOST);
    if (message) DO[message.type](message);
    return;
  }
  for (const each of origins) {
    const message = believed(event, host, each, FROM_HOST);
    if (message?.type !== 'hello') continue;
    origin = each;
    element.setAttribute('top', origin);
    element.toggleAttribute('framed', !message.fixed);
    element.toggleAttribute('closable', message.fixed);
    if (!message.fixed) style.overflow = 'hidden';
    else if (takenOver) tell('closes', {});
    grow();
    return;
  }
}
addEventListener('message', hear);

// In a panel or dialog the widget's own bar has the button that closes it.
let takenOver = false;
element.addEventListener('taken-over', () => {
  takenOver = true;
  if (element.hasAttribute('closable')) tell('closes', {});
});
element.addEventListener('close-asked', () => tell('close', {}));
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || !element.hasAttribute('closable')) return;
  if (!element.shadowRoot?.querySelector('dialog[open]')) tell('close', {});
});

const WARNINGS = {
  covered: {
    id: 'Geser sampai tombol ini terlihat penuh dan tidak tertutup, lalu tekan lagi.',
    en: 'Scroll until the whole button is visible and not covered, then press it again.',
  },
  taken: {
    id: 'Kursor dipindahkan saat Anda mengetik. Jika bukan Anda yang memindahkannya, berhenti: halaman ini bisa membaca yang diketik di luar bagian ini.',
    en: 'The cursor was moved while you typed. If you did not move it, stop: this page can read what is typed outside this part.',
  },
};
const warning = document.createElement('p');
warning.className = 'covered';
warning.setAttribute('role', 'alert');
let hiding;
function warn(which, for_ms) {
  const tag = languageHere(element.getAttribute('locale'));
  warning.textContent = WARNINGS[which][tag];
  warning.lang = tag;
  clearTimeout(hiding);
  hiding = setTimeout(() => warning.replaceChildren(), for_ms);
}
if (element.shadowRoot) guard(element.shadowRoot, () => warn('covered', 6000));
// The page of forms stands beside the widget's own tree.
for (const root of [element.shadowRoot, document]) if (root && host) watchFocus(root, () => warn('taken', 30_000));

main.append(warning);
// Whoever holds us gets this only when its origin is in the list: the browser drops the others.
if (host) for (const each of origins) host.postMessage(write('ready', {}), each);
