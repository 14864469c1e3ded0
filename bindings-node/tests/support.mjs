// What every test needs: the package on the engine under test, time that passes, and functions that fail when told to.
import { small } from './engine.mjs';

export const failsoft = await import(small ? '../dist/small-inline.js' : '../dist/node.js');

/** Time that stands still until somebody waits for it, or until `passes` is called. */
export class FakeTime {
  now = 1000;
  waits = [];
  #timers = new Set();
  #flows;

  /** @param {{flows?: boolean}} [options] whether a wait is over as soon as nothing else happens; else time is passed by hand */
  constructor({ flows = true } = {}) {
    this.#flows = flows;
    this.clock = {
      now: () => this.now,
      after: (seconds, wake) => {
        const timer = { at: this.now + seconds, wake };
        this.waits.push(seconds);
        this.#timers.add(timer);
        if (this.#flows) setImmediate(() => this.#timers.has(timer) && this.passes(timer.at - this.now));
        return () => this.#timers.delete(timer);
      },
    };
  }

  /** How many timers are waited for. */
  get waiting() {
    return this.#timers.size;
  }

  /** Lets so many seconds pass, with everything that they bring about. */
  passes(seconds) {
    const end = this.now + seconds;
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    this.now = Math.max(this.now, end);
  }
}

/** An error as Node's sockets throw it. */
export const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** An error that says that the request itself was wrong. */
export const invalid = () => Object.assign(new Error('bad request'), { status: 400 });

/** A function that plays a script: errors are thrown, anything else is answered; the last line repeats. */
export function script(...lines) {
  const play = async () => {
    const line = lines[Math.min(play.calls, lines.length - 1)];
    play.calls += 1;
    if (line instanceof Error) throw line;
    return line;
  };
  play.calls = 0;
  return play;
}

/** What a promise was rejected with. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}

/** Lets everything happen that needs no time. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Whether `promise` has neither answered nor failed. */
export async function isPending(promise) {
  const unanswered = Symbol('pending');
  await settled();
  return (await Promise.race([promise, Promise.resolve(unanswered)])) === unanswered;
}
