// The page /embed: a partner sets the element, sees the real widget, and copies what to paste. What can be set, and what
// is told, comes from custom-elements.json, so the page knows what the element knows. The choice lives in the address
// after `#`, so that it can be sent to a colleague; a signed identity does not.

import manifest from '../custom-elements.json';
import { contrast } from './contrast.js';
import { SNIPPETS, policy } from './snippet.js';
import { WORDS } from './words.js';

const FONTS = ['', 'Georgia, serif', 'Verdana, sans-serif', 'ui-rounded, "Trebuchet MS", sans-serif', 'ui-monospace, monospace'];
const WIDTHS = ['', '600px', '360px'];
const LOG_MAX = 200;
const SECRET = 'identity'; // Kept out of the address.
/** Text, ground, and how well they must be told apart (style/tokens.css keeps the derived ones). */
const PAIRS = [
  ['on-accent', 'accent', 4.5],
  ['accent-text', 'paper', 4.5],
  ['ink', 'paper', 7],
  ['ink', 'raised', 7],
  ['ink-soft', 'paper', 4.5],
  ['ink-soft', 'sunken', 4.5],
  ['good', 'raised', 4.5],
  ['warn', 'raised', 4.5],
  ['bad', 'raised', 4.5],
];

const language = document.documentElement.lang === 'en' ? 'en' : 'id';
const words = WORDS[language];
const element = manifest.modules.flatMap((module) => module.declarations).find((each) => each.customElement);
const colours = element.cssProperties.filter((each) => /^#/.test(each.default ?? '') && each.name !== '--tukar-accent');
const accent = element.cssProperties.find((each) => each.name === '--tukar-accent').default;

/** What is chosen: attributes, tokens, and what kind of page it is for. Empty values are not there. */
const choice = { attributes: {}, tokens: {}, kind: 'html', home: location.origin, pinned: {} };

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const field = (label, control, hint = '') => {
  const described = hint && `${control.id}-hint`;
  if (described) control.setAttribute('aria-describedby', described);
  return make('div', { class: 'field' },
    make('label', { for: control.id }, label), control,
    ...(hint ? [make('p', { class: 'hint', id: described }, hint)] : []));
};

const select = (id, values, chosen, change) =>
  make('select', { id, onchange: (event) => change(event.target.value) },
    ...values.map(([value, label]) => make('option', { value, selected: value === chosen }, label)));

/** Keeps a value of the choice, or takes it out when it is empty. */
function choose(kind, name, value) {
  if (value) choice[kind][name] = value;
  else delete choice[kind][name];
  keep();
  show(kind === 'tokens' || ['mode', 'partner', 'display', 'api', 'loading', 'view', SECRET].includes(name) ? undefined : name);
}

// ---- The address ----------------------------------------------------------------------------------------------------

function keep() {
  const kept = new URLSearchParams(Object.entries(choice.attributes).filter(([name]) => name !== SECRET));
  for (const [name, value] of Object.entries(choice.tokens)) kept.set(name, value);
  if (choice.kind !== 'html') kept.set('for', choice.kind);
  const hash = kept.toString() && `#${kept}`;
  history.replaceState(null, '', location.pathname + location.search + hash);
  other.hash = hash;
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const { name } of element.attributes) if (kept.get(name) && name !== SECRET) choice.attributes[name] = kept.get(name);
  for (const { name } of element.cssProperties) {
    if (CSS.supports('color', kept.get(name)) || /^--tukar-(radius|font)$/.test(name)) {
      if (kept.get(name)) choice.tokens[name] = kept.get(name);
    }
  }
  if (SNIPPETS[kept.get('for')]) choice.kind = kept.get('for');
}

// ---- Settings -------------------------------------------------------------------------------------------------------

function attributeField({ name, type, description }) {
  const id = `attribute-${name}`;
  const union = [...type.text.matchAll(/'([^']+)'/g)].map((match) => match[1]);
  const options = name === 'locale' ? ['id', 'en'] : union;
  const hint = words.about[name] ?? description;
  const value = choice.attributes[name] ?? '';
  if (options.length) {
    const values = [['', words.automatic], ...options.map((option) => [option, option])];
    return field(name, select(id, values, value, (chosen) => choose('attributes', name, chosen)), hint);
  }
  const input = make('input', { id, type: 'text', value, autocomplete: 'off', spellcheck: 'false',
    onchange: (event) => choose('attributes', name, event.target.value.trim()) });
  return field(name, input, hint);
}

function colourField({ name, default: first }) {
  const id = `token${name}`;
  const value = choice.tokens[name] ?? first;
  const input = make('input', { id, type: 'color', value, oninput: (event) => choose('tokens', name, event.target.value) });
  return field(words.tokens[name] ?? name, input, words.tokens[name] ? name : '');
}

