// A page without a framework.
import { define } from 'tukar-embed/element';
import 'tukar-embed';

const name: string = define({ home: 'https://rewards.example.id' });
define({ home: new URL('https://rewards.example.id'), tag: name });
// @ts-expect-error there is no such option
define({ from: 'https://rewards.example.id' });

const element = document.createElement('tukar-rewards');
element.open('locker');
element.refresh();
element.signOut();
element.close();
element.addEventListener('tukar-before-redeem', (event) => {
  const points: number = event.detail.points;
  event.preventDefault();
  if (points > 0) element.proceed();
});
element.addEventListener('tukar-error', ({ detail }) => detail.kind === 'blocked');
element.addEventListener('click', (event) => event.clientX);
// @ts-expect-error no event tells a code
element.addEventListener('tukar-redeemed', (event) => event.detail.code);
// @ts-expect-error there is no such screen
element.open('codes');
