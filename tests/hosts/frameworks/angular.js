// Angular, compiled in the page; without zones. Written without decorators' syntax, which a bundler alone doesn't know.
import '@angular/compiler';
import { CUSTOM_ELEMENTS_SCHEMA, Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

class Shop {
  locale = locale;

  keep(event) {
    app.heard.push([event.type, event.detail]);
  }
}
Component({
  selector: 'shop-page',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<tukar-rewards partner="shop" loading="eager" [attr.locale]="locale()" (tukar-balance)="keep($event)"></tukar-rewards>`,
})(Shop);

let shop;
let locale;
export const app = {
  heard: [],
  async mount(target) {
    locale = signal('id');
    target.append(document.createElement('shop-page'));
    shop = await bootstrapApplication(Shop, { providers: [provideZonelessChangeDetection()] });
  },
  update(value) {
    locale.set(value);
    return shop.whenStable();
  },
  unmount: () => shop.destroy(),
};
window.app = app;
