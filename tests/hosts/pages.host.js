// Pages of every make: old documents and strict ones, frames in frames, what a page does while the widget loads, and
// where in the page it stands.
import { test, expect, framed, shown, WIDGET } from './host.js';

const usable = async (frame) => {
  await shown(frame);
  await frame.getByRole('searchbox', { name: 'Cari hadiah' }).fill('kopi');
  await expect(frame.getByRole('button', { name: /Voucher Kopi Senja/ }).first()).toBeVisible();
};

test('a page in quirks mode shows the widget', async ({ page, host }) => {
  host.partner();
  await page.goto(host.serve(host.origin, '/', `<title>Kopi</title><table><tr><td width=400>${host.snippet}${WIDGET}</table>`));
  expect(await page.evaluate(() => document.compatMode)).toBe('BackCompat');
  await usable(framed(page));
});

test('an XHTML page shows the widget, by an import: browsers run no module script in XML', async ({ page, host }) => {
  host.partner();
  const text = `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Kopi</title></head>
    <body><script>import('${host.home}/tukar.js')</script><tukar-rewards partner="shop"/></body></html>`;
  await page.goto(host.serve(host.origin, '/', text, {}, 'application/xhtml+xml'));
  expect(await page.evaluate(() => document.contentType)).toBe('application/xhtml+xml');
  // The driver looks for frames by a name in capitals, which elements of XML don't have.
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1];
  await frame.getByRole('searchbox', { name: 'Cari hadiah' }).fill('kopi');
  await expect(frame.getByRole('button', { name: /Voucher Kopi Senja/ }).first()).toBeVisible();
});

const HEADS = {
  'a <base> that leads elsewhere': '<base href="http://elsewhere.invalid/deep/" target="_blank">',
  'a policy in a <meta>': (home) => `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src ${home}; frame-src ${home}">`,
  'a referrer policy that gives nothing': '<meta name="referrer" content="no-referrer">',
  'a referrer policy that gives all': '<meta name="referrer" content="unsafe-url">',
  'an import map': '<script type="importmap">{"imports":{"./element.js":"data:text/javascript,throw 1"}}</script>',
  'a viewport of fixed width': '<meta name="viewport" content="width=980, maximum-scale=1, user-scalable=no">',
  'document.domain set': '<script>try { document.domain = "localhost" } catch {}</script>',
};
for (const [name, head] of Object.entries(HEADS)) {
  test(`a page with ${name} shows the widget`, async ({ page, host, told }) => {
    host.partner();
    await page.goto(host.page({ head: typeof head === 'string' ? head : head(host.home) }));
    await usable(framed(page));
    expect(told.errors).toEqual([]);
  });
}

