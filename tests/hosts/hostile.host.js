// Pages that are careless or unkind to what they embed: their style sheets, their scripts, what they do to the element.
import { SARI } from '../browser/programme.js';
import { test, expect, framed, look, shown, Shop, WIDGET } from './host.js';

const STYLES = {
  'resets everything': '* { all: unset !important }',
  'hides frames': 'iframe { width: 1px; height: 1px; display: none }',
  'turns everything around': 'html { direction: rtl; text-align: right } * { letter-spacing: 3px; text-transform: uppercase }',
  'floats and clips': 'body * { float: left; overflow: hidden; position: static; box-sizing: content-box; line-height: 0 }',
  'has huge type and wide margins': 'html { font-size: 40px } * { margin: 20px; padding: 10px }',
  'zooms and bends': 'html { zoom: 1.3 } body { transform: rotate(0.5deg) scale(0.9); perspective: 400px }',
  'contains and clips': '* { contain: content; content-visibility: auto; overflow: clip }',
  'inverts and blends': 'html { filter: invert(1) hue-rotate(180deg) } iframe { mix-blend-mode: difference }',
  'sizes the element itself': 'tukar-rewards { width: 240px !important; max-width: 240px; height: 220px; overflow: auto }',
  'takes the pointer from frames': 'iframe, object, embed { pointer-events: none; visibility: hidden; position: absolute; left: -9999px }',
  'has a font and a height of its own for all': '* { font: 9px/5 fantasy !important; max-height: 300px; min-width: 0 !important }',
  'animates everything': '* { animation: turn 1s infinite; transition: all 1s } @keyframes turn { to { rotate: 1deg } }',
};
for (const [name, style] of Object.entries(STYLES)) {
  test(`a page that ${name} shows a widget that can be used`, async ({ page, host }) => {
    host.partner();
    await page.goto(host.page({ head: `<style>${style}</style>` }));
    const frame = framed(page);
    await shown(frame);
    await frame.getByRole('searchbox', { name: 'Cari hadiah' }).fill('kopi');
    await expect(frame.getByRole('button', { name: /Voucher Kopi Senja/ }).first()).toBeVisible();
  });
}

const SCRIPTS = {
  'replaced fetch by something that throws': 'window.fetch = () => { throw new Error("no"); };',
  'replaced attachShadow by something that throws': 'Element.prototype.attachShadow = () => { throw new Error("no"); };',
  'put things on Object.prototype': 'Object.prototype.type = "call"; Object.prototype.tukar = 1; Object.prototype.name = "signOut";',
  'put things on Array.prototype': 'Array.prototype.extra = 1; Array.prototype.flat = undefined;',
  'took away IntersectionObserver and ResizeObserver': 'delete window.IntersectionObserver; delete window.ResizeObserver;',
  'took away CSSStyleSheet': 'window.CSSStyleSheet = undefined;',
  'broke console': 'window.console = undefined;',
  'has a name of its own called tukar': 'window.tukar = null; var define = () => { throw new Error("amd"); }; define.amd = true;',
  'replaced Promise by one that never settles': 'window.Promise = class { then() { return this; } catch() { return this; } };',
  'took away Map and JSON': 'window.Map = window.WeakMap = window.JSON = undefined;',
  'wraps every listener': `const { addEventListener } = EventTarget.prototype; EventTarget.prototype.addEventListener = function (type, listener, ...more) {
    return addEventListener.call(this, type, (event) => (listener.handleEvent ?? listener).call(listener.handleEvent ? listener : this, event), ...more); };`,
  'wraps customElements.define':
    'const { define } = CustomElementRegistry.prototype; CustomElementRegistry.prototype.define = function (name, kind, more) { return define.call(this, name, class extends kind {}, more); };',
  'replaced postMessage by something that throws': 'window.postMessage = () => { throw new Error("no"); };',
  'took away CustomEvent': 'window.CustomEvent = undefined;',
  'stopped its timers and frames': 'window.requestAnimationFrame = window.setTimeout = window.queueMicrotask = () => 0;',
  'replaced getComputedStyle by something that answers nothing': 'window.getComputedStyle = () => null;',
  'loads an old Prototype.js':
    `Array.prototype.toJSON = () => "[]"; Array.from = (list) => [].slice.call(list); Function.prototype.bind = function (to) { const bound = this; return function () { return bound.apply(to, arguments); }; };
    Element.prototype.remove = function () { this.parentNode.removeChild(this); return this; }; window.$ = (id) => document.getElementById(id); Element.prototype.show = Element.prototype.hide = function () { return this; };`,
};
for (const [name, script] of Object.entries(SCRIPTS)) {
  test(`a page that ${name} shows the widget`, async ({ page, host }) => {
    host.partner();
    await page.goto(host.page({ head: `<script>${script}</script>` }));
    await shown(framed(page));
  });
}

test('a page that made every shadow root closed shows the widget', async ({ page, host }) => {
  host.partner();
  const head = `<script>const { attachShadow } = Element.prototype;
    Element.prototype.attachShadow = function (init) { return attachShadow.call(this, { ...init, mode: 'closed' }); };</script>`;
  await page.goto(host.page({ head }));
  await expect.poll(() => page.frames().length).toBe(2);
  const search = page.frames()[1].getByRole('searchbox', { name: 'Cari hadiah' });
  await search.fill('kopi');
  await expect(page.frames()[1].getByRole('button', { name: /Voucher Kopi Senja/ }).first()).toBeVisible();
});

