// The page /embed: what a partner's developer sets, sees and copies.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { freePort, isAccessible, takenOver, test, expect } from './programme.js';

const code = (page) => page.locator('#code');
const stage = (page) => page.locator('.stage').contentFrame();
const preview = (page) => stage(page).locator('tukar-rewards iframe').contentFrame();
const search = (page) => preview(page).getByRole('searchbox', { name: /Cari hadiah|Search rewards/ });

async function open(page, programme, more = '') {
  const told = [];
  page.on('pageerror', (error) => told.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  await page.goto(`${programme.url}/embed${more}`);
  await page.locator('.stage').scrollIntoViewIfNeeded(); // It loads when it comes near.
  await expect(search(page)).toBeVisible();
  await takenOver(preview(page));
  return told;
}

test('a changed attribute changes the preview and the snippet, and the address keeps it', async ({ page, programme }) => {
  const told = await open(page, programme);
  await expect(code(page)).toContainText(`<script type="module" src="${programme.url}/tukar.js"></script>`);
  await expect(code(page)).toContainText('<tukar-rewards style="display:block;min-height:100vh">');
  await page.getByLabel('locale', { exact: true }).selectOption('en');
  await expect(preview(page).getByRole('searchbox', { name: 'Search rewards' })).toBeVisible();
  await expect(code(page)).toContainText('<tukar-rewards locale="en" style="display:block;min-height:100vh">');
  await page.getByLabel('filter', { exact: true }).fill('q="kopi"&can=1');
  await page.getByLabel('filter', { exact: true }).press('Tab');
  await expect(code(page)).toContainText('filter="q=&quot;kopi&quot;&amp;can=1"');
  await page.getByLabel('display', { exact: true }).selectOption('panel');
  await stage(page).getByRole('button', { name: 'Points & rewards' }).click();
  await expect(search(page)).toBeVisible();
  await page.reload();
  await expect(code(page)).toContainText('display="panel"');
  await expect(code(page)).not.toContainText('min-height');
  await expect(page.getByLabel('locale', { exact: true })).toHaveValue('en');
  expect(told).toEqual([]);
});

test('a colour changes the widget in its frame; one that can not be read is warned of', async ({ page, programme }) => {
  await open(page, programme);
  const primary = () => preview(page).locator('.button--primary').first();
  await expect(page.getByText('Semua pasangan warna terbaca.')).toBeVisible();
  await page.getByLabel('Warna merek').fill('#ffd400');
  await expect(code(page)).toContainText('--tukar-accent: #ffd400;');
  await expect(primary()).toHaveCSS('background-color', 'color(srgb 1 0.831373 0)'); // #ffd400, as a relative colour computes it.
  await expect(page.getByText('Semua pasangan warna terbaca.')).toBeVisible();
  await page.getByText('Warna lain (hanya mode inline)').click();
  await page.getByLabel('--tukar-ink-soft').fill('#9aa0a8');
  await expect(page.getByRole('status').filter({ hasText: 'pasangan warna sulit dibaca' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^ink-soft \/ paper/ })).toContainText('kurang');
  await page.getByRole('button', { name: 'Atur ulang tampilan' }).click();
  await expect(page.getByText('Semua pasangan warna terbaca.')).toBeVisible();
  await expect(code(page)).not.toContainText('--tukar');
});

test('the snippet and the policy are copied as they are shown, for each kind of page', async ({ page, context, programme }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, programme);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const { loader, integrity } = await (await fetch(`${programme.url}/tukar.json`)).json();
  const holds = {
    html: `src="${programme.url}/tukar.js"`,
    pinned: `src="${programme.url}/${loader}"\n  integrity="${integrity}"`,
    react: 'ontukar-redeemed={',
    vue: '@tukar-redeemed="',
    svelte: 'ontukar-redeemed={',
    angular: 'CUSTOM_ELEMENTS_SCHEMA',
  };
  await page.getByLabel('partner', { exact: true }).fill('shop');
  for (const [kind, text] of Object.entries(holds)) {
    await page.getByLabel('Untuk', { exact: true }).selectOption(kind);
    await page.getByRole('button', { name: 'Salin', exact: true }).click();
    await expect(page.getByText('Tersalin.')).toBeVisible();
    // That it was copied may stand there from the time before.
    await expect.poll(clipboard, kind).toBe(await code(page).textContent());
    expect(await clipboard(), kind).toContain(text);
    expect(await clipboard(), kind).toContain('partner="shop"');
  }
  await page.getByRole('button', { name: 'Salin kebijakan' }).click();
  await expect.poll(clipboard).toBe(`script-src 'self'; frame-src ${programme.url}`);
});

