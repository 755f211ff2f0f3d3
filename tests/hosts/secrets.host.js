// A page that wants to know: it listens to everything it can while a member signs in and redeems in the frame.
import { SARI } from '../browser/programme.js';
import { test, expect, framed, look, shown, Shop, WIDGET } from './host.js';

const TITLE = /Voucher Kopi Senja Rp25\.000/;

// Runs before the loader: keeps every message, every event's detail, every write to storage, every request.
const SPY = `<script>
  window.heard = [];
  const keep = (what) => { try { heard.push(JSON.stringify(what) ?? String(what)); } catch { heard.push(String(what)); } };
  addEventListener('message', (event) => keep(event.data), true);
  const { postMessage } = window;
  window.postMessage = function (...words) { keep(words[0]); return postMessage.apply(this, words); };
  for (const name of ['tukar-balance', 'tukar-redeemed', 'tukar-signed-in', 'tukar-signed-out', 'tukar-error',
    'tukar-before-redeem', 'tukar-resize']) document.addEventListener(name, (event) => keep([name, event.detail]), true);
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...words) { keep(words); return setItem.apply(this, words); };
  const real = window.fetch;
  window.fetch = (...words) => { keep(words); return real(...words); };
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function () { const root = attachShadow.call(this, { mode: 'open' }); window.root = root; return root; };
  for (const type of ['keydown', 'input', 'paste', 'click']) addEventListener(type, (event) => keep([type, event.key, event.data]), true);
</script>`;

/**
 * What the page got hold of, and what it can reach now: a list of ways, each with what came of it. A way that throws or
 * hangs brought nothing.
 */
const loot = (page, home) =>
  page.evaluate(async (home) => {
    const frames = [document, window.root].flatMap((root) => [...root.querySelectorAll('iframe')]);
    const frame = frames[0] ?? document.createElement('iframe');
    const inner = () => frame.contentWindow;
    const at = (path, more) => fetch(home + path, { ...more }).then((answer) => answer.text());
    const ways = {
      'what was heard and logged': () => window.heard.join('\n'),
      'the page’s own markup': () => document.documentElement.outerHTML + (window.root?.innerHTML ?? ''),
      'texts of shadow roots': () => window.root.textContent + [...window.root.querySelectorAll('input')].map((input) => input.value).join(),
      'contentDocument': () => frame.contentDocument.body.innerText,
      'the frame’s document': () => inner().document.body.innerText,
      'the frame’s session storage': () => JSON.stringify({ ...inner().sessionStorage }),
      'the frame’s local storage': () => JSON.stringify({ ...inner().localStorage }),
      'the frame’s address': () => inner().location.href,
      'the frame’s name': () => inner().name,
      'the frame’s history': () => String(inner().history.state),
      'a variable of the frame': () => String(inner().tukar) + String(inner().document),
      'frames in the frame': () => inner().frames[0].document.body.innerText,
      'a function of the frame': () => inner().eval('document.body.innerText'),
      'a script address for the frame': () => ((inner().location = 'javascript:parent.stolen = document.body.innerText'), window.stolen),
      'an element put into the frame': () => inner().document.body.append('x'),
      'the page’s local storage': () => JSON.stringify({ ...localStorage }),
      'the page’s session storage': () => JSON.stringify({ ...sessionStorage }),
      'cookies': () => document.cookie,
      'databases': async () => JSON.stringify(await indexedDB.databases()),
      'caches': async () => JSON.stringify(await caches.keys()),
      'addresses of what was loaded': () => performance.getEntries().map((entry) => entry.name).join('\n'),
      'the selection': () => String(getSelection()),
      'the focused element': () => (window.root.activeElement ?? document.activeElement).outerHTML,
      'searching the page': () => String(window.find?.('12.450')),
      'the clipboard': () => navigator.clipboard.readText(),
      'the frame’s page, asked by the host': () => at('/frame?partner=shop', { credentials: 'include' }),
      'the member’s balance, asked by the host': () => at('/v1/me/balance', { credentials: 'include' }),
      'the member’s redemptions, asked by the host': () => at('/v1/redemptions', { credentials: 'include' }),
      'the inbox, asked by the host': () => at('/demo/inbox.json', { credentials: 'include' }),
      'asked without an origin': async () => (await fetch(`${home}/v1/me/balance`, { mode: 'no-cors', credentials: 'include' })).text(),
      'the API as a script': () => new Promise((done, fail) => {
        const script = Object.assign(document.createElement('script'), { src: `${home}/demo/inbox.json`, onload: () => done(String(window.messages)), onerror: fail });
        document.head.append(script);
      }),
      'a message that asks for the session': () => new Promise((done) => {
        addEventListener('message', (event) => done(JSON.stringify(event.data)));
        for (const name of ['session', 'token', 'open', 'locker']) inner().postMessage({ tukar: 1, type: 'call', name, value: 'session' }, home);
      }),
      'a colour that fetches': () => new Promise((done) => {
        inner().postMessage({ tukar: 1, type: 'set', name: 'accent', value: `url(${location.origin}/leak)` }, home);
        inner().postMessage({ tukar: 1, type: 'set', name: 'font', value: `x;background:url(${location.origin}/leak)` }, home);
        setTimeout(() => done(performance.getEntriesByName(`${location.origin}/leak`).map((entry) => entry.name).join()), 300);
      }),
      'a window of the programme’s': () => {
        const opened = window.open(`${home}/`, 'stolen');
        const read = opened.document.body.innerText;
        opened.close();
        return read;
      },
    };
    const found = {};
    for (const [name, way] of Object.entries(ways)) {
      const late = new Promise((done) => setTimeout(done, 1500));
      try {
        found[name] = String((await Promise.race([way(), late])) ?? '');
      } catch {
        found[name] = '';
      }
    }
    return found;
  }, home);

