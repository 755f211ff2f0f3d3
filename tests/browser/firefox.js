// Debian's Firefox, driven by WebDriver BiDi: the runner's own driver wants a patched Firefox. Third-party cookies are
// refused, as its strict mode does.
import puppeteer from 'puppeteer-core';

/** A fresh Firefox with a profile of its own, in which these preferences are set too. */
export const launch = (preferences = {}) =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    extraPrefsFirefox: { 'network.cookie.cookieBehavior': 1, 'intl.accept_languages': 'id-ID, id', 'intl.locale.requested': 'id', ...preferences },
  });

/** A member before a document whose widget stands in shadow roots. */
export class Hand {
  constructor(frame) {
    this.frame = frame;
  }

  /** The first element of this kind that can be seen and whose whole text fits. */
  async find(css, pattern, timeout = 180_000) {
    const handle = await this.frame.waitForFunction(
      (css, pattern) => {
        const roots = [document];
        for (const root of roots) {
          for (const each of root.querySelectorAll('*')) {
            if (each.shadowRoot) roots.push(each.shadowRoot);
            const text = each.matches(css) && each.textContent.trim();
            if (text !== false && new RegExp(pattern).test(text) && each.checkVisibility() && !each.disabled) return each;
          }
        }
        return undefined;
      },
      { timeout, polling: 100 },
      css,
      pattern,
    );
    return handle.asElement();
  }

  /** Clicks it once it has stopped moving: lists are drawn anew while they are searched. */
  async press(css, pattern) {
    let last = '';
    for (let tries = 0; tries < 1_000; tries += 1) {
      const found = await this.find(css, pattern);
      const box = JSON.stringify(await found.boundingBox());
      if (box !== 'null' && box === last) return found.click();
      last = box;
      await this.frame.page().evaluate(() => new Promise((done) => setTimeout(done, 20)));
    }
    throw new Error(`${pattern} does not stand still`);
  }

  /** What commits acts only when it could be seen for half a second; what is pressed sooner says so, and is pressed again. */
  async commit(css, pattern) {
    const button = await this.find(css, pattern);
    await button.scrollIntoView();
    const wasRefused = () => {
      const said = [...document.querySelectorAll('.covered:not(:empty)')];
      said.forEach((each) => each.replaceChildren());
      return said.length > 0;
    };
    do {
      await this.frame.page().evaluate(() => new Promise((done) => setTimeout(done, 600)));
      await button.click();
    } while (await this.frame.evaluate(wasRefused));
  }

  async type(css, text) {
    await (await this.find(css, '')).type(text);
  }
}
