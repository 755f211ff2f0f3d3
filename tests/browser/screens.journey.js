// Every screen, in both languages, light and dark: no accessibility fault, a picture at three widths, and the tree that a
// screen reader sees.
import AxeBuilder from '@axe-core/playwright';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SARI, expect, settled, test } from './programme.js';

const PICTURES = process.env.TUKAR_SCREENSHOTS ?? '../../target/screenshots';
const WIDTHS = [360, 768, 1280];

async function look(page, name) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await settled(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect.soft(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(' ')).join(', ')}`), `${name} ${theme}`).toEqual([]);
    await mkdir(PICTURES, { recursive: true });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      await page.screenshot({ path: join(PICTURES, `${name}-${theme}-${width}.png`) });
      const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      expect.soft(over, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

for (const language of ['id', 'en']) {
  const words = {
    id: { other: 'English', signIn: 'Masuk', contact: 'Nomor ponsel atau email', send: 'Kirim kode OTP', out: 'Keluar', search: 'Cari hadiah', redeem: 'Lanjut', done: 'Selesai', locker: 'Voucher saya', history: 'Riwayat', help: 'Bantuan', rewards: 'Hadiah', cancelled: 'Batalkan penukaran' },
    en: { other: 'Indonesia', signIn: 'Sign in', contact: 'Mobile number or email', send: /Send.*code/, out: 'Sign out', search: /Search/, redeem: 'Continue', done: 'Done', locker: 'My vouchers', history: 'History', help: 'Help', rewards: 'Rewards', cancelled: /Cancel/ },
  }[language];

  test(`every screen in ${language} is sound, light and dark`, async ({ shop, page, programme }) => {
    test.setTimeout(240_000);
    const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' }).first();
    const tab = (name) => page.getByRole('navigation').getByRole('button', { name });
    if (language === 'en') await page.getByRole('button', { name: /English/ }).click();
    await expect(tab(words.rewards)).toBeVisible();
    await look(page, `${language}-1-visitor`);
    await button(words.signIn).click();
    await look(page, `${language}-2-sign-in`);
    await page.getByLabel(words.contact).fill(SARI.phone);
    await button(words.send).click();
    await expect(shop.codeField).toBeVisible();
    await look(page, `${language}-3-code`);
    await shop.codeField.fill(await programme.code(SARI.sms));
    await expect(button(words.out)).toBeVisible();
    await expect(page.getByText(/12[.,]450/).first()).toBeVisible();
    await look(page, `${language}-4-points`);
    await page.getByRole('searchbox').fill('zzzz');
    await look(page, `${language}-5-empty`);
    await page.getByRole('searchbox').fill('kopi senja');
    await page.locator('.reward__open').first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await look(page, `${language}-6-detail`);
    await page.getByRole('dialog').getByRole('button', { name: words.redeem }).click();
    await expect(button(words.send)).toBeVisible();
    await look(page, `${language}-7-review`);
    const before = (await programme.messages(SARI.sms)).length;
    await button(words.send).click();
    const code = await programme.code(SARI.sms, before);
    await expect(shop.codeField).toBeVisible();
    await look(page, `${language}-8-code`);
    await shop.codeField.fill(shop.wrongOf(code));
    await expect(page.getByText(/4 (percobaan|tries)/).first()).toBeVisible();
    await look(page, `${language}-9-wrong`);
    await shop.codeField.fill('');
    await shop.codeField.fill(code);
    await expect(page.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first()).toBeVisible();
    await look(page, `${language}-10-receipt`);
    await button(words.done).click();
    for (const [number, screen] of ['locker', 'history', 'help'].entries()) {
      await tab(words[screen]).click();
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
      await page.waitForLoadState('networkidle');
      await look(page, `${language}-${11 + number}-${screen}`);
    }
  });
}

test('the tree that a screen reader sees has names for all that can be done', async ({ shop, page }) => {
  await expect(page.getByRole('navigation')).toMatchAriaSnapshot(`
    - navigation "Bagian":
      - button "Hadiah"
      - button "Voucher saya"
      - button "Riwayat"
      - button "Bantuan"
  `);
  await shop.button('Masuk').first().click();
  await expect(page.locator('.shell__main')).toMatchAriaSnapshot(`
    - heading "Masuk" [level=2]
    - textbox "Nomor ponsel atau email"
    - button "Kirim kode OTP"
  `);
});
