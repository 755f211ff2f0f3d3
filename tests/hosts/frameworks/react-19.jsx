// React 19 listens by `on` and the event's whole name.
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

const keep = (event) => app.heard.push([event.type, event.detail]);
const Shop = ({ locale }) => <tukar-rewards partner="shop" loading="eager" locale={locale} ontukar-balance={keep} />;

let root;
export const app = {
  heard: [],
  mount(target) {
    root = createRoot(target);
    app.update('id');
  },
  update: (locale) => flushSync(() => root.render(<Shop locale={locale} />)),
  unmount: () => flushSync(() => root.unmount()),
};
window.app = app;
