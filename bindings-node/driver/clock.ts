/** Where time comes from. */

/**
 * The host's time: what a policy reads and how it waits. A test hands in one of its own and needs no sleeping.
 */
export interface Clock {
  /** Seconds on a monotonic clock; only differences matter. */
  now(): number;
  /**
   * Calls `wake` once, after so many seconds and not before it returns; never called with zero.
   * @returns what takes that back.
   */
  after(seconds: number, wake: () => void): () => void;
}

/**
 * The system's own: `performance.now()` and `setTimeout`. A timer keeps a process alive, as somebody awaits the call that waits
 * for it; where nothing waits there is none.
 */
export const SYSTEM: Clock = {
  now: () => performance.now() / 1000,
  after(seconds, wake) {
    const started = performance.now();
    const arm = (left: number) => setTimeout(rung, Math.min(Math.ceil(left), LONGEST));
    const rung = () => {
      // A timer may ring early, and one of a page that was suspended late: the clock says what is left.
      const left = seconds * 1000 - (performance.now() - started);
      if (left <= 0) wake();
      else timer = arm(left);
    };
    let timer = arm(seconds * 1000);
    return () => clearTimeout(timer);
  },
};

/** A longer timer rings at once, everywhere. */
const LONGEST = 2 ** 31 - 1;
