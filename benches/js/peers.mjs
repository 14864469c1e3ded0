// The peers, called as their documentation does it: `{ 'name': () => a guarded call of fn }`.
import asyncRetry from 'async-retry';
import * as cockatiel from 'cockatiel';
import { backOff } from 'exponential-backoff';
import CircuitBreaker from 'opossum';
import pRetry from 'p-retry';

/** Guards that let a healthy call pass. */
export function healthy(fn) {
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
    'cockatiel, retry': () => retry.execute(fn),
    'cockatiel, breaker': () => breaker.execute(fn),
    'cockatiel, both': () => both.execute(fn),
    'opossum, timeout: false': () => untimed.fire(),
    'opossum, defaults (a timer per call)': () => timed.fire(),
    'p-retry': () => pRetry(fn),
    'exponential-backoff': () => backOff(fn),
    'async-retry': () => asyncRetry(fn),
  };
}

/** Breakers that are open; each call ends in an error that is caught. */
export function open(fn) {
  const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 30_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  });
  breaker.isolate();
  const opossum = new CircuitBreaker(fn, { timeout: false });
  opossum.open();
  return { cockatiel: () => breaker.execute(fn), opossum: () => opossum.fire() };
}

/** One retry without a wait; who can't do without a timer takes the shortest. */
export function retryOnce(fn) {
  const retry = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3, backoff: new cockatiel.ConstantBackoff(0) });
  return {
    'p-retry': () => pRetry(fn, { minTimeout: 0 }),
    'cockatiel (a timer)': () => retry.execute(fn),
    'exponential-backoff (a timer)': () => backOff(fn, { startingDelay: 0 }),
    'async-retry (a timer)': () => asyncRetry(fn, { minTimeout: 0, maxTimeout: 0 }),
  };
}
