/** A fallback chain as its calls see it: the engine's chain, and a core for each of its steps. */

import { type Clock, clockOf, SYSTEM, type TimeOptions } from './clock.js';
import { Core, type Origin, tellAll } from './core.js';
import { read, type Written, write } from './documents.js';
import {
  type Chain,
  type ChainCall,
  currentGeneration,
  type EngineModule,
  inFull,
  load,
  loaded,
  Made,
  surfaced,
} from './engine.js';
import { FailsoftError } from './errors.js';
import { engineLost, type Listener, type Told } from './events.js';
import type { Home } from './home.js';

/** A step, as the core describes it. */
export interface StepFacts {
  readonly name: string;
  readonly quality: number;
  readonly cost: number;
}

export interface LinksOptions extends TimeOptions {
  readonly name: string | null;
  readonly onEvent?: Listener | undefined;
  /** The system that it is a chain of. */
  readonly home?: Home | undefined;
}

/** One call through a chain, and the generation of engines that it belongs to. */
export interface Link {
  readonly call: ChainCall;
  readonly generation: number;
}

export class Links {
  readonly clock: Clock;
  readonly listener: Listener | undefined;
  readonly name: string | null;
  private readonly home: Home | undefined;
  private readonly chain: Made<Chain>;
  private readonly cores: Core[] = [];
  private readonly untold: Core[];
  private facts: readonly StepFacts[] | undefined;

  /** @throws ConfigError - the document makes no sense. */
  constructor(document: unknown, options: LinksOptions) {
    const { name, onEvent, home } = options;
    const written: Written = write(document);
    this.name = name;
    this.home = home;
    this.clock = clockOf(options) ?? home?.clock ?? SYSTEM;
    this.listener = onEvent ?? home?.listener;
    this.untold = home?.untold ?? [];
    const made = (text: string, module: EngineModule) =>
      home?.chain(name ?? '', text) ?? new (inFull(module.Chain, 'fallback'))(text);
    const lost = () => engineLost(this.told, 'the statistics of its steps begin');
    this.chain = new Made((module) => read(written, (text) => made(text, module)), lost);
  }

  /** What events are about. */
  get told(): Told {
    const { name, listener } = this;
    return { name, breakerName: null, maxAttempts: 1, templates: {}, listener };
  }

  /** Its steps, in the order of the document. */
  get steps(): readonly StepFacts[] {
    this.facts ??= JSON.parse(this.ask((chain) => chain.describe())) as StepFacts[];
    return this.facts;
  }

  /** Resolves when the engine is there. */
  async readySoon(): Promise<void> {
    if (loaded() === null) await load();
  }

  async ready(): Promise<void> {
    await load();
    this.ask(() => {});
  }

  /** What guards a step. */
  core(step: number): Core {
    let core = this.cores[step];
    if (core === undefined) {
      const { clock, listener: onEvent, untold } = this;
      const guarded = this.ask((chain) => chain.engine(step)) !== null;
      const make = () => this.ask((chain) => chain.engine(step)) as NonNullable<ReturnType<Chain['engine']>>;
      const happened = () => this.home?.levels.lookSoon();
      const origin: Origin = { name: this.steps[step]?.name ?? null, untold, make, happened };
      core = new Core({}, { clock, onEvent, ...(guarded ? { origin } : {}) });
      this.cores[step] = core;
    }
    return core;
  }

  /** Does something with the chain. */
  ask<T>(act: (chain: Chain, now: number) => T): T {
    try {
      const chain = this.chain.present();
      const now = this.clock.now();
      tellAll(this.untold, now);
      return act(chain, now);
    } catch (error) {
      throw surfaced(error);
    }
  }

  /** A call that begins now. */
  begin(): Link {
    return { call: this.ask((chain, now) => chain.begin(now)), generation: currentGeneration() };
  }

  /**
   * Carries on with a call.
   * @throws FailsoftError - its engine is gone.
   */
  carryOn<T>({ call, generation }: Link, act: (call: ChainCall, now: number) => T): T {
    if (generation !== currentGeneration()) throw new FailsoftError('the engine broke and was replaced');
    const answer = this.ask((_, now) => act(call, now));
    this.home?.levels.lookSoon();
    return answer;
  }

  /** Gives memory back that no collector sees. */
  release({ call, generation }: Link): void {
    if (generation === currentGeneration()) call.free?.();
  }
}
