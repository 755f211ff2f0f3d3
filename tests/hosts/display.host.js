// The widget behind a button: a panel beside the page, or a dialog over it.
import { test, expect, framed, shown } from './host.js';

for (const display of ['panel', 'dialog']) {
  test(`display="${display}": nothing is loaded before it is opened; it opens, closes by Escape and gives focus back`, async ({ page, host, told }) => {
    host.partner();
    const log = `<script>window.log = []; for (const name of ['tukar-open', 'tukar-close'])
      addEventListener(name, (event) => log.push(event.type));</script>`;
    const body = `${host.snippet}<tukar-rewards partner="shop" display="${display}"><b slot="launcher">Poin saya</b></tukar-rewards>`;
    await page.goto(host.page({ head: log, body }));
    const launcher = page.getByRole('button', { name: 'Poin saya' });
    await expect(launcher).toBeVisible();
    await expect(launcher).toHaveAttribute('aria-haspopup', 'dialog');
    expect(await page.locator('iframe').count()).toBe(0);
    await launcher.press('Enter');
    await shown(framed(page));
    const opened = page.getByRole('dialog', { name: 'Poin & hadiah' });
    await expect(opened).toBeVisible();
    // One button closes: the widget's own.
    await expect(opened.getByRole('button', { name: 'Tutup' })).toHaveCount(0);
    await framed(page).getByRole('button', { name: 'Tutup', exact: true }).press('Escape');
    await expect(opened).toBeHidden();
    await expect(launcher).toBeFocused();
    await expect.poll(() => page.evaluate(() => window.log)).toEqual(['tukar-open', 'tukar-close']);
    await launcher.press('Enter');
    await shown(framed(page));
    expect(await page.locator('iframe').count()).toBe(1);
    expect(told.errors).toEqual([]);
  });
}

test('a screen that the page asked for before the widget is there is shown once it is', async ({ page, host }) => {
  host.partner();
  await page.goto(host.page({ body: `${host.snippet}<tukar-rewards partner="shop" display="dialog"></tukar-rewards>` }));
  await page.waitForFunction(() => customElements.get('tukar-rewards'));
  await page.evaluate(() => document.querySelector('tukar-rewards').open('help'));
  await expect(framed(page).getByRole('button', { name: 'Bantuan' })).toHaveAttribute('aria-current', 'page');
});

for (const [display, width, box] of [
  ['panel', 360, [0, 0, 360, 740]],
  ['panel', 640, [0, 0, 640, 740]],
  ['panel', 768, [768 - 16 - 480, 16, 480, 708]],
  ['dialog', 360, [0, 0, 360, 740]],
  ['dialog', 768, [24, 24, 720, 692]],
  ['dialog', 1280, [128, 24, 1024, 692]],
]) {
  test(`display="${display}" at ${width} pixels is wholly on the screen, without an empty strip`, async ({ page, host }) => {
    host.partner();
    await page.setViewportSize({ width, height: 740 });
    await page.goto(host.page({ body: `${host.snippet}<tukar-rewards partner="shop" display="${display}"></tukar-rewards>` }));
    await page.getByRole('button', { name: 'Poin & hadiah' }).click();
    await shown(framed(page));
    const { x, y, width: wide, height } = await page.getByRole('dialog', { name: 'Poin & hadiah' }).boundingBox();
    expect([x, y, wide, height].map(Math.round)).toEqual(box);
    const frame = await page.locator('iframe').boundingBox();
    expect(Math.round(frame.y - y)).toBeLessThanOrEqual(1);
    expect(Math.round(height - frame.height)).toBeLessThanOrEqual(2);
    await framed(page).getByRole('button', { name: 'Tutup', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Poin & hadiah' })).toBeHidden();
  });
}
