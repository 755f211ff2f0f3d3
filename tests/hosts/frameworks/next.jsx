// A page as Next makes it: written by the server with the element in its markup, taken over by React 19 in the browser.
import { useEffect, useRef, useState } from 'react';

export function Page() {
  const [locale, setLocale] = useState('id');
  // React 19 does not set `ontukar-…` on an element that the server wrote (its issue 35446): a ref always can.
  const widget = useRef(null);
  useEffect(() => {
    const keep = (event) => app.heard.push([event.type, event.detail]);
    widget.current.addEventListener('tukar-balance', keep);
  }, []);
  return (
    <main>
      <h1>Kopi Senja</h1>
      <button type="button" onClick={() => setLocale('en')}>
        English
      </button>
      <tukar-rewards ref={widget} partner="shop" loading="eager" locale={locale} />
    </main>
  );
}

export const app = { heard: [], faults: [] };
