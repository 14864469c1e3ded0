/** What a guarded function is told of the attempt that it makes. */

import type { Clock } from './clock.js';

/** One attempt of a guarded call, given to the function that makes it. */
export interface Attempt {
  /** Its number, from 1. */
  readonly attempt: number;
  /**
   * Aborted when this attempt is given up: its time is over, or the caller has aborted the call. Each attempt has one of its
   * own, made when it is first looked at. Once the attempt has answered it is never aborted any more.
   */
  readonly signal: AbortSignal;
  /** How many seconds it may take; null for no limit. */
  readonly timeout: number | null;
  /** When it is cut off, as `Date.now()` counts: what gRPC clients take. Null for no limit. */
  readonly deadline: number | null;
}

/** An attempt, as the driver has it. */
export class Attempting implements Attempt {
  readonly attempt: number;
  readonly timeout: number | null;
  private readonly clock: Clock | null;
  private readonly started: number;
  private controller: AbortController | null;

  constructor(attempt: number, timeout: number | null, clock: Clock | null, started: number) {
    this.attempt = attempt;
    this.timeout = timeout;
    this.clock = clock;
    this.started = started;
    this.controller = null;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  get deadline(): number | null {
    if (this.timeout === null || this.clock === null) return null;
    return Date.now() + (this.timeout - (this.clock.now() - this.started)) * 1000;
  }

  /** Gives it up. Who looks at its signal later finds it aborted. */
  abort(reason: unknown): void {
    this.controller ??= new AbortController();
    this.controller.abort(reason);
  }
}
