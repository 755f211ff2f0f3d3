// <tukar-rewards> in templates of Vue 3, checked by vue-tsc and shown by editors. Tell Vue's compiler of the element:
// `compilerOptions.isCustomElement = (tag) => tag === 'tukar-rewards'`.
import type { HTMLAttributes, PublicProps } from 'vue';
import type { TukarRewardsAttributes, TukarRewardsEventMap } from './element.js';

type Camel<Text extends string> = Text extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Text;
type Listeners = {
  [Name in keyof TukarRewardsEventMap as `on${Capitalize<Camel<Name>>}`]?: (event: TukarRewardsEventMap[Name]) => void;
};

declare module 'vue' {
  interface GlobalComponents {
    'tukar-rewards': new () => { $props: HTMLAttributes & PublicProps & TukarRewardsAttributes & Listeners };
  }
}
