/**
 * The way past a healthy policy: the lane is read before the call and after it, and nothing else is done.
 *
 * Chained with `then`, as an async function around the call costs twice as much. Everything else is in {@link Run}.
 */

import { type Attempt, Attempting } from './attempt.js';
import type { Core } from './core.js';
import { CircuitBreakerOpenError } from './errors.js';
import { type Plan, Run } from './run.js';

/** How a single call is made. */
export interface RunOptions<F = never> {
  /**
   * Aborting it ends the call at once, whatever it is doing, and rejects it with the signal's reason. A signal is listened to
   * until the call is over.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called when all else has failed; what it answers is the call's answer. Not called for what was cancelled. */
  readonly fallback?: ((error: unknown) => F) | undefined;
}

/** What makes the attempts of the steps of a document's `fallback`, by their names. */
export type Fallbacks<A extends unknown[], S> = Readonly<Record<string, (...args: [...A, Attempt]) => S>>;

/** How a single call is made under a policy. */
export interface PolicyRunOptions<F = never, S = never> extends RunOptions<F> {
  /**
   * A function for each step of the document's `fallback` section, by name. They are called with their attempt, one after the
   * other, when the call itself has failed for good.
   */
  readonly fallbacks?: Fallbacks<[], S> | undefined;
}

/** How a function is wrapped under a policy. */
export interface PolicyWrapOptions<A extends unknown[] = unknown[], F = never, S = never> extends WrapOptions<A, F> {
  /**
   * A function for each step of the document's `fallback` section, by name. They are called with what the function was called with
   * and, behind that, their attempt, one after the other, when the call itself has failed for good.
   */
  readonly fallbacks?: Fallbacks<A, S> | undefined;
}

/** How a function is wrapped. */
export interface WrapOptions<A extends unknown[] = unknown[], F = never> {
  /**
   * Called when all else has failed, with the error and what the function was called with; what it answers is the call's
   * answer. Not called for what was cancelled.
   */
  readonly fallback?: ((error: unknown, ...args: A) => F) | undefined;
}

/** Makes a call. */
export function run(
  core: Core,
  fn: (attempt: Attempt) => unknown,
  options: (RunOptions<unknown> & Pick<Plan, 'chain'>) | undefined,
): Promise<unknown> {
  const { lane } = core;
  const ticket = lane[0] as number;
  if (ticket === 0 || options !== undefined) {
    const plan = planOf(fn, options);
    const wait = turnedAway(core, plan);
    // Made here, and there below: a function in between would cost a quarter of a microsecond and a line of the stack.
    if (wait !== undefined) return soonRejected(new CircuitBreakerOpenError(core.breakerName ?? '', wait));
    return new Run(core, plan).start();
  }
  let answer: unknown;
  try {
    answer = fn(new Attempting(1, null, null, 0));
    if (!isPlainPromise(answer)) answer = Promise.resolve(answer);
  } catch (error) {
    return new Run(core, planOf(fn, options)).resume(ticket, error);
  }
  return (answer as Promise<unknown>).then(
    (value) => {
      if (lane[0] !== ticket || (ticket & 1) !== 0) core.succeededOnLane(ticket);
      return value;
    },
    (error) => new Run(core, planOf(fn, options)).resume(ticket, error),
  );
}

/** A function that makes each of its calls through the policy. */
export function wrap<This, A extends unknown[]>(
  core: Core,
  fn: (this: This, ...args: A) => unknown,
  { fallback }: WrapOptions<A, unknown> = {},
  chain?: (self: This, args: A) => Plan['chain'],
): (this: This, ...args: A) => Promise<unknown> {
  if (typeof fn !== 'function') throw new TypeError(`expected a function, found ${describe(fn)}`);
  const planFor = (self: This, args: A): Plan => ({
    make: () => fn.apply(self, args),
    fallback: fallback && ((error: unknown) => fallback.call(self, error, ...args)),
    chain: chain?.(self, args),
    signal: undefined,
    label: fn.name,
  });
  function guarded(this: This, ...args: A): Promise<unknown> {
    const { lane } = core;
    const ticket = lane[0] as number;
    if (ticket === 0) {
      const plan = planFor(this, args);
      const wait = turnedAway(core, plan);
      if (wait !== undefined) return soonRejected(new CircuitBreakerOpenError(core.breakerName ?? '', wait));
      return new Run(core, plan).start();
    }
    let answer: unknown;
    try {
      answer = fn.apply(this, args);
      if (!isPlainPromise(answer)) answer = Promise.resolve(answer);
    } catch (error) {
      return new Run(core, planFor(this, args)).resume(ticket, error);
    }
    return (answer as Promise<unknown>).then(
      (value) => {
        if (lane[0] !== ticket || (ticket & 1) !== 0) core.succeededOnLane(ticket);
        return value;
      },
      (error) => new Run(core, planFor(this, args)).resume(ticket, error),
    );
  }
  const own = (value: unknown) => ({ value, configurable: true });
  return Object.defineProperties(guarded, { name: own(fn.name), length: own(fn.length) });
}

/**
 * Whether a call that can't take the lane is turned away: then when to come back, null for never by itself; undefined if it begins. An
 * outage makes many that end here; who hears of them, or answers in their place, has them go the long way.
 */
function turnedAway(core: Core, plan: Plan): number | null | undefined {
  const told = core.listener !== undefined || plan.fallback !== undefined || plan.chain || plan.signal !== undefined;
  if (!core.refusing || told) return undefined;
  try {
    const seconds = core.refuse();
    if (!Number.isNaN(seconds)) return seconds === NEVER ? null : seconds;
  } catch {
    // The engine broke; the call finds another.
  }
  return undefined;
}

function planOf(
  fn: (attempt: Attempt) => unknown,
  options: (RunOptions<unknown> & Pick<Plan, 'chain'>) | undefined,
): Plan {
  if (typeof fn !== 'function') throw new TypeError(`expected a function, found ${describe(fn)}`);
  return { make: fn, fallback: options?.fallback, chain: options?.chain, signal: options?.signal, label: fn.name };
}

/** Whether `then` gives a promise that is no more than one: a client's own kind may do more, or other things. */
function isPlainPromise(value: unknown): boolean {
  return value instanceof Promise && value.constructor === Promise;
}

/**
 * Rejects when its caller has had the chance to handle that. Of a promise that is rejected at once hosts keep book until somebody
 * does, which costs half as much as the error and its stack.
 */
function soonRejected(error: unknown): Promise<never> {
  return SOON.then(() => {
    throw error;
  });
}

const SOON = Promise.resolve();
const NEVER = Number.POSITIVE_INFINITY;

const describe = (value: unknown) => (value === null ? 'null' : typeof value);
