/** Policies: documents that guard calls. */

import type { Attempt } from './attempt.js';
import { breakerOf, type CircuitBreaker, coreOf } from './breaker.js';
import { type RunOptions, run, type WrapOptions, wrap } from './call.js';
import type { Clock } from './clock.js';
import { Core } from './core.js';
import type { PolicyDocument } from './document.js';
import type { Listener } from './events.js';
import { type Explanation, explanationOf } from './explanation.js';

/** What a policy is made with besides its document. */
export interface PolicyOptions {
  /** A breaker to share with others, in the place of the document's own. */
  readonly breaker?: CircuitBreaker | undefined;
  /** Is told what happens to the policy's calls; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
  /** Where time comes from; for tests. */
  readonly clock?: Clock | undefined;
  /** Makes the jitter reproducible; for tests. */
  readonly seed?: number | undefined;
}

/**
 * What a program wants of its calls: retries, a limit for each attempt, a breaker, limits.
 *
 * One policy may guard many functions; they then share its breaker, budget and limits. It belongs to the thread (the worker,
 * the page) that made it; any number of its calls may be under way at once.
 */
export class Policy {
  readonly #core: Core;
  #breaker: CircuitBreaker | null | undefined;

  private constructor(core: Core, breaker: CircuitBreaker | undefined) {
    this.#core = core;
    this.#breaker = breaker;
  }

  /**
   * Makes a policy of a document, or of the JSON text of one. It never waits: where the engine is not loaded yet (a page), the
   * first call waits for it, and a document that makes no sense is refused then, or by {@link Policy.ready}.
   *
   * @param document - durations are seconds, or text with a unit such as `"250ms"`; see the reference of policy documents.
   * @param options - a breaker to share, a listener; a clock and a seed for tests.
   * @throws ConfigError - the document makes no sense; it lists everything that is wrong.
   */
  static from(document: PolicyDocument | string, { breaker, ...options }: PolicyOptions = {}): Policy {
    return new this(new Core(document, { ...options, breaker: breaker && coreOf(breaker) }), breaker);
  }

  /** The name that the document gives it; null for none, or while the engine is not loaded. */
  get name(): string | null {
    return this.#core.name;
  }

  /**
   * Calls a function under this policy.
   *
   * @param fn - makes one attempt, and is told about it. It may be asynchronous or not, and is called again for each retry.
   * @param options - `signal` aborts the call; `fallback` answers when all else has failed.
   * @returns what the function answers. If it never does, its own last error comes out as it was thrown, and
   *   {@link reportOf} tells more about it.
   * @throws CircuitBreakerOpenError - the breaker is open; `retryAfter` says for how long.
   * @throws RateLimitedError, BulkheadFullError - a limit of the policy has refused the call.
   * @throws AttemptTimeoutError, DeadlineExceededError - the last attempt took too long.
   * @throws ConfigError - the document makes no sense, which could not be told before.
   */
  run<T, F = never>(
    fn: (attempt: Attempt) => T | PromiseLike<T>,
    options?: RunOptions<F>,
  ): Promise<Awaited<T> | Awaited<F>> {
    return run(this.#core, fn, options) as Promise<Awaited<T> | Awaited<F>>;
  }

  /**
   * Wraps a function, so that each of its calls is made under this policy. `this`, arguments and the result's type are kept.
   *
   * @param fn - the function or method; called again, with the same arguments, for each retry.
   * @param options - `fallback` answers when all else has failed.
   */
  wrap<This, A extends unknown[], R, F = never>(
    fn: (this: This, ...args: A) => R,
    options?: WrapOptions<A, F>,
  ): (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>> {
    return wrap(this.#core, fn, options) as (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>>;
  }

  /**
   * The breaker that guards its calls, to read its state or to force it; null if there is none.
   * @throws FailsoftError - the engine is not loaded yet.
   */
  get breaker(): CircuitBreaker | null {
    if (this.#breaker === undefined) this.#breaker = breakerOf(this.#core);
    return this.#breaker;
  }

  /**
   * Tells what this policy does, in plain words, and what in it cannot work as it was meant.
   * @throws FailsoftError - the engine is not loaded yet.
   */
  explain(): Explanation {
    return explanationOf(this.#core.ask((engine) => engine.explain()));
  }

  /**
   * Resolves when the engine is loaded and the document found right. There is no need to wait for it: calls do.
   * @throws ConfigError - the document makes no sense; it lists everything that is wrong.
   * @throws FailsoftError - the engine could not be loaded; the next call tries again.
   */
  ready(): Promise<void> {
    return this.#core.ready();
  }
}
