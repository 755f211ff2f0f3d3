// `cargo xtask bench embed`: what a partner's page pays, and how soon the first screen is painted on a slow line and a slow
// processor, beside a Preact twin of it (twin/). Each run has a browser context of its own, so an empty cache; kinds take
// turns, and each is divided by the twin of the same round. TUKAR_ROUNDS=9 makes more rounds.
import { chromium } from '@playwright/test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { SLOW_4G, SlowLine } from './slow-line.mjs';

const { TUKAR_SERVER: SERVER, TUKAR_WIDGET: WIDGET, TUKAR_ROUNDS } = process.env;
const ROUNDS = Number(TUKAR_ROUNDS ?? 5);
const SLOWER = 4;
const WAIT_MS = 60_000;
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// In place of Playwright's own list, which also takes away the storage that a frame of another origin has in a visitor's browser.
const WITHOUT = '--disable-features=Translate,HttpsUpgrades,PaintHolding,MediaRouter';
const APART = [...ARGS, WITHOUT];
// One page target covers the frame then, and with it the slowed processor.
const TOGETHER = [...ARGS, `${WITHOUT},IsolateOrigins,site-per-process`, '--disable-site-isolation-trials'];
const SEEN = { locale: 'id-ID', viewport: { width: 1280, height: 900 } };
const CARD = '.reward:not(.reward--skeleton)';
// Where the server writes the first view: in the element, on the hosted page and in the frame.
const FIRST_VIEW = /(<tukar-rewards\b[^>]*>)[\s\S]*(<\/tukar-rewards>)/;
const LINE = 'Slow 4G (1.6 Mbit/s, 150 ms there and back)';
const MEMBER = { contact: '0812 3456 7890', sms: '+6281234567890' };

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const brotli = (text) => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });

/** The programme's server, on a port that nobody else has. */
async function programme(folder, home, rewards) {
  const database = join(folder, `${rewards ?? 'demo'}.db`);
  if (rewards) {
    const file = join(folder, 'catalogue.json');
    writeFileSync(file, execFileSync(SERVER, ['generate', '--rewards', String(rewards)], { maxBuffer: 1 << 28 }));
    execFileSync(SERVER, ['import', file, '--database', database], { stdio: 'ignore' });
  }
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const words = ['serve', '--demo', '--database', database, '--listen', `127.0.0.1:${port}`, '--public-url', home, '--widget-dir', WIDGET, '--log', 'error'];
  const server = spawn(SERVER, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) break;
    if ((await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok) return { server, port, database };
    await pause(100);
  }
  server.kill();
  throw new Error('the server is not ready');
}

