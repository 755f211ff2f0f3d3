// A page that the browser keeps for going back to.
import config from '../browser/playwright.config.js';
import { test, expect, framed, shown, Shop, WIDGET } from './host.js';
import { SARI } from '../browser/programme.js';

const { launchOptions } = config.use;
test.use({ launchOptions: { ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

test('a page that is left and come back to has its widget, the member signed in as before', async ({ page, host, programme }) => {
  host.partner();
  const other = host.page({ path: '/other', body: '<h1>Lain</h1>' });
  const keeps = `<script>addEventListener('pageshow', (event) => (window.kept = event.persisted));</script>`;
  await page.goto(host.page({ body: `${host.snippet}${WIDGET}${keeps}` }));
  await shown(framed(page));
  await new Shop(framed(page), programme).signIn(SARI);
  await page.goto(other);
  await page.goBack({ waitUntil: 'commit' });
  await expect.poll(() => page.evaluate(() => typeof window.kept)).toBe('boolean');
  // Nothing in the widget, the frame that waits for a text message's code included, stands in the way of keeping the page. A frame
  // that is loaded anew has no session here: this browser lets a strange site's frame keep nothing.
  const reasons = await page.evaluate(() => JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons));
  expect(await page.evaluate(() => window.kept), `not from the browser's own cache: ${reasons}`).toBe(true);
  // The driver does not see into a frame that came back; the page hears it all the same.
  const points = await page.evaluate(() => {
    const heard = new Promise((done) => document.addEventListener('tukar-balance', (event) => done(event.detail.available), { once: true }));
    document.querySelector('tukar-rewards').refresh();
    return heard;
  });
  expect(points).toBe(12_450);
});
