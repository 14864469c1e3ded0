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

/** Whose time it is. */
export interface TimeOptions {
  /** Where time comes from; for tests. */
  readonly clock?: Clock | undefined;
  /**
   * Whether the process may end while a call waits or has a time limit (in Node, Bun and Deno): for calls that nobody waits for. By
   * default it may not, as such a wait is often all that is left of a program that is not done. A `clock` of your own decides for itself.
   */
  readonly unref?: boolean | undefined;
}

/** The system's own: `performance.now()` and `setTimeout`. Where nothing waits there is no timer. */
export const SYSTEM: Clock = system(false);

const UNREFERENCED: Clock = system(true);

/** The clock that was asked for, if one was. */
export function clockOf({ clock, unref }: TimeOptions): Clock | undefined {
  return clock ?? (unref ? UNREFERENCED : undefined);
}

function system(unref: boolean): Clock {
  return {
    now: () => performance.now() / 1000,
    after(seconds, wake) {
      const started = performance.now();
      const arm = (left: number) => {
        const timer = setTimeout(rung, Math.min(Math.ceil(left), LONGEST));
        // A page has numbers, which have none.
        if (unref) (timer as { unref?(): void }).unref?.();
        return timer;
      };
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
}

/** A longer timer rings at once, everywhere. */
const LONGEST = 2 ** 31 - 1;
