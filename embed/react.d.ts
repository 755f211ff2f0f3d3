// <tukar-rewards> in JSX of React 19, which listens to an element's own events by `on` and the event's name.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { TukarRewardsAttributes, TukarRewardsElement, TukarRewardsEventMap } from './element.js';

type Listeners = { [Name in keyof TukarRewardsEventMap as `on${Name}`]?: (event: TukarRewardsEventMap[Name]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'tukar-rewards': DetailedHTMLProps<HTMLAttributes<TukarRewardsElement>, TukarRewardsElement> & TukarRewardsAttributes & Listeners;
    }
  }
}
