/** A policy as its calls see it: the engine of its document, that engine's lane, and the host's clock. */

import { type Clock, clockOf, SYSTEM, type TimeOptions } from './clock.js';
import { read, type Written, write } from './documents.js';
import {
  type Change,
  currentGeneration,
  type Engine,
  type EngineModule,
  type Guarded,
  load,
  loaded,
  engine as presentEngine,
  surfaced,
} from './engine.js';
import { changed, engineLost, type Listener, type Templates, type Told } from './events.js';

/** How a policy is made. */
export interface CoreOptions extends TimeOptions {
  readonly onEvent?: Listener | undefined;
  readonly seed?: number | undefined;
  /** Whose breaker to use instead of one of its own. */
  readonly breaker?: Core | undefined;
  /** Whose machines to use, limits and budget included, in the place of its own. */
  readonly over?: Core | undefined;
  /** Where its engine comes from, if not from its document alone. */
  readonly origin?: Origin | undefined;
}

/** What makes engines that belong together: a system its parts, a chain its steps. */
export interface Origin {
  /** What calls are said to go through, where a document has no name. */
  readonly name: string | null;
  /** Those with successes that the engine has not heard of. They go first when anything happens to any of them. */
  readonly untold: Core[];
  make(document: string): Engine;
  /** An engine was told something. */
  happened(): void;
}

export class Core implements Told {
  /** Its first number is 0, or the ticket to start a call with. Always 0 where calls must ask. */
  lane: Float64Array = SHUT;
  readonly clock: Clock;
  readonly listener: Listener | undefined;
  name: string | null = null;
  maxAttempts = 1;
  templates: Templates = {};
  hasBreaker = false;
  /** Whether the breaker has turned the last call away; the next one is then asked about before it is made. */
  refusing = false;
  private readonly document: Written;
  private readonly breaker: Core | undefined;
  private readonly join: 'sharing' | 'over';
  private readonly origin: Origin | undefined;
  private readonly seeds: () => number;
  private engine: Engine | null = null;
  /** The engine's own, kept as an outage calls it by the thousand. */
  private turnAway: Engine['refuse'] | undefined;
  private generation = -1;
  /** Successes on a lane that counts, which the engine has not heard of yet. */
  private pending = 0;
  private ticket = 0;
  private since = 0;
  private ends = Number.POSITIVE_INFINITY;
  private batch = 1;
  /** Those with pending successes among all that share this breaker: they go first when anything happens to it. */
  private readonly untold: Core[];

  /**
   * Makes the engine now, if there is one to be had without waiting.
   * @throws ConfigError - the document makes no sense.
   */
  constructor(document: unknown, options: CoreOptions) {
    const { onEvent, seed, over, breaker = over, origin } = options;
    this.document = write(document);
    this.breaker = breaker;
    this.join = over === undefined ? 'sharing' : 'over';
    this.origin = origin ?? breaker?.origin;
    this.untold = breaker?.untold ?? origin?.untold ?? [];
    this.clock = clockOf(options) ?? breaker?.clock ?? SYSTEM;
    this.listener = onEvent ?? breaker?.listener;
    this.seeds = seed === undefined ? () => Math.random() * SEEDS : stream(seed);
    const module = loaded();
    if (module !== null) this.build(module);
    // The document is judged when the engine is there; whoever calls or asks before is told then.
    else load().catch(() => {});
  }

  get breakerName(): string | null {
    return this.breaker?.breakerName ?? this.name ?? this.origin?.name ?? null;
  }

  /** The document's JSON text. */
  get text(): string {
    return this.document.text;
  }

  /** Whether calls can begin at once. */
  isReady(): boolean {
    return this.engine !== null || loaded() !== null;
  }

  /**
   * Resolves when calls can begin.
   * @throws ConfigError - the document makes no sense.
   * @throws FailsoftError - the engine could not be loaded.
   */
  async ready(): Promise<void> {
    await load();
    this.present();
  }

  /** Asks the engine something. Successes that it has not heard of yet come first. */
  ask<T>(act: (engine: Engine, now: number) => T): T {
    try {
      const engine = this.present();
      const now = this.clock.now();
      this.tellPending(now);
      const answer = act(engine, now);
      this.origin?.happened();
      return answer;
    } catch (error) {
      throw surfaced(error);
    }
  }

  /** Turns a call away, if the breaker does: when to come back, infinity for never by itself, NaN if it may begin. */
  refuse(): number {
    const seconds = this.ask((engine, now) => {
      this.turnAway ??= engine.refuse.bind(engine);
      return this.turnAway(now);
    });
    this.refusing = !Number.isNaN(seconds);
    return seconds;
  }

