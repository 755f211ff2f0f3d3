// The step at which a one-time code is typed: it survives a reload and web mail, reads what is pasted, and spends nothing by
// itself. The same for signing in, the locker and redeeming.
import { SARI, expect, takenOver, test } from './programme.js';

const TITLE = /Voucher Kopi Senja Rp25\.000/;
const CONTACT = 'Nomor ponsel atau email';

/** All that the tab keeps. */
const kept = (page) => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));

const count = async (programme) => (await programme.messages(SARI.sms)).length;

/** From the bar to the code of a sign-in. Returns the code that was sent. */
async function askCode({ shop, page, programme }) {
  const before = await count(programme);
  await shop.button('Masuk').first().click();
  await page.getByLabel(CONTACT).fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  await expect(shop.codeField).toBeVisible();
  return programme.code(SARI.sms, before);
}

/** To the locker's code step. Returns the code that was sent. */
async function askLocker({ shop, page, programme }) {
  await page.getByRole('navigation').getByRole('button', { name: 'Voucher saya' }).click();
  const before = await count(programme);
  await page.locator('.locker-lock .button--primary').click();
  await expect(shop.codeField).toBeVisible();
  return programme.code(SARI.sms, before);
}

/** Puts a text on the clipboard's way into a field. */
const paste = (field, text) =>
  field.evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true, composed: true });
    // What a browser does where nobody prevents it.
    if (input.dispatchEvent(event)) document.execCommand('insertText', false, text);
  }, text);

test('a reload at each step of signing in goes on where it stood, and sends no other code', async ({ shop, page, programme }) => {
  await shop.search('kopi senja');
  await shop.card(TITLE).first().click();
  await page.getByRole('dialog').locator('.detail__redeem').click(); // Leads to the sign-in first.
  const field = page.getByLabel(CONTACT);
  await expect(field).toBeVisible();
  await page.reload();
  await expect(field).toBeVisible();
  await field.fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  const code = await programme.code(SARI.sms);
  await page.reload();
  await expect(shop.codeField).toBeVisible();
  await expect(page.getByText('0812••••890').first()).toBeVisible();
  await expect(shop.button(/^Kirim kode baru dalam 0:\d\d$/)).toBeDisabled();
  await shop.codeField.fill(shop.wrongOf(code));
  await expect(page.getByText('Tersisa 4 percobaan').first()).toBeVisible();
  await page.reload();
  await expect(page.getByText('Tersisa 4 percobaan').first()).toBeVisible();
  const keeps = await kept(page);
  expect(keeps).toContain('tukar.sign-in');
  expect(keeps).not.toContain(code);
  expect(keeps).not.toContain(shop.wrongOf(code));
  await shop.codeField.fill(code);
  await expect(shop.button('Keluar')).toBeVisible();
  // Where it was to lead to.
  await expect(shop.button('Kirim kode OTP')).toBeVisible();
  expect(await count(programme)).toBe(1);
  expect(await kept(page)).not.toContain('tukar.sign-in');
});

test('back from web mail in the same tab is the same code step, for signing in and for the locker', async ({ shop, page, programme }) => {
  const away = async () => {
    await page.goto('about:blank');
    await page.goBack();
    await takenOver(page);
  };
  const first = await askCode({ shop, page, programme });
  await away();
  await shop.codeField.fill(first);
  await expect(shop.button('Keluar')).toBeVisible();
  const second = await askLocker({ shop, page, programme });
  await away();
  await expect(shop.codeField).toBeVisible();
  await page.reload();
  await expect(shop.codeField).toBeVisible();
  expect(await kept(page)).not.toContain(second);
  await shop.codeField.fill(second);
  await expect(page.locator('.locker-lock--open')).toBeVisible();
  expect(await count(programme)).toBe(2);
  expect(await kept(page)).not.toContain('tukar.locker-code');
});

test('a reload at the code of the locker stays there after a receipt', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await shop.redeem(await shop.sendCode(SARI));
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
  await page.getByRole('navigation').getByRole('button', { name: 'Voucher saya' }).click();
  await page.getByRole('button', { name: 'Sembunyikan kode' }).click();
  const code = await askLocker({ shop, page, programme });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Voucher saya' })).toBeVisible();
  await shop.codeField.fill(code);
  await expect(page.locator('.locker-lock--open')).toBeVisible();
});