function look() {
  const radius = make('input', { id: 'radius', type: 'range', min: 0, max: 28, value: parseInt(choice.tokens['--tukar-radius'] ?? '10', 10),
    oninput: (event) => choose('tokens', '--tukar-radius', `${event.target.value}px`) });
  const fonts = FONTS.map((font) => [font, font.split(',')[0] || words.system]);
  const font = select('font', fonts, choice.tokens['--tukar-font'] ?? '', (chosen) => choose('tokens', '--tukar-font', chosen));
  const reset = make('button', { type: 'button', onclick: () => {
    choice.tokens = {};
    keep();
    settings.replaceChildren(...settingsParts());
    show();
    document.querySelector('#reset').focus();
  }, id: 'reset' }, words.reset);
  return [
    colourField({ name: '--tukar-accent', default: accent }),
    field(words.tokens['--tukar-radius'], radius, '--tukar-radius'),
    field(words.tokens['--tukar-font'], font, '--tukar-font'),
    make('details', {}, make('summary', {}, words.further), make('div', { class: 'colours' }, ...colours.map(colourField))),
    make('div', { class: 'reading' }, make('h3', { id: 'reading' }, words.contrast), verdict, pairs),
    reset,
  ];
}

const settingsParts = () => [
  make('fieldset', {}, make('legend', {}, words.attributes), ...element.attributes.map(attributeField)),
  make('fieldset', {}, make('legend', {}, words.look), ...look()),
];

// ---- Contrast -------------------------------------------------------------------------------------------------------

const verdict = make('p', { role: 'status', class: 'verdict' });
const pairs = make('table', { 'aria-labelledby': 'reading' });
const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
let probes; // One element for each theme, dressed in the widget's own sheet.

async function dress() {
  const build = await (await fetch('/tukar.json')).json();
  choice.pinned = { loader: build.loader, integrity: build.integrity };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch(new URL('tukar.css', new URL(build.loader, location.origin)))).text());
  probes = ['light', 'dark'].map((theme) => {
    const probe = make('div', { theme, class: 'probe', 'aria-hidden': 'true' });
    const root = probe.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.append(make('i'));
    document.body.append(probe);
    return probe;
  });
}

/** A token as the browser computes it in a theme: `[red, green, blue]`. */
function colourOf(probe, token) {
  const ink = probe.shadowRoot.firstElementChild;
  ink.style.color = `var(--tukar-${token})`;
  brush.fillStyle = getComputedStyle(ink).color;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
}

