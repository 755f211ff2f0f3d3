// The element <tukar-rewards>. Importing this file changes nothing, also outside a browser: `define` does.
//
// On the programme's own origin the widget runs in the page (inline.js). Anywhere else it stands in one frame of the
// programme's origin: the page's scripts can't read what is typed there, and only messages.js says what is told.

import { FROM_FRAME, SETTINGS, believed, write } from './messages.js';

/* global __BUILD__, __ROOT__ */
// From this file to the folder of its build, and to where the programme's pages are.
const BUILD = typeof __BUILD__ === 'undefined' ? '.' : __BUILD__;
const ROOT = typeof __ROOT__ === 'undefined' ? '.' : __ROOT__;
export const TAG = 'tukar-rewards';
const OURS = Symbol.for('tukar-rewards');
const ATTRIBUTES = ['locale', 'theme', 'view', 'filter', 'mode', 'partner', 'display', 'api', 'identity'];
const TOKENS = ['accent', 'radius', 'font'];
const ANSWER_MS = 10_000; // From the frame's load event to its first word.

// Behind the grey blocks the frame has its place at once: browsers draw nothing in one that can't be seen, and then it
// would never say how high it is.
// Only what must stand before the real thing: grey blocks of about the true shape, so that little jumps. The room that
// they keep is kept for good: a short screen must not pull up what stands under the widget.
const EARLY = `:host{display:block;position:relative;min-inline-size:min(100%,20rem);container-type:inline-size;contain-intrinsic-inline-size:20rem;min-height:var(--tukar-min-height,40rem)}
:host([hidden]){display:none}
:host([display]:not([display=inline])){min-height:0}
.early{display:grid;gap:16px;padding:16px;min-height:inherit;box-sizing:border-box;align-content:start}
.early i{border-radius:12px;background:color-mix(in srgb,currentColor 8%,transparent)}
iframe{display:block;width:100%;border:0;color-scheme:auto}
.early+iframe{position:absolute;inset:0;height:100%;opacity:0}
.fail{padding:24px;font:16px/1.5 system-ui,sans-serif}
.fail :is(button,a),.launch{font:inherit;min-height:44px;padding:0 16px}
.fail a{display:inline-block;line-height:44px}
dialog{width:min(100%,30rem);height:min(100%,46rem);padding:0;border:1px solid #8886;border-radius:16px;overflow:auto}
dialog.panel{position:fixed;inset:auto 16px 16px auto;margin:0;z-index:2147483000}
dialog iframe{height:calc(100% - 44px)}
.close{display:block;margin-inline-start:auto;min-width:44px;height:44px;border:0;background:none;font-size:24px;color:inherit}`;

const WORDS = {
  id: {
    failed: 'Bagian ini tidak bisa ditampilkan. Poin Anda aman.',
    again: 'Muat ulang',
    window: 'Buka di jendela baru',
    open: 'Poin & hadiah',
    close: 'Tutup',
  },
  en: {
    failed: 'This part could not be shown. Your points are safe.',
    again: 'Reload',
    window: 'Open in a new window',
    open: 'Points & rewards',
    close: 'Close',
  },
};

function part(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.part = name;
  if (text) element.textContent = text;
  return element;
}

function skeleton() {
  // The page's own first view, where it has one, stands there instead; so it is not hidden from anybody.
  const box = part('slot', 'early');
  box.name = 'early';
  for (const height of [96, 44, 180, 180]) {
    const block = document.createElement('i');
    block.style.height = `${height}px`;
    box.append(block);
  }
  return box;
}

const mounted = new Set();
const origins = new Set(); // Asked for something of ours; also by elements that are gone.
let said; // One line for a page is enough.
let compiles = false; // We have begun to compile wasm in this page.

function say(line) {
  if (!said) console.error(`<${TAG}> ${line}`);
  said = true;
}

// A page's policy stops us without an error that a script could catch: only this event tells.
function watchPolicy() {
  document.addEventListener('securitypolicyviolation', ({ blockedURI, disposition, effectiveDirective }) => {
    const wasm = blockedURI === 'wasm-eval' && compiles && "'wasm-unsafe-eval'";
    const needs = wasm || [...origins].find((origin) => blockedURI.startsWith(origin));
    if (!needs || disposition === 'report') return;
    say(`is stopped by this page's Content-Security-Policy: add ${needs} to ${effectiveDirective}.`);
    for (const element of mounted) element.blocked();
  });
}

