// The peers, asked one call after the other, with time that is passed by hand.
import * as cockatiel from 'cockatiel';
import ky from 'ky';
import Opossum from 'opossum';

/** Their clock, in milliseconds. */
export class Wall {
  #real = Date.now;
  #now;

  constructor(now) {
    this.#now = now;
    Date.now = () => this.#now;
  }

  passes(milliseconds) {
    this.#now += milliseconds;
  }

  stops() {
    Date.now = this.#real;
  }
}

/** A breaker of cockatiel's; `call` says whether the function was called. */
export function cockatielBreaker(breaker, halfOpenAfter) {
  const policy = cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter, breaker });
  return { policy, call: (fails) => made((work) => policy.execute(work), fails) };
}

export const { ConsecutiveBreaker, CountBreaker } = cockatiel;

/** A breaker of opossum's. */
export function opossumBreaker(options) {
  const breaker = new Opossum((work) => work(), {
    timeout: false,
    rollingCountTimeout: 3_600_000,
    resetTimeout: 3_600_000,
    ...options,
  });
  return { breaker, call: (fails) => made((work) => breaker.fire(work), fails) };
}

async function made(run, fails) {
  let called = false;
  try {
    await run(async () => {
      called = true;
      if (fails) throw new Error('503');
    });
  } catch {
    // What is thrown tells nothing that `called` does not.
  }
  return called;
}

/** How long ky waits before its retry of a request that is answered 503 with this `Retry-After`, in milliseconds. */
export async function kyWaits(value, retry = {}) {
  let asked = 0;
  const fetch = async () => {
    asked += 1;
    return asked === 1 ? new Response('', { status: 503, headers: { 'retry-after': value } }) : new Response('');
  };
  const waits = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (wake, milliseconds) => {
    waits.push(milliseconds);
    return real(wake, 0);
  };
  try {
    await ky('http://127.0.0.1/', { fetch, timeout: false, retry: { limit: 1, ...retry } });
  } finally {
    globalThis.setTimeout = real;
  }
  return waits[0];
}
