// Pages with a strict Content-Security-Policy, Trusted Types or isolation: the widget shows, or one line says why not.
import { test, expect, framed, shown, WIDGET } from './host.js';

const RUNS = {
  'nothing but the loader and the frame': (home) => `default-src 'none'; script-src ${home}; frame-src ${home}`,
  'no styles at all': (home) => `default-src 'none'; style-src 'none'; script-src ${home}; frame-src ${home}`,
  'child-src instead of frame-src': (home) => `default-src 'none'; script-src ${home}; child-src ${home}`,
  'Trusted Types, and no policy allowed': (home) =>
    `script-src ${home}; frame-src ${home}; require-trusted-types-for 'script'; trusted-types 'none'`,
  'no eval, no inline, no plugins, no forms': (home) =>
    `default-src 'self'; script-src 'self' ${home}; frame-src ${home}; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'no connections': (home) => `connect-src 'none'; img-src 'none'; font-src 'none'; script-src ${home}; frame-src ${home}`,
  'upgrades and reports': (home) => `default-src 'none'; script-src ${home}; frame-src ${home}; upgrade-insecure-requests; report-uri /never; report-to never`,
  'Trusted Types for one named policy': (home) =>
    `script-src ${home}; frame-src ${home}; require-trusted-types-for 'script'; trusted-types shop-policy`,
  'images, styles, workers and manifests of its own only': (home) =>
    `default-src 'self'; img-src 'self'; style-src 'self'; worker-src 'none'; manifest-src 'self'; media-src 'none'; script-src ${home}; frame-src ${home}`,
  'a sandbox with scripts': (home) => `sandbox allow-scripts allow-same-origin allow-forms; script-src ${home}; frame-src ${home}`,
};

for (const [name, policy] of Object.entries(RUNS)) {
  test(`a page whose policy has ${name} shows the widget without a violation`, async ({ page, host, told }) => {
    host.partner();
    await page.goto(host.page({ headers: { 'content-security-policy': policy(host.home) } }));
    await shown(framed(page));
    expect(told.console.filter((line) => /Content.Security.Policy|violates|Trusted/i.test(line))).toEqual([]);
    expect(told.errors).toEqual([]);
  });
}

test('a page that trusts by nonce and strict-dynamic shows the widget', async ({ page, host, told }) => {
  host.partner();
  const policy = `default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic'; frame-src ${host.home}`;
  const body = `<script type="module" nonce="r4nd0m" src="${host.home}/tukar.js"></script>${WIDGET}`;
  await page.goto(host.page({ body, headers: { 'content-security-policy': policy } }));
  await shown(framed(page));
  expect(told.errors).toEqual([]);
});

test('a page that only reports violations is not taken for one that forbids', async ({ page, host }) => {
  host.partner();
  const headers = { 'content-security-policy-report-only': `default-src 'none'` };
  await page.goto(host.page({ headers }));
  await shown(framed(page));
});

test('an isolated page (COOP and COEP) shows the widget', async ({ page, host }) => {
  host.partner();
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  await page.goto(host.page({ headers }));
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await shown(framed(page));
});

test('the loader of one build is pinned by its integrity, and other bytes do not run', async ({ page, host }) => {
  host.partner();
  const { loader, integrity } = await (await fetch(`${host.home}/tukar.json`)).json();
  const answer = await fetch(`${host.home}/${loader}`);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const script = (hash) =>
    `<script type="module" crossorigin src="${host.home}/${loader}" integrity="${hash}"></script>${WIDGET}`;
  await page.goto(host.page({ body: script(integrity) }));
  await shown(framed(page));
  await page.goto(host.page({ body: script(integrity.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))) }));
  await page.waitForLoadState('load');
  expect(await page.evaluate(() => customElements.get('tukar-rewards'))).toBeUndefined();
});

test('a policy without our frame is named in one line, with a way out', async ({ page, host, told }) => {
  host.partner();
  const headers = { 'content-security-policy': `script-src ${host.home}; frame-src 'self'` };
  await page.goto(host.page({ headers, body: `${host.snippet}${WIDGET}${WIDGET}` }));
  const link = page.getByRole('link', { name: 'Buka di jendela baru' }).first();
  await expect(link).toHaveAttribute('href', host.home);
  await expect(link).toHaveAttribute('rel', 'noopener');
  const lines = told.console.filter((line) => line.startsWith('<tukar-rewards>'));
  expect(lines).toEqual([
    `<tukar-rewards> is stopped by this page's Content-Security-Policy: add ${host.home} to frame-src.`,
  ]);
});

test.describe('inline', () => {
  const inline = `<tukar-rewards partner="shop" mode="inline"></tukar-rewards>`;
  const open = async (page, host, policy) => {
    host.partner('shop', { mode: 'inline' });
    const body = `${host.snippet}${inline}`;
    await page.goto(host.page({ body, headers: { 'content-security-policy': policy } }));
  };

  test('a strict policy that allows the API and wasm shows the widget', async ({ page, host, told }) => {
    const policy = `default-src 'none'; script-src ${host.home} 'wasm-unsafe-eval'; connect-src ${host.home}; img-src ${host.home} data: https:`;
    await open(page, host, policy);
    await shown(page);
    expect(told.errors).toEqual([]);
  });

  test('a policy without wasm is named in one line', async ({ page, host, told }) => {
    await open(page, host, `script-src ${host.home}`);
    await expect(page.getByText('Bagian ini tidak bisa ditampilkan')).toBeVisible();
    await expect
      .poll(() => told.console.filter((line) => line.includes("add 'wasm-unsafe-eval' to script-src")).length)
      .toBe(1);
  });

  test('a policy without the API is named in one line', async ({ page, host, told }) => {
    await open(page, host, `script-src ${host.home} 'wasm-unsafe-eval'; connect-src 'self'`);
    await expect(page.getByText('Bagian ini tidak bisa ditampilkan')).toBeVisible();
    await expect.poll(() => told.console.filter((line) => line.includes(`add ${host.home} to connect-src`)).length).toBe(1);
  });
});
