// `cargo xtask bench widget`: typing, painting and scrolling with 10,000 rewards beside 80, in Chromium on this machine.
import { chromium } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { TUKAR_SERVER: SERVER, TUKAR_WIDGET: WIDGET } = process.env;
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WORDS = ['pulsa', 'voucher', 'paket data', 'kopi', 'bioskop'];
const LOADS = 5;

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function serve(folder, rewards, port) {
  const database = join(folder, `${rewards}.db`);
  const file = join(folder, `${rewards}.json`);
  writeFileSync(file, execFileSync(SERVER, ['generate', '--rewards', String(rewards)], { maxBuffer: 1 << 28 }));
  execFileSync(SERVER, ['import', file, '--database', database], { stdio: 'ignore' });
  const server = spawn(SERVER, ['serve', '--demo', '--database', database, '--listen', `127.0.0.1:${port}`, '--widget-dir', WIDGET, '--log', 'error'], { stdio: 'ignore' });
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`http://localhost:${port}/readyz`).catch(() => undefined))?.ok) return server;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the server is not ready');
}

async function signIn(page, url) {
  await page.goto(url);
  await page.getByRole('button', { name: 'Masuk', exact: true }).first().click();
  await page.getByLabel('Nomor ponsel atau email').fill('0812 3456 7890');
  await page.getByRole('button', { name: 'Kirim kode OTP' }).click();
  const field = page.locator('input[autocomplete="one-time-code"]');
  await field.waitFor();
  const { messages } = await (await fetch(`${url}/demo/inbox.json?to=%2B6281234567890`)).json();
  await field.fill(messages[0].text.match(/#(\d{6})/)[1]);
  await page.locator('.balance__number').waitFor();
}

// From navigation to the first frame with the balance, and with a card.
async function paints(page, url) {
  await page.addInitScript(() => {
    window.seen = {};
    const look = () => {
      const root = document.querySelector('tukar-rewards')?.shadowRoot;
      if (root?.querySelector('.balance__number')) window.seen.balance ??= performance.now();
      if (root?.querySelector('.reward__open')) window.seen.card ??= performance.now();
      if (!window.seen.balance || !window.seen.card) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const balance = [];
  const card = [];
  for (let load = 0; load < LOADS; load += 1) {
    await page.goto(url);
    await page.waitForFunction(() => window.seen.balance && window.seen.card);
    const seen = await page.evaluate(() => window.seen);
    balance.push(seen.balance);
    card.push(seen.card);
  }
  return { balance: percentile(balance.sort((a, b) => a - b), 0.5), card: percentile(card.sort((a, b) => a - b), 0.5) };
}

async function measure(browser, rewards, port, folder) {
  const server = await serve(folder, rewards, port);
  const url = `http://localhost:${port}`;
  try {
    const context = await browser.newContext({ locale: 'id-ID', viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await signIn(page, url);
    const painted = await paints(page, url);
    await page.waitForLoadState('networkidle');
    const keys = await page.evaluate(async (words) => {
      const root = document.querySelector('tukar-rewards').shadowRoot;
      const field = root.querySelector('input[type=search]');
      // The second frame after the key: what the key changed has been painted by then.
      const frame = () => new Promise((done) => requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); }));
      const times = [];
      let cards = 0;
      for (const word of words) {
        for (let end = 1; end <= word.length + 1; end += 1) {
          const start = performance.now();
          field.value = end > word.length ? '' : word.slice(0, end);
          field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
          await frame();
          times.push(performance.now() - start);
          cards = Math.max(cards, root.querySelectorAll('.reward__open').length);
          await new Promise((done) => setTimeout(done, 60));
        }
      }
      return { times: times.sort((a, b) => a - b), cards };
    }, WORDS);
    const scroll = await page.evaluate(async () => {
      const root = document.querySelector('tukar-rewards').shadowRoot;
      let worst = 0;
      let cards = 0;
      let last = performance.now();
      for (let step = 0; step < 200; step += 1) {
        scrollBy(0, 400);
        await new Promise((done) => requestAnimationFrame(done));
        const now = performance.now();
        worst = Math.max(worst, now - last);
        last = now;
        cards = Math.max(cards, root.querySelectorAll('.reward__open').length);
      }
      return { worst, cards };
    });
    await context.close();
    return { rewards, painted, keys, scroll };
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tukar-bench-'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
try {
  console.log('rewards  balance  1st card | key→paint p50    p95  worst | longest frame  cards in DOM   (ms; unthrottled; medians of 5 loads)');
  for (const [rewards, port] of [[80, 18480], [10_000, 18481]]) {
    const { painted, keys, scroll } = await measure(browser, rewards, port, folder);
    const ms = (value, width) => value.toFixed(0).padStart(width);
    console.log(
      String(rewards).padStart(7), ms(painted.balance, 8), ms(painted.card, 9), '|',
      ms(percentile(keys.times, 0.5), 13), ms(percentile(keys.times, 0.95), 6), ms(keys.times.at(-1), 6), '|',
      ms(scroll.worst, 13), String(Math.max(keys.cards, scroll.cards)).padStart(13),
    );
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
