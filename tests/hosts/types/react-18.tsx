// React 18: attributes in JSX, events by a ref.
import type {} from 'tukar-embed/react-18';
import { useEffect, useRef } from 'react';
import type { TukarRewardsElement } from 'tukar-embed';

export function Rewards() {
  const rewards = useRef<TukarRewardsElement>(null);
  useEffect(() => rewards.current?.addEventListener('tukar-redeemed', ({ detail }) => console.log(detail.points)), []);
  return <tukar-rewards ref={rewards} partner="shop" mode="frame" />;
}

// @ts-expect-error there is no such display
export const wrong = <tukar-rewards display="popup" />;
