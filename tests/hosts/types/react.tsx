// React 19: attributes and events by their names.
import type {} from 'tukar-embed/react';
import { useRef } from 'react';
import type { TukarRewardsElement } from 'tukar-embed';

export function Rewards() {
  const rewards = useRef<TukarRewardsElement>(null);
  return (
    <tukar-rewards
      ref={rewards}
      partner="shop"
      theme="dark"
      display="panel"
      ontukar-redeemed={(event) => console.log(event.detail.reward, event.detail.points)}
      ontukar-close={() => rewards.current?.refresh()}
    >
      <span slot="launcher">Poin</span>
    </tukar-rewards>
  );
}

// @ts-expect-error there is no such theme
export const wrong = <tukar-rewards theme="pink" />;
