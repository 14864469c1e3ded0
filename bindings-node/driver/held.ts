/** What the engine holds for one call: an attempt of which it waits to hear, and memory. */

import type { Core } from './core.js';
import { Action, type Change, currentGeneration, type Guarded, type Said } from './engine.js';

/** The engine's side of one call, until it is let go. */
export class Held {
  private readonly core: Core;
  private readonly guarded: Guarded;
  /** Which engine it belongs to. */
  private readonly generation = currentGeneration();
  /** Whether the engine waits to hear what became of an attempt. */
  private waited: boolean;

  constructor(core: Core, guarded: Guarded, underWay: boolean) {
    this.core = core;
    this.guarded = guarded;
    this.waited = underWay;
  }

  /** Asks for the next attempt. */
  admit(): Said {
    const said = this.core.carryOn(this.guarded, (call, now) => call.admit(now));
    // Of one that is refused or over nothing is to be heard any more.
    this.waited = said[0] === Action.Attempt || said[0] === Action.Wait;
    return said;
  }

  /** The attempt failed with this fault. */
  fail(fault: string): Said {
    const said = this.core.carryOn(this.guarded, (call, now) => call.fail(fault, now));
    this.waited = false;
    return said;
  }

  /** The attempt answered. */
  succeed(): void {
    this.settle((call, now) => call.succeed(now));
  }

  /** The engine need not wait for this call any more: nothing is counted, and a probe's place comes free. */
  giveBack(): void {
    this.settle((call, now) => call.abandon(now));
  }

  /** Gives back what is still held, and memory that no collector sees; that of an engine that is gone would be somebody else's. */
  release(): void {
    if (this.generation !== currentGeneration()) return;
    // The clock could not tell the time: to the engine none has passed.
    if (this.waited) attend(() => this.guarded.abandon(0));
    this.guarded.free?.();
  }

  /** The category of the last failure. */
  category(): string | null {
    let category: string | null = null;
    attend(() => {
      category = this.guarded.category;
    });
    return category;
  }

  /** Hands the call's report to whoever keeps it. */
  report(keep: (report: string) => void): void {
    attend(() => keep(this.guarded.report()));
  }

  private settle(tell: (call: Guarded, now: number) => Change | null): void {
    attend(() => {
      const change = this.core.carryOn(this.guarded, tell);
      this.waited = false;
      this.core.changed(change);
    });
  }
}

/** Tells the engine what it could do without: if it breaks, the call goes on as if it had not been told. */
function attend(tell: () => void): void {
  try {
    tell();
  } catch {
    // Said in an event, when the next call makes a new engine.
  }
}