function make(home, later) {
  return class TukarRewards extends HTMLElement {
    static observedAttributes = ATTRIBUTES;
    static [OURS] = true;
    #root;
    #box; // Where the widget or its frame stands: the root, or a dialog in it.
    #frame;
    #home = home;
    #widget;
    #handle;
    #busy = false;
    #watch;
    #timer;
    #looking;
    #eye;
    #wishes = []; // Calls that came before there was a widget to answer them.
    #heard = false; // The frame has spoken: from then on it listens.

    constructor() {
      super();
      try {
        this.#root = this.attachShadow({ mode: 'open' });
      } catch {
        // A page that replaced attachShadow by something that throws.
      }
    }

    connectedCallback() {
      if (this.#busy || this.#handle !== undefined) return;
      if (this.#frame?.isConnected) return;
      this.#paint();
      const eager = this.getAttribute('loading') === 'eager';
      if (this.#display !== 'inline' || eager || typeof IntersectionObserver === 'undefined') {
        if (this.#display === 'inline') this.#start();
        return;
      }
      const begin = () => {
        this.#unwatch();
        this.#start();
      };
      const seen = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && begin(), {
        rootMargin: '200px',
      });
      seen.observe(this);
      const intents = ['pointerenter', 'focusin', 'touchstart'];
      for (const intent of intents) this.addEventListener(intent, begin, { passive: true });
      this.#watch = () => {
        seen.disconnect();
        for (const intent of intents) this.removeEventListener(intent, begin);
      };
    }

    // A move in the page disconnects and connects again at once: only what stays away is taken down.
    disconnectedCallback() {
      queueMicrotask(() => {
        if (!this.isConnected) this.#stop();
      });
    }

    attributeChangedCallback(name, before, value) {
      if (before === value) return;
      if (name === 'mode' || name === 'partner' || name === 'display' || name === 'api') {
        if (this.#frame || this.#handle !== undefined) {
          this.#stop();
          this.connectedCallback();
        }
      } else if (this.#handle !== undefined) {
        this.#widget.set_attribute(this.#handle, name, value ?? undefined);
      } else {
        this.#tell('set', { name, value });
      }
    }

    /** Shows the widget, where it is a panel or a dialog, and one of its screens. */
    open(view = '') {
      const dialog = this.#root?.querySelector('dialog');
      if (dialog && !dialog.open) {
        if (this.#display === 'dialog') dialog.showModal();
        else dialog.show();
        this.#emit('tukar-open', null);
        if (!this.#frame && this.#handle === undefined) this.#start();
      }
      if (view) this.#call('open', String(view).slice(0, 20));
    }

    /** Hides the panel or the dialog. */
    close() {
      this.#root?.querySelector('dialog')?.close();
    }

    /** Reads points and rewards again. */
    refresh() {
      this.#call('refresh', '');
    }

    /** Ends the member's session. */
    signOut() {
      this.#call('signOut', '');
    }

    /** Goes on with the redemption that a listener of `tukar-before-redeem` held back. */
    proceed() {
      this.#call('proceed', '');
    }

    get #display() {
      const display = this.getAttribute('display');
      return display === 'panel' || display === 'dialog' ? display : 'inline';
    }

    get #inFrame() {
      const mode = this.getAttribute('mode');
      if (mode === 'inline' || mode === 'frame') return mode === 'frame';
      return [home, this.#home].some(({ origin }) => origin !== location.origin);
    }

    get #words() {
      return WORDS[(this.getAttribute('locale') ?? navigator.language).startsWith('id') ? 'id' : 'en'];
    }

    #paint() {
      const root = this.#root ?? this;
      try {
        const early = new CSSStyleSheet();
        early.replaceSync(EARLY);
        root.adoptedStyleSheets = [early];
      } catch {
        // Without the sheet it is only less pretty.
      }
      this.#box = root;
      if (this.#display === 'inline') {
        root.replaceChildren(skeleton());
        return;
      }
      const launch = part('button', 'launch');
      const slot = document.createElement('slot');
      slot.name = 'launcher';
      slot.textContent = this.#words.open;
      launch.append(slot);
      launch.type = 'button';
      launch.ariaHasPopup = 'dialog';
      launch.onclick = () => this.open();
      const dialog = part('dialog', this.#display);
      dialog.setAttribute('aria-label', this.#words.open);
      const close = part('button', 'close', '×');
      close.type = 'button';
      close.setAttribute('aria-label', this.#words.close);
      close.onclick = () => this.close();
      this.#box = part('div', 'body');
      this.#box.style.cssText = 'position:relative;height:100%';
      this.#box.append(skeleton());
      dialog.append(close, this.#box);
      dialog.onkeydown = ({ key }) => key === 'Escape' && this.close();
      dialog.onclose = () => this.#emit('tukar-close', null);
      root.replaceChildren(launch, dialog);
    }

    #start() {
      mounted.add(this);
      // The programme that `api` names, else the one this file came from. Code comes from the latter only.
      this.#home = home;
      try {
        this.#home = new URL(this.getAttribute('api'));
      } catch {
        // Not named.
      }
      origins.add(this.#home.origin);
      if (this.#inFrame) this.#startFrame();
      else this.#startInline();
    }

    async #startInline() {
      this.#busy = true;
      compiles = true;
      origins.add(home.origin);
      try {
        const { start } = await later();
        // Taken away or painted anew meanwhile: then it is not there, or elsewhere.
        const begun = await start(this, () => this.isConnected && mounted.has(this) && [this.#root ?? document, this.#box]);
        if (!begun) return;
        const box = begun[0];
        [, this.#widget, this.#handle] = begun;
        if (!mounted.has(this)) {
          this.#stop();
          return;
        }
        this.#watchSize(box);
        this.#grant();
      } catch (error) {
        console.error(`<${TAG}> could not start.`, error);
        this.#fail('load');
      } finally {
        this.#busy = false;
      }
    }

    #startFrame() {
      const url = new URL('frame', this.#home);
      url.searchParams.set('partner', this.getAttribute('partner') ?? '');
      for (const name of ['locale', 'theme', 'view', 'filter']) {
        if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name).slice(0, SETTINGS[name]));
      }
      const frame = part('iframe', 'frame');
      frame.title = this.#words.open;
      frame.allow = 'otp-credentials; clipboard-write';
      frame.referrerPolicy = 'no-referrer';
      frame.src = url.href;
      // Browsers fire `load` for a refusal too: then nobody speaks.
      frame.onload = () => {
        clearTimeout(this.#timer);
        if (this.#heard) return;
        this.#timer = setTimeout(() => {
          say(`got no answer from ${url.origin}: is this page's origin one of the partner's?`);
          this.#fail('refused');
        }, ANSWER_MS);
      };
      this.#frame = frame;
      addEventListener('message', this);
      this.#box.append(frame);
      this.#looking ??= () => this.#look();
      addEventListener('scroll', this.#looking, { capture: true, passive: true });
      addEventListener('resize', this.#looking, { passive: true });
    }

    // Called for every message of the page; nearly all of them are not ours.
    handleEvent(event) {
      const message = believed(event, this.#frame?.contentWindow, this.#home.origin, FROM_FRAME);
      if (!message) return;
      if (message.type === 'ready') {
        clearTimeout(this.#timer);
        this.#heard = true;
        this.#tell('hello', { fixed: this.#display !== 'inline' });
        for (const name of ['locale', 'theme', 'filter', 'identity']) {
          // That nobody is named is told too: a session by an earlier page's word then ends.
          if (this.hasAttribute(name) || name === 'identity') this.#tell('set', { name, value: this.getAttribute(name) });
        }
        const style = getComputedStyle(this);
        for (const name of TOKENS) {
          const value = style.getPropertyValue(`--tukar-${name}`).trim().slice(0, SETTINGS[name]);
          if (value) this.#tell('set', { name, value });
        }
        this.#grant();
        this.#look();
      } else if (message.type === 'size') {
        this.#box.querySelector('.early')?.remove();
        if (this.#display !== 'inline') return;
        this.#frame.style.height = `${message.height}px`;
        this.#emit('tukar-resize', { height: message.height });
        this.#look();
      } else if (message.type === 'reveal') {
        const top = this.#frame.getBoundingClientRect().top + message.top;
        if (top < 0 || top > innerHeight) scrollBy({ top: top - 16 });
      } else if (message.type === 'event') {
        this.#emit(message.name, message.detail);
      } else {
        const { reward, points } = message;
        const go = this.#emit('tukar-before-redeem', { reward, points }, true);
        this.#tell('answer', { id: message.id, go });
      }
    }

    /** For the page's policy watcher. */
    blocked() {
      if (this.#frame || this.#busy) this.#fail('blocked');
    }

    /** The wasm instance is dead, and with it every widget of the page; the page itself lives on. */
    died() {
      if (this.#handle === undefined) return;
      this.#handle = undefined;
      this.#fail('died');
    }

    // Which part of the frame the visitor sees, also in a box that scrolls: what opens in it opens there.
    #look() {
      if (this.#display !== 'inline' || !this.#frame || this.#eye || typeof IntersectionObserver === 'undefined') return;
      this.#eye = new IntersectionObserver((entries) => {
        this.#blink();
        const { boundingClientRect: box, intersectionRect: part } = entries[0];
        // Where the page zooms or scales, the frame's own pixels are others.
        const scale = this.#frame?.offsetHeight / box.height || 1;
        this.#tell('view', { top: Math.max(0, Math.round((part.top - box.top) * scale)), height: Math.round(part.height * scale) });
      });
      this.#eye.observe(this.#frame);
    }

    #blink() {
      this.#eye?.disconnect();
      this.#eye = undefined;
    }

    #watchSize(box) {
      let last = -1;
      const observer = new ResizeObserver(() => {
        const height = Math.round(box.offsetHeight);
        if (height !== last) this.#emit('tukar-resize', { height });
        last = height;
      });
      observer.observe(box);
      this.#watch = () => observer.disconnect();
    }

    #unwatch() {
      this.#watch?.();
      this.#watch = undefined;
    }

    #tell(type, fields) {
      if (this.#heard) this.#frame?.contentWindow?.postMessage(write(type, fields), this.#home.origin);
    }

    #call(name, value) {
      if (this.#handle !== undefined) this.#widget.call(this.#handle, name, value);
      else if (this.#heard) this.#tell('call', { name, value });
      else this.#wishes.push([name, value]);
    }

    #grant() {
      for (const wish of this.#wishes.splice(0)) this.#call(...wish);
    }

    #emit(name, detail, cancelable = false) {
      return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable, detail }));
    }

    #stop() {
      mounted.delete(this);
      this.#unwatch();
      this.#blink(); // One whose frame left before it was asked would never be told, and keep both alive.
      clearTimeout(this.#timer);
      removeEventListener('message', this);
      removeEventListener('scroll', this.#looking, { capture: true });
      removeEventListener('resize', this.#looking);
      if (this.#frame) {
        this.#frame.onload = null; // Whoever still holds the frame does not hold us.
        this.#frame.remove();
        this.#frame = undefined;
      }
      this.#heard = false;
      if (this.#handle !== undefined) {
        const handle = this.#handle;
        this.#handle = undefined;
        this.#widget.unmount(handle);
      }
      (this.#root ?? this).replaceChildren();
    }

    // Paints anew; a panel or a dialog stays open.
    #again() {
      this.#paint();
      this.#root?.querySelector('dialog')?.show();
    }

    #fail(kind) {
      this.#stop();
      if (!this.isConnected) return;
      this.#again();
      // A page's own first view is a whole page that works: it stays.
      this.#emit('tukar-error', { kind });
      if (this.querySelector('[slot=early]')) return;
      const box = part('div', 'fail');
      box.setAttribute('role', 'alert');
      const again = part('button', 'again', this.#words.again);
      again.type = 'button';
      again.onclick = () => {
        // A wasm instance that died can't be replaced in this page: only a new page brings another.
        if (kind === 'died') {
          location.reload();
          return;
        }
        this.#again();
        this.#start();
      };
      box.append(part('p', 'failed', this.#words.failed), again);
      const link = part('a', 'window', this.#words.window);
      link.href = this.#home.origin;
      link.target = '_blank';
      link.rel = 'noopener';
      box.append(' ', link);
      this.#box.replaceChildren(box);
    }
  };
}

let ready = false;

/**
 * Defines the element and says under which name. A name that another script took is left to it; ours is then the next
 * free of `tukar-rewards-2`, `-3` …; an element that is there already stays as it is.
 *
 * `home` is where the programme serves its files, for code that was bundled into the page's own; without it, where this
 * file came from.
 */
export function define({ tag = TAG, home: from } = {}) {
  const here = new URL(from ?? import.meta.url, document.baseURI);
  const home = new URL(from ? '.' : ROOT, here);
  const inline = new URL('inline.js', from ? here : new URL(BUILD, here)).href;
  let name = tag;
  for (let at = 2; customElements.get(name); at += 1) {
    if (customElements.get(name)[OURS]) return name;
    name = `${tag}-${at}`;
  }
  if (name !== tag) console.warn(`<${tag}> is taken by another script: the widget is <${name}> here.`);
  customElements.define(name, make(home, () => import(/* @vite-ignore */ /* webpackIgnore: true */ inline)));
  if (!ready) {
    ready = true;
    watchPolicy();
    addEventListener('error', (event) => {
      if (!(event.error instanceof WebAssembly.RuntimeError)) return;
      for (const element of mounted) element.died();
    });
  }
  return name;
}
