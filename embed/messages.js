// What the loader in the host's page and the frame of the programme say to each other. Pure: no window, no document.
// Each side believes only one window, only at one origin, and only messages of exactly these shapes; what it uses is a
// fresh copy with the checked fields and nothing else.

export const VERSION = 1;

const text = (max) => (value) => typeof value === 'string' && value.length <= max;
const whole = (value) => Number.isSafeInteger(value) && value >= 0 && value <= 1e12;
const flag = (value) => value === true || value === false;

/** What the host may set, and how long it may be. */
export const SETTINGS = { locale: 35, theme: 10, view: 20, filter: 500, accent: 64, radius: 32, font: 300, identity: 2048 };

const EVENTS = {
  'tukar-balance': { available: whole },
  'tukar-redeemed': { reward: text(64), points: whole },
  'tukar-signed-in': {},
  'tukar-signed-out': {},
  'tukar-error': { kind: text(40) },
};

/** From the frame to the host's page. */
export const FROM_FRAME = {
  ready: {},
  size: { height: whole },
  reveal: { top: whole },
  event: { name: (name) => has(EVENTS, name), detail: (detail) => typeof detail === 'object' },
  ask: { id: whole, reward: text(64), points: whole },
  closes: {}, // The widget shows a button of its own that closes the panel or dialog.
  close: {},
  refused: { why: text(20) },
};

/** From the host's page to the frame. */
export const FROM_HOST = {
  hello: { fixed: flag },
  set: { name: (name) => has(SETTINGS, name), value: (value) => value === null || typeof value === 'string' },
  call: { name: (name) => name === 'open' || name === 'refresh' || name === 'signOut' || name === 'proceed', value: text(20) },
  view: { top: whole, height: whole },
  answer: { id: whole, go: flag },
};

// `in` would believe what a page put on Object.prototype.
const has = (object, name) => typeof name === 'string' && Object.prototype.hasOwnProperty.call(object, name);

/** The fields of `shape` in a fresh object; undefined when one is missing or wrong, or there are more. */
export function exactly(shape, value, extra = 0) {
  if (typeof value !== 'object' || value === null) return undefined;
  const names = Object.keys(shape);
  if (Object.keys(value).length !== names.length + extra) return undefined;
  const copy = {};
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at];
    if (!has(value, name) || !shape[name](value[name])) return undefined;
    copy[name] = value[name];
  }
  return copy;
}

/** A message as it may be believed, or undefined. */
export function read(data, shapes) {
  if (typeof data !== 'object' || data === null || !has(data, 'tukar') || data.tukar !== VERSION) return undefined;
  if (!has(data, 'type') || !has(shapes, data.type)) return undefined;
  const message = exactly(shapes[data.type], data, 2);
  if (!message) return undefined;
  if (data.type === 'event') {
    const shape = EVENTS[message.name];
    message.detail = message.detail === null && Object.keys(shape).length === 0 ? null : exactly(shape, message.detail);
    if (message.detail === undefined) return undefined;
  }
  if (data.type === 'set' && message.value !== null && message.value.length > SETTINGS[message.name]) return undefined;
  message.type = data.type;
  return message;
}

/** A message of a window event, or undefined when it comes from another window or origin, or has another shape. */
export function believed(event, source, origin, shapes) {
  return source && event.source === source && event.origin === origin ? read(event.data, shapes) : undefined;
}

export const write = (type, fields) => ({ tukar: VERSION, type, ...fields });
