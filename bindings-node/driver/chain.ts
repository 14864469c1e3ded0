/** Fallback chains by themselves. */

import type { Attempt } from './attempt.js';
import { camel } from './camel.js';
import type { TimeOptions } from './clock.js';
import type { PolicyDocument } from './document.js';
import { read, write } from './documents.js';
import { FailsoftError } from './errors.js';
import { fallbackFailed, fellBack, type Listener } from './events.js';
import { follow } from './follow.js';
import type { Home } from './home.js';
import { Links } from './links.js';
import { rememberChain } from './report.js';
import type { ClassifySettings } from './verdict.js';

type FallbackDocument = Exclude<NonNullable<PolicyDocument['fallback']>, readonly unknown[]>;

/** What decides between the steps of a chain: a document's `fallback` section without its steps, and what errors mean. */
export interface FallbackSettings extends Omit<FallbackDocument, 'steps'> {
  /** What errors of steps without a policy of their own mean. Default: what the library's tables say. */
  readonly classify?: ClassifySettings | null | undefined;
}

/** What a chain is made with besides its settings. */
export interface FallbackChainOptions extends TimeOptions {
  /** Is told when a step other than the first answers, and when none does; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
}

/** A step of a chain. */
export interface FallbackStep {
  /** What it is called in reports; unlike those of the other steps. */
  readonly name: string;
  /** How good its answer is, from 0 to 1, for reports. Default: 1. */
  readonly quality?: number | undefined;
  /** Another name for `quality`. */
  readonly expectedQuality?: number | undefined;
  /** What a call of it costs, in any unit, for reports. Default: 0. */
  readonly cost?: number | undefined;
  /** What ends the call at once if it happens here: a category or a list of them. Default: what the chain says. */
  readonly failNow?: FallbackDocument['fail_now'];
  /** A policy document that guards this step alone. Default: none. */
  readonly policy?: PolicyDocument | undefined;
}

/** What makes an attempt of a step: called with what the chain is run with and, behind that, the attempt. */
export type StepFunction<A extends unknown[], R> = (...args: StepArguments<A>) => R | PromiseLike<R>;

/** Where nothing is said about the arguments nothing is known of the attempt's place among them. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type StepArguments<A extends unknown[]> = any[] extends A ? any[] : [...A, Attempt];

/** What a chain has seen. */
export interface FallbackStatistics {
  readonly calls: number;
  readonly served: number;
  readonly exhausted: number;
  readonly allBenched: number;
  readonly failedNow: number;
  readonly abandoned: number;
  /** The share of calls that were served, from 0 to 1, those abandoned left out; 0 before the first. */
  readonly overallSuccessRate: number;
  /** The step that served last. */
  readonly lastSuccessfulFallback: string | null;
  readonly averageQuality: number | null;
  /** What the answers cost. */
  readonly totalCost: number;
  /** What failed attempts would have cost. */
  readonly failedCost: number;
  /** In the order in which they were added. */
  readonly steps: readonly StepStatistics[];
}

/** What a chain has seen of a step. Times are seconds. */
export interface StepStatistics {
  readonly name: string;
  readonly quality: number;
  readonly cost: number;
  /** Its place in the current order, from 1. */
  readonly position: number;
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  readonly abandoned: number;
  readonly benched: number;
  readonly successRate: number | null;
  readonly averageLatency: number | null;
  readonly lastLatency: number | null;
  readonly lastSuccessAgo: number | null;
  /** The experience that the order goes by. */
  readonly recent: Readonly<{ successes: number; failures: number }>;
}

/** A chain's state as plain data, for {@link FallbackChain.restore}; times in it are relative. */
export type FallbackSnapshot = Readonly<Record<string, unknown>>;

/** The chain of a system. */
export let chainIn: (
  home: Home,
  name: string,
  settings: FallbackSettings,
  options: FallbackChainOptions,
) => FallbackChain;

/**
 * Several ways to the same answer, the best one first: they are tried one after the other, each at most once in a call, until one
 * answers.
 *
 * A step whose own breaker or limits refuse calls is passed over. Bad credentials and bad requests end the call, as another step
 * would only hide them. Any number of calls may be under way at once.
 */
// biome-ignore lint/suspicious/noExplicitAny: whoever says nothing about the arguments may call it with any
export class FallbackChain<A extends unknown[] = any[], R = unknown> {
  readonly name: string | null;
  readonly #settings: FallbackSettings;
  readonly #options: FallbackChainOptions;
  readonly #functions: StepFunction<A, R>[] = [];
  readonly #steps: object[] = [];
  #home: Home | undefined;
  #links: Links | undefined;