async function signIn(port) {
  const call = async (path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return answer.json();
  };
  const { challenge_id: id } = await call('/v1/challenges', { contact: MEMBER.contact });
  for (let tries = 0; tries < 100; tries += 1) {
    const { messages } = await call(`/demo/inbox.json?to=${encodeURIComponent(MEMBER.sms)}`);
    const code = messages[0]?.text.match(/#(\d{6})/)[1];
    if (code) return (await call(`/v1/challenges/${id}/check`, { code })).token;
    await pause(100);
  }
  throw new Error('no code came');
}

/** Before the programme's server: the partners' pages, the twin, and the programme's pages with or without their first view. */
class Front {
  #server;
  #own = new Map();
  bare = false;
  seen = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const { socket } = request;
      const before = socket.bytesWritten;
      response.on('close', () => {
        const { host } = request.headers;
        const { 'content-encoding': encoding, 'content-type': type } = response.getHeaders();
        this.seen.push({ host, path: request.url, bytes: socket.bytesWritten - before, encoding, type: String(type) });
      });
      const own = this.#own.get(request.headers.host.split('.')[0].split(':')[0] + request.url);
      if (own) response.writeHead(200, { 'content-type': own.type, 'content-encoding': 'br', 'content-length': own.body.length }).end(own.body);
      else this.#forward(request, response);
    });
  }

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** `where` is the first word of the host and the path. */
  async serve(where, type, text) {
    this.#own.set(where, { type: `${type}; charset=utf-8`, body: await brotli(text) });
  }

  #forward(request, response) {
    const { method, url: path, headers } = request;
    const onward = ask({ host: '127.0.0.1', port: this.to, method, path, headers }, async (answer) => {
      const page = this.bare && String(answer.headers['content-type']).startsWith('text/html');
      if (!page) {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
        return;
      }
      const parts = await answer.toArray();
      const text = brotliDecompressSync(Buffer.concat(parts)).toString().replace(FIRST_VIEW, '$1$2');
      const { 'content-length': _, 'transfer-encoding': __, ...rest } = answer.headers;
      const body = await brotli(text);
      response.writeHead(answer.statusCode, { ...rest, 'content-length': body.length }).end(body);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  /** Nothing of any size may have come uncompressed: it would not be what a member's browser gets. */
  check() {
    const plain = this.seen.filter(({ type, bytes, encoding }) => /html|javascript|css|wasm|json/.test(type) && bytes > 1_500 && encoding !== 'br');
    assert.deepEqual(plain, []);
  }
}

/** The twin and the partners' pages. */
async function furnish(front, home, folder) {
  const twin = new URL('twin/', import.meta.url).pathname;
  const made = join(folder, 'twin.js');
  execFileSync('esbuild', [join(twin, 'twin.jsx'), '--bundle', '--minify', '--format=esm', '--jsx=automatic', '--jsx-import-source=preact', '--target=chrome111', '--log-level=error', `--outfile=${made}`]);
  const build = join(WIDGET, 'w', readdirSync(join(WIDGET, 'w'))[0]);
  // The widget's sheet, for a page of its own in place of a shadow root.
  const sheet = readFileSync(join(build, 'tukar.css'), 'utf8').replace(/:host\(((?:[^()]|\([^()]*\))*)\)/g, ':root$1').replaceAll(':host', ':root');
  await front.serve('localhost/twin', 'text/html', readFileSync(join(twin, 'index.html')));
  await front.serve('localhost/twin/twin.js', 'text/javascript', readFileSync(made));
  await front.serve('localhost/twin/twin.css', 'text/css', sheet);
  const text = '<p>Kopi pilihan dari kebun di Gayo, Toraja dan Kintamani, disangrai setiap pagi dan dikirim hari itu juga.</p>'.repeat(6);
  const page = (widget) =>
    `<!doctype html><html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Kopi</title><link rel="icon" href="data:,"></head><body><h1>Kopi</h1>${widget}${text}</body></html>`;
  const script = `<script type="module" src="${home}/tukar.js"></script>`;
  const framed = '<tukar-rewards partner="shop"></tukar-rewards>';
  await front.serve('shop/plain', 'text/html', page(''));
  await front.serve('shop/view', 'text/html', page(script + framed));
  await front.serve('shop/kept', 'text/html', page(script + framed.replace('>', ' style="display:block;min-height:100vh">')));
  await front.serve('shop/far', 'text/html', page(`${script}<div style="height:4000px"></div>${framed}`));
  await front.serve('first/view', 'text/html', page(`${script}<tukar-rewards partner="first" mode="inline"></tukar-rewards>`));
  return { script: (await brotli(readFileSync(made))).length };
}

// Runs in every document before its own scripts.
function watch({ token, card }) {
  try {
    if (token) sessionStorage.setItem('tukar.session', JSON.stringify(token));
  } catch {
    // A document without storage.
  }
  const seen = (window.seen = { tasks: [], shifts: 0 });
  // What a frame callback finds is painted when the next task of the queue runs.
  const mark = (name) => {
    seen[name] = 0;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (seen[name] = performance.timeOrigin + performance.now());
    port2.postMessage(0);
  };
  const look = () => {
    const root = document.querySelector('tukar-rewards')?.shadowRoot;
    const drawn = (selector) => [document, root].some((where) => where?.querySelector(selector)?.checkVisibility({ visibilityProperty: true }));
    if (seen.early === undefined && drawn('.early, .shell, .reward')) mark('early');
    if (seen.card === undefined && drawn(card)) mark('card');
    if (seen.balance === undefined && drawn('.balance__number')) mark('balance');
    const frame = root?.querySelector('iframe');
    if (seen.frame === undefined && frame && getComputedStyle(frame).opacity === '1' && frame.offsetHeight > 100) mark('frame');
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  if (window !== top) return;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

async function open(browser, url, token) {
  const context = await browser.newContext(SEEN);
  await context.addInitScript(watch, { token, card: CARD });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.goto(url, { waitUntil: 'commit' });
  return { context, page, cdp };
}

const polled = { polling: 100, timeout: WAIT_MS };
const done = (page) => page.waitForFunction(() => window.seen?.card && window.seen?.balance, null, polled);

/** The frame's own document, once it has been loaded. */
async function inner(page) {
  for (let tries = 0; tries < WAIT_MS / 50; tries += 1) {
    const frame = page.frames().find((each) => new URL(each.url(), 'http://none').pathname === '/frame');
    if (frame) return frame;
    await pause(50);
  }
  throw new Error('no frame came');
}

/** Milliseconds from navigation to the first paint of any of it, of a card and of the balance. */
async function paints(browser, { url, framed }, token) {
  const { context, page } = await open(browser, url, token);
  try {
    const where = framed ? await inner(page) : page;
    await done(where);
    if (framed) await page.waitForFunction(() => window.seen.frame, null, polled);
    const shown = await where.evaluate((card) => ({ ...window.seen, cards: document.querySelector('tukar-rewards')?.shadowRoot?.querySelectorAll(card).length ?? document.querySelectorAll(card).length }), CARD);
    const host = await page.evaluate(() => ({
      began: performance.timeOrigin,
      early: window.seen.early,
      frame: window.seen.frame ?? 0,
    }));
    const since = (at) => Math.max(at, framed ? host.frame : 0) - host.began;
    return { early: host.early - host.began, card: since(shown.card), balance: since(shown.balance), cards: shown.cards };
  } finally {
    await context.close();
  }
}

const cell = (text, width) => String(text).padStart(width);

async function painting(front, home, token, line) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: TOGETHER });
  const { port } = new URL(home);
  const hasFirstView = async (path) => {
    const page = await (await fetch(`http://127.0.0.1:${front.to}${path}`)).text();
    return /class="reward\b/.test(page.match(FIRST_VIEW)?.[0] ?? '');
  };
  const kinds = [{ name: 'Preact twin', url: `${home}/twin` }];
  for (const [kind, path] of [
    [{ name: 'hosted page', url: `${home}/` }, '/'],
    [{ name: 'partner, frame', url: `http://shop.localhost:${port}/view`, framed: true }, '/frame?partner=shop'],
  ]) {
    kinds.push(kind);
    if (await hasFirstView(path)) kinds.push({ ...kind, name: `${kind.name}, first view taken out`, bare: true });
  }
  if (process.env.ONLY) kinds.splice(1, kinds.length, ...kinds.slice(1).filter(({ name }) => new RegExp(process.env.ONLY).test(name)));
  const rendered = kinds.some(({ bare }) => bare);
  kinds.push({ name: 'partner, inline', url: `http://first.localhost:${port}/view` });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of kinds) {
        front.bare = kind.bare ?? false;
        front.seen = [];
        const run = await paints(browser, kind, token).catch((error) => {
          throw new Error(`${kind.name}: was not painted`, { cause: error });
        });
        front.check();
        run.bytes = front.seen.reduce((sum, { bytes }) => sum + bytes, 0);
        (kind.runs ??= []).push(run);
      }
      line(`      round ${round + 1} of ${ROUNDS}`);
    }
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets');
    assert.ok(!targetInfos.some(({ type }) => type === 'iframe'), 'a frame has a process of its own: it was not slowed');
  } finally {
    front.bare = false;
    await browser.close();
  }
  line(`\nPainted, ms after the navigation: medians of ${ROUNDS} rounds, ${LINE}, processor slowed ${SLOWER} times, empty cache, signed in; ÷ twin: median of each round's ratio`);
  line(`(site isolation off, so that the slowed page holds the frame too${rendered ? '' : '; this build renders no first view on the server'}; inline mode has none: the page is the partner's)`);
  line(`${'kind'.padEnd(38)}skeleton      card  ÷ twin  (worst)   balance  ÷ twin  (worst)  KB down  cards drawn`);
  const [twin] = kinds;
  for (const { name, runs } of kinds) {
    const of = (what) => median(runs.map((run) => run[what]));
    const ratios = (what) => runs.map((run, at) => run[what] / twin.runs[at][what]);
    const pair = (what) => cell(of(what).toFixed(0), 10) + cell(median(ratios(what)).toFixed(2), 8) + cell(Math.max(...ratios(what)).toFixed(2), 9);
    line(name.padEnd(38) + cell(of('early').toFixed(0), 8) + pair('card') + pair('balance') + cell((of('bytes') / 1_000).toFixed(1), 9) + cell(of('cards'), 13));
  }
}

