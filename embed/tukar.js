// Defines <tukar-rewards>: paints a skeleton at once, then loads the style sheet and the widget from beside this file.
// A class that extends HTMLElement can't be written in Rust, so this small module is JavaScript.

const base = new URL('.', import.meta.url);
const TAG = 'tukar-rewards';
const ATTRIBUTES = ['api', 'locale', 'theme', 'view', 'filter'];

// Only what must stand before the real sheet arrives; grey blocks of the true shape, so that nothing jumps.
const early = new CSSStyleSheet();
early.replaceSync(`
  :host { display: block; container-type: inline-size; min-height: 24rem; }
  :host([hidden]) { display: none; }
  .tukar-early { display: grid; gap: 16px; padding: 16px; }
  .tukar-early i { display: block; border-radius: 12px; background: color-mix(in srgb, currentColor 8%, transparent); }
  .tukar-fallback { padding: 24px; font: 16px/1.5 system-ui, sans-serif; }
  .tukar-fallback button { font: inherit; min-height: 44px; padding: 0 16px; }
`);

let loading; // One load for every widget of the page; forgotten after a failure, so that a later try may succeed.
const mounted = new Set();

function load() {
  loading ??= Promise.all([
    fetch(new URL('tukar.css', base)).then(async (answer) => {
      if (!answer.ok) throw new Error(`tukar.css: ${answer.status}`);
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(await answer.text());
      return sheet;
    }),
    import(new URL('tukar_widget.js', base).href).then(async (widget) => {
      await widget.default({ module_or_path: new URL('tukar_bg.wasm', base) });
      return widget;
    }),
  ]).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

function skeleton() {
  const box = document.createElement('div');
  box.className = 'tukar-early';
  box.setAttribute('aria-hidden', 'true');
  for (const height of [96, 44, 180, 180]) {
    const block = document.createElement('i');
    block.style.height = `${height}px`;
    box.append(block);
  }
  return box;
}

const inIndonesian = (element) => (element.getAttribute('locale') ?? navigator.language).startsWith('id');

class TukarRewards extends HTMLElement {
  static observedAttributes = ATTRIBUTES;
  #root = this.attachShadow({ mode: 'open' });
  #widget;
  #handle;
  #starting = false;

  connectedCallback() {
    if (this.#handle === undefined && !this.#starting) this.#start();
  }

  // A move in the page disconnects and connects again at once: only what stays away is taken down.
  disconnectedCallback() {
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(name, _old, value) {
    if (this.#handle !== undefined) this.#widget.set_attribute(this.#handle, name, value ?? undefined);
  }

  async #start() {
    this.#starting = true;
    this.#root.adoptedStyleSheets = [early];
    this.#root.replaceChildren(skeleton());
    try {
      const [sheet, widget] = await load();
      if (!this.isConnected) return;
      const box = document.createElement('div');
      box.className = 'tukar';
      this.#root.adoptedStyleSheets = [early, sheet];
      this.#root.replaceChildren(box);
      this.#widget = widget;
      this.#handle = widget.mount(box, this, this.getAttribute('api') ?? base.origin);
      mounted.add(this);
    } catch (error) {
      console.error(`${TAG}: could not start.`, error);
      this.#fail();
    } finally {
      this.#starting = false;
    }
  }

  #stop() {
    mounted.delete(this);
    if (this.#handle === undefined) return;
    const handle = this.#handle;
    this.#handle = undefined;
    this.#widget.unmount(handle);
    this.#root.replaceChildren();
  }

  #fail() {
    const box = document.createElement('div');
    box.className = 'tukar-fallback';
    box.setAttribute('role', 'alert');
    const text = document.createElement('p');
    const button = document.createElement('button');
    const indonesian = inIndonesian(this);
    text.textContent = indonesian
      ? 'Bagian ini tidak bisa ditampilkan. Poin Anda aman.'
      : 'This part could not be shown. Your points are safe.';
    button.textContent = indonesian ? 'Muat lagi' : 'Load again';
    button.type = 'button';
    button.addEventListener('click', () => {
      if (loading) location.reload(); // The wasm instance is dead: only a new page brings another.
      else this.#start();
    });
    box.append(text, button);
    this.#root.replaceChildren(box);
  }

  // A panic kills the one wasm instance and with it every widget of the page; the page itself lives on.
  static died() {
    for (const element of mounted) {
      element.#handle = undefined;
      element.#fail();
    }
    mounted.clear();
  }
}

addEventListener('error', (event) => {
  if (event.error instanceof WebAssembly.RuntimeError && mounted.size > 0) TukarRewards.died();
});

customElements.get(TAG) || customElements.define(TAG, TukarRewards);
