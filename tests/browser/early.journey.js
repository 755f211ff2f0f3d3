// While the widget's bytes are still coming: what it will ask for is asked already, and a member's points are in the first view.
import { SARI, expect, holdWasm, settled, test } from './programme.js';

/** The hosted page as a member with a session opens it, whose wasm waits until the answer's `come` is called. */
async function held(page, programme, { token } = {}) {
  const signedIn = token ?? (await programme.asMember(SARI)).token;
  await page.addInitScript((kept) => sessionStorage.setItem('tukar.session', JSON.stringify(kept)), signedIn);
  const asked = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (/^\/(v1|plain)\//.test(pathname)) asked.push(`${request.method()} ${pathname}${search}`);
  });
  const come = await holdWasm(page);
  await page.goto(programme.url, { waitUntil: 'domcontentloaded' });
  return { asked, come, first: page.locator('[slot=early]'), widget: page.locator('.tukar:not([slot] .tukar)') };
}

test('a member’s points are painted before the widget, and nothing is asked for twice', async ({ page, programme }) => {
  const { asked, come, first } = await held(page, programme);
  await expect(first.locator('.balance__number')).toHaveText('12.450');
  await expect(first.getByText('Sari')).toBeVisible();
  await expect.poll(() => asked.length).toBe(6);
  come();
  await expect(first).toHaveCount(0);
  await expect(page.locator('.balance__number')).toHaveText('12.450');
  await page.waitForLoadState('networkidle');
  const once = ['GET /v1/me', 'GET /v1/me/balance', 'GET /v1/me/eligibility', 'GET /v1/programme', 'GET /v1/rewards?limit=60', 'POST /plain/home'];
  expect(asked.filter((each) => !each.startsWith('GET /v1/rewards?after=')).toSorted()).toEqual(once);
});

test('an answer that came long before the widget does not set its clock back', async ({ page, programme }) => {
  await page.route('**/v1/rewards?after=*', (route) => route.abort()); // A later answer would put the clock right.
  const secondsLeft = async (member) => {
    const { next_ending: ending, server_time: now } = await member('/v1/me/balance');
    return Math.round((Date.parse(ending.at) - Date.parse(now)) / 1_000);
  };
  // Below a minute the countdown shows seconds.
  await programme.advance((await secondsLeft(await programme.asMember(SARI))) - 55);
  const { come, first } = await held(page, programme);
  await expect(first.locator('.balance__number')).toBeVisible();
  await page.waitForTimeout(6_000);
  come();
  await expect(first).toHaveCount(0);
  const member = await programme.asMember(SARI);
  // The widget has looked at its clock, which it does once a second.
  const counted = page.locator('.balance__soon');
  await expect(counted).not.toHaveText(await counted.innerText());
  await expect(async () => {
    const shown = await page.locator('.balance__soon').innerText();
    const [, seconds] = shown.match(/(\d+) detik lagi/);
    expect(Math.abs(Number(seconds) - (await secondsLeft(member)))).toBeLessThanOrEqual(2);
  }).toPass();
});

test('what a member has begun in the first view is not taken away by their points', async ({ page, programme }) => {
  let answer;
  const wish = new Promise((done) => (answer = done));
  await page.route('**/plain/home', async (route) => {
    await wish;
    await route.continue();
  });
  const { come, first } = await held(page, programme);
  await first.getByRole('searchbox').fill('kopi');
  const heard = page.waitForResponse('**/plain/home');
  answer();
  await (await heard).finished();
  // The page has had the answer too, was idle, and has painted since.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.endsWith('/plain/home') && responseEnd > 0));
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  await settled(page);
  await expect(first.getByRole('searchbox')).toHaveValue('kopi');
  await expect(first.locator('.balance__number')).toHaveCount(0);
  come();
  await expect(first).toHaveCount(0);
  await expect(page.getByRole('searchbox')).toHaveValue('kopi');
  await expect(page.locator('.balance__number')).toHaveText('12.450');
});

test('where wasm never comes, a member redeems by the forms of the first view', async ({ page, programme }) => {
  const { first } = await held(page, programme);
  await expect(first.locator('.balance__number')).toHaveText('12.450');
  await expect(first.locator('.home__rewards [name=session]').first()).toBeAttached();
  await first.getByRole('button', { name: 'Voucher Kopi Senja Rp25.000' }).first().click();
  await page.getByRole('button', { name: 'Lanjut', exact: true }).last().click();
  await expect(page.getByText('Poin yang dipakai')).toBeVisible();
  expect(page.url()).not.toMatch(/session/);
});

test('with a session that has ended the first view stays a visitor’s, and the widget asks to sign in', async ({ page, programme }) => {
  const { come, first, asked } = await held(page, programme, { token: 'gone' });
  await expect.poll(() => asked).toContain('POST /plain/home');
  come();
  await expect(first).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Masuk' }).first()).toBeVisible();
  await expect(page.locator('.balance__number')).toHaveCount(0);
});

test('an early answer that is lost is asked for again', async ({ page, programme }) => {
  let lost = 0;
  await page.route('**/v1/me/balance', (route) => (lost++ ? route.continue() : route.abort()));
  const { come, first } = await held(page, programme);
  await expect.poll(() => lost).toBe(1);
  come();
  await expect(first).toHaveCount(0);
  await expect(page.locator('.balance__number')).toHaveText('12.450');
  expect(lost).toBe(2);
});
