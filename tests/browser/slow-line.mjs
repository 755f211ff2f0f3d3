// A slow line of our own between a browser and a server on this machine: every connection of every process of the browser
// shares it, frames of other origins too, which the browser's own throttling treats page by page.
//
// Packets of all connections take turns, each direction has its rate and its way, and a new connection costs a round trip
// before its first byte. There is no loss and no slow start.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/** As Lighthouse has it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
export const SLOW_4G = { down: 200_000, up: 93_750, wayMs: 75, openMs: 150 };

const PACKET_BYTES = 1_460;
const QUEUE_BYTES = 65_536; // From here on the sender waits.
const LATE_MS = 20; // A timer that rings this late is made up for, so that a busy machine does not make the line slower.

class Lane {
  #rate;
  #wayMs;
  #queues = []; // Those with something to send, the next in turn first.
  #under = []; // On their way, the first to arrive first.
  #free = 0;
  #timer;

  constructor(bytesPerSecond, wayMs) {
    this.#rate = bytesPerSecond / 1_000;
    this.#wayMs = wayMs;
  }

  /** Carries all that `from` sends, and its end, to `to`. */
  carry(from, to) {
    const queue = { bytes: Buffer.alloc(0), over: false, from, to };
    const put = () => {
      if (!this.#queues.includes(queue)) this.#queues.push(queue);
      this.#turn();
    };
    from.on('data', (bytes) => {
      queue.bytes = Buffer.concat([queue.bytes, bytes]);
      if (queue.bytes.length > QUEUE_BYTES) from.pause();
      put();
    });
    from.on('end', () => {
      queue.over = true;
      put();
    });
    from.resume();
  }

  #turn() {
    clearTimeout(this.#timer);
    const now = performance.now();
    while (this.#under[0]?.at <= now) {
      const { to, packet } = this.#under.shift();
      if (packet && !to.destroyed) to.write(packet);
      else if (!packet) to.end();
    }
    while (this.#queues.length && this.#free <= now) this.#send(this.#queues.shift(), now);
    const next = Math.min(this.#queues.length ? this.#free : Infinity, this.#under[0]?.at ?? Infinity);
    if (next < Infinity) this.#timer = setTimeout(() => this.#turn(), Math.max(1, next - now));
  }

  #send(queue, now) {
    const { from, to } = queue;
    const packet = queue.bytes.subarray(0, PACKET_BYTES);
    queue.bytes = queue.bytes.subarray(packet.length);
    this.#free = Math.max(this.#free, now - LATE_MS) + packet.length / this.#rate;
    const at = Math.max(this.#free, now) + this.#wayMs;
    if (packet.length) this.#under.push({ at, to, packet });
    if (queue.bytes.length) this.#queues.push(queue);
    else if (queue.over) this.#under.push({ at, to });
    if (queue.bytes.length <= QUEUE_BYTES) from.resume();
  }
}

/** Listens on a free port and carries all to `port`; `fast` lets everything pass at once. */
export class SlowLine {
  #server;
  #sockets = new Set();

  constructor({ down, up, wayMs, openMs }) {
    this.fast = false;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      const far = connect({ port: this.to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      for (const [socket, other] of [[near, far], [far, near]]) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroySoon();
        });
      }
      if (this.fast) {
        near.pipe(far);
        far.pipe(near);
        return;
      }
      near.pause();
      lanes.down.carry(far, near);
      setTimeout(() => lanes.up.carry(near, far), openMs);
    });
    const lanes = { down: new Lane(down, wayMs), up: new Lane(up, wayMs) };
  }

  async start(to) {
    this.to = to;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
