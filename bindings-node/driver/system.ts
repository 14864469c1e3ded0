/** A program with named parts: what it knows of itself. */

import type { Attempt } from './attempt.js';
import { breakerOver, type CircuitBreaker, type CircuitBreakerSettings } from './breaker.js';
import { type RunOptions, run } from './call.js';
import { camel } from './camel.js';
import { chainIn, type FallbackChain, type FallbackSettings } from './chain.js';
import type { TimeOptions } from './clock.js';
import { Core } from './core.js';
import { degradationOf, type GracefulDegradation } from './degradation.js';
import type { DegradationSettings, Duration, PolicyDocument } from './document.js';
import type { Listener } from './events.js';
import { Home } from './home.js';
import type { LevelChange } from './levels.js';
import { type Policy, policyOver } from './policy.js';
import type { ErrorAnalytics, SystemEvent, SystemHealth } from './told.js';

/** The document of a system. `null` is the same as absent. */
export interface SystemDocument {
  /** How many named parts of each kind there may be. */
  readonly parts?: {
    /** So many at most; a new one takes the place of the least recently used one that is at rest. Default: 1024. */
    readonly most?: number | null | undefined;
    /** After so long without use a part may go. Default: 1 hour. */
    readonly idle?: Duration | null | undefined;
  } | null;
  /** What is kept of errors and calls. */
  readonly analytics?: {
    /** So many errors are kept. Default: 100. */
    readonly history?: number | null | undefined;
    /** The error rate is that of the calls that ended within this long; 0: there is none. Default: 1 minute. */
    readonly window?: Duration | null | undefined;
    /** With fewer calls in the window there is no error rate. Default: 10. */
    readonly minimum_calls?: number | null | undefined;
    /** So many sources, rules and codes are counted. Default: 64 of each. */
    readonly names?: number | null | undefined;
    /** So many messages are counted. Default: 20. */
    readonly messages?: number | null | undefined;
  } | null;
  /** From when on the program is not well. */
  readonly health?: {
    /** From this share of failed calls on the program is degraded. Default: 0.1. */
    readonly degraded_error_rate?: number | null | undefined;
    /** From this share of failed calls on it is unhealthy. Default: 0.5. */
    readonly unhealthy_error_rate?: number | null | undefined;
  } | null;
  /** Levels of the service; false for none. Default: as an empty section has it. */
  readonly degradation?: DegradationSettings | false | null;
  /** So many events are kept. Default: 200. */
  readonly events?: number | null;
}

/** What a system is made with besides its document. */
export interface SystemOptions extends TimeOptions {
  /** Is told what happens to the calls of all parts; see {@link PolicyEvent}. */
  readonly onEvent?: Listener | undefined;
}

/** What a part is reached with. */
export interface PartOptions {
  /** Is told what happens to the calls, in the place of the system's own listener. */
  readonly onEvent?: Listener | undefined;
  /** Makes the jitter reproducible; for tests. */
  readonly seed?: number | undefined;
}

/** How a call is made with everything that a system has. */
export interface ResilientOptions<F = never> extends RunOptions<F> {
  /** The name of the part whose breaker guards it. Default: no breaker. */
  readonly circuitBreaker?: string | undefined;
  /** A document's `retry` section; false for a single attempt. Default: the section's defaults. */
  readonly retry?: NonNullable<PolicyDocument['retry']> | false | undefined;
}

/** A system's errors, calls and level as plain data, for {@link System.restore}; times in it are relative. */
export type SystemSnapshot = Readonly<Record<string, unknown>>;

/**
 * The named parts of one program, its health and its level.
 *
 * A part is what stands between the program and one dependency. Policies that go through the same part share its breaker, its
 * limits and its retry budget, and the system hears of their calls. Parts that nobody uses any more go by themselves.
 */
export class System {
  readonly #home: Home;
  readonly #chains = new Map<string, FallbackChain>();
  /** What was made for calls that bring no policy along; it goes when nobody uses it. */
  readonly #cores = new Map<string, WeakRef<Core>>();
  #degradation: GracefulDegradation | undefined;

  static {
    // biome-ignore lint/complexity/noThisInStatic: bundlers rename a class whose name is taken (the engine's) or is used in it
    Object.defineProperty(this, 'name', { value: 'System' });
  }

  /**
   * @param document - its settings, or their JSON text.
   * @param options - a listener; a clock for tests.
   * @throws ConfigError - the document makes no sense; it lists everything that is wrong.
   */
  constructor(document: SystemDocument | string = {}, options: SystemOptions = {}) {
    this.#home = new Home(document, options);
  }