/** Long tasks and layout shifts of the host page itself; the frame has a process of its own, as in a visitor's browser. */
async function hosting(home, token, line) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: APART });
  const { port } = new URL(home);
  const kinds = [
    { name: 'without the widget', url: `http://shop.localhost:${port}/plain` },
    { name: 'with it, frame', url: `http://shop.localhost:${port}/view`, framed: true },
    { name: 'frame, room kept', url: `http://shop.localhost:${port}/kept`, framed: true },
    { name: 'with it, inline', url: `http://first.localhost:${port}/view`, inline: true },
  ];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of kinds) {
        const { context, page } = await open(browser, kind.url, token);
        if (kind.inline) await done(page);
        if (kind.framed) {
          await done(await inner(page));
          const session = await browser.newBrowserCDPSession();
          const { targetInfos } = await session.send('Target.getTargets');
          assert.ok(targetInfos.some(({ type }) => type === 'iframe'), 'the frame should have a process of its own');
        }
        await page.waitForLoadState('networkidle');
        await pause(500);
        (kind.runs ??= []).push(await page.evaluate(() => window.seen));
        await context.close();
      }
      line(`      round ${round + 1} of ${ROUNDS}`);
    }
  } finally {
    await browser.close();
  }
  line(`\nThe host page's own thread, same line and processor, site isolation on: medians of ${ROUNDS} rounds (worst)`);
  line(`${'page'.padEnd(22)}long tasks   together ms    longest ms         CLS`);
  for (const { name, runs } of kinds) {
    const both = (of, digits, width) => cell(`${median(runs.map(of)).toFixed(digits)} (${Math.max(...runs.map(of)).toFixed(digits)})`, width);
    const sum = ({ tasks }) => tasks.reduce((all, task) => all + task, 0);
    line(name.padEnd(22) + both(({ tasks }) => tasks.length, 0, 10) + both(sum, 0, 14) + both(({ tasks }) => Math.max(0, ...tasks), 0, 14) + both(({ shifts }) => shifts, 3, 16));
  }
}