const HEADERS = {
  'Permissions-Policy that gives nothing away': { 'permissions-policy': 'clipboard-write=(), otp-credentials=(), fullscreen=(), payment=()' },
  'COEP credentialless': { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless' },
  'an agent cluster of its own': { 'origin-agent-cluster': '?1', 'cross-origin-opener-policy': 'same-origin-allow-popups' },
  'Document-Policy and no sniffing': { 'document-policy': 'force-load-at-top', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' },
};
for (const [name, headers] of Object.entries(HEADERS)) {
  test(`a page that is sent with ${name} shows the widget`, async ({ page, host, told }) => {
    host.partner();
    await page.goto(host.page({ headers }));
    await usable(framed(page));
    expect(told.errors).toEqual([]);
  });
}

test.describe('frames in frames', () => {
  const around = (source, more = '') => `<iframe ${more} src="${source}" style="width:900px;height:700px"></iframe>`;

  test('a page of the partner in a page of the partner shows the widget', async ({ page, host }) => {
    host.partner();
    const inner = host.page({ path: '/inner' });
    await page.goto(host.page({ body: around(inner) }));
    await usable(page.locator('iframe').contentFrame().locator('tukar-rewards iframe').contentFrame());
  });

  test('a strange site around the partner’s page gets no widget', async ({ page, host }) => {
    host.partner();
    const inner = host.page({ path: '/inner' });
    await page.goto(host.page({ origin: host.at('thief'), body: around(inner) }));
    await expect(page.locator('iframe').contentFrame().getByText('Bagian ini tidak bisa ditampilkan')).toBeVisible({ timeout: 20_000 });
  });

  test('a sandbox that keeps the page’s origin shows the widget', async ({ page, host }) => {
    host.partner();
    const inner = host.page({ path: '/inner' });
    await page.goto(host.page({ body: around(inner, 'sandbox="allow-scripts allow-same-origin allow-forms"') }));
    await usable(page.locator('iframe').contentFrame().locator('tukar-rewards iframe').contentFrame());
  });

  test('a sandbox without an origin is told that it can’t be, and leads to a window', async ({ page, host }) => {
    host.partner();
    const inner = host.page({ path: '/inner' });
    await page.goto(host.page({ body: around(inner, 'sandbox="allow-scripts"') }));
    const frame = page.locator('iframe').contentFrame();
    await expect(frame.getByText('Bagian ini tidak bisa ditampilkan')).toBeVisible({ timeout: 20_000 });
    await expect(frame.getByRole('link', { name: 'Buka di jendela baru' })).toBeVisible();
  });
});

const PLACES = {
  'a container of 200 by 150 pixels': (widget) => `<div style="width:200px;height:150px;overflow:auto">${widget}</div>`,
  'a box that scrolls': (widget) => `<div style="height:400px;overflow:auto"><p style="height:300px">Kopi</p>${widget}</div>`,
  'a flex row that shrinks it': (widget) => `<div style="display:flex;width:300px"><p style="flex:none;width:280px">Kopi</p>${widget}</div>`,
  'three columns of text': (widget) => `<div style="columns:3">${widget}</div>`,
  'a cell of a table': (widget) => `<table><tr><td>${widget}</td><td>Kopi</td></tr></table>`,
  'a form': (widget) => `<form action="/never" onsubmit="window.sent = true"><input name="q">${widget}</form>`,
  'a paragraph and a link': (widget) => `<p><a href="#kopi">${widget}</a></p>`,
};
for (const [name, place] of Object.entries(PLACES)) {
  test(`a widget in ${name} can be used`, async ({ page, host, told }) => {
    host.partner();
    await page.goto(host.page({ body: host.snippet + place(WIDGET.replace('>', ' loading="eager">')) }));
    await usable(framed(page));
    expect(told.errors).toEqual([]);
    expect(await page.evaluate(() => [window.sent, location.hash])).toEqual([undefined, '']);
  });
}

// Places that can't be seen at first: nothing is loaded until they are.
const CLOSED = {
  'a modal dialog': ['<dialog>W</dialog>', () => document.querySelector('dialog').showModal()],
  'a popover': ['<div popover>W</div>', () => document.querySelector('[popover]').showPopover()],
  'details': ['<details><summary>Poin</summary>W</details>', () => (document.querySelector('details').open = true)],
  'a part without display': ['<div style="display:none" id="d">W</div>', () => (document.querySelector('#d').style.display = 'block')],
  'a part that is hidden': ['<div hidden id="d">W</div>', () => (document.querySelector('#d').hidden = false)],
  'a page that begins with everything hidden': [
    '<style id="d">* { display: none !important }</style>W',
    () => document.querySelector('#d').remove(),
  ],
};
for (const [name, [markup, show]] of Object.entries(CLOSED)) {
  test(`in ${name} the widget waits, and shows when that opens`, async ({ page, host, told }) => {
    host.partner();
    await page.goto(host.page({ body: host.snippet + markup.replace('W', WIDGET) }));
    await page.waitForFunction(() => customElements.get('tukar-rewards'));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.locator('tukar-rewards iframe').count()).toBe(0);
    await page.evaluate(show);
    await usable(framed(page));
    expect(told.errors).toEqual([]);
  });
}

test('markup that is written again and again holds one widget', async ({ page, host, told }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}<main>${WIDGET}</main>` }));
  await shown(framed(page));
  await page.evaluate(() => {
    const main = document.querySelector('main');
    for (let times = 0; times < 20; times += 1) main.innerHTML = String(main.innerHTML);
  });
  await usable(framed(page));
  expect(await page.locator('iframe').count()).toBe(1);
  expect(told.errors).toEqual([]);
});

test('a copy of a widget is a widget', async ({ page, host, told }) => {
  host.partner();
  await page.goto(host.page());
  await shown(framed(page));
  await page.evaluate(() => document.body.prepend(document.querySelector('tukar-rewards').cloneNode(true)));
  await usable(framed(page, 0));
  await shown(framed(page, 1));
  expect(told.errors).toEqual([]);
});

test('a widget that moves into another document of the page lives there', async ({ page, host }) => {
  host.partner();
  const other = host.page({ path: '/other', body: '<main></main>' });
  await page.goto(host.page({ body: `${host.snippet}${WIDGET}<iframe src="${other}" style="width:900px;height:600px"></iframe>` }));
  await shown(page.locator('tukar-rewards iframe').contentFrame());
  await page.evaluate(() => {
    const inner = document.querySelector('body > iframe').contentDocument;
    inner.querySelector('main').append(document.querySelector('tukar-rewards'));
  });
  await usable(page.locator('body > iframe').contentFrame().locator('tukar-rewards iframe').contentFrame());
});

test('a widget in the closed shadow root of another element can be used', async ({ page, host }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}<div id="d"></div>` }));
  await page.evaluate(() => {
    const root = document.querySelector('#d').attachShadow({ mode: 'closed' });
    root.innerHTML = '<tukar-rewards partner="shop"></tukar-rewards>';
  });
  await expect(async () => expect(page.frames().length).toBe(2)).toPass();
  const frame = page.frames()[1];
  await frame.getByRole('searchbox', { name: 'Cari hadiah' }).fill('kopi');
  await expect(frame.getByRole('button', { name: /Voucher Kopi Senja/ }).first()).toBeVisible();
});

