// Shapes around a call that were measured beside the driver, and the peers.
import CircuitBreaker from 'opossum';
import * as cockatiel from 'cockatiel';

/** The driver's happy path with `.then` instead of `await`, whole: what throws at once and what is no promise too. */
export function thenDriver({ lane }) {
  return function run(fn) {
    const ticket = lane[0];
    if (ticket === 0) return Promise.reject(new Error('shut'));
    let promise;
    try {
      promise = fn();
    } catch (error) {
      return Promise.reject(error);
    }
    if (!(promise instanceof Promise)) promise = Promise.resolve(promise);
    return promise.then(
      (value) => {
        if (lane[0] !== ticket || ticket & 1) throw new Error('changed');
        return value;
      },
      (error) => {
        throw error;
      },
    );
  };
}

/** A wrapper that does nothing: the floor of everything that awaits. */
export async function nothing(fn) {
  return await fn();
}

/** A crossing before the call and one after it, instead of a lane. */
export function twoCrossings(before, after) {
  return async function run(fn) {
    before(1);
    const value = await fn();
    after(1, 1);
    return value;
  };
}

/** The lane as a view of the module's memory, with a way to notice that the memory has grown. */
export function memoryLane(memory, address, moved) {
  let view = new Float64Array(memory.buffer, address, 1);
  const read = {
    never: () => view[0],
    length: () => {
      if (view.length === 0) view = new Float64Array(memory.buffer, address, 1);
      return view[0];
    },
    identity: () => {
      if (view.buffer !== memory.buffer) view = new Float64Array(memory.buffer, address, 1);
      return view[0];
    },
  }[moved];
  return async function run(fn) {
    const ticket = read();
    if (ticket === 0) throw new Error('shut');
    const value = await fn();
    if (read() !== ticket || ticket & 1) throw new Error('changed');
    return value;
  };
}

/** @param {() => Promise<unknown>} fn @returns {Record<string, () => Promise<unknown>>} */
export function peers(fn) {
  const { handleAll } = cockatiel;
  const retry = cockatiel.retry(handleAll, { maxAttempts: 3, backoff: new cockatiel.ExponentialBackoff() });
  const breaker = cockatiel.circuitBreaker(handleAll, {
    halfOpenAfter: 30_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  });
  const both = cockatiel.wrap(retry, breaker);
  const untimed = new CircuitBreaker(fn, { timeout: false });
  const timed = new CircuitBreaker(fn);
  return {
    'cockatiel retry': () => retry.execute(fn),
    'cockatiel breaker': () => breaker.execute(fn),
    'cockatiel wrap(retry, breaker)': () => both.execute(fn),
    'opossum, timeout: false': () => untimed.fire(),
    'opossum, defaults (a timer per call)': () => timed.fire(),
  };
}
