// Preact 10.
/** @jsxImportSource preact */
import type {} from 'tukar-embed/preact';

export const Rewards = () => (
  <tukar-rewards partner="shop" loading="eager" ontukar-balance={(event) => console.log(event.detail.available)} />
);

// @ts-expect-error there is no such mode
export const wrong = <tukar-rewards mode="popup" />;