  /**
   * @param name - a name for events and errors; may be left out.
   * @param settings - in which order steps are tried, and what ends a call; see the `fallback` section of policy documents.
   * @param options - a listener; a clock for tests.
   */
  constructor(name: string | null = null, settings: FallbackSettings = {}, options: FallbackChainOptions = {}) {
    this.name = name;
    this.#settings = settings;
    this.#options = options;
  }

  static {
    chainIn = (home, name, settings, options) => {
      const chain = new this(name, settings, options);
      chain.#home = home;
      return chain;
    };
  }

  /**
   * Adds a step behind those that are there. Steps are added before the first call.
   *
   * @param fn - makes one attempt: it is called with what the chain is run with and, behind that, the attempt. It may be
   *   asynchronous or not.
   * @param step - its name, and what it is worth.
   * @throws FailsoftError - the chain is in use already.
   */
  add(fn: StepFunction<A, R>, step: FallbackStep): this {
    if (typeof fn !== 'function') throw new TypeError(`expected a function, found ${fn === null ? 'null' : typeof fn}`);
    if (this.#links !== undefined) throw new FailsoftError('a fallback chain that is in use takes no more steps');
    const { failNow: fail_now, expectedQuality: expected_quality, ...rest } = step;
    this.#steps.push({ ...rest, expected_quality, fail_now });
    this.#functions.push(fn);
    return this;
  }

  /** Another name for {@link FallbackChain.add}. */
  addFallback(fn: StepFunction<A, R>, step: FallbackStep): this {
    return this.add(fn, step);
  }

  /**
   * Makes a call.
   *
   * @param args - what the steps are called with.
   * @returns what the first step that answers gives; {@link reportOf} tells which one that was. If none does, the last step's own
   *   error comes out as it was thrown.
   * @throws FallbackExhaustedError - no step could be tried; `retryAfter` says when one can.
   * @throws ConfigError - the settings or a step make no sense.
   */
  run(...args: A): Promise<R> {
    return this.#call(undefined, args);
  }

  /** Another name for {@link FallbackChain.run}. */
  execute(...args: A): Promise<R> {
    return this.#call(undefined, args);
  }

  /**
   * The same, with a signal that ends the call at once, whatever step it is at.
   *
   * @param options - `signal`: its reason is what the call is rejected with.
   * @param args - what the steps are called with.
   */
  runWith({ signal }: { readonly signal?: AbortSignal | undefined }, ...args: A): Promise<R> {
    return this.#call(signal, args);
  }

  /** What it has seen. */
  statistics(): FallbackStatistics {
    const { steps, ...chain } = JSON.parse(this.#made().ask((chain, now) => chain.statistics(now)));
    return { ...camel(chain), steps: steps.map(camel) } as FallbackStatistics;
  }

  /** The state as plain data, with times relative to now, for {@link FallbackChain.restore} in any process. */
  snapshot(): FallbackSnapshot {
    return JSON.parse(this.#made().ask((chain, now) => chain.snapshot(now)));
  }

  /**
   * Takes on a state that {@link FallbackChain.snapshot} gave out.
   * @throws ConfigError - it is no such state; the chain is as it was.
   */
  restore(snapshot: FallbackSnapshot | string): void {
    read(write(snapshot), (text) => this.#made().ask((chain, now) => chain.restore(text, now)));
  }

  /**
   * Resolves when the engine is loaded and the steps found right. There is no need to wait for it: calls do.
   * @throws ConfigError - the settings or a step make no sense.
   * @throws FailsoftError - the engine could not be loaded; the next call tries again.
   */
  async ready(): Promise<void> {
    await this.#made().ready();
  }

  async #call(signal: AbortSignal | undefined, args: A): Promise<R> {
    const links = this.#made();
    await links.readySoon();
    const functions = this.#functions.map((fn) => (attempt: Attempt) => fn(...([...args, attempt] as never)));
    const { listener, told } = links;
    const facts = { attempt: 1, label: 'fallback chain', category: null, error: undefined };
    const followed = await follow(links, functions, signal, []);
    const { report } = followed;
    if (followed.step !== null) {
      if (report !== null) rememberChain(followed.value, report);
      if (listener && report !== null && JSON.parse(report).passed.length > 0) fellBack(told, facts, followed.step);
      return followed.value as R;
    }
    if (report !== null) rememberChain(followed.error, report);
    if (listener) fallbackFailed(told, facts, followed.error);
    throw followed.error;
  }

  #made(): Links {
    if (this.#links === undefined) {
      const { classify, ...settings } = this.#settings;
      const document = { fallback: { ...settings, steps: this.#steps }, classify };
      this.#links = new Links(document, { ...this.#options, name: this.name, home: this.#home });
    }
    return this.#links;
  }
}