  /** A call that begins now. */
  begin(): Guarded {
    return this.ask((engine, now) => engine.begin(this.seeds(), now));
  }

  /** A call whose first attempt, admitted on the lane, has failed. */
  resume(ticket: number): Guarded {
    return this.ask((engine, now) => engine.resume(this.seeds(), now, ticket));
  }

  /** Carries on with a call. Its engine may be gone. */
  carryOn<T>(guarded: Guarded, act: (guarded: Guarded, now: number) => T): T {
    try {
      const now = this.clock.now();
      this.tellPending(now);
      const answer = act(guarded, now);
      this.origin?.happened();
      return answer;
    } catch (error) {
      throw surfaced(error);
    }
  }

  /** A success on the lane that `ticket` was read from, where that lane has changed meanwhile or counts. Never throws. */
  succeededOnLane(ticket: number): void {
    try {
      if (this.lane[0] !== ticket) {
        this.changed(this.ask((engine, now) => engine.succeed(ticket, now)));
      } else {
        this.count(ticket);
      }
    } catch {
      // The engine broke, and said so; the caller's answer is as good as ever.
    }
  }

  /** Tells the listener, if the breaker has changed its state. */
  changed(change: Change | null): void {
    if (change !== null && this.listener !== undefined) changed(this, change);
  }

  /** Adds a success up, as the engine is dear to reach; what must be in time is handed in in time. */
  private count(ticket: number): void {
    if (this.pending === 0) {
      // Not by `ask`: the others' successes need not be handed in for this.
      const ends = this.laneEnds();
      this.ends = ends ?? Number.POSITIVE_INFINITY;
      this.since = ends === null ? 0 : this.clock.now();
      this.ticket = ticket;
    }
    if (this.ends !== Number.POSITIVE_INFINITY && this.clock.now() >= this.ends) {
      this.changed(this.ask((engine, now) => engine.succeed(ticket, now)));
      return;
    }
    this.pending += 1;
    if (this.pending === 1) this.untold.push(this);
    else if (this.pending >= this.batch) this.ask(() => {});
  }

  private laneEnds(): number | null {
    try {
      return this.present().laneEnds();
    } catch (error) {
      throw surfaced(error);
    }
  }

  private tellPending(now: number): void {
    tellAll(this.untold, now);
  }

  /** Hands in what it has added up. */
  tellOwn(now: number): void {
    const times = this.pending;
    this.pending = 0;
    // What was counted for an engine that is gone is gone with it.
    if (this.engine === null || this.generation !== currentGeneration()) return;
    const then = this.ends === Number.POSITIVE_INFINITY ? now : this.since;
    this.changed(this.engine.succeed(this.ticket, then, times));
  }

  /** The engine, made anew if that of the last call is gone. */
  private present(): Engine {
    if (this.engine !== null && this.generation === currentGeneration()) return this.engine;
    const lost = this.engine !== null;
    const engine = this.build(presentEngine());
    if (lost) engineLost(this);
    return engine;
  }

  private build(module: EngineModule): Engine {
    const generation = currentGeneration();
    const other = this.breaker?.present();
    let engine: Engine;
    try {
      engine = read(this.document, (text) => {
        if (other !== undefined) return module.Engine[this.join](text, other);
        return this.origin === undefined ? new module.Engine(text) : this.origin.make(text);
      });
    } catch (error) {
      throw surfaced(error);
    }
    const facts = JSON.parse(engine.describe());
    this.name = facts.name;
    this.maxAttempts = facts.max_attempts;
    this.templates = facts.error_handling;
    this.hasBreaker = facts.breaker || this.breaker?.hasBreaker === true;
    this.batch = facts.batch;
    this.pending = 0;
    this.lane = facts.timed ? SHUT : engine.lane;
    this.generation = generation;
    this.engine = engine;
    this.turnAway = undefined;
    return engine;
  }
}

/** Hands in all successes that were added up. */
export function tellAll(untold: Core[], now: number): void {
  while (untold.length > 0) untold.pop()?.tellOwn(now);
}

/** Reproducible seeds (splitmix32), for tests. */
function stream(seed: number): () => number {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return () => next() * 2 ** 21 + (next() >>> 11);
}

/** The lane of calls that must ask. */
const SHUT = new Float64Array(1);
const SEEDS = 2 ** 53;
