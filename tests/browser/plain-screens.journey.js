// Points, locker, history and help as pages of forms, in both languages: what a member does there without script, no
// accessibility fault light or dark, a picture at three widths, and nothing that scrolls sideways.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SARI, enter, expect, isAccessible, settled, test } from './programme.js';

const PICTURES = process.env.TUKAR_SCREENSHOTS ?? '../../target/screenshots';

const WORDS = {
  id: {
    signIn: 'Masuk', contact: 'Nomor ponsel atau email', send: 'Kirim kode OTP', code: 'Kode OTP (6 digit)', locker: 'Voucher saya', history: 'Riwayat',
    help: 'Bantuan', choose: 'Lanjut', redeem: /^Tukar [\d.]+ poin$/, done: 'Selesai', receipt: 'Berhasil ditukar', open: 'Tampilkan kode', check: 'Tampilkan kode', hidden: /Kode voucher disembunyikan/,
    visible: /Kode voucher terlihat/, show: /^Lihat Voucher Kopi Senja/, copy: 'Kirim lewat email', copied: 'Salinan dikirim lewat email.', waiting: 'Penukaran belum selesai',
    goOn: 'Lanjutkan', earned: 'Diterima', spent: 'Ditukar', all: 'Semua', seeReceipt: 'Lihat bukti', search: 'Cari pertanyaan',
    months: /^\p{Lu}\p{Ll}+ 20\d\d\+?$/u, save: 'Lihat yang bisa ditukar', other: /English/,
  },
  en: {
    signIn: 'Sign in', contact: 'Mobile number or email', send: 'Send code', code: '6-digit code', locker: 'My vouchers', history: 'History',
    help: 'Help', choose: 'Continue', redeem: /^Redeem [\d,]+ points$/, done: 'Done', receipt: 'Redeemed', open: 'Show codes', check: 'Show codes', hidden: /Voucher codes are hidden/,
    visible: /Voucher codes visible/, show: /^View .*Kopi Senja/, copy: 'Send by email', copied: 'We sent a copy by email.', waiting: 'Unfinished redemption',
    goOn: 'Continue', earned: 'Earned', spent: 'Redeemed', all: 'All', seeReceipt: 'Receipt', search: 'Search questions',
    months: /^\p{Lu}\p{Ll}+ 20\d\d\+?$/u, save: 'See what you can redeem now', other: /Indonesia/,
  },
};

class Pages {
  constructor(page, programme, language) {
    Object.assign(this, { page, programme, language, words: WORDS[language] });
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' }).last();
  }

  tab(name) {
    return this.page.getByRole('navigation').getByRole('button', { name, exact: true });
  }

  /** Presses what sends a code, and types it. */
  async withCode(press, check) {
    const before = (await this.programme.messages(SARI.sms)).length;
    await press();
    await this.page.getByLabel(this.words.code).fill(await this.programme.code(SARI.sms, before));
    await this.button(check).click();
  }

  async signIn() {
    await this.page.getByLabel(this.words.contact).fill(SARI.phone);
    await this.withCode(() => this.button(this.words.send).click(), this.words.signIn);
  }

  /** To the code step of a redemption. */
  async hold() {
    await this.page.getByRole('searchbox').fill('kopi senja');
    await enter(this.page.getByRole('searchbox'));
    await this.button(/Kopi Senja.*25[.,]000/).click();
    await this.button(this.words.choose).click();
    await this.button(this.words.send).click();
    await expect(this.page.getByLabel(this.words.code)).toBeVisible();
  }
}

/** The next page is there, to its end: what is counted on it is all of it. */
async function settledAt(page, where, attribute = 'aria-current', value = 'page') {
  await expect(where).toHaveAttribute(attribute, value);
  await page.waitForLoadState();
}

