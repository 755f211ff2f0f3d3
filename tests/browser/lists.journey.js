// The catalogue's filters, the locker, history and help.
import { SARI, expect, test } from './programme.js';

test('filters combine, are counted, and survive a reload', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.search('kopi');
  const cards = page.locator('.reward__open');
  await expect(cards.first()).toBeVisible();
  await expect(page.locator('.reward__brand').first()).toContainText(/kopi/i);
  // The rest of the catalogue comes after its first page.
  await expect(cards).toHaveCount(5);
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Cari hadiah' })).toHaveValue('kopi');
  await expect(cards).toHaveCount(5);
});

test('a search that finds nothing says which filter to drop', async ({ shop, page }) => {
  await shop.search('zzzz');
  await expect(page.getByRole('heading', { name: 'Tidak ada hadiah yang cocok' })).toBeVisible();
  await page.getByRole('button', { name: /Tanpa|Hapus/ }).first().click();
  await expect(page.locator('.reward__open').first()).toBeVisible();
});

test('the locker shows codes only after a fresh code', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await page.getByRole('navigation').getByRole('button', { name: 'Voucher saya' }).click();
  await expect(page.getByText(/••••-••••-/).first()).toBeVisible();
  const before = (await programme.messages(SARI.sms)).length;
  await shop.button('Tampilkan kode').first().click();
  await shop.codeField.fill(await programme.code(SARI.sms, before));
  await expect(page.getByText(/Kode voucher terlihat/).first()).toBeVisible();
});

/** To the locker, and to its code step. Returns the code that was sent. */
async function askLocker({ shop, page, programme }) {
  await shop.signIn(SARI);
  await page.getByRole('navigation').getByRole('button', { name: 'Voucher saya' }).click();
  const before = (await programme.messages(SARI.sms)).length;
  await shop.button('Tampilkan kode').first().click();
  return programme.code(SARI.sms, before);
}

test('a right code for the locker whose answer is lost opens it', async ({ shop, page, programme }) => {
  const code = await askLocker({ shop, page, programme });
  await page.route('**/v1/locker/check', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
  await shop.codeField.fill(code);
  await expect(page.locator('.locker-lock--open')).toBeVisible();
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeFocused();
});

test('who leaves the locker while its code is checked goes on elsewhere', async ({ shop, page, programme }) => {
  const code = await askLocker({ shop, page, programme });
  let release;
  const left = new Promise((done) => (release = done));
  const checked = new Promise((done) => {
    page.route('**/v1/locker/check', async (route) => {
      await left;
      await route.continue();
      done(route.request().response());
    });
  });
  await shop.codeField.fill(code);
  await page.getByRole('navigation').getByRole('button', { name: 'Riwayat' }).click();
  await expect(page.getByRole('heading', { name: 'Riwayat poin' })).toBeVisible();
  release();
  expect((await (await checked)).status()).toBe(200);
  await page.getByRole('navigation').getByRole('button', { name: 'Voucher saya' }).click();
  await expect(page.locator('.locker-lock--open')).toBeVisible();
});

test('a detail says the price that holds now', async ({ shop, page, programme }) => {
  const { rewards } = await (await fetch(`${programme.url}/v1/rewards?limit=100`)).json();
  const { id } = rewards.find(({ title }) => /Voucher Kopi Senja Rp25/.test(title));
  await programme.sell({ id, points: 7_200 });
  await shop.search('kopi senja');
  await page.getByRole('button', { name: /Voucher Kopi Senja Rp25/ }).first().click();
  const detail = page.getByRole('dialog');
  await expect(detail.locator('.price__number')).toHaveText('7.200');
  await expect(detail.locator('.detail__sum')).toHaveText('7.200 poin');
});

test('history tells what was earned, spent and lost, and can be filtered', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await page.getByRole('navigation').getByRole('button', { name: 'Riwayat' }).click();
  await expect(page.getByRole('heading', { name: 'Riwayat poin' })).toBeVisible();
  await expect(page.getByText('Diterima').first()).toBeVisible();
});

test('help answers questions and names contacts without signing in', async ({ shop, page }) => {
  await page.getByRole('navigation').getByRole('button', { name: 'Bantuan' }).click();
  await expect.poll(() => page.locator('details').count()).toBeGreaterThanOrEqual(8);
  await expect(page.locator('a[href^="tel:"], a[href^="mailto:"]').first()).toBeVisible();
});

test('the language can be changed and stays after a reload', async ({ shop, page }) => {
  await page.getByRole('button', { name: /English/ }).click();
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Rewards' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Rewards' })).toBeVisible();
});

test('points that are about to end lead to what can be had now', async ({ shop, page }) => {
  await shop.signIn(SARI);
  // All that is lost within the window, and what of it goes first.
  await expect(page.locator('.balance__soon-title')).toHaveText(/750 poin/);
  await expect(page.locator('.balance__soon-note')).toHaveText(/^300 di antaranya/);
  await shop.button('Lihat yang bisa ditukar').click();
  await expect(page.getByRole('button', { name: 'Hapus filter Bisa ditukar sekarang' })).toBeVisible();
});

test('the keyboard stays at a card that is drawn anew, and goes to the heading when the filter takes the card away', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await page.getByText('Bisa ditukar sekarang', { exact: false }).first().click();
  const card = page.getByRole('button', { name: /Voucher Kopi Senja Rp25\.000/ });
  await expect(page.locator('.standing--ready').first()).toBeVisible();
  await card.focus();
  const old = await card.elementHandle();
  const refresh = () => page.evaluate(() => document.querySelector('tukar-rewards').refresh());
  await refresh();
  await expect.poll(() => old.evaluate((card) => card.isConnected)).toBe(false);
  await expect(card).toBeFocused();
  const id = await card.evaluate((card) => card.closest('[data-reward]').dataset.reward);
  await page.route('**/v1/me/eligibility*', async (route) => {
    const response = await route.fetch();
    const told = await response.json();
    told.refused[id] = [{ code: 'out_of_stock' }];
    await route.fulfill({ response, json: told });
  });
  await refresh();
  await expect(card).toHaveCount(0);
  await expect(page.locator('.catalog__heading')).toBeFocused();
});

test('a lost connection is told, what was loaded stays, and it goes when the connection is back', async ({ shop, page, context }) => {
  await shop.signIn(SARI);
  const told = page.getByText('Tidak ada koneksi internet');
  await expect(told).toBeHidden();
  await context.setOffline(true);
  await expect(told).toBeVisible();
  await expect(page.locator('.balance__number')).toHaveText('12.450');
  await context.setOffline(false);
  await expect(told).toBeHidden();
  await expect(page.locator('.balance__number')).toHaveText('12.450');
});
