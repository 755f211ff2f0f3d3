// Svelte 5: the component is Shop.svelte, compiled before it is bundled.
import { flushSync, mount, unmount } from 'svelte';
import Shop from 'shop';

let shop;
export const app = {
  heard: [],
  mount(target) {
    shop = mount(Shop, { target, props: { heard: app.heard } });
    flushSync();
  },
  update: (locale) => flushSync(() => shop.set(locale)),
  unmount: () => unmount(shop),
};
window.app = app;
