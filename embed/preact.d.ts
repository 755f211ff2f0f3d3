// <tukar-rewards> in JSX of Preact 10.
import type { JSX } from 'preact';
import type { TukarRewardsAttributes, TukarRewardsElement, TukarRewardsEventMap } from './element.js';

type Listeners = { [Name in keyof TukarRewardsEventMap as `on${Name}`]?: (event: TukarRewardsEventMap[Name]) => void };

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'tukar-rewards': JSX.HTMLAttributes<TukarRewardsElement> & TukarRewardsAttributes & Listeners;
    }
  }
}
