// A partner that signs who looks at its page: points without a code for whoever agreed, and a code for everything else.
import { SARI } from '../browser/programme.js';
import { test as base, expect, framed, look, shown, Shop } from './host.js';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TITLE = /Voucher Kopi Senja Rp25\.000/;
const READS = 'Halaman ini menampilkan poin Anda tanpa kode';
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The partner's backend: its key, which the operator added, and what it signs. */
class Backend {
  constructor(host) {
    this.host = host;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.key = privateKey;
    const file = join(dirname(host.programme.database), 'shop.pem');
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    const words = ['partner', 'rotate', 'shop', '--key', file, '--kid', 'k1'];
    execFileSync(process.env.TUKAR_SERVER, ['--database', host.programme.database, ...words]);
  }

  token(sub, more = {}) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: 'shop', sub, aud: this.host.home, iat: now, exp: now + 60, jti: randomUUID(), ...more };
    const text = `${part({ alg: 'EdDSA', kid: 'k1', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${sign(null, Buffer.from(text), this.key).toString('base64url')}`;
  }

  /** Opens the shop's page for a visitor; gives the widget, in its frame where it stands in one. */
  async open(page, token, mode = 'frame') {
    const named = token ? `identity="${token}"` : '';
    const listen = `<script>window.heard = []; for (const name of ['tukar-error', 'tukar-balance'])
      document.addEventListener(name, (event) => heard.push([name, event.detail]));</script>`;
    const body = `${this.host.snippet}<tukar-rewards partner="shop" mode="${mode}" loading="eager" ${named}></tukar-rewards>`;
    await page.goto(this.host.page({ head: listen, body }));
    const widget = mode === 'frame' ? framed(page) : page;
    await shown(widget);
    return widget;
  }
}

const test = base.extend({
  backend: async ({ host }, use) => {
    host.partner();
    await use(new Backend(host));
  },
});

/** Signs in with a code in the frame and agrees that this page may show the points. */
async function agree(frame, programme) {
  const shop = new Shop(frame, programme);
  const before = (await programme.messages(SARI.sms)).length;
  await shop.button('Masuk').first().click();
  await frame.getByLabel('Nomor ponsel atau email').fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  const box = frame.getByRole('checkbox', { name: /Lain kali tampilkan poin saya/ });
  await expect(box).not.toBeChecked();
  await look(box.page(), box);
  await box.check();
  await shop.codeField.fill(await programme.code(SARI.sms, before));
  await expect(shop.button('Keluar')).toBeVisible();
}

