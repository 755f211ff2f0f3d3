// What the widget asks for first, asked for while its bytes are still coming.

import { beginsAtHome, kept, languageHere } from './kept.js';

const ANSWER_MS = 15_000; // As long as the widget itself would wait (src/api.rs).
const FRESH_MS = 10_000; // From the widget's start: what nobody has taken by then might be old.

/** The whole answer, and when it was here, in milliseconds since the page began: the server's clock in it was right then. */
async function whole(url, how) {
  const answer = await fetch(url, { ...how, signal: AbortSignal.timeout(ANSWER_MS) });
  const text = await answer.text();
  return Object.assign(new Response(text, { status: answer.status }), { at: performance.now() });
}

/**
 * Asks `api` for what the widget in `host` will want first. The answer hands each answer over once, as a promise of a
 * `Response`, to who asks for the same in the same language as the same member. Called without a path, as before
 * anything is changed, it forgets the rest.
 */
export function ask(host, api) {
  const token = kept('tukar.session');
  const locale = languageHere(host.getAttribute('locale'));
  const atHome = beginsAtHome(host.getAttribute('view'));
  const home = atHome ? ['/v1/rewards?limit=60'] : [];
  if (atHome && token) home.push('/v1/me/balance', '/v1/me/eligibility');
  const paths = ['/v1/programme', ...(token ? ['/v1/me'] : []), ...home];
  const headers = { accept: 'application/json, application/problem+json', 'accept-language': locale };
  if (token) headers.authorization = `Bearer ${token}`;
  const answers = new Map();
  for (const path of paths) {
    const answer = whole(api.replace(/\/+$/, '') + path, { headers });
    answer.catch(() => undefined); // Told to who takes it.
    answers.set(path, answer);
  }
  const take = (path, tag, member) => {
    if (!path) answers.clear();
    const answer = tag === locale && member === token ? answers.get(path) : undefined;
    if (answer) answers.delete(path);
    return answer;
  };
  return { take, begun: () => setTimeout(take, FRESH_MS) };
}
