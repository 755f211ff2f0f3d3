// A line that breaks: an HTTP proxy between browser and server that harms chosen requests, each in one of five ways. It
// stands where a bad network does, so that browser and server are the true ones and neither knows of it.
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

/** What may happen to a request, by what a member's line does. */
export const FAULTS = {
  'never leaves': async (_, __, browser) => browser.destroy(),
  'arrives cut in half': async (line, incoming, browser) => {
    await line.sendHalf(incoming);
    browser.destroy();
  },
  'is done, and its answer is lost': async (line, incoming, browser) => {
    await line.send(incoming);
    browser.destroy();
  },
  'is done, and its answer comes cut in half': async (line, incoming, browser) => {
    const answer = await line.send(incoming);
    browser.write(headOf(answer));
    browser.end(answer.body.subarray(0, answer.body.length >> 1));
  },
  'arrives twice': async (line, incoming, browser) => {
    await line.send(incoming);
    const answer = await line.send(incoming);
    browser.write(headOf(answer));
    browser.end(answer.body);
  },
};

const headOf = (answer) => {
  const head = [`HTTP/1.1 ${answer.status} ${answer.reason}`];
  for (let at = 0; at < answer.headers.length; at += 2) {
    if (!/^(connection|keep-alive|transfer-encoding|content-length)$/i.test(answer.headers[at])) {
      head.push(`${answer.headers[at]}: ${answer.headers[at + 1]}`);
    }
  }
  return `${head.join('\r\n')}\r\ncontent-length: ${answer.body.length}\r\nconnection: close\r\n\r\n`;
};

export class Line {
  #server;
  #harm = [];
  /** Requests that were harmed, as `POST /v1/…`. */
  harmed = [];

  constructor(port) {
    this.port = port;
  }

  /** The next `times` requests of this method and path meet this fault. */
  harm(method, path, fault, times = 1) {
    for (let time = 0; time < times; time += 1) this.#harm.push({ method, path, fault });
  }

  /** Whether every fault that was ordered has been met. */
  get isSpent() {
    return this.#harm.length === 0;
  }

  async start() {
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://localhost:${this.#server.address().port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming, outgoing) {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    incoming.body = Buffer.concat(chunks);
    const path = incoming.url.split('?')[0];
    const at = this.#harm.findIndex((harm) => harm.method === incoming.method && harm.path.test(path));
    if (at >= 0) {
      const [{ fault }] = this.#harm.splice(at, 1);
      this.harmed.push(`${incoming.method} ${path}`);
      await FAULTS[fault](this, incoming, incoming.socket);
      return;
    }
    const answer = await this.send(incoming);
    // A line that is used again would be tried again by the browser itself when it breaks: each request has its own.
    outgoing.sendDate = false;
    outgoing.shouldKeepAlive = false;
    outgoing.writeHead(answer.status, answer.reason, answer.headers);
    outgoing.end(answer.body);
  }

  /** The request as it came, to the server; its whole answer. */
  async send({ method, url, rawHeaders, body }) {
    const sent = ask({ host: '127.0.0.1', port: this.port, method, path: url, headers: rawHeaders, agent: false });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    const chunks = [];
    for await (const chunk of answer) chunks.push(chunk);
    const { statusCode: status, statusMessage: reason } = answer;
    return { status, reason, headers: answer.rawHeaders, body: Buffer.concat(chunks) };
  }

  /** Half of it: the server waits for the rest and sees the line break. */
  async sendHalf({ method, url, rawHeaders, body }) {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    const head = [`${method} ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2) head.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    const whole = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
    // Of a request without a body, half of its head.
    const half = body.length > 0 ? whole.length - (body.length >> 1) : whole.length >> 1;
    socket.on('error', () => undefined);
    socket.write(whole.subarray(0, half), () => socket.destroy());
    await once(socket, 'close');
  }
}
