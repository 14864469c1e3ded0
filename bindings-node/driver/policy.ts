/** Policies: documents that guard calls. */

import type { Attempt } from './attempt.js';
import { breakerOf, type CircuitBreaker, coreOf as coreOfBreaker } from './breaker.js';
import { type PolicyRunOptions, type PolicyWrapOptions, run, wrap } from './call.js';
import type { TimeOptions } from './clock.js';
import { Core } from './core.js';
import type { PolicyDocument } from './document.js';
import { inFull, loaded } from './engine.js';
import type { Listener } from './events.js';
import { type Explanation, explanationOf } from './explanation.js';
import type { StepFunction } from './follow.js';
import type { Links, LinksOptions } from './links.js';
import type { Plan } from './run.js';

/** What a policy is made with besides its document. */
export interface PolicyOptions extends TimeOptions {
  /** A breaker to share with others, in the place of the document's own. */
  readonly breaker?: CircuitBreaker | undefined;
  /** Is told what happens to the policy's calls; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
  /** Makes the jitter reproducible; for tests. */
  readonly seed?: number | undefined;
}

let makeLinks: ((document: string, options: LinksOptions) => Links) | undefined;

/** Says how policies have chains. Without it, as in `failsoft/small`, a `fallback` section is refused by the engine. */
export function withChains(make: (document: string, options: LinksOptions) => Links): void {
  makeLinks = make;
}

/** A policy over a core that is there. */
export let policyOver: (core: Core) => Policy;
/** The document of a policy. */
export let documentOf: (policy: Policy) => PolicyDocument;
/** The core of a policy, for what makes its calls in another way. */
export let coreOf: (policy: Policy) => Core;

/**
 * What a program wants of its calls: retries, a limit for each attempt, a breaker, limits.
 *
 * One policy may guard many functions; they then share its breaker, budget and limits. It belongs to the thread (the worker,
 * the page) that made it; any number of its calls may be under way at once.
 */
export class Policy {
  readonly #core: Core;
  #breaker: CircuitBreaker | null | undefined;
  readonly #links: Links | undefined;

  private constructor(core: Core, breaker: CircuitBreaker | undefined) {
    this.#core = core;
    this.#breaker = breaker;
    if (hasFallback(core.text)) {
      const { clock, listener: onEvent } = core;
      this.#links = makeLinks?.(core.text, { name: core.name, clock, onEvent });
    }
  }

  static {
    policyOver = (core) => new this(core, undefined);
    documentOf = (policy) => JSON.parse(policy.#core.text);
    coreOf = (policy) => policy.#core;
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
    return new this(new Core(document, { ...options, breaker: breaker && coreOfBreaker(breaker) }), breaker);
  }

  /** The name that the document gives it; null for none, or while the engine is not loaded. */
  get name(): string | null {
    return this.#core.name;
  }

  /**
   * Calls a function under this policy.
   *
   * @param fn - makes one attempt, and is told about it. It may be asynchronous or not, and is called again for each retry.
   * @param options - `signal` aborts the call; `fallbacks` are the steps of the document's `fallback` section, by name; `fallback`
   *   answers when all else has failed.
   * @returns what the function answers, or the first step that does. If it never does, its own last error comes out as it was thrown, and
   *   {@link reportOf} tells more about it.
   * @throws CircuitBreakerOpenError - the breaker is open; `retryAfter` says for how long.
   * @throws RateLimitedError, BulkheadFullError - a limit of the policy has refused the call.
   * @throws AttemptTimeoutError, DeadlineExceededError - the last attempt took too long.
   * @throws ConfigError - the document makes no sense, which could not be told before.
   */
  run<T, F = never, S = never>(
    fn: (attempt: Attempt) => T | PromiseLike<T>,
    options?: PolicyRunOptions<F, S>,
  ): Promise<Awaited<T> | Awaited<F> | Awaited<S>> {
    const given =
      this.#links === undefined && options?.fallbacks === undefined
        ? options
        : { ...options, chain: this.#chain(options?.fallbacks)(undefined, []) };
    return run(this.#core, fn, given) as Promise<Awaited<T> | Awaited<F> | Awaited<S>>;
  }

  /**
   * Wraps a function, so that each of its calls is made under this policy. `this`, arguments and the result's type are kept.
   *
   * @param fn - the function or method; called again, with the same arguments, for each retry.
   * @param options - `fallbacks` are the steps of the document's `fallback` section, by name; `fallback` answers when all else
   *   has failed.
   */
  wrap<This, A extends unknown[], R, F = never, S = never>(
    fn: (this: This, ...args: A) => R,
    options?: PolicyWrapOptions<A, F, S>,
  ): (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F> | Awaited<S>> {
    const own = this.#links !== undefined || options?.fallbacks !== undefined;
    const chain = own ? this.#chain(options?.fallbacks) : undefined;
    const wrapped = wrap(this.#core, fn, options, chain as ((self: This, args: A) => Plan['chain']) | undefined);
    return wrapped as (this: This, ...args: A) => Promise<Awaited<R> | Awaited<F> | Awaited<S>>;
  }

  /**
   * The breaker that guards its calls, to read its state or to force it; null if there is none.
   * @throws FailsoftError - the engine is not loaded yet.
   */
  get circuitBreaker(): CircuitBreaker | null {
    if (this.#breaker === undefined) this.#breaker = breakerOf(this.#core);
    return this.#breaker;
  }

  /**
   * Tells what this policy does, in plain words, and what in it cannot work as it was meant.
   * @throws FailsoftError - the engine is not loaded yet, or is that of `failsoft/small`.
   */
  explain(): Explanation {
    return explanationOf(this.#core.ask((engine) => inFull(engine.explain?.(), 'explain')));
  }

  /**
   * Resolves when the engine is loaded and the document found right. There is no need to wait for it: calls do.
   * @throws ConfigError - the document makes no sense; it lists everything that is wrong.
   * @throws FailsoftError - the engine could not be loaded; the next call tries again.
   */
  ready(): Promise<void> {
    return this.#core.ready();
  }

  /** The steps as a call makes them; whatever has no function is said now, or as soon as the engine knows the steps. */
  #chain(given: object | undefined): (self: unknown, args: readonly unknown[]) => Plan['chain'] {
    const links = this.#links;
    if (links === undefined) {
      // The engine refuses the section, and says so.
      if (hasFallback(this.#core.text)) return () => undefined;
      throw new TypeError('fallbacks: the policy has no fallback section');
    }
    const known = () => links.steps.map(({ name }) => own(given, name));
    if (loaded() !== null) {
      known();
      const names = new Set(links.steps.map(({ name }) => name));
      const strange = Object.keys(given ?? {}).find((name) => !names.has(name));
      if (strange !== undefined) throw new TypeError(`fallbacks: the policy has no step ${strange}`);
    }
    return (self, args) => ({
      links,
      functions: () =>
        known().map(
          (fn): StepFunction =>
            (attempt) =>
              fn.apply(self, [...args, attempt]),
        ),
    });
  }
}

function own(given: object | undefined, name: string): (...args: unknown[]) => unknown {
  const fn = given !== undefined && Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined;
  if (typeof fn !== 'function') throw new TypeError(`fallbacks: the step ${name} has no function`);
  return fn as (...args: unknown[]) => unknown;
}

/** Whether a document has a chain; what is no document has none. */
function hasFallback(text: string): boolean {
  try {
    return (JSON.parse(text)?.fallback ?? null) !== null;
  } catch {
    return false;
  }
}
