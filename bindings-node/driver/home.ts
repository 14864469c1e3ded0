/** A program's named parts, as the driver sees them: the engine of a system, and who is told of its level. */

import { type Clock, clockOf, SYSTEM, type TimeOptions } from './clock.js';
import { type Core, tellAll } from './core.js';
import { read, type Written, write } from './documents.js';
import { type Chain, type Engine, inFull, load, Made, type SystemEngine, surfaced } from './engine.js';
import { engineLost, type Listener } from './events.js';
import { type LevelChange, Levels } from './levels.js';

/** What a system is made with besides its document. */
export interface HomeOptions extends TimeOptions {
  readonly onEvent?: Listener | undefined;
}

export class Home {
  readonly clock: Clock;
  readonly listener: Listener | undefined;
  readonly levels: Levels;
  /** Cores of all parts, as anything that is asked here wants to know of all of them. */
  readonly untold: Core[] = [];
  private readonly system: Made<SystemEngine>;

  /** @throws ConfigError - the document makes no sense. */
  constructor(document: unknown, options: HomeOptions) {
    const { onEvent } = options;
    const written: Written = write(document);
    this.clock = clockOf(options) ?? SYSTEM;
    this.listener = onEvent;
    this.levels = new Levels(() => this.told({ do: 'level' }) as never);
    const told = { name: 'system', breakerName: null, maxAttempts: 1, templates: {}, listener: onEvent };
    const lost = () => engineLost(told, 'what it knew of errors, calls and its level begins');
    this.system = new Made((module) => read(written, (text) => new (inFull(module.System, 'System'))(text)), lost);
  }

  /** An engine whose calls go through a part. */
  engine(part: string, document: string): Engine {
    return this.act((system, now) => system.engine(part, document, now));
  }

  /** The chain of a name. */
  chain(name: string, document: string): Chain {
    return this.act((system, now) => system.chain(name, document, now));
  }

  /**
   * Asks, or tells, the system something.
   * @throws ConfigError - it makes no sense to the core.
   */
  ask(request: object): unknown {
    const answer = this.told(request);
    this.levels.look();
    return answer;
  }

  /** The same for what may change the level: the change, or null. */
  move(request: object): LevelChange | null {
    const change = this.told(request) as LevelChange | null;
    if (change !== null) this.levels.moved(change);
    return change;
  }

  async ready(): Promise<void> {
    await load();
    this.act(() => {});
  }

  /** Does something with the system, which by then has heard of every success. */
  act<T>(act: (system: SystemEngine, now: number) => T): T {
    try {
      const system = this.system.present();
      const now = this.clock.now();
      tellAll(this.untold, now);
      return act(system, now);
    } catch (error) {
      throw surfaced(error);
    }
  }

  private told(request: object): unknown {
    return read(write(request), (text) => this.act((system, now) => JSON.parse(system.ask(text, now))));
  }
}
