// Signing in by text message and by e-mail.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FARAH, SARI, EKO, DEWI, expect, freePort, takenOver, test } from './programme.js';

test('signing in by text message shows the points', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await expect(page.getByText('12.450').first()).toBeVisible();
});

test('a code typed with spaces is taken', async ({ shop, page, programme }) => {
  await shop.button('Masuk').first().click();
  await page.getByLabel('Nomor ponsel atau email').fill('+62 812-3456-7890');
  await shop.button('Kirim kode OTP').click();
  const code = await programme.code(SARI.sms);
  await shop.codeField.pressSequentially(`${code.slice(0, 3)} ${code.slice(3)}`);
  await expect(shop.button('Keluar')).toBeVisible();
});

test('a contact without an account gets the same answer, and its owner is told', async ({ shop, page, programme }) => {
  await shop.button('Masuk').first().click();
  await page.getByLabel('Nomor ponsel atau email').fill('0812 0000 1111');
  await shop.button('Kirim kode OTP').click();
  await expect(shop.codeField).toBeVisible();
  await expect(async () => expect((await programme.messages('+6281200001111'))[0].text).toContain('belum terdaftar')).toPass();
  await shop.codeField.fill('123456');
  await expect(page.getByText('Tersisa 4').first()).toBeVisible();
});

test('what is no contact is told at its field and kept', async ({ shop, page }) => {
  await shop.button('Masuk').first().click();
  const field = page.getByLabel('Nomor ponsel atau email');
  await field.fill('bukan nomor');
  await shop.button('Kirim kode OTP').click();
  await expect(page.getByRole('alert').filter({ hasText: /./ }).first()).toBeVisible();
  await expect(field).toHaveValue('bukan nomor');
});

test('a reload keeps the member signed in, and signing out ends the session', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await page.reload();
  await expect(shop.button('Keluar')).toBeVisible();
  await takenOver(page);
  await shop.button('Keluar').click();
  await expect(shop.button('Masuk').first()).toBeVisible();
  await page.reload();
  await expect(shop.button('Masuk').first()).toBeVisible();
});

test('a change of language at the code step asks for no other code', async ({ shop, page, programme }) => {
  await shop.button('Masuk').first().click();
  await page.getByLabel('Nomor ponsel atau email').fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  const code = await programme.code(SARI.sms);
  await expect(shop.codeField).toBeVisible();
  await page.getByRole('button', { name: /English/ }).click();
  await expect(page.getByRole('heading', { name: 'Enter the 6-digit code' })).toBeVisible();
  await shop.codeField.fill(code);
  await expect(shop.button('Sign out')).toBeVisible();
  expect((await programme.messages(SARI.sms)).length).toBe(1);
});

test('who leaves while the code is checked is signed in where they went', async ({ shop, page, programme }) => {
  await shop.button('Masuk').first().click();
  await page.getByLabel('Nomor ponsel atau email').fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  const code = await programme.code(SARI.sms);
  let let_go;
  const held = new Promise((done) => (let_go = done));
  await page.route('**/check', async (route) => {
    await held;
    await route.continue();
  });
  await shop.codeField.fill(code);
  await page.getByRole('navigation').getByRole('button', { name: 'Bantuan' }).click();
  let_go();
  await expect(shop.button('Keluar')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Bantuan' })).toBeVisible();
});

test('what one member typed is not the next one\'s', async ({ shop, page }) => {
  await shop.signIn(SARI);
  await shop.choose('pulsa rp5.000', /Pulsa Rp5\.000/);
  await page.getByText('Nomor lain', { exact: true }).click();
  const other = page.getByRole('textbox').last();
  await other.fill('0812 9999 0000');
  await shop.button('Keluar').click();
  await shop.signIn(FARAH);
  await shop.choose('pulsa rp5.000', /Pulsa Rp5\.000/);
  await expect(page.getByLabel('Nomor lain', { exact: true })).not.toBeChecked();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('9999');
});

test('an account that is suspended or not verified says so and what to do next', async ({ shop, page }) => {
  await shop.signIn(EKO);
  await expect(page.getByText(/ditangguhkan|dibekukan/).first()).toBeVisible();
  await shop.button('Keluar').click();
  await shop.signIn(DEWI);
  await expect(page.getByText(/belum (ter|di)verifikasi/).first()).toBeVisible();
});

test.describe('with a real mail server', () => {
  test('the code arrives by SMTP and signs the member in', async ({ browser, seeded }) => {
    const { Programme, Shop } = await import('./programme.js');
    const folder = await mkdtemp(join(tmpdir(), 'tukar-mail-'));
    const [mailPort, port] = [await freePort(), await freePort()];
    const mail = spawn('/usr/bin/python3', ['-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${mailPort}`, '-c', 'aiosmtpd.handlers.Mailbox', join(folder, 'box')]);
    const programme = new Programme(folder, port, {
      TUKAR_SMTP_HOST: '127.0.0.1',
      TUKAR_SMTP_PORT: String(mailPort),
      TUKAR_SMTP_TLS: 'none',
      TUKAR_SMTP_FROM: 'Nusa Poin <no-reply@example.id>',
    });
    try {
      const { copyFile } = await import('node:fs/promises');
      for (const end of ['', '.codekey']) await copyFile(seeded + end, programme.database + end);
      await programme.start();
      const page = await browser.newPage();
      await page.goto(programme.url);
      const shop = new Shop(page, programme);
      await expect(page.getByRole('searchbox')).toBeVisible();
      await takenOver(page);
      await shop.button('Masuk').first().click();
      await page.getByLabel('Nomor ponsel atau email').fill(SARI.email);
      await shop.button('Kirim kode OTP').click();
      const code = await mailedCode(join(folder, 'box', 'new'));
      expect(await programme.messages(SARI.email)).toEqual([]);
      await shop.codeField.fill(code);
      await expect(shop.button('Keluar')).toBeVisible();
      await page.close();
    } finally {
      await programme.stop();
      mail.kill();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function mailedCode(folder) {
  let text = '';
  await expect(async () => {
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThan(0);
    text = await readFile(join(folder, files[0]), 'utf8');
  }).toPass({ timeout: 15_000 });
  expect(text).toContain('To: sari@example.id');
  const body = text.includes('base64') ? Buffer.from(text.split(/\r?\n\r?\n/).slice(1).join(''), 'base64').toString() : text;
  return body.replace(/=\r?\n/g, '').match(/#(\d{6})/)[1];
}