test('the copied snippet, on a site of its own, shows the widget', async ({ page, programme }) => {
  const port = await freePort();
  const origin = `http://kopi.localhost:${port}`;
  const words = ['--database', programme.database, 'partner', 'add', 'kopi', '--origin', origin];
  execFileSync(process.env.TUKAR_SERVER, words);
  await open(page, programme, '#locale=en&--tukar-accent=%230a7d4f');
  await page.getByLabel('partner', { exact: true }).fill('kopi');
  await page.getByLabel('partner', { exact: true }).press('Tab');
  const body = await code(page).textContent();
  expect(body).toContain('partner="kopi"');
  const site = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html>${body}`);
  });
  site.listen(port, '127.0.0.1');
  await page.goto(`${origin}/`);
  await expect(page.locator('iframe').contentFrame().getByRole('searchbox', { name: 'Search rewards' })).toBeVisible();
  site.closeAllConnections();
  site.close();
});

test('events appear in the log, and methods act', async ({ page, programme }) => {
  await open(page, programme);
  const log = page.getByRole('log', { name: 'Event' });
  await expect(log).toContainText('tukar-resize {"height":');
  await page.getByRole('button', { name: 'Kosongkan' }).click();
  await expect(log).toHaveText('Belum ada event.');
  await page.getByRole('button', { name: "open('help')" }).click();
  await expect(preview(page).getByRole('button', { name: 'Bantuan' })).toHaveAttribute('aria-current', 'page');
  await page.getByRole('button', { name: "open('rewards')" }).click();
  await page.getByLabel('Tahan tukar-before-redeem sampai proceed()').check();
  await search(page).fill('kopi senja');
  await preview(page).getByRole('button', { name: /Voucher Kopi Senja/ }).first().click();
  await preview(page).getByRole('button', { name: 'Masuk untuk menukar' }).click();
  await expect(log).toContainText(/tukar-before-redeem \{"reward":"[^"]+","points":\d+\}/);
  await expect(preview(page).getByLabel('Nomor ponsel atau email')).toBeHidden();
  await page.getByRole('button', { name: 'proceed()' }).click();
  await expect(preview(page).getByLabel('Nomor ponsel atau email')).toBeVisible();
});

test('the language is the browser\'s, or the one that is chosen', async ({ page, programme }) => {
  await open(page, programme, '#theme=dark');
  await expect(page).toHaveTitle('Pasang Tukar di halaman Anda');
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Put Tukar on your page');
  await expect(code(page)).toContainText('theme="dark"');
  const answer = await fetch(`${programme.url}/embed`, { headers: { 'accept-language': 'en-GB' } });
  expect(await answer.text()).toContain('<html lang="en">');
  expect(answer.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe-inline/);
});

for (const scheme of ['light', 'dark']) {
  for (const width of [360, 768, 1280]) {
    test(`axe finds nothing, and nothing is cut off, at ${width} px, ${scheme}`, async ({ page, programme }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await open(page, programme);
      await page.locator('details summary').click();
      await expect(page.getByRole('table')).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await isAccessible(page);
      const folder = process.env.TUKAR_SCREENSHOTS;
      if (folder) await page.screenshot({ path: `${folder}/embed-${width}-${scheme}.png`, fullPage: true });
    });
  }
}

test('the whole page works by keyboard', async ({ page, context, programme }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, programme);
  await page.getByLabel('theme', { exact: true }).focus();
  await page.keyboard.press('d');
  await expect(code(page)).toContainText('theme="dark"');
  await page.getByRole('button', { name: 'Salin', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Tersalin.')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(code(page)).toBeFocused();
});