/** What a page asks the programme for before anybody touches it; nobody is signed in. */
async function weighing(front, home, line) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: APART });
  const { port, host } = new URL(home);
  line('Asked of the programme by a partner page before interaction, headers and all');
  line(`${'page'.padEnd(28)}requests     bytes`);
  try {
    for (const [name, url] of [
      ['frame mode, out of view', `http://shop.localhost:${port}/far`],
      ['frame mode, in view', `http://shop.localhost:${port}/view`],
      ['inline mode, in view', `http://first.localhost:${port}/view`],
    ]) {
      front.seen = [];
      const { context, page } = await open(browser, url);
      if (name.endsWith('in view')) {
        const where = name.startsWith('frame') ? await inner(page) : page;
        await where.waitForFunction(() => window.seen?.card, null, polled);
      }
      await page.waitForLoadState('networkidle');
      await pause(1_000);
      const asked = front.seen.filter((each) => each.host === host);
      line(name.padEnd(28) + cell(asked.length, 8) + cell(asked.reduce((sum, { bytes }) => sum + bytes, 0).toLocaleString('en'), 10) + (asked.length < 3 ? `   ${asked.map(({ path }) => path).join(' ')}` : ''));
      await context.close();
    }
    front.check();
  } finally {
    await browser.close();
  }
}

/** Wasm and JavaScript memory once 10,000 rewards are in the page. */
async function remembering(folder, line) {
  const rewards = 10_000;
  const { server, port } = await programme(folder, 'http://localhost', rewards);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: APART });
  try {
    const context = await browser.newContext(SEEN);
    const token = await signIn(port);
    await context.addInitScript((kept) => {
      sessionStorage.setItem('tukar.session', JSON.stringify(kept));
      for (const name of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[name];
        WebAssembly[name] = async (...words) => {
          const made = await real.apply(WebAssembly, words);
          window.memory = (made.instance ?? made).exports.memory;
          return made;
        };
      }
    }, token);
    const page = await context.newPage();
    await page.goto(`http://localhost:${port}/`);
    await page.waitForFunction(() => document.querySelector('tukar-rewards')?.shadowRoot?.querySelector('.outcome__count')?.textContent.startsWith('10.000'), null, polled);
    await page.waitForLoadState('networkidle');
    const cdp = await context.newCDPSession(page);
    await cdp.send('HeapProfiler.enable');
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize, totalSize } = await cdp.send('Runtime.getHeapUsage');
    const wasm = await page.evaluate(() => window.memory.buffer.byteLength);
    const mb = (bytes) => (bytes / 1_048_576).toFixed(1);
    line(`\nMemory with 10,000 rewards, after a collection: wasm ${mb(wasm)} MB, JavaScript heap ${mb(usedSize)} MB used (${mb(totalSize)} MB taken); together ${mb(wasm + usedSize)} MB`);
    await context.close();
  } finally {
    await browser.close();
    server.kill();
    await once(server, 'exit');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tukar-bench-'));
const front = new Front();
const slow = new SlowLine(SLOW_4G);
let server;
try {
  const port = await slow.start(await front.start());
  const home = `http://localhost:${port}`;
  const made = await programme(folder, home);
  ({ server } = made);
  front.to = made.port;
  for (const [id, mode] of [['shop', 'frame'], ['first', 'inline']]) {
    execFileSync(SERVER, ['--database', made.database, 'partner', 'add', id, '--mode', mode, '--origin', `http://${id}.localhost:${port}`], { stdio: 'ignore' });
  }
  const token = await signIn(made.port);
  const { script } = await furnish(front, home, folder);
  const line = (text) => console.log(text);
  line(`The twin's script: ${script.toLocaleString('en')} bytes after brotli.\n`);
  await painting(front, home, token, line);
} finally {
  slow.stop();
  front.stop();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
