// Runs in the frame, on the programme's origin: mounts the widget, grows with it, and talks to the one page that may
// hold it. The page learns what messages.js lets through, and never a number, a code, a token or a voucher.

import { TAG } from './tukar.js';
import { load } from './inline.js';
import { FROM_FRAME, FROM_HOST, SETTINGS, believed, read, write } from './messages.js';
import { guard } from './guard.js';

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
  set: ({ name, value }) => set(name, value),
  call: ({ name, value }) => element[name](value),
  view: see,
  answer({ id, go }) {
    if (id !== question) return;
    clearTimeout(waiting);
    if (go) element.proceed();
  },
  hello: () => undefined, // Only the first one counts.
};

addEventListener('message', (event) => {
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
    if (!message.fixed) style.overflow = 'hidden';
    grow();
    return;
  }
});

const COVERED = {
  id: 'Geser sampai tombol ini terlihat penuh dan tidak tertutup, lalu tekan lagi.',
  en: 'Scroll until the whole button is visible and not covered, then press it again.',
};
const covered = document.createElement('p');
covered.className = 'covered';
covered.setAttribute('role', 'alert');
let hiding;
guard(element.shadowRoot, () => {
  const tag = (element.getAttribute('locale') ?? navigator.language).startsWith('en') ? 'en' : 'id';
  covered.textContent = COVERED[tag];
  covered.lang = tag;
  clearTimeout(hiding);
  hiding = setTimeout(() => covered.replaceChildren(), 6000);
});

main.append(covered);
// Whoever holds us gets this only when its origin is in the list: the browser drops the others.
if (host) for (const each of origins) host.postMessage(write('ready', {}), each);
