// Runs the widget in this page itself: on the programme's own pages, in the frame, and for partners in inline mode. The
// loader imports it when it is needed, so that a page with a frame never pays for it.

import { ask } from './early.js';

/* global __BUILD__, __HASHES__ */
const base = new URL(typeof __BUILD__ === 'undefined' ? '.' : __BUILD__ || '.', import.meta.url);
const hashes = typeof __HASHES__ === 'undefined' ? {} : __HASHES__;

let loading; // One load for every widget of the page; forgotten after a failure, so that a later try may succeed.

// The browser compares the hash and refuses other bytes, whoever sent them.
async function file(name) {
  const answer = await fetch(new URL(name, base), hashes[name] ? { integrity: hashes[name] } : {});
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

async function sheet() {
  const text = await (await file('tukar.css')).text();
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

async function widget() {
  const bytes = file('tukar_bg.wasm');
  bytes.catch(() => undefined); // Told by `init` below; without this also as an unhandled rejection.
  const glue = await import(/* @vite-ignore */ new URL('tukar_widget.js', base).href);
  await glue.default({ module_or_path: bytes });
  return glue;
}

/** The sheet and the running module. */
export function load() {
  loading ??= Promise.all([sheet(), widget()]).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** A loaded module that has died can't be loaded again in this page. */
export const isLoaded = () => loading !== undefined;

/**
 * Runs the widget for an element where `place` says, once it is loaded: the root that takes the sheet, and what it stands
 * in. Returns its box, the module and its handle; nothing where there is no place for it any more.
 */
export async function start(host, place) {
  const api = host.getAttribute('api') || base.origin;
  const early = ask(host, api);
  const [sheet, widget] = await load();
  const [root, around] = place() || [];
  if (!root) return undefined;
  const box = document.createElement('div');
  box.className = 'tukar';
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  around.append(box);
  const handle = widget.mount(box, host, api, early.take);
  early.begun();
  keepKeys(host);
  takeOver(host, box);
  return [box, widget, handle];
}

const ownKeys = new WeakSet(); // Elements that keep theirs already.

/**
 * What is typed in the widget is not a shortcut of the page around it. Escape and Tab go on: they close or leave what the page
 * may have put the widget in. A page that listens while capturing hears all the same.
 */
function keepKeys(host) {
  if (ownKeys.has(host)) return;
  ownKeys.add(host);
  const keep = (event) => {
    if (event.key !== 'Escape' && event.key !== 'Tab') event.stopPropagation();
  };
  for (const type of ['keydown', 'keypress', 'keyup']) host.addEventListener(type, keep);
}

const SETTLE_MS = 10_000; // A widget that has painted nothing by then says itself what it lacks.

/**
 * Puts the widget in the place of what was painted first. The page's own first view stays until the widget has painted as
 * much, out of sight; then they change places in one step, and what was typed into the search meanwhile is kept.
 */
function takeOver(host, box) {
  const slot = box.previousElementSibling;
  const first = host.querySelector('[slot=early]');
  const there = () => host.dispatchEvent(new Event('taken-over'));
  if (!first) {
    slot.remove();
    there();
    return;
  }
  // Not `visibility`: in a frame that nobody looks at, what was hidden was not found again.
  box.style.cssText = 'position:absolute;inset:0;overflow:hidden;clip-path:inset(50%)';
  box.inert = true;
  box.setAttribute('aria-hidden', 'true');
  const swap = () => {
    seen.disconnect();
    clearTimeout(late);
    const typed = first.querySelector('[type=search]');
    const focused = typed === document.activeElement;
    slot.remove();
    first.remove();
    box.style.cssText = '';
    box.inert = false;
    box.removeAttribute('aria-hidden');
    there();
    const field = box.querySelector('.search__field');
    if (!field) return;
    if (typed && typed.value !== typed.defaultValue) {
      field.value = typed.value;
      field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    }
    if (focused) field.focus({ preventScroll: true });
  };
  // The demo's line stands above everything, and comes with an answer of its own.
  const drawn = `${first.querySelector('.shell__demo') ? '.shell__demo~* ' : ''}.shell__main *`;
  const look = () => box.querySelector(drawn) && !box.querySelector('[aria-busy=true],.reward--skeleton') && swap();
  const seen = new MutationObserver(look);
  const late = setTimeout(swap, SETTLE_MS);
  seen.observe(box, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-busy'] });
  look();
}
