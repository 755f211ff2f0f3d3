// What the widget keeps for this tab (src/session.rs, src/app.rs, src/redeem.rs, src/api/attempt.rs), read before the widget runs.

import { languageOf } from './language.js';

/** Under this name; nothing where the browser lets it keep nothing. */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The member's own language, else the page's, else the first of the browser's that is one of ours. */
export const languageHere = (page) => languageOf(kept('tukar.locale'), page, ...navigator.languages);

/** Whether a receipt that was shown comes back: only by a reload, which can't be told in a frame (src/app.rs). */
const mayBeReload = () => parent !== window || performance.navigation.type === 1;

/** Whether the widget goes on with a redemption. */
function redeems() {
  const attempt = kept('tukar.attempt');
  return kept('tukar.review') || (attempt && (!attempt.over || mayBeReload()));
}

/** Whether the widget begins with points and catalogue, where its page asks for `view`. */
export const beginsAtHome = (view) =>
  (kept('tukar.screen') ?? (view || 'rewards')) === 'rewards' && !redeems();
