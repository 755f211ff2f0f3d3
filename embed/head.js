// Stands in the page itself, before all else: a member's points are asked for at once, and put into the first view, which the
// server wrote for anybody. It is the page of forms that shows the same. Without a session it does nothing, as where the
// browser keeps nothing; what was begun in the first view is left alone.

import { beginsAtHome, kept, languageHere } from './kept.js';

/** Whose points, and how they are told. */
function wish() {
  const form = new URLSearchParams(location.search);
  const token = kept('tukar.session');
  if (!token || !beginsAtHome(form.get('view'))) return undefined;
  form.set('session', token);
  form.set('locale', languageHere(form.get('speak') || form.get('locale')));
  form.delete('speak');
  return form;
}

async function showPoints() {
  const body = wish();
  if (!body) return;
  const parsed = new Promise((done) => document.addEventListener('readystatechange', done, { once: true }));
  const answer = await fetch('/plain/home', { method: 'POST', body });
  const text = answer.ok ? await answer.text() : '';
  await parsed;
  const first = document.querySelector('.tukar-page[slot=early]');
  const page = new DOMParser().parseFromString(text, 'text/html').querySelector('.tukar-page');
  // A session that has ended, or only reads, is not in it.
  if (!first || !page?.querySelector('[name=session]')) return;
  const typed = first.querySelector('[type=search]');
  const put = (...parts) => {
    if (first.contains(document.activeElement) || typed?.value !== typed?.defaultValue) return;
    for (const part of parts) {
      const come = page.querySelector(part);
      if (come) first.querySelector(part)?.replaceWith(come);
    }
  };
  if (page.querySelector('.shell__notice')) {
    put('.tukar');
    return;
  }
  put('.shell__bar', '.home__points');
  // The same cards, whose buttons then know the session: for where the widget does not come.
  (window.requestIdleCallback ?? setTimeout)(() => put('.shell__tabs', '.home__rewards'));
}

showPoints().catch(() => undefined); // The first view stays as it is.
