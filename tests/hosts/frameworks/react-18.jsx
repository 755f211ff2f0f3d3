// React 18 hands a custom element attributes only: who wants to hear, listens by a ref.
import { useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

function Shop({ locale }) {
  const widget = useRef(null);
  useEffect(() => {
    const element = widget.current;
    const keep = (event) => app.heard.push([event.type, event.detail]);
    element.addEventListener('tukar-balance', keep);
    return () => element.removeEventListener('tukar-balance', keep);
  }, []);
  return <tukar-rewards ref={widget} partner="shop" loading="eager" locale={locale} />;
}

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
