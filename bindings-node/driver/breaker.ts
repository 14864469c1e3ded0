/** Circuit breakers by themselves. */

import type { Attempt } from './attempt.js';
import { type RunOptions, run, type WrapOptions, wrap } from './call.js';
import type { TimeOptions } from './clock.js';
import { Core } from './core.js';
import type { PolicyDocument } from './document.js';
import { read, write } from './documents.js';
import { inFull } from './engine.js';
import type { Listener } from './events.js';

/** A document's `circuit_breaker` section. */
export type CircuitBreakerSettings = NonNullable<PolicyDocument['circuit_breaker']>;

/**
 * Which of its states a breaker is in. `closed`: traffic passes. `open`: it is rejected. `half_open`: a few probes pass.
 * `forced_open`, `forced_closed`: held so by hand.
 */
export type CircuitBreakerState = 'closed' | 'open' | 'half_open' | 'forced_open' | 'forced_closed';

/** What a breaker is made with besides its settings. */
export interface CircuitBreakerOptions extends TimeOptions {
  /** Is told when the breaker changes its state, and more; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
}

/** A breaker's state as plain data, for {@link CircuitBreaker.restore}; times in it are relative. */
export type CircuitBreakerSnapshot = Readonly<Record<string, unknown>>;

/** The core of a breaker, for policies that share it. */
export let coreOf: (breaker: CircuitBreaker) => Core;

/** A breaker over a core that is there. */
export const breakerOver = (core: Core): CircuitBreaker => new CircuitBreaker(core as never);

/**
 * Stops calling what is down, and finds out cheaply when it is back.
 *
 * A call that is aborted counts as nothing, and so does an error that is the caller's own fault. Any number of calls may be
 * under way at once.
 */
export class CircuitBreaker {
  readonly #core: Core;

  /**
   * @param name - a name for events and errors; may be left out.
   * @param settings - a document's `circuit_breaker` section; durations are seconds, or text with a unit.
   * @param options - a listener; a clock for tests.
   * @throws ConfigError - some setting makes no sense; it lists every one that does not.
   */
  constructor(name: string | null, settings?: CircuitBreakerSettings, options?: CircuitBreakerOptions);
  constructor(settings?: CircuitBreakerSettings, options?: CircuitBreakerOptions);
  constructor(...args: unknown[]) {
    if (args[0] instanceof Core) {
      this.#core = args[0];
      return;
    }
    const named = typeof args[0] === 'string' || args[0] === null;
    const [name, settings, options] = named ? args : [null, ...args];
    const document = { ...(name === null ? {} : { name }), circuit_breaker: settings ?? {} };
    this.#core = new Core(document, (options ?? {}) as CircuitBreakerOptions);
  }

  static {
    coreOf = (breaker) => breaker.#core;
  }

  /** The name given to it. */
  get name(): string | null {
    return this.#core.breakerName;
  }

  /**
   * Calls a function through the breaker; as {@link Policy.run}, but it is called once.
   *
   * @throws CircuitBreakerOpenError - the breaker is open; `retryAfter` says for how long.
   */
  run<T, F = never>(
    fn: (attempt: Attempt) => T | PromiseLike<T>,
    options?: RunOptions<F>,
  ): Promise<Awaited<T> | Awaited<F>> {
    return run(this.#core, fn, options) as Promise<Awaited<T> | Awaited<F>>;
  }

  /** Wraps a function, so that each of its calls goes through the breaker; as {@link Policy.wrap}. */
  wrap<This, A extends unknown[], R, F = never>(
    fn: (this: This, ...args: A) => R,
    options?: WrapOptions<A, F>,
  ): (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>> {
    return wrap(this.#core, fn, options) as (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F>>;
  }

  /** The state as of now; an open breaker whose wait is over is half-open. */
  get state(): CircuitBreakerState {
    return this.#read().state;
  }

  /** The failures that `failure_threshold` is compared with: in a row, or within the window. */
  get failureCount(): number {
    return this.#read().failure_count;
  }

  /** Seconds until a call may be admitted: 0 if one may now, null if it is held open by hand. */
  get retryAfter(): number | null {
    return this.#read().retry_after;
  }

  /** Whether it is open, by itself or by hand. */
  get isOpen(): boolean {
    const { state } = this;
    return state === 'open' || state === 'forced_open';
  }

  /** Whether a call would be admitted now. */
  get isAvailable(): boolean {
    return this.retryAfter === 0;
  }

  /** Closes it and forgets what it counted. */
  reset(): void {
    this.#set('reset');
  }

  /** Rejects every call until {@link CircuitBreaker.reset}. */
  forceOpen(): void {
    this.#set('open');
  }

  /** Admits every call and counts nothing until {@link CircuitBreaker.reset}. */
  forceClose(): void {
    this.#set('closed');
  }

  /**
   * The state as plain data, with times relative to now, for {@link CircuitBreaker.restore} in any process.
   * @throws FailsoftError - the engine is that of `failsoft/small`.
   */
  snapshot(): CircuitBreakerSnapshot {
    return JSON.parse(this.#core.ask((engine, now) => inFull(engine.snapshot?.(now), 'snapshot')));
  }

  /**
   * Takes on a state that {@link CircuitBreaker.snapshot} gave out.
   * @throws ConfigError - it is no such state; the breaker is as it was.
   * @throws FailsoftError - the engine is that of `failsoft/small`.
   */
  restore(snapshot: CircuitBreakerSnapshot | string): void {
    read(write(snapshot), (text) =>
      this.#core.ask((engine, now) => inFull(engine.restore, 'restore').call(engine, text, now)),
    );
  }

  /**
   * Resolves when the engine is loaded and the settings found right. There is no need to wait for it: calls do.
   * @throws ConfigError - the settings make no sense.
   * @throws FailsoftError - the engine could not be loaded; the next call tries again.
   */
  ready(): Promise<void> {
    return this.#core.ready();
  }

  #read() {
    return JSON.parse(this.#core.ask((engine, now) => engine.state(now)));
  }

  #set(command: string): void {
    this.#core.changed(this.#core.ask((engine) => engine.set(command)));
  }
}

/** The breaker of a policy: it counts what the policy counts, but it does not retry. Null if there is none. */
export function breakerOf(core: Core): CircuitBreaker | null {
  const text = core.ask(() => core.text);
  if (!core.hasBreaker) return null;
  const { name, classify, circuit_breaker: section } = JSON.parse(text);
  const { max_attempts: _, ...settings } = section ?? {};
  const own = new Core({ name, classify, circuit_breaker: settings }, { breaker: core });
  return breakerOver(own);
}