// A page that breaks the language itself before the loader comes has no widget: docs/EMBEDDING.md says so. What the page
// does otherwise goes on, and it learns nothing.
const BROKEN = {
  'going through arrays': 'Array.prototype[Symbol.iterator] = () => { throw new Error("no"); };',
  'the methods of texts':
    'for (const name of ["trim", "slice", "startsWith", "split", "replace"]) String.prototype[name] = () => { throw new Error("no"); };',
  'the methods of Object': 'for (const name of ["keys", "entries"]) Object[name] = () => { throw new Error("no"); };',
  'Set': 'window.Set = undefined;',
  'customElements': 'CustomElementRegistry.prototype.define = () => { throw new Error("no"); };',
};
for (const [name, script] of Object.entries(BROKEN)) {
  test(`a page that broke ${name} goes on without a widget, and learns nothing`, async ({ page, host }) => {
    host.partner();
    const after = `<p id="after"></p><script type="module">setInterval(() => {
      let read = '';
      try { read = document.querySelector('tukar-rewards').shadowRoot.querySelector('iframe').contentDocument.body.innerText; } catch {}
      document.querySelector('#after').textContent = 'Read ' + read + (localStorage.length + sessionStorage.length) + document.cookie + '.';
    }, 50);</script>`;
    await page.goto(host.page({ head: `<script>${script}</script>`, body: `${host.snippet}${WIDGET}${after}` }));
    await expect(page.locator('#after')).toHaveText('Read 0.');
  });
}

test('a name that another script took is left to it', async ({ page, host }) => {
  host.partner();
  const head = `<script>customElements.define('tukar-rewards', class extends HTMLElement { mine = true });</script>`;
  await page.goto(host.page({ head, body: `${host.snippet}${WIDGET}<tukar-rewards-2 partner="shop"></tukar-rewards-2>` }));
  await shown(framed(page));
  expect(await page.evaluate(() => document.querySelector('tukar-rewards').mine)).toBe(true);
});

test('a loader that is included three times defines one element', async ({ page, host, told }) => {
  host.partner();
  const again = host.snippet.replace('.js"', '.js?2"');
  await page.goto(host.page({ body: `${host.snippet}${again}${host.snippet}${WIDGET}` }));
  await shown(framed(page));
  expect(await page.locator('iframe').count()).toBe(1);
  expect(told.errors).toEqual([]);
});

test('two widgets stand beside each other', async ({ page, host }) => {
  host.partner();
  const two = WIDGET.replace('>', ' loading="eager">').repeat(2);
  await page.goto(host.page({ body: host.snippet + two }));
  await shown(framed(page, 0));
  // The first one's height may have pushed it out of view, and browsers draw no frame that can't be seen.
  await page.locator('tukar-rewards').nth(1).scrollIntoViewIfNeeded();
  await shown(framed(page, 1));
});

test('a widget that is moved in the page comes back', async ({ page, host }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}${WIDGET}<section></section>` }));
  await shown(framed(page));
  await page.evaluate(() => document.querySelector('section').append(document.querySelector('tukar-rewards')));
  await shown(framed(page));
  expect(await page.locator('iframe').count()).toBe(1);
});

test('a widget that is taken out in the middle of a redemption leaves the points held, and shows them when it is back', async ({
  page, host, programme,
}) => {
  host.partner();
  await page.goto(host.page());
  const shop = new Shop(framed(page), programme);
  await shown(framed(page));
  await shop.signIn(SARI);
  await shop.choose('kopi senja', /Voucher Kopi Senja Rp25\.000/);
  const sari = await programme.asMember(SARI);
  const before = (await sari('/v1/me/balance')).held;
  await look(page, shop.button('Kirim kode OTP'));
  await shop.sendCode(SARI);
  await page.evaluate(() => {
    window.kept = document.querySelector('tukar-rewards');
    window.kept.remove();
  });
  await expect(page.locator('iframe')).toHaveCount(0);
  const open = (await sari('/v1/redemptions')).redemptions;
  expect(open.map((each) => each.state)).toEqual(['held']);
  expect((await sari('/v1/me/balance')).held - before).toBe(open[0].points);
  await page.evaluate(() => document.body.append(window.kept));
  await expect(page.locator('iframe')).toHaveCount(1);
});

test('fifty widgets that come and go leave no frame and no listener behind', async ({ page, host, told }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}<main></main>` }));
  await page.waitForFunction(() => customElements.get('tukar-rewards'));
  await page.evaluate(async () => {
    window.listeners = 0;
    const { addEventListener: add, removeEventListener: remove } = window;
    window.addEventListener = (...words) => ((window.listeners += 1), add.apply(window, words));
    window.removeEventListener = (...words) => ((window.listeners -= 1), remove.apply(window, words));
    for (let round = 0; round < 50; round += 1) {
      const widget = document.createElement('tukar-rewards');
      widget.setAttribute('partner', 'shop');
      widget.setAttribute('loading', 'eager');
      document.querySelector('main').append(widget);
      await new Promise((done) => setTimeout(done, 5));
      widget.remove();
      await new Promise((done) => setTimeout(done, 1));
    }
  });
  expect(await page.locator('iframe').count()).toBe(0);
  expect(await page.evaluate(() => window.listeners)).toBe(0);
  expect(told.errors).toEqual([]);
});

test('a page without a server behind the widget says so and tries again when asked', async ({ page, host, programme }) => {
  host.partner();
  let down = true;
  await page.route(`${programme.url}/frame**`, (route) => (down ? route.abort() : route.continue()));
  await page.goto(host.page());
  const again = page.getByRole('button', { name: 'Muat ulang' });
  await expect(again).toBeVisible({ timeout: 20_000 });
  down = false;
  await again.click();
  await shown(framed(page));
});
