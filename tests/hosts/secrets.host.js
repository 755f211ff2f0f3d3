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

/** What the page got hold of, and what it can reach now. */
const loot = (page) =>
  page.evaluate(() => {
    const reach = [];
    for (const frame of [document, window.root].flatMap((root) => [...root.querySelectorAll('iframe')])) {
      const tries = [
        () => frame.contentDocument?.body.innerText,
        () => frame.contentWindow.document.body.innerText,
        () => frame.contentWindow.sessionStorage.getItem('tukar.session'),
        () => frame.contentWindow.location.href,
        () => frame.contentWindow.tukar,
      ];
      for (const each of tries) {
        try {
          reach.push(String(each() ?? ''));
        } catch {
          reach.push('');
        }
      }
    }
    const kept = [localStorage, sessionStorage].map((storage) => JSON.stringify({ ...storage }));
    return [...window.heard, ...reach, ...kept, document.cookie, document.documentElement.outerHTML].join('\n');
  });

test('a member redeems in the frame, and the page learns points and reward and no secret', async ({ page, host, programme }) => {
  host.partner();
  await page.goto(host.page({ head: SPY }));
  const frame = framed(page);
  await shown(frame);
  const shop = new Shop(frame, programme);
  await shop.signIn(SARI);
  const first = await programme.code(SARI.sms);
  await shop.choose('kopi senja', TITLE);
  await look(page);
  const second = await shop.sendCode(SARI);
  await shop.codeField.fill(second);
  await expect(frame.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  const voucher = await frame.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first().innerText();

  const told = await loot(page);
  // What it may know it was told: so the spy works.
  expect(told).toContain('"tukar-redeemed"');
  expect(told).toMatch(/"tukar-redeemed",\{"reward":"[^"]+","points":\d{4}/);
  const digits = SARI.sms.slice(1);
  const secrets = [first, second, voucher, voucher.replaceAll('-', ''), digits, digits.slice(2), SARI.phone, SARI.email, SARI.name];
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  expect(told).not.toMatch(/Bearer|token/i);
});

test('inline mode gives the page what is typed: what the documents say is true', async ({ page, host, programme }) => {
  host.partner('shop', { mode: 'inline' });
  const body = `${host.snippet}<tukar-rewards partner="shop" mode="inline"></tukar-rewards>`;
  await page.goto(host.page({ head: SPY, body }));
  await shown(page);
  const shop = new Shop(page, programme);
  await shop.signIn(SARI);
  const code = await programme.code(SARI.sms);
  const told = await loot(page);
  expect(told).toContain(code);
  expect(told).toContain('tukar.session');
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
    for (let round = 0; round < 5000; round += 1) {
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
  expect(count).toBe(15_000);
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

for (const [name, style] of Object.entries({
  'makes the frame transparent': 'tukar-rewards { opacity: 0.01 }',
  'lays its own button over the frame': 'tukar-rewards { position: relative } #bait { position: fixed; inset: 0; z-index: 9; pointer-events: none; background: #fff }',
})) {
  test(`a page that ${name} gets no confirmation out of a click`, async ({ page, host, programme }) => {
    host.partner();
    await page.goto(host.page({ body: `${host.snippet}${WIDGET}<div id="bait" hidden>Menang!</div>` }));
    const frame = framed(page);
    await shown(frame);
    const shop = new Shop(frame, programme);
    await shop.signIn(SARI);
    await shop.choose('kopi senja', TITLE);
    await page.addStyleTag({ content: style });
    await page.evaluate(() => (document.querySelector('#bait').hidden = false));
    const before = (await programme.messages(SARI.sms)).length;
    await page.waitForTimeout(700);
    await shop.button('Kirim kode').click({ force: true });
    await page.waitForTimeout(700);
    expect((await programme.messages(SARI.sms)).length).toBe(before);
    await expect(frame.getByText('Tombol ini harus terlihat penuh')).toBeAttached();
  });
}
