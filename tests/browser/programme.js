// A programme of its own for each test: the real server on a free port of this machine, with a fresh copy of the demo's
// data, its inbox and its clock.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SERVER = process.env.TUKAR_SERVER;
const WIDGET = process.env.TUKAR_WIDGET;
if (!SERVER || !WIDGET) throw new Error('run these by `cargo xtask test`: it builds what they need');

export const SARI = { name: 'Sari', phone: '0812 3456 7890', sms: '+6281234567890', email: 'sari@example.id' };
export const CITRA = { name: 'Citra', phone: '0814 2222 3333', sms: '+6281422223333' };
export const DEWI = { name: 'Dewi', phone: '0815 3333 4444', sms: '+6281533334444' };
export const EKO = { name: 'Eko', phone: '0816 4444 5555', sms: '+6281644445555' };
export const FARAH = { name: 'Farah', phone: '0817 5555 6666', sms: '+6281755556666' };

/** Has painted what it is now: colours that change with the theme take a frame, also where nothing moves. */
export const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** No fault that axe finds, in any of the page's frames. */
export async function isAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
}

/**
 * The widget is there and not the first view any more, whose forms look the same and lead to pages of forms. For whoever
 * waits for something that both show.
 */
export const takenOver = (where) => expect(where.locator('[slot=early]')).toHaveCount(0);

/** Keeps the widget's wasm back until the function that is answered with is called. */
export async function holdWasm(page) {
  let release;
  const wish = new Promise((done) => (release = done));
  await page.route('**/*.wasm', async (route) => {
    await wish;
    await route.continue();
  });
  return release;
}

const KEY_WITHIN_MS = 5_000;

/**
 * Enter in a field of a form that needs no script. The frame may have become the next page before Chromium says that the
 * key went down, and then it never says so: what the caller looks at next is what tells whether the form was sent.
 */
export async function enter(field) {
  const pressed = field.press('Enter');
  pressed.catch(() => undefined); // Told by the race, or too late to matter.
  await Promise.race([pressed, new Promise((done) => setTimeout(done, KEY_WITHIN_MS))]);
}

/**
 * A port that nobody listens on, and from which no connection goes out: those that the system gives to connections begin
 * higher, and one of them could have the port before the server has it, or while it is down.
 */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise((done) => probe.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true)));
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

/**
 * Presses what commits, as a visitor who is told that it must be seen for a moment: again, until it acts. In a frame a press
 * that comes too soon does nothing and says so; how soon a frame is drawn hangs on the machine.
 */
export async function commit(where, press) {
  const refused = where.locator('.covered:not(:empty)');
  await expect(async () => {
    await refused.evaluateAll((all) => all.forEach((each) => each.replaceChildren()));
    await press();
    expect(await refused.count()).toBe(0);
  }).toPass({ intervals: [600] });
}

/** Twentieths of a second; only a server that hangs takes so long. */
const STARTING_TRIES_MAX = 6_000;

/** A running server; `stop` and `start` again keep its port and its data. */
export class Programme {
  #process;

  constructor(folder, port, settings = {}) {
    this.database = join(folder, 'tukar.db');
    this.port = port;
    this.settings = settings;
    this.url = `http://localhost:${port}`;
  }

