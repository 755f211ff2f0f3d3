// A partner's page whose frame may run no script: with cookies and storage of third parties refused, a member signs in,
// redeems and has the voucher by forms alone, inside the frame.
import config from '../browser/playwright.config.js';
import { SARI, enter, isAccessible } from '../browser/programme.js';
import { test, expect, framed } from './host.js';

const { launchOptions } = config.use;
test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, '--test-third-party-cookie-phaseout'] } });

const frameOf = (host, { sandbox = '', query = '' } = {}) =>
  `<iframe title="Poin" width="400" height="1200" ${sandbox} src="${host.home}/frame?partner=shop${query}"></iframe>`;

/** What a member without script does, in the frame. */
class Forms {
  constructor(frame, programme) {
    this.frame = frame;
    this.programme = programme;
  }

  press(name) {
    return this.frame.getByRole('button', { name, exact: true }).last().click();
  }

  get code() {
    return this.frame.getByLabel('Kode OTP (6 digit)');
  }

  async signIn() {
    await this.frame.getByRole('button', { name: 'Masuk' }).first().click();
    await this.frame.getByLabel('Nomor ponsel atau email').fill(SARI.phone);
    const before = (await this.programme.messages(SARI.sms)).length;
    await this.press('Kirim kode OTP');
    await this.code.fill(await this.programme.code(SARI.sms, before));
    await this.press('Masuk');
    await expect(this.frame.getByText('12.450').first()).toBeVisible();
  }

  /** From the catalogue to the voucher, with a wrong code on the way. */
  async redeem() {
    await this.frame.getByRole('searchbox').fill('kopi senja');
    await enter(this.frame.getByRole('searchbox'));
    await expect(this.frame.getByRole('searchbox')).toHaveValue('kopi senja');
    await this.frame.getByRole('button', { name: /Voucher Kopi Senja Rp25\.000/ }).click();
    await this.press('Lanjut');
    await expect(this.frame.getByText('Poin yang dipakai')).toBeVisible();
    const before = (await this.programme.messages(SARI.sms)).length;
    await this.press('Kirim kode OTP');
    const code = await this.programme.code(SARI.sms, before);
    await this.code.fill(code === '111111' ? '222222' : '111111');
    await this.press(/^Tukar [\d.]+ poin$/);
    await expect(this.code).toHaveAccessibleDescription(/salah|cocok/);
    await this.code.fill(code);
    await this.press(/^Tukar [\d.]+ poin$/);
    await this.hasVoucher();
  }

  async hasVoucher() {
    await expect(this.frame.getByRole('heading', { name: 'Berhasil ditukar' })).toBeVisible();
    await expect(this.frame.getByRole('img', { name: /Kode QR/ })).toBeVisible();
    await expect(this.frame.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).first()).toBeVisible();
  }
}

async function books(programme) {
  const member = await programme.asMember(SARI);
  const { available, held } = await member('/v1/me/balance');
  const { vouchers } = await member('/v1/vouchers');
  return [available, held, vouchers.filter(({ title }) => /Kopi Senja Rp25/.test(title)).length];
}

/** One step back and forward in the history of the tab, as the browser's own buttons do. */
async function step(page, by) {
  // A session of its own each time: a page that comes back from the browser's store is another target.
  const ask = async (method, words) => {
    const session = await page.context().newCDPSession(page);
    const answer = await session.send(method, words);
    await session.detach();
    return answer;
  };
  const { currentIndex, entries } = await ask('Page.getNavigationHistory');
  await ask('Page.navigateToHistoryEntry', { entryId: entries[currentIndex + by].id });
  // The page may be between two targets.
  const arrived = async () => (await ask('Page.getNavigationHistory').catch(() => ({}))).currentIndex;
  await expect.poll(arrived).toBe(currentIndex + by);
}

