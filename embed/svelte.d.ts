// <tukar-rewards> in Svelte: 5 listens by `on` and the event's name, 4 by `on:` and the event's name.
import type { HTMLAttributes } from 'svelte/elements';
import type { TukarRewardsAttributes, TukarRewardsElement, TukarRewardsEventMap } from './element.js';

type Listeners = {
  [Name in keyof TukarRewardsEventMap as `on${Name}` | `on:${Name}`]?: (event: TukarRewardsEventMap[Name]) => void;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'tukar-rewards': HTMLAttributes<TukarRewardsElement> & TukarRewardsAttributes & Listeners;
  }
}
