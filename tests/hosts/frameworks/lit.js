// Lit: the widget stands in the shadow root of another element.
import { LitElement, html } from 'lit';

class ShopPage extends LitElement {
  static properties = { locale: {} };

  constructor() {
    super();
    this.locale = 'id';
  }

  render() {
    return html`<tukar-rewards partner="shop" loading="eager" locale=${this.locale} @tukar-balance=${this.keep}></tukar-rewards>`;
  }

  keep(event) {
    app.heard.push([event.type, event.detail]);
  }
}
customElements.define('shop-page', ShopPage);

let shop;
export const app = {
  heard: [],
  mount(target) {
    shop = document.createElement('shop-page');
    target.append(shop);
    return shop.updateComplete;
  },
  update(locale) {
    shop.locale = locale;
    return shop.updateComplete;
  },
  unmount() {
    shop.remove();
    shop = undefined;
  },
};
window.app = app;
