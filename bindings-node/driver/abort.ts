/**
 * Who waits for a caller's signal. One listener for all calls of a signal: a host's own list of listeners is searched
 * from its beginning with each one that comes or goes.
 */

interface Watch {
  readonly waiting: Set<() => void>;
  readonly listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/** Calls `act` when the signal is aborted. */
export function listen(signal: AbortSignal, act: () => void): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const waiting = new Set<() => void>();
    // Each takes itself out; who comes meanwhile finds the signal aborted.
    const listener = () => {
      for (const each of waiting) each();
    };
    watch = { waiting, listener };
    watches.set(signal, watch);
    signal.addEventListener('abort', listener);
  }
  watch.waiting.add(act);
}

/** Calls it no more. With the last one the listener goes too. */
export function unlisten(signal: AbortSignal, act: () => void): void {
  const watch = watches.get(signal);
  if (watch?.waiting.delete(act) && watch.waiting.size === 0) {
    watches.delete(signal);
    signal.removeEventListener('abort', watch.listener);
  }
}
