// From the catalogue to the voucher, by mouse and by keyboard, and all that can go wrong on the way.
import { FARAH, SARI, expect, takenOver, test } from './programme.js';

const TITLE = /Voucher Kopi Senja Rp25\.000/;

test('by mouse: sign in, filter, search, redeem, voucher', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await page.getByText('Bisa ditukar sekarang', { exact: false }).first().click();
  await shop.choose('kopi senja', TITLE);
  await shop.redeem(await shop.sendCode(SARI));
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  await expect(page.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first()).toBeVisible();
  await shop.button('Selesai').click();
  await expect(page.getByText('5.350').first()).toBeVisible();
  // The points left are too few for it, so the filter has taken the card away: the keyboard is at the points.
  await expect(page.locator('#balance-title')).toBeFocused();
});

test('by keyboard alone: the same', async ({ shop, page, programme }) => {
  const reach = async (target) => {
    for (let presses = 0; presses < 150; presses += 1) {
      if (await target.evaluateAll((found) => found.some((one) => one === one.getRootNode().activeElement))) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('the keyboard does not reach it');
  };
  await reach(shop.button('Masuk').first());
  await page.keyboard.press('Enter');
  await reach(page.getByLabel('Nomor ponsel atau email'));
  await page.keyboard.type(SARI.phone);
  await page.keyboard.press('Enter');
  const first = await programme.code(SARI.sms);
  await reach(shop.codeField);
  await page.keyboard.type(first);
  await expect(shop.button('Keluar')).toBeVisible();
  await reach(page.getByRole('searchbox', { name: 'Cari hadiah' }));
  await page.keyboard.type('kopi senja');
  await reach(shop.card(TITLE).first());
  await page.keyboard.press('Enter');
  await reach(page.getByRole('dialog').getByRole('button', { name: 'Lanjut' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Periksa penukaran' })).toBeVisible();
  const before = (await programme.messages(SARI.sms)).length;
  await reach(shop.button('Kirim kode OTP'));
  await page.keyboard.press('Enter');
  const second = await programme.code(SARI.sms, before);
  await reach(shop.codeField);
  await page.keyboard.type(second);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('five wrong codes are refused, the points stay, and a new code still works', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  for (const left of [4, 3, 2, 1]) {
    await shop.codeField.fill('');
    await shop.redeem(shop.wrongOf(code));
    await expect(page.getByText(`Tersisa ${left} percobaan`).first()).toBeVisible();
  }
  await shop.codeField.fill('');
  await shop.redeem(shop.wrongOf(code));
  await expect(page.getByText(/Terlalu banyak/).first()).toBeVisible();
  const member = await programme.asMember(SARI);
  const balance = await member('/v1/me/balance');
  expect(balance.available + balance.held).toBe(12_450);
});

test('a code that was sent again kills the old one', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const old = await shop.sendCode(SARI);
  await programme.advance(31);
  await page.reload();
  const before = (await programme.messages(SARI.sms)).length;
  await shop.button('Kirim kode baru').click();
  const fresh = await programme.code(SARI.sms, before);
  expect(fresh).not.toBe(old);
  await shop.redeem(old);
  await expect(page.getByText(/Tersisa 4 percobaan/).first()).toBeVisible();
  await shop.codeField.fill('');
  await shop.redeem(fresh);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a change of language in the middle goes on with what was begun, and at its end', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await page.getByRole('button', { name: /English/ }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toHaveCount(0);
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Redeemed', exact: true })).toBeVisible();
  await page.getByRole('button', { name: /Indonesia/ }).click();
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  const { available, held } = await (await programme.asMember(SARI))('/v1/me/balance');
  expect([available, held]).toEqual([5_350, 0]);
});

test('a code that has ended is refused and says what to do', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await programme.advance(301);
  await shop.redeem(code);
  await expect(page.getByText(/tidak berlaku|berakhir|Minta kode baru/).first()).toBeVisible();
});

test('a hold that nobody confirms ends, and the points come back', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await shop.sendCode(SARI);
  const member = await programme.asMember(SARI);
  expect((await member('/v1/me/balance')).held).toBe(7_100);
  await programme.advance(901);
  const balance = await member('/v1/me/balance');
  expect([balance.available, balance.held]).toEqual([12_450, 0]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Waktu penukaran habis. Poin Anda sudah kembali.' })).toBeVisible();
});

test('what was agreed on changes before the code is typed: nothing is spent, and the member is told', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  const { rewards } = await (await fetch(`${programme.url}/v1/rewards?limit=100`)).json();
  const { id } = rewards.find(({ title }) => TITLE.test(title));
  await programme.sell({ id, points: 7_200 });
  await shop.redeem(code);
  await expect(page.getByText('Penukaran dibatalkan').first()).toBeVisible();
  await expect(page.getByText(/poin Anda sudah kembali/).first()).toBeVisible();
  const member = await programme.asMember(SARI);
  const { available, held } = await member('/v1/me/balance');
  expect([available, held]).toEqual([12_450, 0]);
  expect((await member('/v1/vouchers')).vouchers.filter(({ title }) => TITLE.test(title))).toEqual([]);
});

test('cancelling gives the points back', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await shop.sendCode(SARI);
  await shop.button('Batalkan penukaran').click();
  await expect(page.getByRole('heading', { name: 'Penukaran dibatalkan' })).toBeVisible();
  const balance = await (await programme.asMember(SARI))('/v1/me/balance');
  expect([balance.available, balance.held]).toEqual([12_450, 0]);
});

test('a reward beyond the points says how many are missing', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await page.getByLabel('Urutkan').selectOption({ label: 'Poin tertinggi' });
  await expect(page.getByText(/Kurang [\d.]+ poin/).first()).toBeVisible();
});