  async start() {
    const args = ['serve', '--demo', '--database', this.database, '--listen', `127.0.0.1:${this.port}`];
    args.push('--public-url', this.url, '--widget-dir', WIDGET, '--log', 'warn');
    this.#process = spawn(SERVER, args, { env: { ...process.env, ...this.settings }, stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    this.#process.stderr.on('data', (text) => (told += text));
    for (let tries = 0; tries < STARTING_TRIES_MAX; tries += 1) {
      if (this.#process.exitCode !== null) throw new Error(`the server ended: ${told}`);
      const ready = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (ready?.ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`the server is not ready: ${told}`);
  }

  async stop(signal = 'SIGTERM') {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill(signal);
    await once(this.#process, 'exit');
  }

  /** Moves the server's clock forward; what is due is done when this returns. */
  async advance(seconds) {
    const answer = await fetch(`${this.url}/demo/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advance_seconds: seconds }),
    });
    expect(answer.status).toBe(200);
  }

  /** `tukar-server import` of a catalogue with these rewards alone, as an operator would. */
  async sell(...rewards) {
    const both = (text) => ({ id: text, en: text });
    const whole = { kind: 'voucher', brand: 'Kopi Senja', title: both('Voucher Kopi Senja Rp25.000'), description: both('Kopi'), terms: both(['Sekali pakai']), how_to_use: both('Tunjukkan kodenya') };
    const file = join(dirname(this.database), 'catalogue.json');
    await writeFile(file, JSON.stringify({ rewards: rewards.map((reward) => ({ ...whole, ...reward })) }));
    execFileSync(SERVER, ['import', file, '--database', this.database], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async messages(to) {
    const answer = await fetch(`${this.url}/demo/inbox.json?to=${encodeURIComponent(to)}`);
    return (await answer.json()).messages;
  }

  /** The code of the newest message to a contact, once there are more than `before` messages. */
  async code(to, before = 0) {
    let messages = [];
    await expect(async () => {
      messages = await this.messages(to);
      expect(messages.length).toBeGreaterThan(before);
    }).toPass({ intervals: [50, 100, 200] });
    return messages[0].text.match(/#(\d{6})(?: @\S+)?\s*$/)[1];
  }

  /** The whole API, as a member who signed in by text message sees it: for facts that no screen shows. */
  async asMember(member) {
    const ask = async (path, body, headers = {}) => {
      const answer = await fetch(this.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return answer.json();
    };
    const before = (await this.messages(member.sms)).length;
    const { challenge_id: id } = await ask('/v1/challenges', { contact: member.phone });
    const { token } = await ask(`/v1/challenges/${id}/check`, { code: await this.code(member.sms, before) });
    return Object.assign((path, body) => ask(path, body, { authorization: `Bearer ${token}` }), { token });
  }
}

export const test = base.extend({
  /** A database with the demo's data, made once for each worker and copied for each test. */
  seeded: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'tukar-seed-'));
      const programme = new Programme(folder, await freePort());
      await programme.start();
      await programme.stop();
      await use(programme.database);
      await rm(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  /** Further settings of the server, as `TUKAR_…` variables. */
  settings: [{}, { option: true }],
  programme: async ({ seeded, settings }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'tukar-journey-'));
    const programme = new Programme(folder, await freePort(), settings);
    for (const end of ['', '-wal', '.codekey']) {
      await copyFile(seeded + end, programme.database + end).catch(() => undefined);
    }
    await programme.start();
    await use(programme);
    await programme.stop();
    await rm(folder, { recursive: true });
  },
  /** The hosted page, opened; a script error anywhere fails the test. */
  shop: async ({ page, programme }, use) => {
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(programme.url);
    await expect(page.getByRole('searchbox', { name: /Cari hadiah|Search rewards/ })).toBeVisible();
    await takenOver(page);
    await use(new Shop(page, programme));
    expect(errors).toEqual([]);
  },
});

/** What a member does on the page, in their words. */
export class Shop {
  constructor(page, programme) {
    this.page = page;
    this.programme = programme;
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  get codeField() {
    return this.page.locator('input[autocomplete="one-time-code"]');
  }

  async signIn(member, { by = 'phone' } = {}) {
    const to = by === 'email' ? member.email : member.sms;
    const before = (await this.programme.messages(to)).length;
    await this.button('Masuk').first().click();
    await this.page.getByLabel('Nomor ponsel atau email').fill(member[by]);
    await this.button('Kirim kode OTP').click();
    await this.codeField.fill(await this.programme.code(to, before));
    await expect(this.button('Keluar')).toBeVisible();
  }

  /** Available points as the page shows them. */
  async points() {
    const text = await this.page.locator('.balance__number, .points__number').first().innerText();
    return Number(text.replace(/\D/g, ''));
  }

  async search(text) {
    await this.page.getByRole('searchbox', { name: 'Cari hadiah' }).fill(text);
  }

  card(title) {
    return this.page.getByRole('button', { name: title });
  }

  /** From the catalogue to the review. */
  async choose(search, title) {
    await this.search(search);
    await this.card(title).first().click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Lanjut' }).click();
    await expect(this.page.getByRole('heading', { name: 'Periksa penukaran' })).toBeVisible();
  }

  /** From the review to the code. Returns the code that was sent. */
  async sendCode(member) {
    const before = (await this.programme.messages(member.sms)).length;
    await commit(this.page, () => this.button('Kirim kode OTP').click());
    const code = await this.programme.code(member.sms, before);
    await expect(this.codeField).toBeVisible();
    return code;
  }

  /** Types the code of a redemption and sends it: nothing is spent without a press. */
  async redeem(code) {
    await this.codeField.fill(code);
    await this.codeField.press('Enter');
  }

  wrongOf(code) {
    return code === '111111' ? '222222' : '111111';
  }
}

export { expect };
