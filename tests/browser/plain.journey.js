// The product where no script, or no wasm, runs; and the widget taking the first view over where both do.
import { SARI, enter, expect, holdWasm, isAccessible, test } from './programme.js';

async function signIn(page, programme) {
  await page.getByRole('button', { name: 'Masuk' }).first().click();
  await page.getByLabel('Nomor ponsel atau email').fill(SARI.phone);
  const before = (await programme.messages(SARI.sms)).length;
  await page.getByRole('button', { name: 'Kirim kode OTP' }).click();
  await page.getByLabel('Kode OTP (6 digit)').fill(await programme.code(SARI.sms, before));
  await page.getByRole('button', { name: 'Masuk', exact: true }).last().click();
  await expect(page.getByText('12.450').first()).toBeVisible();
}

async function toCode(page) {
  await page.getByRole('searchbox').fill('kopi');
  await enter(page.getByRole('searchbox'));
  await expect(page.getByRole('searchbox')).toHaveValue('kopi');
  const ready = page.locator('.reward').filter({ hasText: 'Bisa ditukar sekarang' }).first();
  await ready.locator('.reward__open').click();
  await page.getByRole('button', { name: 'Lanjut' }).click();
  await expect(page.getByText('Poin yang dipakai')).toBeVisible();
}

/** From the review to the voucher, with a wrong code on the way. */
async function redeem(page, programme, member) {
  await toCode(page);
  const before = (await programme.messages(SARI.sms)).length;
  await page.getByRole('button', { name: 'Kirim kode OTP' }).click();
  const code = await programme.code(SARI.sms, before);
  const wrong = code === '000000' ? '111111' : '000000';
  await page.getByLabel('Kode OTP (6 digit)').fill(wrong);
  await page.getByRole('button', { name: /^Tukar [\d.]+ poin$/ }).click();
  await expect(page.getByLabel('Kode OTP (6 digit)')).toHaveValue(wrong);
  await expect(page.getByLabel('Kode OTP (6 digit)')).toHaveAccessibleDescription(/salah|cocok/);
  await page.getByLabel('Kode OTP (6 digit)').fill(code);
  await page.getByRole('button', { name: /^Tukar [\d.]+ poin$/ }).dblclick();
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  await expect(page.getByRole('img', { name: /Kode QR/ })).toBeVisible();
  const { vouchers } = await member('/v1/vouchers');
  expect(vouchers.filter(({ title }) => /kopi/i.test(title)).length).toBeGreaterThan(0);
  return vouchers.length;
}

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('a member searches, signs in, redeems by code and has a voucher, once', async ({ page, programme }) => {
    const member = await programme.asMember(SARI);
    const had = (await member('/v1/vouchers')).vouchers.length;
    await page.goto(programme.url);
    await page.getByRole('searchbox').fill('kopi');
    await enter(page.getByRole('searchbox'));
    await expect(page.locator('.outcome__count')).toContainText('dari');
    await signIn(page, programme);
    expect(await redeem(page, programme, member)).toBe(had + 1);
    expect(page.url()).not.toContain('session');
    // Reloading sends the last form once more: the same answer, and nothing spent twice.
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
    expect((await member('/v1/vouchers')).vouchers.length).toBe(had + 1);
  });

  test('going back after a step shows a page to go on from, and spends nothing', async ({ page, programme }) => {
    await page.goto(programme.url);
    await signIn(page, programme);
    await toCode(page);
    await page.getByRole('button', { name: 'Kembali' }).click();
    await expect(page.getByText('12.450').first()).toBeVisible();
  });

});

test('with wasm blocked the page stays, and works', async ({ page, programme }) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(programme.url);
  await signIn(page, programme);
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
});

test('the widget takes the first view over: same cards, no jump, nothing typed is lost', async ({ page, programme }) => {
  const release = await holdWasm(page);
  await page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifted += entry.hadRecentInput ? 0 : entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(programme.url);
  const titles = () => page.locator('.reward__title').evaluateAll((all) => all.slice(0, 3).map((each) => each.textContent.trim()));
  const first = await titles();
  expect(first.length).toBe(3);
  release();
  await expect(page.locator('[slot=early]')).toHaveCount(0);
  await expect(page.locator('[data-row]').first()).toBeVisible();
  expect(await titles()).toEqual(first);
  expect(await page.evaluate(() => globalThis.shifted)).toBeLessThanOrEqual(0.02);
});

test('what is typed before the widget comes is searched for when it is there', async ({ page, programme }) => {
  const release = await holdWasm(page);
  await page.goto(programme.url);
  await page.getByRole('searchbox').fill('kopi');
  release();
  await expect(page.locator('[slot=early]')).toHaveCount(0);
  await expect(page.getByRole('searchbox')).toHaveValue('kopi');
  await expect(page.locator('.outcome__count')).toContainText('dari');
});

for (const scheme of ['light', 'dark']) {
  test(`axe finds nothing on the pages of forms, ${scheme}`, async ({ page, programme }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.route('**/*.wasm', (route) => route.abort());
    await page.goto(programme.url);
    await isAccessible(page);
    await page.getByRole('button', { name: 'Masuk' }).first().click();
    await isAccessible(page);
    await page.goBack();
    await signIn(page, programme);
    await isAccessible(page);
    await toCode(page);
    await isAccessible(page);
    await page.getByRole('button', { name: 'Kirim kode OTP' }).click();
    await expect(page.getByLabel('Kode OTP (6 digit)')).toBeVisible();
    await isAccessible(page);
  });
}