for (const language of Object.keys(WORDS)) {
  const words = WORDS[language];
  const open = async (page, programme) => {
    await page.goto(`${programme.url}/?locale=${language}`);
    return new Pages(page, programme, language);
  };

  test.describe(`without script, ${language}`, () => {
    test.use({ javaScriptEnabled: false });

    test('the locker asks to sign in, shows a held redemption, and its codes after a fresh code', async ({ page, programme }) => {
      const pages = await open(page, programme);
      await pages.tab(words.locker).click();
      await pages.signIn();
      await expect(pages.tab(words.locker)).toHaveAttribute('aria-current', 'page');
      await pages.page.getByRole('navigation').getByRole('button').first().click();
      await pages.hold();
      await pages.tab(words.locker).click();
      await expect(page.getByText(words.waiting)).toBeVisible();
      await pages.button(words.goOn).click();
      const codes = await programme.messages(SARI.sms);
      await page.getByLabel(words.code).fill(codes[0].text.match(/#(\d{6})/)[1]);
      await pages.button(words.redeem).click();
      await expect(page.getByRole('heading', { name: words.receipt })).toBeVisible();
      await pages.button(words.done).click();
      // What was redeemed a moment ago is open; ten minutes later it is not.
      await programme.advance(601);
      await pages.tab(words.locker).click();
      await expect(page.getByText(words.hidden)).toBeVisible();
      await expect(page.locator('.locker-row__code--open')).toHaveCount(0);
      await pages.withCode(() => pages.button(words.open).click(), words.check);
      await expect(page.getByText(words.visible)).toBeVisible();
      await pages.button(words.show).click();
      await expect(page.getByRole('img', { name: /QR/ })).toBeVisible();
      await pages.button(words.copy).click();
      await expect(page.getByText(words.copied)).toBeVisible();
      await pages.button(words.done).click();
      await expect(page.getByText(words.visible)).toBeVisible();
      expect(page.url()).not.toMatch(/session|\d{6}/);
    });

    test('the history by kind, from it to a receipt and back; points month by month; help with its search', async ({ page, programme }) => {
      const pages = await open(page, programme);
      await pages.tab(words.history).click();
      await pages.signIn();
      const rows = page.locator('.history-row');
      await settledAt(page, pages.tab(words.history));
      const all = await rows.count();
      await pages.button(words.spent).click();
      await settledAt(page, pages.button(words.spent), 'aria-pressed', 'true');
      expect(await rows.count()).toBeLessThan(all);
      await page.getByRole('button', { name: words.seeReceipt }).first().click();
      await expect(page.locator('.receipt')).toBeVisible();
      await pages.button(words.done).click();
      await expect(pages.tab(words.history)).toHaveAttribute('aria-current', 'page');
      await page.getByRole('navigation').getByRole('button').first().click();
      await expect(page.locator('.chart__month').first()).toHaveText(words.months);
      await expect(page.locator('.chart__value').first()).toHaveText(/^[\d.,]+$/);
      await page.locator('.plain-rest > summary').click();
      expect(await page.locator('.lot').count()).toBeGreaterThan(5);
      await pages.tab(words.help).click();
      await settledAt(page, pages.tab(words.help));
      const questions = page.locator('.question');
      const asked = await questions.count();
      await page.getByRole('searchbox').fill('zzz');
      await enter(page.getByRole('searchbox'));
      await expect(questions).toHaveCount(0);
      await page.getByRole('searchbox').fill('');
      await enter(page.getByRole('searchbox'));
      await expect(questions).toHaveCount(asked);
      await questions.first().locator('summary').click();
      await expect(questions.first().locator('.question__answer')).toBeVisible();
    });
  });

  test(`points, locker, history, help and vouchers in ${language} are sound, light and dark`, async ({ page, programme }) => {
    test.slow();
    // Script runs, for axe's sake; the widget does not.
    await page.route('**/*.wasm', (route) => route.abort());
    const look = async (name) => {
      await page.waitForLoadState('load');
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        // Colours are measured once they are painted.
        await settled(page);
        await isAccessible(page);
        await mkdir(PICTURES, { recursive: true });
        for (const width of [360, 768, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          await page.screenshot({ path: join(PICTURES, `plain-${language}-${name}-${colorScheme}-${width}.png`), fullPage: true });
          const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
          expect.soft(over, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
        }
      }
    };
    const pages = await open(page, programme);
    await pages.tab(words.help).click();
    await look('1-help');
    await pages.tab(words.locker).click();
    await look('2-sign-in');
    await pages.signIn();
    await look('3-locker');
    await pages.button(words.open).click();
    await look('4-locker-code');
    await pages.withCode(() => programme.advance(31).then(() => page.locator('.code-step__ways button').first().click()), words.check);
    await look('5-locker-open');
    await page.locator('.locker-row .button').first().click();
    await look('6-voucher');
    await pages.tab(words.history).click();
    await look('7-history');
    await page.getByRole('navigation').getByRole('button').first().click();
    await look('8-points');
    await pages.hold();
    await pages.tab(words.locker).click();
    await look('9-locker-held');
  });
}