  /**
   * A policy that goes through a part. The first one makes the part's machines. A section of a later one that is not there, or
   * says no more than the defaults, takes what the part has.
   *
   * @param part - the part's name.
   * @param document - as for {@link Policy.from}; `retry.budget.name` is a budget of the system. A chain is a part by itself: see
   *   {@link System.fallbackChain}.
   * @throws ConfigError - it makes no sense, or contradicts the part.
   */
  policy(part: string, document: PolicyDocument | string, options: PartOptions = {}): Policy {
    return policyOver(this.#core(part, document, options));
  }

  /**
   * The breaker of a part.
   *
   * @param name - the part's name.
   * @param settings - a document's `circuit_breaker` section. Default: what the part has, or the defaults.
   * @throws ConfigError - the settings make no sense, or contradict the part.
   */
  circuitBreaker(name: string, settings?: CircuitBreakerSettings, options: PartOptions = {}): CircuitBreaker {
    const document = { circuit_breaker: settings ?? {} };
    const core = settings === undefined ? this.#kept(name, document, options) : this.#core(name, document, options);
    return breakerOver(core);
  }

  /**
   * The chain of a name; the same each time. Its steps' policies go through parts of the names `chain.step`, and a call through it
   * counts as one, whatever became of its steps. It is kept as long as the system.
   *
   * @param settings - for whoever asks first; see {@link FallbackChain}.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as for the chain itself
  fallbackChain<A extends unknown[] = any[], R = unknown>(
    name: string,
    settings: FallbackSettings = {},
  ): FallbackChain<A, R> {
    let chain = this.#chains.get(name);
    if (chain === undefined) {
      chain = chainIn(this.#home, name, settings, {});
      this.#chains.set(name, chain);
    }
    return chain as unknown as FallbackChain<A, R>;
  }

  /** The level of the program. Where it has a trigger `error_rate`, the share of failed calls is read into it by itself. */
  get gracefulDegradation(): GracefulDegradation {
    this.#degradation ??= degradationOf(this.#home);
    return this.#degradation;
  }

  /**
   * Calls a function with retries and, if one is named, through a part's breaker.
   *
   * @param fn - makes one attempt, and is told about it.
   * @param options - the breaker's name, other retries, a signal, a fallback.
   * @returns what the function answers; as {@link Policy.run}.
   * @throws ConfigError - the retries make no sense, or contradict the part.
   */
  async executeWithResilience<T, F = never>(
    fn: (attempt: Attempt) => T | PromiseLike<T>,
    options: ResilientOptions<F> = {},
  ): Promise<Awaited<T> | Awaited<F>> {
    const { circuitBreaker, retry, ...rest } = options;
    const document = {
      ...(retry === false ? {} : { retry: retry ?? {} }),
      ...(circuitBreaker === undefined ? {} : { circuit_breaker: {} }),
    };
    const core = this.#kept(circuitBreaker ?? UNNAMED, document, {});
    const given = rest.signal === undefined && rest.fallback === undefined ? undefined : rest;
    return run(core, fn, given) as Promise<Awaited<T> | Awaited<F>>;
  }

  /** How well the program is, and why. */
  health(): SystemHealth {
    const { circuit_breakers: breakers, ...health } = this.#home.ask({ do: 'health' }) as Raw;
    const states = Object.entries(breakers as Record<string, Raw>).map(([name, state]) => [name, camel(state)]);
    return { ...camel(health), circuitBreakers: Object.fromEntries(states) } as unknown as SystemHealth;
  }

  /** Everything that is known, as one JSON document without secrets, for a bundle or a page for operators. */
  debugInfo(): Readonly<Record<string, unknown>> {
    return this.#home.ask({ do: 'debug_info' }) as Raw;
  }

  /** What has gone wrong, and how calls ended. */
  errorAnalytics(): ErrorAnalytics {
    const { top_messages: messages, ...report } = this.#home.ask({ do: 'analytics' }) as Raw;
    return { ...camel(report), topMessages: (messages as Raw[]).map(camel) } as unknown as ErrorAnalytics;
  }

  /** Forgets errors and counts. The error rate is left to expire, and events stay. */
  clearHistory(): void {
    this.#home.ask({ do: 'clear_history' });
  }

  /**
   * What has happened that is worth telling, the oldest first.
   * @param above - only events with a higher number than this.
   */
  events(above = 0): readonly SystemEvent[] {
    return (this.#home.ask({ do: 'events', above }) as Raw[]).map(camel) as unknown as SystemEvent[];
  }

  /** Lets time pass: the level may change although nothing happens. For a timer of every few seconds; a busy program needs none. */
  tick(): LevelChange | null {
    return this.#home.move({ do: 'tick' });
  }

  /** Lets parts go that nobody uses any more; answers how many. Without it they go when new ones come. */
  sweep(): number {
    return this.#home.ask({ do: 'sweep' }) as number;
  }

  /** The errors, calls and level as plain data, with times relative to now. Breakers have snapshots of their own. */
  snapshot(): SystemSnapshot {
    return this.#home.ask({ do: 'snapshot' }) as SystemSnapshot;
  }

  /**
   * Takes on a state that {@link System.snapshot} gave out.
   * @throws ConfigError - it is no such state; everything is as it was.
   */
  restore(snapshot: SystemSnapshot): void {
    this.#home.ask({ do: 'restore_snapshot', snapshot });
  }

  /**
   * Resolves when the engine is loaded and the document found right. There is no need to wait for it: calls do.
   * @throws ConfigError - the document makes no sense.
   * @throws FailsoftError - the engine could not be loaded; the next call tries again.
   */
  ready(): Promise<void> {
    return this.#home.ready();
  }

  #core(part: string, document: PolicyDocument | string, { onEvent, seed }: PartOptions): Core {
    const home = this.#home;
    const origin = {
      name: part,
      untold: home.untold,
      make: (text: string) => home.engine(part, text),
      happened: () => home.levels.lookSoon(),
    };
    return new Core(document, { clock: home.clock, onEvent: onEvent ?? home.listener, seed, origin });
  }

  /** The same core again, for those who ask again and again. */
  #kept(part: string, document: PolicyDocument, options: PartOptions): Core {
    if (options.onEvent !== undefined || options.seed !== undefined) return this.#core(part, document, options);
    const key = JSON.stringify([part, document]);
    const kept = this.#cores.get(key)?.deref();
    if (kept !== undefined) return kept;
    for (const [other, core] of this.#cores) {
      if (core.deref() === undefined) this.#cores.delete(other);
    }
    const core = this.#core(part, document, options);
    this.#cores.set(key, new WeakRef(core));
    return core;
  }
}

type Raw = Record<string, unknown>;

/** The part of calls that name none. */
const UNNAMED = 'calls';
