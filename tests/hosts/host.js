// A partner's page on an origin of its own (`*.localhost`), served with the headers and the markup that a case gives.
import { test as base, expect, Shop, takenOver } from '../browser/programme.js';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

export class Host {
  #server;
  #pages = new Map();

  constructor(programme) {
    this.programme = programme;
    this.home = programme.url;
  }

  async start() {
    this.#server = createServer((request, response) => {
      const page = this.#pages.get(`${request.headers.host} ${request.url.split('?')[0]}`);
      const type = { 'content-type': page?.type ?? 'text/html; charset=utf-8' };
      response.writeHead(page ? 200 : 404, { ...type, ...page?.headers });
      response.end(page?.text ?? '');
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
    this.origin = this.at('shop');
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** The origin of a site of this name. */
  at(name) {
    return `http://${name}.localhost:${this.port}`;
  }

  /** `tukar-server partner add`: what an operator would type. */
  partner(id = 'shop', { origins = [this.origin], mode = 'frame', more = [] } = {}) {
    const words = ['partner', 'add', id, '--mode', mode, ...origins.flatMap((origin) => ['--origin', origin]), ...more];
    execFileSync(process.env.TUKAR_SERVER, ['--database', this.programme.database, ...words]);
  }

  /** The snippet that a partner pastes. */
  get snippet() {
    return `<script type="module" src="${this.home}/tukar.js"></script>`;
  }

  serve(origin, path, text, headers = {}, type = undefined) {
    this.#pages.set(`${new URL(origin).host} ${path}`, { text, headers, type });
    return origin + path;
  }

  /** A whole page of the shop. */
  page({ head = '', body = `${this.snippet}${WIDGET}`, headers = {}, origin = this.origin, path = '/', html = '' } = {}) {
    const text = `<!doctype html><html lang="id" ${html}><head><meta charset="utf-8"><title>Kopi</title>${head}</head><body>${body}</body></html>`;
    return this.serve(origin, path, text, headers);
  }
}

export const WIDGET = '<tukar-rewards partner="shop"></tukar-rewards>';

export const test = base.extend({
  host: async ({ programme }, use) => {
    const host = new Host(programme);
    await host.start();
    await use(host);
    await host.stop();
  },
  /** What the page logged, and its errors. */
  told: async ({ page }, use) => {
    const told = { console: [], errors: [] };
    page.on('console', (message) => told.console.push(message.text()));
    page.on('pageerror', (error) => told.errors.push(String(error)));
    await use(told);
  },
});

/** The widget in its frame. */
export const framed = (page, at = 0) => page.locator('iframe').nth(at).contentFrame();

/** Waits until the catalogue can be searched, in the widget itself. */
export async function shown(where) {
  // A frame that nobody can see holds a widget all the same.
  const frame = where.owner?.();
  if (frame) await expect.poll(async () => (await frame.boundingBox())?.height ?? 0).toBeGreaterThan(300);
  if (frame) await expect(frame).toHaveCSS('opacity', '1');
  await expect(where.getByRole('searchbox', { name: /Cari hadiah|Search rewards/ })).toBeVisible();
  await takenOver(where);
}

export { expect, Shop };