test('a reload at each step goes on where it stood', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await page.reload();
  await expect(shop.codeField).toBeVisible();
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  await page.reload();
  await expect(shop.button('Keluar')).toBeVisible();
});

const tab = (page, name) => page.getByRole('navigation').getByRole('button', { name });
const receipt = (page) => page.getByRole('heading', { name: 'Berhasil ditukar' });
const attempts = (page) => page.evaluate(() => Object.keys(sessionStorage).filter((name) => /attempt|review|recipient/.test(name)));

for (const name of ['Hadiah', 'Riwayat', 'Bantuan', 'Voucher saya']) {
  test(`a receipt that was left by the tab ${name} does not come back by a reload`, async ({ shop, page }) => {
    await shop.signIn(SARI);
    await shop.choose('kopi senja', TITLE);
    await shop.redeem(await shop.sendCode(SARI));
    await expect(receipt(page)).toBeVisible();
    await page.reload();
    await expect(receipt(page)).toBeVisible();
    await tab(page, name).click();
    await expect(page.locator('.redeem')).toHaveCount(0);
    await page.reload();
    await takenOver(page);
    await expect(shop.button('Keluar')).toBeVisible();
    await expect(tab(page, name)).toHaveAttribute('aria-current', 'page');
    await expect(page.locator('.redeem')).toHaveCount(0);
    expect(await attempts(page)).toEqual([]);
  });
}

test("a receipt that was left by the browser's Back does not come back", async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  const away = async () => {
    await page.goto('about:blank');
    await page.goBack();
    await takenOver(page);
  };
  await away();
  await shop.redeem(code); // What is held goes on.
  await expect(receipt(page)).toBeVisible();
  await away();
  await expect(shop.button('Keluar')).toBeVisible();
  await expect(page.locator('.redeem')).toHaveCount(0);
  expect(await attempts(page)).toEqual([]);
});

test('a reload at the review of a second redemption stays there, and one that is held is found again', async ({ shop, page, programme }) => {
  test.setTimeout(180_000);
  await programme.sell({ id: 'coffee', points: 7_100 }, { id: 'tea', title: { id: 'Teh kecil', en: 'Small tea' }, points: 100 });
  await page.reload();
  await takenOver(page);
  await shop.signIn(SARI);
  const first = async () => {
    await shop.choose('teh kecil', /Teh kecil/);
    return shop.sendCode(SARI);
  };
  const second = async () => {
    await tab(page, 'Hadiah').click();
    await shop.choose('kopi senja', TITLE);
    await expect(shop.button('Kirim kode OTP')).toBeVisible();
    await page.reload();
    await expect(shop.button('Kirim kode OTP')).toBeVisible();
    await expect(page.getByText('7.100').first()).toBeVisible();
  };
  await shop.redeem(await first());
  await expect(receipt(page)).toBeVisible();
  await second();
  // Left by a tab, a review is given up.
  await tab(page, 'Riwayat').click();
  await page.reload();
  await takenOver(page);
  await expect(tab(page, 'Riwayat')).toHaveAttribute('aria-current', 'page');
  await expect(page.locator('.redeem')).toHaveCount(0);
  await tab(page, 'Hadiah').click();
  const code = await first();
  await second();
  await tab(page, 'Bantuan').click();
  await page.reload();
  await shop.redeem(code);
  await expect(receipt(page)).toBeVisible();
});

