// Types of the element <tukar-rewards>: its attributes, methods and events. No event carries a phone number, an e-mail
// address, a code, a token or a voucher. `custom-elements.json` tells the same to tools, docs/EMBEDDING.md to people.

/** Attributes of the element. All are strings, as in HTML; the element has no properties of its own. */
export interface TukarRewardsAttributes {
  /** Origin of the programme, as `https://rewards.example.id`; the origin of the script when absent. */
  api?: string;
  /** Id that the programme gave to this site. */
  partner?: string;
  /** What the partner's backend signed about who looks at the page: a JWT of at most 2,048 bytes, taken once. */
  identity?: string;
  /** Language: `id`, `en`, or a tag that begins so; the browser's when absent. */
  locale?: string;
  /** Colours; the system's when absent. */
  theme?: 'light' | 'dark';
  /** First screen. `locker` and `history` ask for sign-in first. */
  view?: 'rewards' | 'locker' | 'history' | 'help';
  /** First filter of the catalogue, as a written query: `kind=voucher&can=1&sort=points`. */
  filter?: string;
  /** Where the widget runs; absent: inline on the programme's own origin, else in a frame. */
  mode?: 'frame' | 'inline';
  /** In the page, as a button with a panel, or as a button with a dialog. */
  display?: 'inline' | 'panel' | 'dialog';
  /** When it loads: once it comes near to view or is touched, or at once. */
  loading?: 'lazy' | 'eager';
}

/** Detail of `tukar-balance`. */
export interface TukarBalance {
  /** Points that can be spent. */
  available: number;
}

/** Detail of `tukar-before-redeem` and `tukar-redeemed`. */
export interface TukarRedemption {
  /** Id of the reward. */
  reward: string;
  /** Points that it costs. */
  points: number;
}

/** Detail of `tukar-error`. */
export interface TukarError {
  /**
   * `blocked`: the page's policy stopped it; `refused`: the programme does not answer to this page; `load`: a file did
   * not come; `died`: the widget broke and needs a new page; `identity`: what the partner signed was not taken, and the
   * member signs in with a code.
   */
  kind: 'blocked' | 'refused' | 'load' | 'died' | 'setup' | 'identity';
}

/** Detail of `tukar-resize`. */
export interface TukarSize {
  /** Height in CSS pixels. */
  height: number;
}

/** Every event of the element. All bubble and leave shadow roots. */
export interface TukarRewardsEventMap {
  /** The balance was read. */
  'tukar-balance': CustomEvent<TukarBalance>;
  /** A redemption is about to begin; `preventDefault()` holds it back until `proceed()`. */
  'tukar-before-redeem': CustomEvent<TukarRedemption>;
  /** A redemption was confirmed. */
  'tukar-redeemed': CustomEvent<TukarRedemption>;
  /** A member signed in. */
  'tukar-signed-in': CustomEvent<null>;
  /** The session ended. */
  'tukar-signed-out': CustomEvent<null>;
  /** The panel or the dialog opened. */
  'tukar-open': CustomEvent<null>;
  /** The panel or the dialog closed. */
  'tukar-close': CustomEvent<null>;
  /** The widget's height changed. */
  'tukar-resize': CustomEvent<TukarSize>;
  /** It could not be shown; the element says so itself. */
  'tukar-error': CustomEvent<TukarError>;
}

/** The element. */
export interface TukarRewardsElement extends HTMLElement {
  /** Opens the panel or the dialog, and shows one of the screens: `rewards`, `locker`, `history`, `help`. */
  open(view?: 'rewards' | 'locker' | 'history' | 'help'): void;
  /** Closes the panel or the dialog. */
  close(): void;
  /** Reads points and rewards again. */
  refresh(): void;
  /** Ends the member's session. */
  signOut(): void;
  /** Goes on with the redemption that a listener of `tukar-before-redeem` held back. */
  proceed(): void;
  addEventListener<K extends keyof TukarRewardsEventMap>(
    type: K,
    listener: (this: TukarRewardsElement, event: TukarRewardsEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: TukarRewardsElement, event: HTMLElementEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/** The element's name, where no other script took it. */
export const TAG: 'tukar-rewards';

/**
 * Defines the element and says under which name: the next free of `tukar-rewards-2`, `-3` … where another script took
 * it. Called again, it changes nothing.
 */
export function define(options?: {
  /** The name. */
  tag?: string;
  /** Where the programme serves its files, as `https://rewards.example.id`; absent: where this module came from. */
  home?: string | URL;
}): string;

declare global {
  interface HTMLElementTagNameMap {
    'tukar-rewards': TukarRewardsElement;
  }
}
