// Bounds what a window that sends without end can cost the one that listens. Pure: no window, no clock of its own.

/**
 * How many messages may come: `burst` at once, `each_second` in the long run. `take(now)` answers whether the next one is to be
 * read, `now` in milliseconds; it is asked before anything of the message is looked at.
 */
export function budget(burst, each_second) {
  let left = burst;
  let last = 0;
  return {
    take(now) {
      left = Math.min(burst, left + ((now - last) * each_second) / 1000);
      last = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
