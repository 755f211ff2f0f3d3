// Small screens, large type, other directions: what opens in the frame opens where the visitor looks.
import { SARI } from '../browser/programme.js';
import { test, expect, framed, look, shown, Shop, WIDGET } from './host.js';

const TITLE = /Voucher Kopi Senja Rp25\.000/;

/** The whole of it lies in the window. */
async function inWindow(page, what) {
  await expect(async () => {
    const box = await what.boundingBox();
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    expect(box.x).toBeGreaterThanOrEqual(-1);
    expect(box.y).toBeGreaterThanOrEqual(-1);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 1);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 1);
  }).toPass({ timeout: 10_000 });
}

const SCREENS = {
  'a phone of 320 pixels': { viewport: { width: 320, height: 568 } },
  'a phone on its side': { viewport: { width: 640, height: 320 } },
  'two device pixels a pixel': { viewport: { width: 412, height: 800 }, deviceScaleFactor: 2.625, isMobile: true, hasTouch: true },
  'a page at 200 percent': { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};
for (const [name, options] of Object.entries(SCREENS)) {
  test.describe(name, () => {
    test.use(options);

    test(`on ${name} a reward opens in the window, and its redemption is reached`, async ({ page, host, programme }) => {
      host.partner();
      const meta = '<meta name="viewport" content="width=device-width, initial-scale=1">';
      await page.goto(host.page({ head: meta, body: `${host.snippet}<p style="height:900px">Kopi</p>${WIDGET}<p style="height:900px">Senja</p>` }));
      await page.evaluate(() => document.querySelector('tukar-rewards').scrollIntoView());
      const frame = framed(page);
      await shown(frame);
      const shop = new Shop(frame, programme);
      await shop.signIn(SARI);
      await shop.search('voucher');
      await frame.locator('.reward__open').first().click();
      const dialog = frame.getByRole('dialog');
      await inWindow(page, dialog);
      await inWindow(page, dialog.getByRole('button', { name: 'Tutup' }).first());
      await page.keyboard.press('Escape');
      await shop.search('kopi senja');
      await shop.card(TITLE).first().click();
      const go = dialog.getByRole('button', { name: 'Lanjut' });
      await inWindow(page, go);
      await go.click();
      const heading = frame.getByRole('heading', { name: 'Periksa penukaran' });
      await expect(heading).toBeInViewport();
      const wide = await heading.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      expect(wide[0]).toBeLessThanOrEqual(wide[1] + 1);
      await shop.button('Kirim kode OTP').scrollIntoViewIfNeeded();
      await look(page);
      await shop.sendCode(SARI);
      await inWindow(page, shop.codeField);
    });
  });
}

test('in a box that scrolls a reward opens in the part that is seen', async ({ page, host }) => {
  host.partner();
  const box = `<div id="box" style="margin-top:100px;height:420px;overflow:auto"><p style="height:200px">Kopi</p>${WIDGET}</div>`;
  await page.goto(host.page({ body: `${host.snippet}${box}` }));
  const frame = framed(page);
  await shown(frame);
  await page.evaluate(() => document.querySelector('#box').scrollTo(0, 700));
  await frame.locator('.reward__open').nth(2).press('Enter');
  await expect(async () => {
    const dialog = await frame.getByRole('dialog').boundingBox();
    const part = await page.locator('#box').boundingBox();
    expect(dialog.y).toBeGreaterThanOrEqual(part.y - 1);
    expect(dialog.y + dialog.height).toBeLessThanOrEqual(part.y + part.height + 1);
  }).toPass({ timeout: 10_000 });
});

for (const [name, style] of Object.entries({
  'is read from right to left': 'html { direction: rtl }',
  'has type twice as large': 'html { font-size: 200% }',
  'is zoomed by its style sheet': 'html { zoom: 2 }',
  'turns and scales': 'body { transform: scale(0.8); transform-origin: 0 0 }',
})) {
  test(`on a page that ${name} a reward opens in the window`, async ({ page, host }) => {
    host.partner();
    await page.goto(host.page({ head: `<style>${style}</style>` }));
    const frame = framed(page);
    await shown(frame);
    await frame.locator('.reward__open').first().press('Enter');
    await expect(frame.getByRole('dialog')).toBeInViewport({ ratio: 0.95 });
  });
}

test('where a page forbids frames, a window of its own leads to the same redemption', async ({ page, host, programme }) => {
  host.partner();
  await page.goto(host.page({ headers: { 'content-security-policy': `script-src ${host.home}; frame-src 'none'` } }));
  const popup = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Buka di jendela baru' }).click();
  const opened = await popup;
  expect(await opened.evaluate(() => window.opener)).toBe(null);
  await shown(opened);
  const shop = new Shop(opened, programme);
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await shop.codeField.fill(await shop.sendCode(SARI));
  await expect(opened.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});
