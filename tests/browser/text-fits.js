// Which cards of the catalogue show less text than they hold: cut, outside of the card, or one text over another.

/** For the page: the faults of the cards that stand in it now, by row. */
function faultsOfCards(root) {
  const TEXTS = ['.reward__brand', '.reward__open', '.price__now', '.price__before s', '.price__value', '.price__until', '.standing__text', '.standing__low'];
  const OVER = ['.reward__promotion', '.art__initials'];
  const out = (inner, outer) => inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const textRect = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const found = {};
  for (const card of root.querySelectorAll('.reward[data-row]')) {
    const faults = [];
    const box = card.getBoundingClientRect();
    if (card.scrollHeight > card.clientHeight + 1 || card.scrollWidth > card.clientWidth + 1) faults.push('card');
    const rects = [];
    for (const selector of TEXTS) {
      for (const element of card.querySelectorAll(selector)) {
        const hides = getComputedStyle(element).overflow !== 'visible';
        if (hides && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) faults.push(`${selector} cut`);
        const rect = textRect(element);
        if (!hides && out(rect, box)) faults.push(`${selector} outside`);
        rects.push([selector, hides ? element.getBoundingClientRect() : rect]);
      }
    }
    rects.forEach(([one, a], at) => rects.slice(at + 1).forEach(([other, b]) => meet(a, b) && faults.push(`${one} over ${other}`)));
    const picture = card.querySelector('.reward__picture').getBoundingClientRect();
    for (const selector of OVER) {
      const element = card.querySelector(selector);
      if (!element?.textContent) continue;
      if (out(element.getBoundingClientRect(), picture)) faults.push(`${selector} outside`);
      // A label may be cut after its second line where it is its title too.
      const whole = element.scrollHeight <= element.clientHeight + 1 || element.title === element.textContent;
      if (selector === '.reward__promotion' && !(whole && element.scrollWidth <= element.clientWidth + 1)) faults.push(`${selector} cut`);
    }
    found[card.dataset.row] = { title: card.querySelector('.reward__open').textContent, faults };
  }
  return found;
}

/** Every card of the list, from its top to its end, with its faults. */
export async function cardsOf(page) {
  const all = {};
  await page.evaluate(() => scrollTo(0, 0));
  for (let steps = 0; steps < 400; steps += 1) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const list = page.locator('ul.rewards__list[role=list]').last();
    Object.assign(all, await list.evaluate(faultsOfCards));
    const more = await page.evaluate(() => {
      const before = scrollY;
      scrollBy(0, innerHeight * 0.7);
      return scrollY > before;
    });
    if (!more) break;
  }
  return Object.values(all);
}
