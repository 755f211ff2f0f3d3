// The main job in Firefox, in the frame, in the page itself and by forms, with third-party cookies refused.
import { SARI } from '../browser/programme.js';
import { test as base, expect, WIDGET } from './host.js';
import { Hand, launch } from '../browser/firefox.js';

const test = base.extend({
  preferences: [{}, { option: true }],
  firefox: async ({ preferences }, use) => {
    const browser = await launch(preferences);
    await use(browser);
    await browser.close();
  },
});

const CODE = 'input[autocomplete="one-time-code"]';
const VOUCHER = '^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$';

/** Sign in, find, hold, a wrong code, the right one, voucher. */
async function redeem(hand, programme) {
  await hand.find('input[type=search]', '');
  await hand.frame.waitForFunction(() => !document.querySelector('[slot=early]'));
  await hand.press('button', '^Masuk$');
  await hand.type('form input', SARI.phone);
  await hand.press('form button', '^Kirim kode OTP$');
  await hand.type(CODE, await programme.code(SARI.sms));
  await hand.find('button', '^Keluar$');
  await hand.type('input[type=search]', 'kopi senja');
  await hand.press('button', 'Voucher Kopi Senja Rp25\\.000');
  await hand.press('button', '^Lanjut$');
  const before = (await programme.messages(SARI.sms)).length;
  await hand.commit('button', '^Kirim kode OTP$');
  const code = await programme.code(SARI.sms, before);
  const sari = await programme.asMember(SARI);
  const { available, held } = await sari('/v1/me/balance');
  expect([available, held]).toEqual([12_450 - 7_100, 7_100]);
  // Nothing is spent without a press: of the button, or of Enter in the field.
  await hand.type(CODE, code === '111111' ? '222222' : '111111');
  await hand.commit('button', '^Tukar [\\d.]+ poin$');
  await hand.find('*', 'Tersisa 4 percobaan');
  await (await hand.find(CODE, '')).click({ count: 3 });
  await hand.type(CODE, `${code}\n`);
  await hand.find('h2', '^Berhasil ditukar$');
  await hand.find('*', VOUCHER);
  const after = await sari('/v1/me/balance');
  expect([after.available, after.held]).toEqual([5_350, 0]);
}

test('Firefox: a member redeems in the frame, without third-party cookies', async ({ firefox, host, programme }) => {
  host.partner();
  const page = await firefox.newPage();
  await page.goto(host.page());
  const frame = await page.waitForFrame((each) => each.url().startsWith(`${host.home}/frame`));
  await redeem(new Hand(frame), programme);
  // What the page gets to know of it.
  const read = await page.evaluate(() => {
    try {
      return document.querySelector('tukar-rewards').shadowRoot.querySelector('iframe').contentWindow.document.body.innerText;
    } catch (error) {
      return error.name;
    }
  });
  expect(read).toBe('SecurityError');
});

test('Firefox: a member redeems in inline mode', async ({ firefox, host, programme }) => {
  host.partner('shop', { mode: 'inline' });
  const page = await firefox.newPage();
  await page.goto(host.page({ body: host.snippet + WIDGET.replace('>', ' mode="inline">') }));
  await redeem(new Hand(page.mainFrame()), programme);
});

/** The same by the forms of the first view. */
async function redeemByForms(hand, programme) {
  const main = '.shell__main button';
  await hand.press(main, '^Masuk$');
  await hand.type('input[name=contact]', SARI.phone);
  await hand.press(main, '^Kirim kode OTP$');
  await hand.type(CODE, await programme.code(SARI.sms));
  await hand.press(main, '^Masuk$');
  await hand.find('.balance__number', '^12\\.450$');
  await hand.type('input[type=search]', 'kopi senja\n');
  await hand.find('.outcome__count', '^5 dari');
  await hand.press(main, 'Voucher Kopi Senja Rp25\\.000');
  await hand.find('.plain-detail h2', 'Kopi Senja');
  await hand.press(main, '^Lanjut$');
  await hand.find('*', '^Poin yang dipakai');
  const before = (await programme.messages(SARI.sms)).length;
  await hand.press(main, '^Kirim kode OTP$');
  const code = await programme.code(SARI.sms, before);
  await hand.type(CODE, code === '111111' ? '222222' : '111111');
  await hand.press(main, '^Tukar [\\d.]+ poin$');
  await hand.find('*', '(salah|cocok).*');
  await (await hand.find(CODE, '')).click({ count: 3 });
  await hand.type(CODE, code);
  await hand.press(main, '^Tukar [\\d.]+ poin$');
  await hand.find('h2', '^Berhasil ditukar$');
  await hand.find('*', VOUCHER);
  const { available, held } = await (await programme.asMember(SARI))('/v1/me/balance');
  expect([available, held]).toEqual([5_350, 0]);
}

test.describe('without wasm', () => {
  test.use({ preferences: { 'javascript.options.wasm': false } });

  test('Firefox without wasm: a member redeems by forms in the frame, without third-party cookies', async ({ firefox, host, programme }) => {
    host.partner();
    const page = await firefox.newPage();
    await page.goto(host.page());
    const frame = await page.waitForFrame((each) => each.url().startsWith(`${host.home}/frame`));
    expect(await frame.evaluate(() => typeof WebAssembly)).toBe('undefined');
    await redeemByForms(new Hand(frame), programme);
  });
});
