// The main job on a partner's page, in the frame and in the page itself, with third-party cookies refused, and with no
// storage at all.
import config from '../browser/playwright.config.js';
import { SARI } from '../browser/programme.js';
import { test, expect, framed, look, shown, Shop, WIDGET } from './host.js';

const TITLE = /Voucher Kopi Senja Rp25\.000/;
const { launchOptions } = config.use;
test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, '--test-third-party-cookie-phaseout'] } });

const MODES = {
  frame: { widget: WIDGET, where: (page) => framed(page) },
  inline: { widget: WIDGET.replace('>', ' mode="inline">'), where: (page) => page },
};
for (const [mode, { widget, where }] of Object.entries(MODES)) {
  const visit = async ({ page, host, programme }) => {
    host.partner('shop', { mode });
    await page.goto(host.page({ body: host.snippet + widget }));
    await shown(where(page));
    const shop = new Shop(where(page), programme);
    await shop.signIn(SARI);
    await shop.choose('kopi senja', TITLE);
    await look(page, shop.button('Kirim kode OTP'));
    return shop;
  };
  const books = async (programme) => {
    const { available, held } = await (await programme.asMember(SARI))('/v1/me/balance');
    return [available, held];
  };

  test(`${mode}, no third-party cookies: sign in, find, hold, wrong code, right code, voucher`, async ({ page, host, programme }) => {
    const shop = await visit({ page, host, programme });
    const code = await shop.sendCode(SARI);
    expect(await books(programme)).toEqual([5_350, 7_100]);
    await shop.codeField.fill(shop.wrongOf(code));
    await expect(where(page).getByText(/Tersisa 4 percobaan/).first()).toBeVisible();
    expect(await books(programme)).toEqual([5_350, 7_100]);
    await shop.codeField.fill('');
    await shop.codeField.fill(code);
    await expect(where(page).getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
    await expect(where(page).getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first()).toBeVisible();
    expect(await books(programme)).toEqual([5_350, 0]);
    if (mode !== 'frame') return;
    const cookie = await where(page).locator('html').evaluate(() => {
      document.cookie = 'third=1; SameSite=None; Secure';
      return document.cookie;
    });
    expect(cookie).toBe('');
  });

  test(`${mode}, no third-party cookies: a wrong code at sign-in is told with the tries that are left`, async ({ page, host, programme }) => {
    host.partner('shop', { mode });
    await page.goto(host.page({ body: host.snippet + widget }));
    await shown(where(page));
    const shop = new Shop(where(page), programme);
    await shop.button('Masuk').first().click();
    await where(page).getByLabel('Nomor ponsel atau email').fill(SARI.phone);
    await shop.button('Kirim kode OTP').click();
    await shop.codeField.fill(shop.wrongOf(await programme.code(SARI.sms)));
    await expect(where(page).getByText(/Tersisa 4 percobaan/).first()).toBeVisible();
  });

  test(`${mode}, no third-party cookies: five wrong codes end the challenge, and a hold nobody confirms gives the points back`, async ({
    page, host, programme,
  }) => {
    const shop = await visit({ page, host, programme });
    const code = await shop.sendCode(SARI);
    for (const left of [4, 3, 2, 1]) {
      await shop.codeField.fill(shop.wrongOf(code));
      await expect(where(page).getByText(new RegExp(`Tersisa ${left} percobaan`)).first()).toBeVisible();
      await shop.codeField.fill('');
    }
    await shop.codeField.fill(shop.wrongOf(code));
    await expect(where(page).getByText(/Terlalu banyak/).first()).toBeVisible();
    expect(await books(programme)).toEqual([5_350, 7_100]);
    await programme.advance(901);
    expect(await books(programme)).toEqual([12_450, 0]);
  });
}

test('frame, no storage at all: a member redeems', async ({ page, host, programme }) => {
  host.partner();
  // As a browser that blocks all of a third party's storage: each access throws.
  await page.addInitScript((home) => {
    if (location.origin !== home) return;
    const refuse = { get: () => { throw new DOMException('Access is denied for this document.', 'SecurityError'); } };
    for (const name of ['sessionStorage', 'localStorage', 'indexedDB', 'caches']) Object.defineProperty(window, name, refuse);
    Object.defineProperty(Document.prototype, 'cookie', refuse);
  }, host.home);
  await page.goto(host.page());
  const frame = framed(page);
  await shown(frame);
  const shop = new Shop(frame, programme);
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await look(page, shop.button('Kirim kode OTP'));
  await shop.codeField.fill(await shop.sendCode(SARI));
  await expect(frame.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});
