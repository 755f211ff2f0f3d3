// Vue 3 with a template: told that names with a dash in front of them are elements, not components.
import { createApp, nextTick, ref } from 'vue';

let shop;
let locale;
export const app = {
  heard: [],
  mount(target) {
    locale = ref('id');
    shop = createApp({
      setup: () => ({ locale, keep: (event) => app.heard.push([event.type, event.detail]) }),
      template: '<tukar-rewards partner="shop" loading="eager" :locale="locale" @tukar-balance="keep" />',
    });
    shop.config.compilerOptions.isCustomElement = (tag) => tag.startsWith('tukar-');
    shop.mount(target);
  },
  update(value) {
    locale.value = value;
    return nextTick();
  },
  unmount: () => shop.unmount(),
};
window.app = app;
