// One lot, one date: in the widget's lots, review and chart as in the forms, by the programme's zone and never the visitor's.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SARI, expect, test } from './programme.js';

const settingsFor = (zone, label) => {
  const file = join(mkdtempSync(join(tmpdir(), 'tukar-zone-')), 'tukar.toml');
  writeFileSync(file, `[programme]\ntime_zone = "${zone}"\ntime_zone_label = "${label}"\n`);
  return { TUKAR_CONFIG: file };
};

for (const [zone, label] of [['Asia/Jakarta', 'WIB'], ['Asia/Jayapura', 'WIT'], ['Europe/London', 'GMT']]) {
  test.describe(zone, () => {
    test.use({ settings: settingsFor(zone, label) });

    test(`every lot has its last usable day in widget, chart, review and forms in ${zone}`, async ({ shop, page, programme }) => {
      await shop.signIn(SARI);
      const member = await programme.asMember(SARI);
      const { lots, months } = await member('/v1/me/balance');
      const written = (options) => new Intl.DateTimeFormat('id-ID', { timeZone: zone, ...options });
      const day = written({ day: 'numeric', month: 'short', year: 'numeric' });
      const month = written({ month: 'short', year: 'numeric' });
      const last = lots.filter((lot) => lot.ends_at).map((lot) => new Date(Date.parse(lot.ends_at) - 1000));
      await expect(page.locator('.balance__time')).toContainText(label);
      await page.getByRole('button', { name: /^Tampilkan \d+ lainnya$/ }).first().click();
      await expect(page.locator('.lot__ends')).toHaveText(last.map((at) => new RegExp(`${day.format(at)}$`)));
      const granted = lots.map((lot, at) => (lot.pending ? null : month.format(last[at]))).filter(Boolean);
      await expect(page.locator('.chart__month').first()).toHaveText(granted[0]);
      expect(months.length).toBe(new Set(granted).size);
      const forms = await fetch(`${programme.url}/plain/home`, { method: 'POST', body: new URLSearchParams({ session: member.token, locale: 'id' }) });
      const html = await forms.text();
      for (const at of last) expect(html).toContain(`${day.format(at)}</span>`);
      // What is near is told with its weekday, in the same zone.
      await page.locator('.reward__open').first().click();
      await page.locator('.detail__redeem').click();
      const paying = page.locator('.paid-by__ends');
      await expect(paying.first()).toContainText(written({ weekday: 'long' }).format(last[0]));
      await expect(paying.first()).toContainText(`${written({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(last[0])} ${label}`);
      // The visitor's own zone is on none of it.
      await expect(page.locator('body')).not.toContainText(/GMT-|EST|New York/);
    });
  });
}

test('what pays for a redemption adds up to its price, folded and unfolded', async ({ shop, page }) => {
  await shop.signIn({ sms: '+6281311112222', phone: '0813 1111 2222' });
  await page.locator('.reward__open').first().click();
  await page.locator('.detail__redeem').click();
  const sum = async () => {
    const texts = await page.locator('.paid-by__points').allInnerTexts();
    return texts.reduce((all, text) => all + Number(text.replace(/\D/g, '')), 0);
  };
  await expect(page.locator('.paid-by__row').last()).toBeVisible();
  const total = Number((await page.locator('.sums__row--total dd').innerText()).replace(/\D/g, ''));
  expect(await sum()).toBe(total);
  await page.locator('.review__numbers .link-button').click();
  await expect(page.locator('.review__numbers .link-button')).toHaveCount(0);
  expect(await sum()).toBe(total);
});

test('the stepper goes as far as the sentence beside it says, and a refusal stands there too', async ({ shop, page, programme }) => {
  await shop.signIn(SARI);
  await programme.sell({ id: 'few', points: 100, quantity_max: 5, limit: { count: 2, per: 'day' } });
  await page.reload();
  await page.locator('.reward__open').first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.detail__hint')).toContainText('2');
  const more = dialog.locator('.stepper__button').last();
  await more.click();
  await expect(dialog.locator('.stepper__number')).toHaveText('2');
  await expect(more).toHaveAttribute('aria-disabled', 'true');
  await dialog.locator('.detail__redeem').click();
  const pieces = page.locator('.review__part', { has: page.locator('.stepper') });
  await expect(pieces.locator('.review__note')).toContainText('2');
  await expect(pieces.locator('.stepper__button').last()).toBeDisabled();
  // Elsewhere one was redeemed meanwhile: the new quote allows one, and says so where it is to be changed.
  const member = await programme.asMember(SARI);
  const quote = await member('/v1/redemptions/quote', { reward_id: 'few', quantity: 1 });
  const id = crypto.randomUUID();
  const held = await fetch(`${programme.url}/v1/redemptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${member.token}`, 'idempotency-key': id },
    body: JSON.stringify({ id, reward_id: 'few', quantity: 1, points: quote.points, price_version: quote.price_version }),
  });
  expect(held.status).toBe(201);
  await page.locator('.review__sum button[type=submit]').click();
  await expect(pieces.locator('.field__error')).toHaveText('Anda masih bisa menukar 1');
  await expect(pieces.locator('.review__note')).toBeEmpty();
});
