// Guards what commits: a button marked `data-guard` acts only when the visitor could see it, whole and uncovered, for a
// moment before. A page that lays something over the frame, makes it transparent or slips it under the pointer gets
// nothing. Where the browser can't tell what covers an element (no IntersectionObserver v2), the moment still counts.

const MOMENT_MS = 500;
const WHOLE = 0.9;

/** Watches the buttons below `root`; `told` is called when a click was refused. */
export function guard(root, told) {
  const seen = new WeakMap(); // Button → since when it could be seen; absent while it can't.
  const eye = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const good = entry.intersectionRatio >= WHOLE && entry.isVisible !== false;
        if (!good) seen.delete(entry.target);
        else if (!seen.has(entry.target)) seen.set(entry.target, performance.now());
      }
    },
    { threshold: [0, WHOLE, 1], trackVisibility: true, delay: 100 },
  );
  const watched = new WeakSet();
  const look = () => {
    for (const button of root.querySelectorAll('[data-guard]')) {
      if (watched.has(button)) continue;
      watched.add(button);
      eye.observe(button);
    }
  };
  new MutationObserver(look).observe(root, { childList: true, subtree: true });
  look();
  addEventListener(
    'click',
    (event) => {
      const button = event.composedPath().find((node) => node instanceof Element && node.hasAttribute('data-guard'));
      if (!button) return;
      const since = seen.get(button);
      if (event.isTrusted && since !== undefined && performance.now() - since >= MOMENT_MS) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      told();
    },
    true,
  );
}
