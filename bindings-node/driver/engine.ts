/** What the driver asks of an engine, and where it gets one. Nothing here knows which engine that is. */

import { FailsoftError } from './errors.js';

/** A breaker's change of state: from, to, why. */
export type Change = readonly [from: string, to: string, reason: string];

/** What to do: one of {@link Action}, the attempt's number, seconds, why, and the breaker's change of state. */
export type Said = readonly [
  action: number,
  attempt: number,
  seconds: number | null,
  reason: string | null,
  change: Change | null,
];

/** The first number of {@link Said}. */
export const Action = { Attempt: 0, Wait: 1, Stop: 2, Reject: 3 } as const;

/** A policy document with its machines. Times are seconds on a monotonic clock, documents are JSON text. */
export interface Engine {
  /** Its first number is 0, or the ticket to start a call with. */
  readonly lane: Float64Array;
  succeed(ticket: number, now: number, times?: number): Change | null;
  laneEnds(): number | null;
  refuse(now: number): number;
  begin(seed: number, now: number): Guarded;
  resume(seed: number, started: number, ticket: number): Guarded;
  describe(): string;
  state(now: number): string;
  set(command: string): Change | null;
  explain?(): string;
  snapshot?(now: number): string;
  restore?(snapshot: string, now: number): void;
}

/** One call that is not over after its first success. */
export interface Guarded {
  admit(now: number): Said;
  succeed(now: number): Change | null;
  fail(fault: string, now: number): Said;
  abandon(now: number): Change | null;
  report(): string;
  readonly category: string | null;
  /** Gives WebAssembly's memory back; the native engine leaves that to the collector. */
  free?(): void;
}

/** What a chain says next: one of {@link Course}, a step, and in how many seconds a step may be tried again. */
export type Next = readonly [course: number, step: number, seconds: number | null];

/** The first number of {@link Next}. */
export const Course = { Try: 0, Exhausted: 1, AllBenched: 2, FailNow: 3 } as const;

/** A chain with what guards its steps. */
export interface Chain {
  engine(step: number): Engine | null;
  describe(): string;
  statistics(now: number): string;
  snapshot(now: number): string;
  restore(snapshot: string, now: number): void;
  follows(fault: string): boolean;
  begin(now: number): ChainCall;
}

/** One call through a chain. */
export interface ChainCall {
  next(now: number): Next;
  succeed(step: number, now: number): void;
  fail(step: number, fault: string, now: number): void;
  refuse(step: number, retryAfter: number | null, now: number): void;
  abandon(now: number): void;
  report(): string;
  free?(): void;
}

/** Named parts, and what is known of them. */
export interface SystemEngine {
  engine(part: string, document: string, now: number): Engine;
  chain(name: string, document: string, now: number): Chain;
  ask(request: string, now: number): string;
}

/** Items of which so many are worked on at a time. */
export interface Batch {
  /** The index of the next item, or {@link WAIT} or {@link DONE}. */
  next(): number;
  succeed(index: number): boolean;
  fail(index: number, category: string): boolean;
  ignore(index: number): boolean;
  stop(): void;
  report(): string;
  free?(): void;
}

/** Until an item ends none can begin. */
export const WAIT = -1;
/** Every item has ended. */
export const DONE = -2;

/** What an engine exports. What may be missing, here and of an {@link Engine}, the small one leaves out: see {@link inFull}. */
export interface EngineModule {
  readonly Engine: {
    new (document: string): Engine;
    sharing(document: string, other: Engine): Engine;
    over(document: string, other: Engine): Engine;
  };
  readonly Chain?: new (document: string) => Chain;
  readonly System?: new (document: string) => SystemEngine;
  readonly Batch?: new (document: string, items: number) => Batch;
  classify(fault: string, classifier: string): string;
  redact(text: string): string;
}

/** Where an engine comes from. */
export interface Source {
  /** The engine, if that needs no waiting; loads it where it can be loaded at once. */
  now(): EngineModule | null;
  /** The engine, once it is there. */
  load(): Promise<EngineModule>;
  /** A fresh engine in the place of one that has trapped. */
  renew(): EngineModule;
}

let source: Source | undefined;
let generation = 0;

/** Says where engines come from; the entry of a package does it once. */
export function install(from: Source): void {
  source = from;
  generation += 1;
}

/** How often the engine has been replaced: what an older one gave out means nothing to the present one. */
export function currentGeneration(): number {
  return generation;
}

/** The engine, or null while it is being loaded. */
export function loaded(): EngineModule | null {
  return installed().now();
}

/**
 * The engine.
 * @throws FailsoftError - it is not loaded yet.
 */
export function engine(): EngineModule {
  const module = loaded();
  if (module === null) throw new FailsoftError('the engine is not loaded yet: await ready() first');
  return module;
}

/** Loads the engine. A failure is not remembered: the next call tries again. */
export async function load(): Promise<EngineModule> {
  try {
    return loaded() ?? (await installed().load());
  } catch (error) {
    throw new FailsoftError('the engine could not be loaded', { cause: error });
  }
}

/**
 * Resolves when the engine is loaded. Where it is loaded at once (Node, `failsoft/inline`) that is now.
 * @throws FailsoftError - it could not be loaded; the cause says why. The next call tries again.
 */
export async function ready(): Promise<void> {
  await load();
}

/**
 * Something that the small engine leaves out.
 * @throws FailsoftError - this is the small engine.
 */
export function inFull<T>(what: T | undefined, name: string): T {
  if (what === undefined)
    throw new FailsoftError(`${name} is not carried out by failsoft/small: import failsoft instead`);
  return what;
}

/** Whether an error says that the engine itself broke, so that its memory can't be trusted any more. */
export function isTrap(error: unknown): boolean {
  return typeof WebAssembly !== 'undefined' && error instanceof WebAssembly.RuntimeError;
}

/** Drops an engine that has trapped, for a new one. */
export function replace(): void {
  generation += 1;
  installed().renew();
}

/** An error of the engine as a caller meets it. One that has trapped is replaced: no call after this one meets it. */
export function surfaced(error: unknown): unknown {
  if (!isTrap(error)) return error;
  replace();
  return new FailsoftError('the engine broke and was replaced', { cause: error });
}

/** Something that an engine made; made anew when that engine has been replaced. */
export class Made<T> {
  private readonly make: (module: EngineModule) => T;
  private readonly lost: () => void;
  private made: T | null = null;
  private generation = -1;

  constructor(make: (module: EngineModule) => T, lost: () => void = () => {}) {
    this.make = make;
    this.lost = lost;
    const module = loaded();
    if (module !== null) this.present(module);
    // Whoever asks before it is there is told then.
    else load().catch(() => {});
  }

  /**
   * It, or a new one.
   * @throws FailsoftError - the engine is not loaded yet.
   */
  present(module: EngineModule = engine()): T {
    if (this.made !== null && this.generation === generation) return this.made;
    const lost = this.made !== null;
    this.made = this.make(module);
    this.generation = generation;
    if (lost) this.lost();
    return this.made;
  }
}

function installed(): Source {
  if (source === undefined) throw new FailsoftError('no engine is installed');
  return source;
}
