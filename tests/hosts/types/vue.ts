// Vue 3: what vue-tsc holds a template against.
import type {} from 'tukar-embed/vue';
import type { GlobalComponents } from 'vue';

type Props = InstanceType<GlobalComponents['tukar-rewards']>['$props'];

export const good: Props = {
  partner: 'shop',
  view: 'rewards',
  class: 'points',
  onTukarRedeemed: (event) => console.log(event.detail.reward),
  onTukarSignedIn: () => undefined,
};

// @ts-expect-error there is no such screen
export const wrong: Props = { view: 'codes' };
