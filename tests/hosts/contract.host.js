// The public contract is one list told in five places: the code, the manifest, the types, and two documents. They agree.
import { test, expect, framed, shown } from './host.js';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const ts = createRequire(join(root, 'tests/browser/package.json'))('typescript');
const sorted = (names) => [...new Set(names)].sort();
const matches = (text, pattern) => sorted([...text.matchAll(pattern)].map((match) => match[1]));

const element = read('embed/element.js');
const messages = read('embed/messages.js');
const contract = read('src/embed.rs');
const manifest = JSON.parse(read('embed/custom-elements.json'));
const declared = manifest.modules.flatMap((module) => module.declarations).find((each) => each.customElement);
const names = (list) => sorted(declared[list].map((each) => each.name));

/** All Rust of the widget. */
const views = readdirSync(join(root, 'src'), { recursive: true })
  .filter((file) => file.endsWith('.rs'))
  .map((file) => read(join('src', file)))
  .join('\n');

/** Names of an interface's members in the types. */
function members(of) {
  const source = ts.createSourceFile('element.d.ts', read('embed/element.d.ts'), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === of);
  return sorted(found.members.map((member) => member.name.text));
}

/** First words of the rows of a table below a heading. */
function rows(path, heading) {
  const [, section = ''] = read(path).split(`\n## ${heading}\n`);
  return matches(section.split('\n## ')[0], /^\| `([^`]+)`/gm);
}

test('the manifest, the types, the documents and the code name the same attributes', async ({ page, host }) => {
  const listed = names('attributes');
  expect(members('TukarRewardsAttributes')).toEqual(listed);
  expect(rows('docs/EMBEDDING.md', 'Attributes')).toEqual(listed);
  expect(listed).toEqual(expect.arrayContaining(rows('README.md', 'On your page')));
  expect(listed).toEqual(expect.arrayContaining(matches(contract, /text\("([a-z]+)"\)/g)));
  await page.goto(host.page({ body: host.snippet }));
  await page.waitForFunction(() => customElements.get('tukar-rewards'));
  const watched = await page.evaluate(() => customElements.get('tukar-rewards').observedAttributes);
  expect(sorted([...watched, ...matches(element, /(?:get|has)Attribute\('([a-z]+)'\)/g)])).toEqual(listed);
});

test('the page for partners explains each attribute in Indonesian; in English the manifest does', async () => {
  const { WORDS } = await import(join(root, 'embed/page/words.js'));
  expect(sorted(Object.keys(WORDS.id.about))).toEqual(names('attributes'));
});

test('… the same methods', async ({ page, host }) => {
  const listed = sorted(declared.members.map((each) => each.name));
  expect(members('TukarRewardsElement').filter((name) => name !== 'addEventListener')).toEqual(listed);
  expect(rows('docs/EMBEDDING.md', 'Methods').map((row) => row.split('(')[0])).toEqual(listed);
  expect(listed).toEqual(expect.arrayContaining(matches(contract, /"(\w+)" => Some\(Command::/g)));
  await page.goto(host.page({ body: host.snippet }));
  await page.waitForFunction(() => customElements.get('tukar-rewards'));
  const own = await page.evaluate(() => Object.getOwnPropertyNames(customElements.get('tukar-rewards').prototype));
  // What the browser and the loader itself call.
  const inner = ['constructor', 'connectedCallback', 'disconnectedCallback', 'attributeChangedCallback', 'handleEvent', 'blocked', 'died'];
  expect(sorted(own.filter((name) => !inner.includes(name)))).toEqual(listed);
});

test('… the same events', () => {
  const listed = names('events');
  expect(members('TukarRewardsEventMap')).toEqual(listed);
  expect(rows('docs/EMBEDDING.md', 'Events')).toEqual(listed);
  const told = [...matches(element + messages, /'(tukar-[a-z-]+)'/g), ...matches(contract, /=> "(tukar-[a-z-]+)"/g)];
  expect(sorted(told.filter((name) => name !== 'tukar-rewards'))).toEqual(listed);
});

test('… the same slots, parts and tokens', () => {
  expect(names('slots')).toEqual(matches(element, /slot\.name = '([a-z]+)'/g));
  expect(rows('docs/EMBEDDING.md', 'Slots')).toEqual(names('slots'));
  const parts = [...matches(element, /\bpart\('\w+', '(\w+)'/g), ...matches(views, /\bpart="([a-z ]+)"/g), 'panel', 'dialog'];
  expect(sorted(parts.flatMap((part) => part.split(' ')))).toEqual(names('cssParts'));
  expect(rows('docs/EMBEDDING.md', 'Parts')).toEqual(names('cssParts'));
  const tokens = [...matches(read('style/tokens.css'), /^ *(--tukar-[a-z-]+):/gm), ...matches(element, /var\((--tukar-[a-z-]+)/g)];
  expect(sorted(tokens)).toEqual(names('cssProperties'));
  expect(rows('docs/EMBEDDING.md', 'Tokens')).toEqual(names('cssProperties'));
});

test('the frame lets through the details that the manifest declares, and no field more', () => {
  const harmless = ['available', 'reward', 'points', 'kind', 'height'];
  const fields = Object.fromEntries(
    declared.events.map((event) => [event.name, matches(event.type.text, /(\w+): /g)]),
  );
  for (const each of Object.values(fields).flat()) expect(harmless).toContain(each);
  const shapes = [...messages.matchAll(/'(tukar-[a-z-]+)': \{(.*)\}/g)];
  expect(shapes.length).toBe(5);
  for (const [, name, shape] of shapes) expect(matches(shape, /(\w+): /g), name).toEqual(fields[name]);
});

test('inline, a page styles the named parts, and any accent can be read', async ({ page, host }) => {
  host.partner('shop', { mode: 'inline' });
  const style = `<style>tukar-rewards::part(card) { outline: 3px solid rgb(1, 2, 3) } tukar-rewards::part(primary) { border-radius: 0 }</style>`;
  const body = `${host.snippet}<tukar-rewards partner="shop" mode="inline" theme="light"></tukar-rewards>`;
  await page.goto(host.page({ head: style, body }));
  await shown(page);
  await expect(page.locator('.reward').first()).toHaveCSS('outline-color', 'rgb(1, 2, 3)');
  const inTree = await page.evaluate(() => {
    const found = document.querySelector('tukar-rewards').shadowRoot.querySelectorAll('[part]');
    return [...new Set([...found].flatMap((one) => [...one.part]))];
  });
  expect(names('cssParts')).toEqual(expect.arrayContaining(inTree));
  expect(inTree).toEqual(expect.arrayContaining(['bar', 'tab', 'catalog', 'card', 'field']));
  for (const theme of ['light', 'dark']) {
    for (const accent of ['#ffd400', '#c2185b', '#0a7d4f', '#767676', '#7f7f00', '#00ffff', '#000000', '#ffffff', '#0000ff', '#ff7a00']) {
      const ratios = await page.evaluate(readability, { accent, theme });
      for (const [pair, ratio] of Object.entries(ratios)) expect(ratio, `${pair} of ${accent}, ${theme}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test('the first view in the frame has the theme that the page sets, before the widget comes', async ({ page, host }) => {
  host.partner();
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(host.page({ body: `${host.snippet}<tukar-rewards partner="shop" theme="dark"></tukar-rewards>` }));
  const scheme = () => framed(page).locator('.tukar-page').evaluate((first) => getComputedStyle(first).colorScheme);
  await expect.poll(scheme).toBe('dark');
  await page.evaluate(() => document.querySelector('tukar-rewards').setAttribute('theme', 'light'));
  await expect.poll(scheme).toBe('light');
});

/** In the page: WCAG's contrast of each pair of tokens that carries text, as the browser computes them. */
function readability({ accent, theme }) {
  const widget = document.querySelector('tukar-rewards');
  widget.setAttribute('theme', theme);
  widget.style.setProperty('--tukar-accent', accent);
  const brush = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const probe = document.createElement('i');
  probe.style.setProperty('transition-property', 'none', 'important');
  widget.shadowRoot.querySelector('.tukar').append(probe);
  const luminance = (token) => {
    probe.style.color = `var(--tukar-${token})`;
    brush.fillStyle = getComputedStyle(probe).color;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...brush.getImageData(0, 0, 1, 1).data].map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const pairs = [['on-accent', 'accent'], ['on-accent', 'accent-strong']];
  for (const ground of ['paper', 'raised', 'sunken']) for (const text of ['accent-text', 'ink', 'ink-soft']) pairs.push([text, ground]);
  const answer = Object.fromEntries(pairs.map(([text, ground]) => [`${text} on ${ground}`, ratio(text, ground)]));
  probe.remove();
  return answer;
}
