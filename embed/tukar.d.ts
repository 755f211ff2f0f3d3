// Types of <tukar-rewards>. No event carries a phone number, an e-mail address, a code, a token or a voucher.

/** Detail of `tukar-redeemed`: a redemption was confirmed. */
export interface TukarRedeemed {
  /** Id of the reward. */
  reward: string;
  /** Points that were spent. */
  points: number;
}

/** Detail of `tukar-balance`: the balance was read. */
export interface TukarBalance {
  /** Points that can be spent. */
  available: number;
}

export interface TukarRewardsEventMap {
  'tukar-redeemed': CustomEvent<TukarRedeemed>;
  'tukar-balance': CustomEvent<TukarBalance>;
  'tukar-signed-in': CustomEvent<null>;
  'tukar-signed-out': CustomEvent<null>;
}

export interface TukarRewardsElement extends HTMLElement {
  addEventListener<K extends keyof TukarRewardsEventMap>(
    type: K,
    listener: (this: TukarRewardsElement, event: TukarRewardsEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'tukar-rewards': TukarRewardsElement;
  }
}
