// What a window may be sent: any value at all. A message is believed only when it has exactly one of the shapes, and what is
// then used is a fresh copy of the checked fields. Messages are made from a seed, near the shapes and far from them.
import { expect, test } from '../browser/programme.js';
import { FROM_FRAME, FROM_HOST, SETTINGS, VERSION, believed, read, write } from '../../embed/messages.js';

const RUNS = Number(process.env.TUKAR_FUZZ_RUNS ?? 20_000);
const WORDS = [
  ...Object.keys(FROM_FRAME), ...Object.keys(FROM_HOST), ...Object.keys(SETTINGS), 'tukar-balance', 'tukar-redeemed', 'tukar-signed-in',
  'tukar-error', 'open', 'refresh', 'proceed', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'x'.repeat(600),
];
const FIELDS = ['tukar', 'type', 'height', 'top', 'name', 'detail', 'value', 'id', 'reward', 'points', 'go', 'fixed', 'available', 'kind', 'token'];

/** mulberry32: the same numbers for the same seed, everywhere. */
function chanceOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function made(chance, depth = 0) {
  const one = (list) => list[Math.floor(chance() * list.length)];
  const value = () => {
    const numbers = [0, 1, -1, 7, 1e12, 1e12 + 1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER];
    const kinds = [() => one(numbers), () => one(WORDS), () => one([true, false, null, undefined, 1n, Symbol.iterator])];
    if (depth < 3) kinds.push(() => made(chance, depth + 1), () => [made(chance, depth + 1)]);
    return one(kinds)();
  };
  if (chance() < 0.05) return value();
  const message = one([{}, Object.create(null), Object.create({ extra: 1 })]);
  if (depth === 0 && chance() < 0.9) Object.assign(message, { tukar: VERSION, type: one(WORDS.slice(0, 13)) });
  // Half of the time the very fields of a shape, else any.
  const shape = { ...FROM_FRAME, ...FROM_HOST }[message.type];
  for (const field of shape && chance() < 0.85 ? Object.keys(shape) : FIELDS.filter(() => chance() < 0.15)) {
    Object.defineProperty(message, field, { value: value(), enumerable: true, configurable: true, writable: true });
  }
  if (message.type === 'event' && chance() < 0.7) {
    const [name, detail] = one([
      ['tukar-balance', { available: value() }], ['tukar-redeemed', { reward: value(), points: value() }],
      ['tukar-signed-in', one([{}, null])], ['tukar-error', { kind: value() }],
    ]);
    Object.assign(message, { name, detail });
  }
  if (message.type === 'ask' && chance() < 0.5) Object.assign(message, { id: 7, reward: one(WORDS), points: value() });
  return message;
}

/** Nothing but plain data, small: what a page could not use for anything else. */
function isPlain(value, depth = 0) {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return value.length <= 500;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 && value <= 1e12;
  const prototype = typeof value === 'object' && Object.getPrototypeOf(value);
  return prototype === Object.prototype && depth < 2 && Object.values(value).every((inner) => isPlain(inner, depth + 1));
}

test('of messages made up from seeds none throws, and only exact shapes are believed', () => {
  const taken = {};
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const data = made(chanceOf(seed));
    for (const shapes of [FROM_FRAME, FROM_HOST]) {
      const message = read(data, shapes);
      if (message === undefined) continue;
      taken[message.type] = (taken[message.type] ?? 0) + 1;
      expect(message, `seed ${seed}`).not.toBe(data);
      expect(Object.keys(message).sort(), `seed ${seed}`).toEqual([...Object.keys(shapes[message.type]), 'type'].sort());
      expect(isPlain(message), `seed ${seed}: ${JSON.stringify(message)}`).toBe(true);
      const { type, ...fields } = message;
      expect(read(write(type, fields), shapes), `seed ${seed}`).toEqual(message);
    }
  }
  // Every shape was met, so that the above was not about nothing.
  expect(Object.keys(taken).sort()).toEqual([...new Set([...Object.keys(FROM_FRAME), ...Object.keys(FROM_HOST)])].sort());
});

test('a message of another window or origin is not believed, whatever it says', () => {
  const chance = chanceOf(7);
  const frame = {};
  for (let round = 0; round < 1000; round += 1) {
    const data = made(chance);
    expect(believed({ source: {}, origin: 'https://a.example', data }, frame, 'https://a.example', FROM_FRAME)).toBe(undefined);
    expect(believed({ source: frame, origin: 'https://a.example.evil', data }, frame, 'https://a.example', FROM_FRAME)).toBe(undefined);
    expect(believed({ source: undefined, origin: 'https://a.example', data }, undefined, 'https://a.example', FROM_FRAME)).toBe(undefined);
  }
});
