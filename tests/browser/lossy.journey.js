// A bad line at thirty points of a redemption. Whatever it does, the member ends with what they wanted, once, and the page
// says what the server says.
import { SARI, Shop, expect, takenOver, test as base } from './programme.js';
import { FAULTS, Line } from './lossy.js';

const TITLE = /Voucher Kopi Senja/;
const START = 12_450;

const HOLD = ['POST', /^\/v1\/redemptions$/];
const CONFIRM = ['POST', /\/confirm$/];
const LOOK_UP = ['GET', /^\/v1\/redemptions\/[^/]+$/];

/** The page behind the bad line, with the member signed in. */
const test = base.extend({
  line: async ({ programme }, use) => {
    const line = new Line(programme.port);
    await line.start();
    await use(line);
    await line.stop();
  },
  /** The API as the member sees it, with what was redeemed before. */
  member: async ({ programme }, use) => {
    const member = await programme.asMember(SARI);
    const { activities } = await member('/v1/me/activity?kind=spent');
    await use(Object.assign(member, { before: new Set(activities.map((row) => row.redemption_id)) }));
  },
  shop: async ({ page, programme, line, member }, use) => {
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.addInitScript((token) => sessionStorage.setItem('tukar.session', JSON.stringify(token)), member.token);
    await page.goto(line.url);
    await expect(page.getByRole('button', { name: 'Keluar', exact: true })).toBeVisible();
    await takenOver(page);
    await use(new Shop(page, programme));
    expect(errors).toEqual([]);
  },
});

/** Presses what the page offers, as a member would, until `over` is seen. */
async function goOn(shop, over) {
  const { page, programme } = shop;
  const send = page.getByRole('button', { name: /^Kirim kode OTP( lagi)?$/ });
  const confirm = shop.button(/^Tukar [\d.]+ poin$/);
  const again = page.getByRole('button', { name: /^(Coba lagi|Periksa sekarang)$/ });
  await expect(async () => {
    if (await over.isVisible()) return;
    if (await again.first().isVisible()) await again.first().click({ timeout: 500 });
    if (await send.isVisible()) await send.click({ timeout: 500 });
    const field = shop.codeField;
    if ((await field.isVisible()) && (await field.isEnabled())) {
      const [{ text }] = await programme.messages(SARI.sms);
      const code = text.match(/#(\d{6})\s*$/)[1];
      if ((await field.inputValue()) !== code) await field.fill(code, { timeout: 500 });
      else if (await confirm.isEnabled()) await confirm.click({ timeout: 500 });
    }
    await expect(over).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 30_000, intervals: [50] });
}

/** One redemption, one voucher, one deduction; and the page shows the server's figures. */
async function expectOnce(shop, member) {
  const spent = (await member('/v1/me/activity?kind=spent')).activities.filter((row) => !member.before.has(row.redemption_id));
  expect(spent).toHaveLength(1);
  const [{ redemption_id: id, points }] = spent;
  const { vouchers } = await member('/v1/vouchers');
  expect(vouchers.filter((voucher) => voucher.redemption_id === id)).toHaveLength(1);
  const redemption = await member(`/v1/redemptions/${id}`);
  expect(redemption.state).toBe('fulfilled');
  const balance = await member('/v1/me/balance');
  expect([balance.available, balance.held]).toEqual([START + points, 0]);
  expect((await member('/v1/redemptions')).redemptions).toEqual([]);
  await expect(shop.page.getByText(redemption.reference)).toBeVisible();
  await shop.button('Selesai').click();
  await expect.poll(() => shop.points()).toBe(balance.available);
}

async function toReceipt(shop) {
  await shop.choose('kopi senja', TITLE);
  await goOn(shop, shop.page.getByRole('heading', { name: 'Berhasil ditukar' }));
}

const STEPS = {
  'the look at what it costs': ['POST', /\/quote$/],
  'the request': HOLD,
  'the code': CONFIRM,
};

for (const [step, [method, path]] of Object.entries(STEPS)) {
  for (const fault of Object.keys(FAULTS)) {
    test(`${step} ${fault}: one voucher`, async ({ shop, line, member }) => {
      line.harm(method, path, fault);
      await toReceipt(shop);
      await expectOnce(shop, member);
      expect(line.isSpent, line.harmed.join()).toBe(true);
    });
  }
}

for (const fault of Object.keys(FAULTS)) {
  test(`the answer to the code is lost and the look-up after it ${fault}: one voucher`, async ({ shop, line, member }) => {
    line.harm(...CONFIRM, 'is done, and its answer is lost');
    line.harm(...LOOK_UP, fault);
    await toReceipt(shop);
    await expectOnce(shop, member);
    expect(line.isSpent, line.harmed.join()).toBe(true);
  });

  test(`the wish for a new code ${fault}: the newest code works, one voucher`, async ({ shop, line, member, page, programme }) => {
    await shop.choose('kopi senja', TITLE);
    await shop.sendCode(SARI);
    await programme.advance(31);
    await page.reload();
    line.harm('POST', /\/resend$/, fault);
    await page.getByRole('button', { name: 'Kirim kode baru', exact: true }).click();
    await expect.poll(() => line.isSpent).toBe(true);
    await expect(shop.codeField).toBeEnabled();
    await goOn(shop, page.getByRole('heading', { name: 'Berhasil ditukar' }));
    await expectOnce(shop, member);
  });

  test(`the wish to cancel ${fault}: the points are back, and no voucher`, async ({ shop, line, member, page }) => {
    const before = (await member('/v1/vouchers')).vouchers.length;
    await shop.choose('kopi senja', TITLE);
    await shop.sendCode(SARI);
    line.harm('POST', /\/cancel$/, fault);
    const cancelled = page.getByRole('heading', { name: 'Penukaran dibatalkan' });
    await expect(async () => {
      const cancel = shop.button('Batalkan penukaran');
      if (await cancel.isVisible()) await cancel.click({ timeout: 500 });
      await expect(cancelled).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 30_000 });
    const balance = await member('/v1/me/balance');
    expect([balance.available, balance.held]).toEqual([START, 0]);
    expect((await member('/v1/vouchers')).vouchers).toHaveLength(before);
    expect(line.isSpent, line.harmed.join()).toBe(true);
    await shop.button('Selesai').click();
    await expect.poll(() => shop.points()).toBe(START);
  });
}
