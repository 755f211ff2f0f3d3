// <tukar-rewards> in JSX of React 18, which sets attributes of custom elements and knows none of their events: listen by
// a `ref` and `addEventListener`.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { TukarRewardsAttributes, TukarRewardsElement } from './element.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'tukar-rewards': DetailedHTMLProps<HTMLAttributes<TukarRewardsElement>, TukarRewardsElement> & TukarRewardsAttributes;
    }
  }
}