test('a member redeems in the frame, and the page learns points and reward and no secret', async ({ page, host, programme }) => {
  host.partner();
  await page.goto(host.page({ head: SPY }));
  const frame = framed(page);
  await shown(frame);
  const shop = new Shop(frame, programme);
  await shop.signIn(SARI);
  const first = await programme.code(SARI.sms);
  await shop.choose('kopi senja', TITLE);
  await look(page, shop.button('Kirim kode OTP'));
  const second = await shop.sendCode(SARI);
  await shop.codeField.fill(second);
  await expect(frame.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  const voucher = await frame.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first().innerText();

  // What it may know it was told: so the spy works.
  await expect.poll(() => page.evaluate(() => window.heard.join())).toContain('"tukar-redeemed"');
  const told = await loot(page, host.home);
  const heard = told['what was heard and logged'];
  expect(heard).toContain('"tukar-redeemed"');
  expect(heard).toMatch(/"tukar-redeemed",\{"reward":"[^"]+","points":\d{4}/);
  const digits = SARI.sms.slice(1);
  const secrets = [first, second, voucher, voucher.replaceAll('-', ''), digits, digits.slice(2), SARI.phone, SARI.email, SARI.name];
  const leaks = Object.entries(told).flatMap(([way, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${way}: ${secret}`),
  );
  console.log(`      frame mode: ${Object.keys(told).length} ways tried for ${secrets.length} secrets, ${leaks.length} read`);
  expect(leaks).toEqual([]);
  expect(Object.keys(told).length).toBeGreaterThan(30);
  expect(Object.values(told).join('\n')).not.toMatch(/Bearer|tukar\.session/i);
});

test('inline mode gives the page what is typed: what the documents say is true', async ({ page, host, programme }) => {
  host.partner('shop', { mode: 'inline' });
  const body = `${host.snippet}<tukar-rewards partner="shop" mode="inline"></tukar-rewards>`;
  await page.goto(host.page({ head: SPY, body }));
  await shown(page);
  const shop = new Shop(page, programme);
  await shop.signIn(SARI);
  const code = await programme.code(SARI.sms);
  const told = Object.values(await loot(page, host.home)).join('\n');
  expect(told).toContain(code);
  expect(told).toContain('tukar.session');
});

test('a hundred thousand messages that others send cost the page next to nothing', async ({ page, host }) => {
  host.partner();
  await page.goto(host.page());
  await shown(framed(page));
  const cost = await page.evaluate(() => {
    const data = { tukar: 1, type: 'size', height: 4000 };
    const flood = () => {
      const start = performance.now();
      for (let at = 0; at < 100_000; at += 1) dispatchEvent(new MessageEvent('message', { data, origin: location.origin }));
      return performance.now() - start;
    };
    flood();
    const withWidget = flood();
    document.querySelector('tukar-rewards').remove();
    return new Promise((done) => setTimeout(() => done({ withWidget, without: flood() }), 50));
  });
  const each = ((cost.withWidget - cost.without) * 1000) / 100_000;
  console.log(`      100,000 forged messages: ${Math.round(cost.withWidget)} ms with the widget, ${Math.round(cost.without)} ms without: ${each.toFixed(2)} µs each`);
  expect(each).toBeLessThan(50);
  await expect(page.locator('iframe')).toHaveCount(0);
});

test('messages that the page makes up change nothing, in either direction', async ({ page, host, told }) => {
  host.partner();
  await page.goto(host.page({ head: SPY }));
  const frame = framed(page);
  await shown(frame);
  const count = await page.evaluate(async () => {
    const inner = window.root.querySelector('iframe').contentWindow;
    const types = ['hello', 'set', 'call', 'view', 'answer', 'event', 'size', 'ask', 'ready', 'reveal', '__proto__', 'constructor'];
    const values = [null, -1, 1e300, '', 'x'.repeat(1000), {}, [], true, '<img src=x onerror=alert(1)>', 'signOut', 'javascript:alert(1)'];
    let sent = 0;
    for (let round = 0; round < 33_334; round += 1) {
      const pick = (list, at) => list[(round * 7 + at * 13) % list.length];
      const message = { tukar: round % 5 ? 1 : 2, type: pick(types, 1), name: pick(values, 2), value: pick(values, 3), id: pick(values, 4) };
      message.height = pick(values, 5);
      inner.postMessage(message, '*');
      window.postMessage(message, '*');
      window.dispatchEvent(new MessageEvent('message', { data: message, origin: new URL(window.root.querySelector('iframe').src).origin }));
      sent += 3;
      if (round % 500 === 0) await new Promise((done) => setTimeout(done, 10));
    }
    await new Promise((done) => setTimeout(done, 300));
    return sent;
  });
  expect(count).toBe(100_002);
  const events = await page.evaluate(() => window.heard.filter((line) => /^\["tukar-(redeemed|balance|signed|error|before)/.test(line)));
  expect(events).toEqual([]);
  expect(told.errors).toEqual([]);
  await frame.getByRole('searchbox', { name: 'Cari hadiah' }).fill('kopi');
  await expect(frame.getByRole('button', { name: TITLE }).first()).toBeVisible();
});

test('another site may not frame the widget in the partner’s name', async ({ page, host }) => {
  host.partner();
  const thief = host.at('thief');
  await page.goto(host.page({ origin: thief }));
  await expect(page.getByText('Bagian ini tidak bisa ditampilkan')).toBeVisible({ timeout: 15_000 });
});

const TRICKS = {
  'the frame nearly transparent': 'tukar-rewards { opacity: 0.01 }',
  'a filter that hides': 'tukar-rewards { filter: opacity(2%) }',
  'a filter far above': 'html { filter: contrast(0) }',
  'a picture over the frame that lets clicks through':
    'tukar-rewards { position: relative } #bait { position: fixed; inset: 0; z-index: 9; pointer-events: none; background: #fff }',
  'the frame made tiny': 'tukar-rewards { transform: scale(0.3); transform-origin: 0 0 }',
  'the frame turned': 'tukar-rewards { transform: rotate(3deg) }',
  'all but a strip cut off': 'tukar-rewards { clip-path: inset(0 0 0 97%) }',
  'a blend that hides': 'body { background: #fff } tukar-rewards { mix-blend-mode: lighten }',
};

test('a page that hides what a click would do gets no confirmation out of it', async ({ page, host, programme }) => {
  test.setTimeout(120_000);
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}${WIDGET}<div id="bait" hidden>Menang!</div>` }));
  const frame = framed(page);
  await shown(frame);
  const shop = new Shop(frame, programme);
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const button = shop.button('Kirim kode OTP');
  await button.scrollIntoViewIfNeeded();
  const before = (await programme.messages(SARI.sms)).length;
  const fooled = [];
  const trick = await page.addStyleTag({ content: '/* none yet */' });
  for (const [name, style] of Object.entries(TRICKS)) {
    await trick.evaluate((element, text) => (element.textContent = text), style);
    await page.evaluate((on) => (document.querySelector('#bait').hidden = !on), style.includes('#bait'));
    await look(page);
    await button.click({ force: true, timeout: 3000 }).catch(() => undefined);
    await page.waitForTimeout(400);
    if ((await programme.messages(SARI.sms)).length === before) continue;
    fooled.push(name);
    break; // The button is gone.
  }
  expect(fooled).toEqual([]);
  // Without a trick the same click acts: so the clicks above were real.
  await trick.evaluate((element) => (element.textContent = ''));
  await page.evaluate(() => (document.querySelector('#bait').hidden = true));
  await look(page);
  await shop.sendCode(SARI);
});

test('what no browser tells a frame: a mask may fool a click into a hold, and never into spending', async ({ page, host, programme }) => {
  host.partner();
  await page.goto(host.page({ head: '<style>tukar-rewards { mask-image: linear-gradient(transparent, transparent) }</style>' }));
  const frame = framed(page);
  await shown(frame);
  const shop = new Shop(frame, programme);
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await look(page, shop.button('Kirim kode OTP'));
  await shop.sendCode(SARI);
  const sari = await programme.asMember(SARI);
  const held = await sari('/v1/me/balance');
  expect([held.available, held.held]).toEqual([5_350, 7_100]);
  await programme.advance(901);
  const after = await sari('/v1/me/balance');
  expect([after.available, after.held]).toEqual([12_450, 0]);
});