test('a signed visitor sees their points once they agreed, and redeems with a code', async ({ page, context, backend, programme }) => {
  await agree(await backend.open(page, backend.token('u-1')), programme);
  const points = await new Shop(framed(page), programme).points();

  // Another tab keeps nothing of the first: only what the backend signs tells who it is.
  const tab = await context.newPage();
  const token = backend.token('u-1');
  const frame = await backend.open(tab, token);
  const shop = new Shop(frame, programme);
  await expect(frame.getByText(READS)).toBeVisible();
  expect(await shop.points()).toBe(points);
  await expect.poll(() => tab.evaluate(() => window.heard.some(([name]) => name === 'tukar-balance'))).toBe(true);
  expect(tab.frames().map((one) => one.url()).join(' ')).not.toContain(token.slice(0, 40));

  // The same token again is refused, and the page is told.
  const second = await context.newPage();
  const refused = await backend.open(second, token);
  await expect.poll(() => second.evaluate(() => JSON.stringify(window.heard))).toContain('["tukar-error",{"kind":"identity"}]');
  await expect(new Shop(refused, programme).button('Masuk').first()).toBeVisible();
  await expect(refused.getByText(READS)).toHaveCount(0);

  // Redeeming asks for a code on the spot and then goes on where it was.
  await tab.bringToFront();
  const before = (await programme.messages(SARI.sms)).length;
  await shop.search('kopi senja');
  await shop.card(TITLE).first().click();
  await frame.getByRole('dialog').getByRole('button', { name: 'Lanjut' }).click();
  await expect(frame.getByText('Halaman ini hanya menampilkan poin.')).toBeVisible();
  const code = await programme.code(SARI.sms, before);
  const [message] = await programme.messages(SARI.sms);
  expect(message.text.split('\n').at(-1)).toBe(`@shop.localhost #${code} @localhost`);
  await shop.codeField.fill(code);
  await expect(frame.getByRole('heading', { name: 'Periksa penukaran' })).toBeVisible();
  await expect(frame.getByText(READS)).toHaveCount(0);
  await look(tab, shop.button('Kirim kode OTP'));
  const last = await shop.sendCode(SARI);
  await shop.codeField.fill(last);
  await expect(frame.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();

  // Another visitor in the same tab sees nothing of it.
  const other = await backend.open(tab, backend.token('u-2'));
  await expect(new Shop(other, programme).button('Masuk').first()).toBeVisible();
  await expect(new Shop(other, programme).button('Keluar')).toHaveCount(0);
});

test('a visitor whom the page no longer names is nobody, and who takes the word back stays unknown', async ({ page, backend, programme }) => {
  await agree(await backend.open(page, backend.token('u-1')), programme);
  await expect(new Shop(await backend.open(page), programme).button('Masuk').first()).toBeVisible();
  const frame = await backend.open(page, backend.token('u-1'));
  await expect(frame.getByText(READS)).toBeVisible();
  await frame.getByRole('button', { name: 'Jangan tampilkan poin saya lagi di sini' }).click();
  await expect(frame.getByText(READS)).toHaveCount(0);
  const again = await backend.open(page, backend.token('u-1'));
  await expect(new Shop(again, programme).button('Masuk').first()).toBeVisible();
  await expect(again.getByText(READS)).toHaveCount(0);
});

test('a page that names another visitor shows nothing of the last one', async ({ page, backend, programme }) => {
  const frame = await backend.open(page, backend.token('u-1'));
  await agree(frame, programme);
  await frame.getByRole('navigation').getByRole('button', { name: 'Riwayat' }).click();
  await expect(frame.getByText('Diterima').first()).toBeVisible();
  await page.evaluate((token) => document.querySelector('tukar-rewards').setAttribute('identity', token), backend.token('u-2'));
  await expect(new Shop(frame, programme).button('Masuk').first()).toBeVisible();
  await expect(frame.getByText('Diterima')).toHaveCount(0);
});

test('inline, a whole session stays for the same visitor and ends for the next', async ({ page, host, backend, programme }) => {
  host.partner('shop', { mode: 'inline' });
  await agree(await backend.open(page, backend.token('u-1'), 'inline'), programme);
  const [message] = await programme.messages(SARI.sms);
  expect(message.text.split('\n').at(-1)).toMatch(/^@shop\.localhost #\d{6}$/);
  const given = [];
  page.on('request', (request) => request.url().endsWith('/v1/identity') && given.push(request.method()));
  const again = await backend.open(page, backend.token('u-1'), 'inline');
  await expect(new Shop(again, programme).button('Keluar')).toBeVisible();
  await expect(again.getByText('Sari')).toBeVisible();
  await expect(again.getByText(READS)).toHaveCount(0);
  expect(given).toEqual([]); // The fresh token is kept for when the session ends.
  // A page of one document names the same visitor anew, and then another.
  const name = (token) => page.evaluate((value) => document.querySelector('tukar-rewards').setAttribute('identity', value), token);
  await name(backend.token('u-1'));
  await expect(new Shop(again, programme).button('Keluar')).toBeVisible();
  await name(backend.token('u-2'));
  await expect(new Shop(again, programme).button('Masuk').first()).toBeVisible();
  await expect.poll(() => given.filter((method) => method === 'POST').length).toBe(1);
  expect(await page.evaluate(() => sessionStorage.getItem('tukar.session'))).toBeNull();
});
