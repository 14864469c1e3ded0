/** Retries in one line. */

import { type WrapOptions, wrap } from './call.js';
import type { TimeOptions } from './clock.js';
import { Core } from './core.js';
import type { PolicyDocument } from './document.js';
import type { Listener } from './events.js';

/** A document's `retry` section. */
export type RetrySettings = NonNullable<PolicyDocument['retry']>;

/** What a retried function is made with besides its settings. */
export interface RetryOptions<A extends unknown[] = unknown[], F = never> extends WrapOptions<A, F>, TimeOptions {
  /** Is told what happens to the calls; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
  /** Makes the jitter reproducible; for tests. */
  readonly seed?: number | undefined;
}

/**
 * Wraps a function, so that it is tried again where that has a chance of success. `this`, arguments and the result's type are
 * kept. When it ends without success, the function's own last error comes out as it was thrown.
 *
 * @param fn - the function or method, asynchronous or not.
 * @param settings - a policy document's `retry` section; by default four attempts, after waits of about 1, 2 and 4 seconds. Who
 *   wants more than retries makes a {@link Policy} and wraps with that.
 * @param options - `fallback` answers when all else has failed; `onEvent` is told what happens.
 * @throws ConfigError - some setting makes no sense; it lists every one that does not.
 */
export function withRetry<This, A extends unknown[], R, F = never>(
  fn: (this: This, ...args: A) => R,
  settings?: RetrySettings,
  options: RetryOptions<A, F> = {},
): (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>> {
  const core = new Core({ retry: settings ?? {} }, options);
  return wrap(core, fn, options) as (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>>;
}
