// No card cuts its text, whoever looks, in every width and language; long words and links wrap.
import { cardsOf } from './text-fits.js';
import { FARAH, expect, settled, takenOver, test } from './programme.js';

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

/** Of a promotion's labels: how far they are out of their pictures, and what can be read of them. */
const labelsOf = (where) =>
  where.locator('.reward__promotion').evaluateAll((all) =>
    all.map((label) => {
      const [own, picture] = [label, label.closest('.reward__picture, .detail__picture')].map((one) => one.getBoundingClientRect());
      const out = Math.max(picture.left - own.left, own.right - picture.right, picture.top - own.top, own.bottom - picture.bottom);
      return { inside: out <= 0, tidy: label.scrollWidth <= label.clientWidth + 1, lines: Math.floor(own.height / parseFloat(getComputedStyle(label).lineHeight)), whole: label.scrollHeight <= label.clientHeight + 1, text: label.textContent, titled: label.title === label.textContent };
    }),
  );

test('a long label of a promotion stays in its picture, in the widget and in the first view', async ({ page, programme }) => {
  const words = 'Promo akhir tahun khusus anggota setia di semua gerai yang ikut serta, selama persediaan masih ada dan tidak digabungkan';
  const word = 'Penukaran'.repeat(14).slice(0, 120);
  expect(words.length).toBe(120);
  const rewards = [['label-words', words], ['label-word', word]].map(([id, label]) => {
    const promotion = { points: 400, label: { id: label, en: label }, starts: '-1d', ends: '+9d' };
    return { id, title: { id, en: id }, points: 500, promotion };
  });
  await programme.sell(...rewards);
  const look = async (where) => {
    for (const width of [320, 360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      const labels = (await labelsOf(where)).filter(({ text }) => [words, word].includes(text));
      expect(labels.length, `labels at ${width}`).toBe(2);
      for (const { inside, tidy, lines, titled } of labels) {
        expect({ inside, tidy, two: lines <= 2, titled }, `at ${width}`).toEqual({ inside: true, tidy: true, two: true, titled: true });
      }
    }
  };
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(programme.url);
  await look(page.locator('[slot=early]'));
  await page.unroute('**/*.wasm');
  await page.reload();
  await takenOver(page);
  await look(page.locator('tukar-rewards'));
  // In the detail the whole label is read, at a narrow screen too.
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await page.getByRole('button', { name: 'label-words' }).click();
    const [label] = await labelsOf(page.getByRole('dialog'));
    expect({ inside: label.inside, whole: label.whole }, `the detail at ${width}`).toEqual({ inside: true, whole: true });
    await page.keyboard.press('Escape');
  }
});

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