test('a lost answer to the request is looked up: one hold', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  let sent = 0;
  await page.route('**/v1/redemptions', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent += 1;
    await route.fetch();
    await route.abort('connectionreset');
  });
  const code = await shop.sendCode(SARI);
  expect(sent).toBe(1);
  const member = await programme.asMember(SARI);
  expect((await member('/v1/redemptions')).redemptions).toHaveLength(1);
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a lost answer to the code is looked up: one voucher', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await page.route('**/confirm', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  const balance = await (await programme.asMember(SARI))('/v1/me/balance');
  expect([balance.available, balance.held]).toEqual([5_350, 0]);
});

test('a wrong code whose answer is lost is told as wrong', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  const lose = async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  };
  await page.route('**/confirm', lose, { times: 1 });
  await shop.redeem(shop.wrongOf(code));
  await expect(page.getByText('Kode salah. Tersisa 4 percobaan.')).toBeVisible();
  await expect(page.getByText('belum sampai')).toBeHidden();
  await shop.codeField.fill('');
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a code that never arrived and is sent again is the same request', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const wrong = shop.wrongOf(await shop.sendCode(SARI));
  const keys = [];
  await page.route('**/confirm', async (route) => {
    keys.push(await route.request().headerValue('idempotency-key'));
    if (keys.length === 1) await route.abort('connectionreset');
    else await route.continue();
  });
  await shop.redeem(wrong);
  await expect(page.getByText('Kode tadi belum sampai')).toBeVisible();
  await shop.button(/^Tukar [\d.]+ poin$/).click();
  await expect(page.getByText('Tersisa 4 percobaan').first()).toBeVisible();
  await shop.codeField.fill('');
  await shop.redeem(wrong);
  await expect(page.getByText('Tersisa 3 percobaan').first()).toBeVisible();
  const [first, second, third] = keys;
  expect([second === first, third === first]).toEqual([true, false]);
});

test('another recipient than the late first copy had is not taken, and the member is told', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('pulsa', /Pulsa Rp5\.000/);
  let first;
  await page.route('**/v1/redemptions', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    if (first) {
      await fetch(`${programme.url}/v1/redemptions`, first);
      return route.continue();
    }
    first = { method: 'POST', headers: await route.request().allHeaders(), body: route.request().postData() };
    await route.abort('connectionreset');
  });
  await shop.button('Kirim kode OTP').click();
  await shop.button('Kirim kode OTP lagi').waitFor();
  await page.getByLabel('Nomor lain').check();
  await page.getByLabel('Nomor ponsel penerima').fill('0813 5555 6789');
  await shop.button('Kirim kode OTP lagi').click();
  await expect(shop.codeField).toBeVisible();
  await expect(page.getByText('sudah dipakai untuk permintaan lain')).toBeVisible();
  await expect(page.getByText('Penerima: 0812••••890')).toBeVisible();
});

test('a number that the server refuses has the keyboard', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('pulsa', /Pulsa Rp5\.000/);
  await page.getByLabel('Nomor lain').check();
  await page.getByLabel('Nomor ponsel penerima').fill('0000 0000 0000');
  await shop.button('Kirim kode OTP').click();
  await expect(page.locator('#redeem-phone-error')).not.toBeEmpty();
  await expect(page.getByLabel('Nomor ponsel penerima')).toBeFocused();
});

test('a hold that ends while a new code is asked for is told as over', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await shop.sendCode(SARI);
  await programme.advance(894);
  await page.reload();
  await page.route('**/resend', async (route) => {
    await expect(page.getByText('Selesaikan dalam 0:00')).toBeVisible();
    const problem = { type: '/problems/too-many', title: 'Terlalu sering', status: 429, detail: '', next: '' };
    await route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await shop.button('Kirim kode baru').click();
  await expect(page.getByRole('heading', { name: 'Waktu penukaran habis. Poin Anda sudah kembali.' })).toBeVisible();
});

test('looking at an old receipt leaves a redemption that waits for its code to be found again', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await page.getByRole('navigation').getByRole('button', { name: 'Riwayat' }).click();
  await page.getByRole('button', { name: 'Ditukar', exact: true }).click();
  await shop.button('Lihat bukti').first().click();
  await shop.button('Selesai').click();
  await page.reload();
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a server that restarts in the middle goes on with the same attempt', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  const code = await shop.sendCode(SARI);
  await programme.stop('SIGKILL');
  await programme.start();
  await shop.redeem(code);
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a reward that runs out says so and holds nothing', async ({ shop, page, programme }) => {
  await shop.signIn(FARAH);
  const member = await programme.asMember(FARAH);
  const { rewards } = await (await fetch(`${programme.url}/v1/rewards?limit=1000`)).json();
  const none = rewards.find((reward) => reward.stock_left === 0);
  await shop.search(none.title);
  await expect(page.getByText('Stok habis').first()).toBeVisible();
  expect((await member('/v1/me/balance')).held).toBe(0);
});
