// What a partner pastes, for each kind of page; and the policy that such a page needs. Pure.

const quoted = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** `<tukar-rewards a="b" …` without its end. */
const tag = (choice, more = '') => {
  const words = Object.entries(choice.attributes).map(([name, value]) => `${name}="${quoted(value)}"`);
  return ['<tukar-rewards', ...words, ...(more ? [more] : [])].join(' ');
};

// The widget's room, kept from before its script runs, so that nothing under it moves; a button needs none.
const ROOM = ['display: block;', 'min-height: 100vh;'];
const keepsRoom = ({ attributes }) => (attributes.display ?? 'inline') === 'inline';

const tokens = (choice) => Object.entries(choice.tokens).map(([name, value]) => `  ${name}: ${value};`);

const style = (choice) => (tokens(choice).length ? `<style>\ntukar-rewards {\n${tokens(choice).join('\n')}\n}\n</style>\n` : '');

const room = (choice) => (keepsRoom(choice) ? `style="${ROOM.join('').replaceAll(' ', '').slice(0, -1)}"` : '');

const sheet = (choice, say) => {
  const lines = [...(keepsRoom(choice) ? ROOM.map((line) => `  ${line}`) : []), ...tokens(choice)];
  return lines.length ? `\n\n/* ${say} */\ntukar-rewards {\n${lines.join('\n')}\n}` : '';
};

const link = (choice, words) => `\n  <a href="${choice.home}">${words.fallback}</a>\n`;

const define = (choice, indent = '') =>
  `${indent}import { define } from 'tukar-embed/element';\n\n${indent}define({ home: '${choice.home}' });\n`;

/** Each takes `{ home, pinned: { loader, integrity }, attributes, tokens }` and the page's words. */
export const SNIPPETS = {
  html: (choice, words) =>
    `${style(choice)}<script type="module" src="${choice.home}/tukar.js"></script>\n${tag(choice, room(choice))}>${link(choice, words)}</tukar-rewards>`,
  pinned: (choice, words) =>
    `${style(choice)}<script type="module" crossorigin src="${choice.home}/${choice.pinned.loader}"\n  integrity="${choice.pinned.integrity}"></script>\n${tag(choice, room(choice))}>${link(choice, words)}</tukar-rewards>`,
  react: (choice, words) =>
    `${define(choice)}\nexport const Rewards = () => (\n  ${tag(choice, 'ontukar-redeemed={(event) => console.log(event.detail)}')} />\n);${sheet(choice, words.inYourSheet)}`,
  vue: (choice, words) =>
    `<script setup>\n${define(choice)}</script>\n\n<template>\n  ${tag(choice, '@tukar-redeemed="(event) => console.log(event.detail)"')} />\n</template>${sheet(choice, words.inYourSheet)}`,
  svelte: (choice, words) =>
    `<script>\n${define(choice, '  ')}</script>\n\n${tag(choice, 'ontukar-redeemed={(event) => console.log(event.detail)}')}></tukar-rewards>${sheet(choice, words.inYourSheet)}`,
  angular: (choice, words) =>
    `${define(choice)}\n@Component({\n  selector: 'app-rewards',\n  schemas: [CUSTOM_ELEMENTS_SCHEMA],\n  template: \`${tag(choice, '(tukar-redeemed)="redeemed($event)"')}></tukar-rewards>\`,\n})${sheet(choice, words.inYourSheet)}`,
};

/** The page's Content-Security-Policy, as far as the widget needs it. */
export function policy({ home, attributes }, kind) {
  const bundled = kind !== 'html' && kind !== 'pinned';
  if (attributes.mode === 'inline') {
    return `script-src ${home} 'wasm-unsafe-eval'; connect-src ${home}; img-src ${home} https: data:; style-src-attr 'unsafe-inline'`;
  }
  return `script-src ${bundled ? "'self'" : home}; frame-src ${home}`;
}