test('who cancels, changes the number or signs out leaves nothing of a code behind', async ({ shop, page, programme }) => {
  await askCode({ shop, page, programme });
  await page.getByRole('button', { name: /^Ganti nomor/ }).click();
  expect(await kept(page)).not.toContain('tukar.sign-in"');
  await programme.advance(31);
  await shop.button('Kirim kode OTP').click();
  await expect(shop.codeField).toBeVisible();
  await shop.codeField.fill(await programme.code(SARI.sms, 1));
  await expect(shop.button('Keluar')).toBeVisible();
  await askLocker({ shop, page, programme });
  expect(await kept(page)).toContain('tukar.locker-code');
  await shop.button('Keluar').click();
  await expect(shop.button('Masuk').first()).toBeVisible();
  expect(await kept(page)).not.toMatch(/tukar\.(locker-code|sign-in)"/);
});

test('a challenge that was kept for too long is given up', async ({ shop, page, programme }) => {
  await askCode({ shop, page, programme });
  await programme.advance(16 * 60);
  await page.reload();
  await expect(page.getByLabel(CONTACT)).toBeVisible();
  await expect(shop.codeField).toBeHidden();
});

test('a pasted message gives its code, and what could be another number is not sent', async ({ shop, page, programme }) => {
  const code = await askCode({ shop, page, programme });
  let checks = 0;
  page.on('request', (request) => (checks += request.url().endsWith('/check') ? 1 : 0));
  const field = shop.codeField;
  await field.fill('12');
  await paste(field, `281126 kode ${code}`);
  await expect(field).toHaveValue('12');
  await expect(field).toHaveAccessibleDescription(/tidak jelas/);
  await paste(field, '[28/11/2026, 10.15.23] Ibu: nanti sore ya');
  await expect(field).toHaveValue('12');
  // The only group of six in a chat line is filled in, and left to a press.
  await paste(field, `[28/11/26 10.15] Tukar: kode Anda ${code}`);
  await expect(field).toHaveValue(code);
  await expect(field).not.toHaveAttribute('aria-invalid');
  expect(checks).toBe(0);
  await paste(field, `Kode masuk, berlaku 5 menit.\n@toko24-771204.example.id #${code}`);
  await expect(shop.button('Keluar')).toBeVisible();
  expect(checks).toBe(1);
});

test('digits of other scripts and a typed seventh digit are read as a code', async ({ shop, page, programme }) => {
  const code = await askCode({ shop, page, programme });
  // The sixth digit sends the code; its answer waits for the seventh, which after a failure would replace what was typed.
  let typed;
  const all = new Promise((done) => (typed = done));
  await page.route('**/check', async (route) => {
    await all;
    await route.abort();
  });
  await shop.codeField.pressSequentially(`${code}7`);
  await expect(shop.codeField).toHaveValue(code);
  typed();
  await expect(shop.codeField).toHaveAttribute('aria-invalid', 'true');
  await expect(shop.codeField).toHaveValue(code);
  await page.unroute('**/check');
  await shop.codeField.fill('');
  await shop.codeField.fill([...code].map((digit) => String.fromCharCode(0x0660 + Number(digit))).join(''));
  await expect(shop.button('Keluar')).toBeVisible();
});

test('the sixth digit redeems nothing: a press does, and a locked code has one message and another button', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await shop.choose('kopi senja', TITLE);
  await expect(page.getByText(/lewat SMS ke 0812••••890/)).toBeVisible();
  const code = await shop.sendCode(SARI);
  let sent = 0;
  page.on('request', (request) => (sent += request.url().endsWith('/confirm') ? 1 : 0));
  await shop.codeField.fill(code);
  await expect(shop.button('Tukar 7.100 poin')).toBeEnabled();
  await page.reload();
  await expect(shop.codeField).toHaveValue('');
  expect(sent).toBe(0);
  for (const left of [4, 3, 2, 1, 0]) {
    await shop.codeField.fill('');
    await shop.codeField.fill(shop.wrongOf(code));
    await shop.button('Tukar 7.100 poin').click();
    if (left) await expect(page.getByText(`Tersisa ${left} percobaan`).first()).toBeVisible();
  }
  await expect(page.getByText(/Terlalu banyak percobaan/)).toHaveCount(1);
  await expect(shop.button('Tukar 7.100 poin')).toHaveCount(0);
  const primary = page.locator('.code-step .button--primary');
  await expect(primary).toHaveText(/^Kirim kode baru/);
  await programme.advance(31);
  await page.reload();
  await primary.click();
  await expect(shop.codeField).toBeFocused();
  await shop.redeem(await programme.code(SARI.sms, 2));
  await expect(page.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
});

test('a visitor who sets their clock right midway sees the same time left', async ({ shop, page, programme }) => {
  await page.evaluate(() => {
    const real = Date.now.bind(Date);
    globalThis.late = 0;
    Date.now = () => real() + globalThis.late;
  });
  await askCode({ shop, page, programme });
  let asked = 0;
  page.on('request', (request) => (asked += request.url().endsWith('/v1/programme') ? 1 : 0));
  for (const late of [3_600_000, -3_600_000, 0]) {
    await page.evaluate((late) => (globalThis.late = late), late);
    const before = asked;
    await expect.poll(() => asked, { message: 'the server is asked for the time' }).toBeGreaterThan(before);
    await expect(page.getByText(/^Berlaku [34]:\d\d/)).toBeVisible();
    await expect(shop.button(/^Kirim kode baru( dalam 0:\d\d)?$/)).toBeVisible();
  }
});

test('a code that the browser reads from the message is filled in and not sent', async ({ shop, page, programme }) => {
  await page.evaluate(() => {
    window.OTPCredential = class {};
    window.asked = [];
    navigator.credentials.get = () => window.asked.push('the page itself asked');
  });
  // Runs in the empty frame that asks.
  await page.addInitScript(() => {
    navigator.credentials.get = (options) => {
      const ask = { options };
      ask.answer = new Promise((done, fail) => {
        ask.done = done;
        options.signal.addEventListener('abort', () => fail(new DOMException('left', 'AbortError')));
      });
      parent.asked.push(ask);
      return ask.answer;
    };
  });
  const code = await askCode({ shop, page, programme });
  expect(await page.evaluate(() => window.asked[0].options.otp.transport)).toEqual(['sms']);
  await page.evaluate((code) => window.asked[0].done({ code }), code);
  await expect(shop.codeField).toHaveValue(code);
  await expect(shop.button('Keluar')).toBeHidden();
  await page.getByRole('navigation').getByRole('button', { name: 'Bantuan' }).click();
  await expect.poll(() => page.evaluate(() => window.asked.at(-1).options.signal.aborted)).toBe(true);
  await expect(page.locator('iframe')).toHaveCount(0);
});

test('on a shared computer the session is short, and the contact is not remembered', async ({ shop, page, programme }) => {
  await shop.button('Masuk').first().click();
  await expect(page.getByLabel(CONTACT)).toHaveAttribute('autocomplete', 'off');
  await page.getByLabel('Ini komputer bersama').check();
  await page.getByLabel(CONTACT).fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  await shop.codeField.fill(await programme.code(SARI.sms));
  await expect(shop.button('Keluar')).toBeVisible();
  await programme.advance(15 * 60 + 1);
  await page.reload();
  await expect(shop.button('Masuk').first()).toBeVisible();
});

test('the locker that the page asks for asks for sign-in first, and opens then', async ({ page, programme, shop }) => {
  await page.evaluate(() => {
    sessionStorage.clear();
    const widget = document.createElement('tukar-rewards');
    widget.setAttribute('view', 'locker');
    document.querySelector('tukar-rewards').replaceWith(widget);
  });
  await expect(page.getByLabel(CONTACT)).toBeVisible();
  await page.getByLabel(CONTACT).fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  await shop.codeField.fill(await programme.code(SARI.sms));
  await expect(page.getByRole('heading', { name: 'Voucher saya' })).toBeVisible();
});

test('fields are large enough that no phone zooms, and without a printer no button prints', async ({ page, programme, shop }) => {
  await page.addInitScript(() => delete window.print);
  await page.evaluate(() => (window.print = undefined));
  const sizes = async () => {
    const fields = page.locator('.tukar :is(input:not([type=checkbox], [type=radio]), select)');
    for (const size of await fields.evaluateAll((all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)))) {
      expect(size).toBeGreaterThanOrEqual(16);
    }
  };
  await sizes();
  await shop.button('Masuk').first().click();
  await sizes();
  await page.getByLabel(CONTACT).fill(SARI.phone);
  await shop.button('Kirim kode OTP').click();
  await shop.codeField.fill(await programme.code(SARI.sms));
  await expect(shop.button('Keluar')).toBeVisible();
  await shop.choose('kopi senja', TITLE);
  await sizes();
  await shop.redeem(await shop.sendCode(SARI));
  await expect(page.getByText('tidak bisa mencetak')).toBeVisible();
  await expect(shop.button('Cetak')).toHaveCount(0);
});
