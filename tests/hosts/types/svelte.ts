// Svelte 5 and 4: what svelte-check holds a component against.
import type {} from 'tukar-embed/svelte';
import type { SvelteHTMLElements } from 'svelte/elements';

type Props = SvelteHTMLElements['tukar-rewards'];

export const five: Props = { partner: 'shop', 'ontukar-redeemed': (event) => console.log(event.detail.points) };
export const four: Props = { display: 'dialog', 'on:tukar-balance': (event) => console.log(event.detail.available) };

// @ts-expect-error there is no such event
export const wrong: Props = { 'ontukar-code': () => undefined };