test('a cleaner that strips attributes it does not know leaves a widget that works', async ({ page, host }) => {
  host.partner();
  const cleaner = `<script>new MutationObserver((records) => {
    for (const { target } of records) for (const { name } of [...target.attributes ?? []]) if (name !== 'partner' && name !== 'src') target.removeAttribute(name);
  }).observe(document, { subtree: true, childList: true, attributes: true });</script>`;
  await page.goto(host.page({ head: cleaner, body: `${host.snippet}<tukar-rewards partner="shop" locale="id" class="x" style="color:red"></tukar-rewards>` }));
  await usable(framed(page));
  await page.evaluate(() => document.querySelector('tukar-rewards').setAttribute('class', 'y'));
  await expect(page.locator('tukar-rewards')).not.toHaveAttribute('class', 'y');
  await usable(framed(page));
});

test('a page whose service worker answers every request shows the widget', async ({ page, host }) => {
  host.partner();
  const worker = `oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());
    onfetch = (event) => event.respondWith(fetch(event.request));`;
  host.serve(host.origin, '/sw.js', worker, {}, 'text/javascript');
  await page.goto(host.page());
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await usable(framed(page));
});

test('a page that is frozen while the widget loads goes on when it wakes', async ({ page, host }) => {
  host.partner();
  await page.route(`${host.home}/w/**`, async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  const devtools = await page.context().newCDPSession(page);
  await page.goto(host.page());
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((done) => setTimeout(done, 500));
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await usable(framed(page));
});

test('a slow line shows grey blocks at once, and the widget when it has come', async ({ page, host }) => {
  host.partner();
  let let_go;
  const held = new Promise((done) => (let_go = done));
  await page.route(`${host.home}/w/**/*.wasm`, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(host.page());
  await expect(page.locator('tukar-rewards .early')).toBeVisible();
  const before = await page.locator('tukar-rewards').boundingBox();
  expect(before.height).toBeGreaterThan(300);
  let_go();
  await usable(framed(page));
});

test('a line that is lost before the widget loads is told; it loads when the line is back', async ({ page, host, context }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}<p style="height:3000px">Kopi</p>${WIDGET}` }));
  await page.waitForFunction(() => customElements.get('tukar-rewards'));
  await context.setOffline(true);
  await page.evaluate(() => document.querySelector('tukar-rewards').scrollIntoView());
  const again = page.getByRole('button', { name: 'Muat ulang' });
  await expect(again).toBeVisible({ timeout: 20_000 });
  await context.setOffline(false);
  await again.click();
  await usable(framed(page));
});

test('a printed page keeps its widget', async ({ page, host }) => {
  host.partner();
  await page.goto(host.page());
  await shown(framed(page));
  await page.emulateMedia({ media: 'print' });
  expect((await page.pdf()).length).toBeGreaterThan(1000);
  await page.emulateMedia({ media: null });
  await usable(framed(page));
});

// Inline, the demo's own line (0.057) comes on top once the server has said that it is a demo.
for (const [mode, most] of [['frame', 0.02], ['inline', 0.07]]) {
  test(`${mode}: what stands under the snippet does not move while the widget loads`, async ({ page, host }) => {
    host.partner('shop', { mode });
    const widget = `<tukar-rewards partner="shop" mode="${mode}" style="display:block;min-height:100vh"></tukar-rewards>`;
    await page.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifts += value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(host.page({ body: `<h1>Kopi</h1>${host.snippet}${widget}${'<p>Kopi dari Gayo.</p>'.repeat(20)}` }));
    if (mode === 'frame') await shown(framed(page));
    else await expect(page.locator('tukar-rewards .reward:not(.reward--skeleton)').first()).toBeVisible();
    await page.waitForTimeout(500); // A late shift counts too.
    expect(await page.evaluate(() => window.shifts)).toBeLessThanOrEqual(most);
    // The test can see one.
    await page.evaluate(() => document.querySelector('h1').style.setProperty('margin-block', '200px'));
    await expect.poll(() => page.evaluate(() => window.shifts)).toBeGreaterThan(most);
  });
}
