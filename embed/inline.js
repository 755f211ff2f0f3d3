// Runs the widget in this page itself: on the programme's own pages, in the frame, and for partners in inline mode. The
// loader imports it when it is needed, so that a page with a frame never pays for it.

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

/** Origin of the API when the element names none. */
export const { origin } = base;