function judge() {
  if (!probes) return;
  for (const probe of probes) {
    probe.removeAttribute('style');
    for (const [name, value] of Object.entries(choice.tokens)) probe.style.setProperty(name, value);
  }
  let low = 0;
  const rows = PAIRS.map(([text, ground, needed]) => {
    const cells = probes.map((probe) => {
      const ratio = contrast(colourOf(probe, text), colourOf(probe, ground));
      // Rounded down: 4.49 is not 4.5.
      const shown = (Math.floor(ratio * 10) / 10).toLocaleString(language, { minimumFractionDigits: 1 });
      const good = ratio >= needed;
      if (!good) low += 1;
      return make('td', { class: good ? '' : 'low' }, good ? shown : `${shown} ${words.low}`);
    });
    const name = make('th', { scope: 'row' }, `${text} / ${ground} `, make('small', {}, `${words.needs} ${needed.toLocaleString(language)}`));
    return make('tr', {}, name, ...cells);
  });
  const head = [words.pair, words.light, words.dark].map((word) => make('th', { scope: 'col' }, word));
  pairs.replaceChildren(make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
  const said = low ? words.unreadable(low) : words.readable;
  if (verdict.textContent !== said) verdict.textContent = said;
  verdict.classList.toggle('low', low > 0);
}

// ---- Preview --------------------------------------------------------------------------------------------------------

// A page of its own, so that a panel opens in its corner and it is as wide as it is said to be.
const stage = make('iframe', { class: 'stage', src: '/embed/stage', title: words.preview });
let widget;
let soon;

/** The chosen widget, made anew. Here a frame is the default, as on a partner's page. */
function stand() {
  const page = stage.contentDocument;
  widget = page.createElement('tukar-rewards');
  for (const [name, value] of Object.entries({ mode: 'frame', ...choice.attributes })) widget.setAttribute(name, value);
  for (const [name, value] of Object.entries(choice.tokens)) widget.style.setProperty(name, value);
  for (const { name } of element.events) widget.addEventListener(name, note);
  page.body.replaceChildren(widget);
}

/** Puts snippet, verdict and preview in step with the choice; only `attribute` changed where it is given. */
function show(attribute) {
  write();
  judge();
  clearTimeout(soon);
  if (attribute && widget) {
    const value = choice.attributes[attribute];
    if (value === undefined) widget.removeAttribute(attribute);
    else widget.setAttribute(attribute, value);
    return;
  }
  // A colour that is being dragged changes many times a second.
  if (widget) soon = setTimeout(stand, 250);
}

const previewPart = () => {
  const width = select('width', WIDTHS.map((each) => [each, each || words.full]), '', (chosen) => (stage.style.maxWidth = chosen));
  return make('section', { class: 'preview', 'aria-labelledby': 'preview' },
    make('div', { class: 'head' }, make('h2', { id: 'preview' }, words.preview),
      make('label', { for: 'width' }, words.width), width,
      make('button', { type: 'button', onclick: () => stage.contentWindow.location.reload() }, words.reload)),
    make('p', { class: 'hint' }, words.previewNote), stage);
};

// ---- Snippet --------------------------------------------------------------------------------------------------------

const code = make('pre', { tabindex: 0, id: 'code', 'aria-labelledby': 'snippet' });
const rule = make('pre', { tabindex: 0, id: 'rule', 'aria-labelledby': 'policy' });
const copied = make('p', { role: 'status', class: 'hint' });

function write() {
  code.textContent = SNIPPETS[choice.kind](choice, words);
  rule.textContent = policy(choice, choice.kind);
}

async function copy(from) {
  try {
    await navigator.clipboard.writeText(from.textContent);
    copied.textContent = words.copied;
  } catch {
    getSelection().selectAllChildren(from);
    copied.textContent = words.notCopied;
  }
}

const snippetPart = () => {
  const kinds = Object.keys(SNIPPETS).map((kind) => [kind, words.kinds[kind]]);
  const kind = select('kind', kinds, choice.kind, (chosen) => {
    choice.kind = chosen;
    keep();
    write();
  });
  return make('section', { class: 'snippet', 'aria-labelledby': 'snippet' },
    make('div', { class: 'head' }, make('h2', { id: 'snippet' }, words.snippet), make('label', { for: 'kind' }, words.kind), kind,
      make('button', { type: 'button', class: 'primary', onclick: () => copy(code) }, words.copy)),
    code, copied,
    make('div', { class: 'head' }, make('h3', { id: 'policy' }, words.policy),
      make('button', { type: 'button', onclick: () => copy(rule) }, words.copyPolicy)),
    rule);
};

// ---- Events and methods ---------------------------------------------------------------------------------------------

const list = make('ol');
const log = make('div', { class: 'log', role: 'log', 'aria-labelledby': 'events', tabindex: 0 }, list);
const hold = make('input', { type: 'checkbox', id: 'hold' });
const nothing = () => make('li', { class: 'none' }, words.none);

function note(event) {
  if (event.type === 'tukar-before-redeem' && hold.checked) event.preventDefault();
  list.querySelector('.none')?.remove();
  const time = new Date().toLocaleTimeString(language);
  const detail = event.detail === null ? '' : JSON.stringify(event.detail);
  list.append(make('li', {}, make('time', {}, time), ' ', make('b', {}, event.type), ' ', make('code', {}, detail)));
  while (list.children.length > LOG_MAX) list.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

const eventsPart = () => {
  const calls = element.members.flatMap((method) => {
    if (method.name !== 'open') return [[method.name, []]];
    return ['rewards', 'help'].map((view) => ['open', [view]]);
  });
  const buttons = calls.map(([name, values]) => {
    const text = `${name}(${values.map((value) => `'${value}'`).join('')})`;
    return make('button', { type: 'button', onclick: () => widget[name](...values) }, text);
  });
  return make('section', { class: 'events', 'aria-labelledby': 'events' },
    make('div', { class: 'head' }, make('h2', { id: 'events' }, words.events),
      make('button', { type: 'button', onclick: () => list.replaceChildren(nothing()) }, words.clear)),
    make('p', { class: 'hint' }, words.eventsNote), log,
    make('p', { class: 'check' }, hold, ' ', make('label', { for: 'hold' }, words.hold)),
    make('h3', {}, words.methods), make('div', { class: 'methods' }, ...buttons));
};

// ---- The page -------------------------------------------------------------------------------------------------------

const other = make('a', { href: `?lang=${language === 'en' ? 'id' : 'en'}`, lang: language === 'en' ? 'id' : 'en' }, words.other);
recall();
const settings = make('div', {}, ...settingsParts());
document.title = words.title;
list.append(nothing());
document.querySelector('main').append(
  make('header', {}, make('h1', { id: 'title' }, words.title), make('p', {}, words.lead), other),
  make('section', { class: 'settings', 'aria-labelledby': 'settings' }, make('h2', { id: 'settings' }, words.settings), settings),
  previewPart(), snippetPart(), eventsPart(),
);
keep();
write();
stage.addEventListener('load', stand);
await dress();
write();
judge();
