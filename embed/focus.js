// Notices when the page around the frame takes the keyboard while the visitor types: the rest of a code or a number would be
// typed into that page, which can read it. Nothing can prevent that from in here; the visitor is told, and a code that was begun
// is not sent by itself any more (`data-interrupted`, src/ui/code_field.rs).
//
// What moves the keyboard with the visitor's own doing is let pass: Tab, a shortcut of the system, a press or a touch in the
// frame, another tab. Whoever types on after it has not left by it: what takes the keyboard then is not their doing any more.
// A click into the page around can't be seen from here; it counts as theirs once they have not typed for a moment.

const TYPING_MS = 1500;
const SAME_MS = 100;
const OWN_KEYS = ['Tab', 'Alt', 'Meta', 'Control', 'Escape', 'Enter'];

/** Watches fields below `root`; `told` is called when the keyboard was taken in the middle of typing. */
export function watchFocus(root, told) {
  let field; // That has the keyboard, or had it last.
  let typed = -Infinity; // When something was typed into it, or it was begun.
  let left = -Infinity; // When it lost the keyboard.
  let own = -Infinity; // When the visitor did something that may move the keyboard.
  const isText = (node) => node instanceof HTMLInputElement && !['checkbox', 'radio', 'search'].includes(node.type);
  root.addEventListener('focusin', ({ target }) => {
    field = isText(target) ? target : undefined;
    typed = performance.now();
  });
  root.addEventListener('focusout', () => (left = performance.now()));
  const types = () => {
    typed = performance.now();
    own = -Infinity;
  };
  root.addEventListener('input', types);
  addEventListener(
    'keydown',
    ({ key, ctrlKey, altKey, metaKey }) => {
      if (OWN_KEYS.includes(key) || ctrlKey || altKey || metaKey) own = performance.now();
      else if (root.activeElement === field) types();
    },
    true,
  );
  addEventListener('pointerdown', () => (own = performance.now()), true);
  addEventListener('blur', () => {
    // The field had it until now: browsers differ in whether they say first that the field lost it, or that the window did.
    const now = performance.now();
    const still = field?.isConnected && !field.readOnly && (root.activeElement === field || now - left < SAME_MS);
    if (!still || document.hasFocus() || document.visibilityState === 'hidden' || now - own < TYPING_MS) return;
    field.setAttribute('data-interrupted', '');
    if (now - typed < TYPING_MS) told();
  });
}
