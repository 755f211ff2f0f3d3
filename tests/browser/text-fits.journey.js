// No card cuts its text, whoever looks, in every width and language; long words and links wrap.
import { cardsOf } from './text-fits.js';
import { FARAH, expect, settled, test } from './programme.js';

for (const language of ['id', 'en']) {
  test(`every card shows all of its text in ${language}`, async ({ shop, page, programme }) => {
    test.setTimeout(240_000);
    const { total } = await (await fetch(`${programme.url}/v1/rewards?limit=1`)).json();
    const look = async (who) => {
      for (const width of [320, 360, 768, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        const cards = await cardsOf(page);
        const cut = cards.filter(({ faults }) => faults.length > 0);
        console.log(`cut in ${language}, ${who}, ${width} px: ${cut.length} of ${cards.length}`);
        expect.soft(cards.length, `cards at ${width}`).toBe(total);
        expect.soft(cut.slice(0, 3), `${who} at ${width}`).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.evaluate(() => scrollTo(0, 0));
    };
    await expect(page.locator('.loading-more')).toHaveCount(0);
    if (language === 'id') {
      await shop.signIn(FARAH);
    } else {
      await shop.signIn(FARAH);
      await page.getByRole('button', { name: /English/ }).click();
    }
    await expect(page.locator('.standing--ready').first()).toBeVisible();
    await page.locator('.choice--sort select').selectOption('ending');
    await look('member');
    await page.getByRole('button', { name: language === 'id' ? 'Keluar' : 'Sign out' }).click();
    await expect(page.locator('.standing--ready')).toHaveCount(0);
    await look('visitor');
  });
}

test('long words and links wrap in card, detail and review', async ({ page, programme }) => {
  const word = 'Kesinambunganpertanggungjawaban'.repeat(3);
  const link = `https://nusa.example.id/${'a'.repeat(82)}`;
  await programme.sell({ id: 'long', title: { id: word, en: word }, brand: word, description: { id: link, en: link }, terms: { id: [link], en: [link] }, points: 500 });
  await page.goto(programme.url);
  await expect(page.locator('[slot=early]')).toHaveCount(0, { timeout: 20_000 });
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.locator('.reward__open').first().click();
    await expect(page.getByRole('dialog').locator('.detail__text')).toContainText('nusa.example.id');
    const over = await page.evaluate(() => {
      const root = document.querySelector('tukar-rewards').shadowRoot;
      const dialog = root.querySelector('dialog[open] .detail__body');
      return Math.max(document.scrollingElement.scrollWidth - innerWidth, dialog.scrollWidth - dialog.clientWidth);
    });
    expect(over, `at ${width}`).toBeLessThanOrEqual(0);
    await page.keyboard.press('Escape');
    expect((await cardsOf(page)).filter(({ faults }) => faults.length > 0)).toEqual([]);
  }
});
