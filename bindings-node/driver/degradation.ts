/** Graceful degradation: do less of everything instead of nothing at all. */

import type { Clock } from './clock.js';
import type { DegradationSettings } from './document.js';
import { Home } from './home.js';
import type { LevelChange, LevelListener } from './levels.js';

/** What a degradation is made with besides its settings. */
export interface DegradationOptions {
  /** Where time comes from; for tests. */
  readonly clock?: Clock | undefined;
}

/** The level and what it follows from. */
export interface LevelReport {
  /** The name of the level. */
  readonly level: string;
  /** How much of the service it stands for. */
  readonly percentage: number;
  readonly pinned: boolean;
  /** The metrics that are being heard. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The last changes, the oldest first, each with how many seconds `ago` it was. */
  readonly changes: readonly (LevelChange & { readonly ago: number })[];
}

/** A degradation's state as plain data, for {@link GracefulDegradation.restoreSnapshot}; times in it are relative. */
export type DegradationSnapshot = Readonly<Record<string, unknown>>;

/** The degradation of a system. */
export let degradationOf: (home: Home) => GracefulDegradation;

/**
 * Levels of service: metrics and people lower and raise them a step at a time, and what a level means for the parameters of a
 * call is data.
 *
 * By default there are five levels (full, high, medium, low, minimal) with triggers for `error_rate`, `memory_usage`, `cpu_usage`
 * and `response_time`, and rules for `quality`, `resolution`, `steps`, `model` and `features`.
 */
export class GracefulDegradation {
  readonly #home: Home;

  /**
   * @param settings - a document's `degradation` section; durations are seconds, or text with a unit.
   * @param options - a clock for tests.
   * @throws ConfigError - some setting makes no sense; it lists every one that does not.
   */
  constructor(settings?: DegradationSettings, options?: DegradationOptions);
  constructor(settings: unknown = {}, options: DegradationOptions = {}) {
    this.#home = settings instanceof Home ? settings : new Home({ degradation: settings }, options);
  }

  static {
    degradationOf = (home) => new this(home as never);
  }

  /** The name of the level; `full` in a system that does not degrade. */
  get level(): string {
    return this.describe()?.level ?? 'full';
  }

  /** The level, what it follows from and the last changes; null in a system that does not degrade. */
  describe(): LevelReport | null {
    return this.#home.ask({ do: 'level' }) as LevelReport | null;
  }

  /**
   * Takes in what a metric is.
   *
   * @param metric - one that has a trigger, such as `cpu_usage`.
   * @param value - a finite number.
   * @returns the change of level that follows, or null.
   * @throws ConfigError - there is no such metric, or the value is none.
   */
  observe(metric: string, value: number): LevelChange | null {
    return this.#home.move({ do: 'observe', metric, value: Number.isFinite(value) ? value : null });
  }

  /** Goes a step down, for a reason that is remembered. */
  degrade(reason = ''): LevelChange | null {
    return this.#home.move({ do: 'degrade', reason });
  }

  /** Goes a step up. */
  restore(): LevelChange | null {
    return this.#home.move({ do: 'restore' });
  }

  /**
   * Goes to a level; metrics move it from there.
   * @throws ConfigError - there is no such level.
   */
  setLevel(level: string): LevelChange | null {
    return this.#home.move({ do: 'set_level', level });
  }

  /**
   * Goes to a level and stays there, whatever metrics say, until {@link GracefulDegradation.unpin}.
   * @throws ConfigError - there is no such level.
   */
  pin(level: string): LevelChange | null {
    return this.#home.move({ do: 'pin', level });
  }

  /** Lets the metrics decide again. */
  unpin(): void {
    this.#home.ask({ do: 'unpin' });
  }

  /** Lets time pass: the level may rise although nothing is observed. For whoever reads the metrics now and then. */
  tick(): LevelChange | null {
    return this.#home.move({ do: 'tick' });
  }

  /**
   * The parameters of a call as they are at the level of now.
   *
   * @param parameters - an object; it is not changed. Whatever no rule is about, of any type, is left as it is.
   * @returns a shallow copy with its keys in the same order, and of the same class.
   */
  adjustParameters<T extends object>(parameters: T): T {
    const plain = Object.entries(parameters).filter(([, value]) => isPlain(value));
    const request = { do: 'adjust', parameters: Object.fromEntries(plain) };
    const adjustments = this.#home.ask(request) as Record<string, unknown>;
    const copy: Record<string, unknown> = Object.assign(Object.create(Object.getPrototypeOf(parameters)), parameters);
    for (const [key, value] of Object.entries(adjustments)) {
      if (Object.hasOwn(copy, key)) copy[key] = inOrder(value, copy[key]);
    }
    return copy as T;
  }

  /**
   * Has a listener told of each change of level. It may do anything, this included; what it throws is written to the console.
   * @returns what takes that back.
   */
  onChange(listener: LevelListener): () => void {
    return this.#home.levels.add(listener);
  }

  /** The state as plain data, with times relative to now. */
  snapshot(): DegradationSnapshot {
    return this.#home.ask({ do: 'snapshot' }) as DegradationSnapshot;
  }

  /**
   * Takes on a state that {@link GracefulDegradation.snapshot} gave out.
   * @throws ConfigError - it is no such state; everything is as it was.
   */
  restoreSnapshot(snapshot: DegradationSnapshot): void {
    this.#home.ask({ do: 'restore_snapshot', snapshot });
  }

  /**
   * Resolves when the engine is loaded and the settings found right.
   * @throws ConfigError - the settings make no sense.
   * @throws FailsoftError - the engine could not be loaded.
   */
  ready(): Promise<void> {
    return this.#home.ready();
  }
}

/** Whether a rule could be about it: a number or a word, or a list or set of them. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isScalar(value);
  const plain = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return plain && Object.values(value).every(isScalar);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' || typeof value === 'boolean';
}

/** A set of switches with its keys in the order in which they were given. */
function inOrder(value: unknown, given: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const switches = value as Record<string, unknown>;
  const keys = Object.keys(given as object).filter((key) => Object.hasOwn(switches, key));
  return Object.fromEntries(keys.map((key) => [key, switches[key]]));
}