// As docs/EMBEDDING.md has it, and a frame whose page lets it run none.
const KINDS = {
  'a browser without script': {
    javaScriptEnabled: false,
    body: (host) => `${host.snippet}<tukar-rewards partner="shop"><noscript>${frameOf(host)}</noscript></tukar-rewards>`,
  },
  'a frame in a sandbox without script': {
    javaScriptEnabled: true,
    body: (host) => frameOf(host, { sandbox: 'sandbox="allow-forms allow-same-origin"' }),
  },
};
for (const [name, { javaScriptEnabled, body }] of Object.entries(KINDS)) {
  test.describe(name, () => {
    test.use({ javaScriptEnabled });

    test('sign in, find, hold, wrong code, right code, voucher, all in the frame', async ({ page, host, programme }) => {
      host.partner();
      const [available, , had] = await books(programme);
      await page.goto(host.page({ body: body(host) }));
      const forms = new Forms(framed(page), programme);
      await forms.signIn();
      await forms.redeem();
      expect(await books(programme)).toEqual([available - 7_100, 0, had + 1]);
      expect(await page.context().cookies()).toEqual([]);
      // Nothing of it stands in an address, the frame's or the page's.
      for (const frame of page.frames()) expect(frame.url()).not.toMatch(/session|\d{6}/);
      expect(page.url()).toBe(`${host.origin}/`);
    });
  });
}

test.describe('the browser’s own buttons', () => {
  test.use({ javaScriptEnabled: false });

  test('in the frame: back from the voucher and forward again never redeems twice', async ({ page, host, programme }) => {
    host.partner();
    const [available, , had] = await books(programme);
    await page.goto(host.page({ body: frameOf(host) }));
    const forms = new Forms(framed(page), programme);
    await forms.signIn();
    await forms.redeem();
    for (const by of [-1, -1, 1, 1]) {
      await step(page, by);
      expect(await books(programme)).toEqual([available - 7_100, 0, had + 1]);
    }
  });

  test('on the programme’s own page: what the browser sends again on the way back tells where it stands', async ({
    page, programme,
  }) => {
    const [available, , had] = await books(programme);
    await page.goto(programme.url);
    const forms = new Forms(page, programme);
    await forms.signIn();
    await forms.redeem();
    // Back to the wrong code, to the hold and forward to the right one; each form is sent once more, as after the
    // browser's question whether to.
    for (const by of [-1, -1, 1, 1]) {
      await step(page, by);
      await page.reload();
      await forms.hasVoucher();
      expect(await books(programme)).toEqual([available - 7_100, 0, had + 1]);
    }
  });
});

for (const [locale, words] of Object.entries({
  id: { done: 'Berhasil ditukar', send: 'Kirim kode OTP', choose: 'Lanjut', redeem: /^Tukar [\d.]+ poin$/, code: 'Kode OTP (6 digit)', signIn: 'Masuk', contact: 'Nomor ponsel atau email' },
  en: { done: 'Redeemed', send: 'Send code', choose: 'Continue', redeem: /^Redeem [\d,]+ points$/, code: '6-digit code', signIn: 'Sign in', contact: 'Mobile number or email' },
})) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing on the voucher in the frame, ${locale}, ${colorScheme}`, async ({ page, host, programme }) => {
      host.partner();
      await page.emulateMedia({ colorScheme });
      // Script runs, for axe's sake; the widget does not.
      await page.route('**/*.wasm', (route) => route.abort());
      await page.goto(host.page({ body: `<main><h1>Kopi</h1>${frameOf(host, { query: `&locale=${locale}` })}</main>` }));
      const frame = framed(page);
      const press = (name) => frame.getByRole('button', { name, exact: true }).last().click();
      const type = async (before) => frame.getByLabel(words.code).fill(await programme.code(SARI.sms, before));
      await frame.getByRole('button', { name: words.signIn }).first().click();
      await frame.getByLabel(words.contact).fill(SARI.phone);
      await press(words.send);
      await type(0);
      await press(words.signIn);
      await frame.getByRole('searchbox').fill('kopi senja');
      await enter(frame.getByRole('searchbox'));
      await frame.getByRole('button', { name: /Kopi Senja.*25[.,]000/ }).click();
      await press(words.choose);
      const before = (await programme.messages(SARI.sms)).length;
      await press(words.send);
      await type(before);
      await press(words.redeem);
      await expect(frame.getByRole('heading', { name: words.done })).toBeVisible();
      await isAccessible(page);
    });
  }
}
