/** One guarded call that is not over after its first success: waits, limits, aborts and ends as the engine says. */

import { listen, unlisten } from './abort.js';
import { Attempting } from './attempt.js';
import type { Core } from './core.js';
import { Action, type Said } from './engine.js';
import { AttemptTimeoutError, DeadlineExceededError, refusal } from './errors.js';
import * as events from './events.js';
import { follow, leadsOn, type StepFunction } from './follow.js';
import { Held } from './held.js';
import type { Links } from './links.js';
import { type Chained, kindOfKey, remember } from './report.js';
import { faultText } from './verdict.js';

/** What a call is made of. */
export interface Plan {
  /** Makes one attempt. */
  readonly make: (attempt: Attempting) => unknown;
  /** Answers when all else has failed. */
  readonly fallback: ((error: unknown) => unknown) | undefined;
  /** The steps of the document's own chain, which come before that. */
  readonly chain?: { readonly links: Links; readonly functions: () => readonly StepFunction[] } | undefined;
  readonly signal: AbortSignal | undefined;
  /** What the call is called in messages, if the policy has no name. */
  readonly label: string;
}

/**
 * Everything that is under way belongs to an `era`: an answer, a timer or a rejection that comes after its era is over
 * changes nothing.
 */
export class Run {
  readonly promise: Promise<unknown>;
  private readonly core: Core;
  private readonly plan: Plan;
  private resolve!: (value: unknown) => void;
  private reject!: (error: unknown) => void;
  private held: Held | null = null;
  /** The lane's ticket, if the first attempt went out on it. */
  private ticket = 0;
  private attempt: Attempting | null = null;
  private number = 0;
  private era = 0;
  private error: unknown;
  private failedOnce = false;
  private cancelTimer: (() => void) | null = null;
  /** Listeners and the signals of attempts run code of the caller's, which may have aborted the call when they come back. */
  private over = false;
  /** What became of the call in the document's own chain. */
  private chained: Chained | undefined;
  private mayFollow = true;

  constructor(core: Core, plan: Plan) {
    this.core = core;
    this.plan = plan;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Makes the call, from its first attempt on. */
  start(): Promise<unknown> {
    const { signal } = this.plan;
    if (signal?.aborted) {
      this.reject(signal.reason);
      return this.promise;
    }
    if (signal !== undefined) listen(signal, this.aborted);
    if (this.core.isReady()) this.begin();
    else this.beginWhenReady();
    return this.promise;
  }

  /** Goes on with a call whose first attempt went out on the lane and failed. */
  resume(ticket: number, error: unknown): Promise<unknown> {
    this.ticket = ticket;
    this.number = 1;
    this.failed(error);
    return this.promise;
  }

  private async beginWhenReady(): Promise<void> {
    const era = this.era;
    try {
      await this.core.ready();
    } catch (error) {
      if (era === this.era) this.end(error);
      return;
    }
    if (era === this.era) this.begin();
  }

  private begin(): void {
    const ticket = this.core.lane[0] as number;
    if (ticket !== 0) {
      this.ticket = ticket;
      this.go(1, null, null);
      return;
    }
    try {
      this.held = new Held(this.core, this.core.begin(), false);
    } catch (error) {
      this.end(error);
      return;
    }
    this.step();
  }

  /** Asks for the next attempt until there is one, or something to wait for, or the call is over. */
  private step(): void {
    const { core } = this;
    for (;;) {
      let said: Said;
      try {
        said = (this.held as Held).admit();
      } catch (error) {
        this.end(this.failedOnce ? this.error : error);
        return;
      }
      const [action, attempt, seconds, reason, change] = said;
      core.changed(change);
      switch (action) {
        case Action.Attempt:
          this.go(attempt, seconds, reason);
          return;
        case Action.Wait:
          // For an open breaker, if the policy says so, or for a place under a limit.
          if (!seconds && !this.over) continue;
          this.wait(seconds ?? 0);
          return;
        case Action.Reject: {
          core.refusing = reason === 'circuit_open';
          const options = this.failedOnce ? { cause: this.error } : undefined;
          this.refused(refusal(core.breakerName ?? '', reason, seconds, options), reason);
          return;
        }
        default:
          // The deadline came while it waited.
          this.refused(this.failedOnce ? this.error : new DeadlineExceededError(0, NOT_BEGUN), reason);
          return;
      }
    }
  }

  /** Makes an attempt. */
  private go(number: number, timeout: number | null, reason: string | null): void {
    if (this.over) return;
    const { clock } = this.core;
    let started = 0;
    try {
      if (timeout !== null) started = clock.now();
    } catch (error) {
      this.breakOff(error);
      return;
    }
    const attempt = new Attempting(number, timeout, clock, started);
    this.attempt = attempt;
    this.number = number;
    this.era += 1;
    const { era } = this;
    let answer: Promise<unknown>;
    try {
      answer = Promise.resolve(this.plan.make(attempt));
    } catch (error) {
      // It may have aborted the call itself before it threw.
      if (era === this.era) this.failed(error);
      return;
    }
    answer.then(
      (value) => {
        if (era === this.era) this.succeeded(value);
      },
      (error) => {
        if (era === this.era) this.failed(error);
      },
    );
    if (timeout === null || era !== this.era) return;
    const late = () => {
      if (era !== this.era) return;
      this.cancelTimer = null;
      const error = reason === 'deadline' ? new DeadlineExceededError(timeout) : new AttemptTimeoutError(timeout);
      // Nobody listens to this attempt any more: what it answers or throws now is too late.
      this.era += 1;
      attempt.abort(error);
      this.failed(error);
    };
    try {
      // A function that blocked for too long was late too, though nothing could cut it off.
      const left = timeout - (clock.now() - started);
      if (left > 0) this.cancelTimer = clock.after(left, late);
      else late();
    } catch (error) {
      this.breakOff(error);
      attempt.abort(error);
    }
  }

  private succeeded(value: unknown): void {
    const { core, held } = this;
    this.leave();
    if (held === null) {
      if (core.lane[0] !== this.ticket || (this.ticket & 1) !== 0) core.succeededOnLane(this.ticket);
    } else {
      held.succeed();
      if (this.number > 1) {
        if (core.listener) events.recovered(core, this.facts());
        this.keep(value, 'function');
      }
      this.release();
    }
    this.resolve(value);
  }

  private failed(error: unknown): void {
    if (this.over) return;
    const { core } = this;
    this.stopTimer();
    this.era += 1;
    this.error = error;
    let said: Said;
    try {
      const fault = faultText(error);
      this.held ??= new Held(core, core.resume(this.ticket), true);
      said = this.held.fail(fault);
    } catch {
      // The engine broke, or can't read this fault; the caller's error says more than either.
      this.held?.giveBack();
      this.end(error);
      return;
    }
    this.failedOnce = true;
    const [action, , seconds, reason, change] = said;
    core.changed(change);
    if (action === Action.Wait) {
      if (core.listener) events.retrying(core, this.facts(), seconds ?? 0);
      this.wait(seconds ?? 0);
      return;
    }
    if (reason === 'cancelled') {
      this.end(error);
      return;
    }
    // Where nothing was decided the error simply reaches the caller, who will say what it means.
    if (core.listener && (core.maxAttempts > 1 || this.plan.fallback || this.plan.chain)) {
      events.gaveUp(core, this.facts(), reason ?? '');
    }
    this.standIn(error);
  }

  private refused(error: unknown, reason: string | null): void {
    if (this.over) return;
    this.error = error;
    if (this.core.listener) events.refused(this.core, this.facts(), reason ?? '');
    this.standIn(error);
  }

  /** Ends a call that its function has not answered: the fallback does, or nobody. */
  private standIn(error: unknown): void {
    if (this.over) return;
    const { core, plan } = this;
    const { links } = this.mayFollow ? (plan.chain ?? {}) : {};
    this.mayFollow = false;
    if (links !== undefined && leadsOn(links, error)) {
      this.followChain(error);
      return;
    }
    if (plan.fallback === undefined) {
      this.keep(error, null);
      this.end(error);
      return;
    }
    this.era += 1;
    const { era } = this;
    const answered = (value: unknown) => {
      if (era !== this.era) return;
      if (core.listener) events.fellBack(core, this.facts());
      this.keep(value, 'fallback');
      this.leave();
      this.release();
      this.resolve(value);
    };
    const broke = (failure: unknown) => {
      if (era !== this.era) return;
      if (core.listener) events.fallbackFailed(core, this.facts(), failure);
      this.keep(failure, null);
      this.end(failure);
    };
    try {
      Promise.resolve(plan.fallback(error)).then(answered, broke);
    } catch (failure) {
      broke(failure);
    }
  }

  private async followChain(error: unknown): Promise<void> {
    const { core, plan } = this;
    this.era += 1;
    const { era } = this;
    const { links, functions } = plan.chain as NonNullable<Plan['chain']>;
    try {
      const followed = await follow(links, functions(), plan.signal, [error]);
      if (era !== this.era) return;
      if (followed.report !== null) this.chained = { text: followed.report, after: true };
      if (followed.step === null) {
        this.error = followed.error;
        this.standIn(followed.error);
        return;
      }
      if (core.listener) events.fellBack(core, this.facts(), followed.step);
      this.keep(followed.value, followed.step);
      this.leave();
      this.release();
      this.resolve(followed.value);
    } catch (failure) {
      // Aborted, which has ended the call; or a step has no function.
      if (era === this.era) this.end(failure);
    }
  }

  private wait(seconds: number): void {
    if (this.over) return;
    const { era } = this;
    const go = () => {
      this.cancelTimer = null;
      if (era === this.era) this.step();
    };
    try {
      if (seconds > 0) this.cancelTimer = this.core.clock.after(seconds, go);
      else Promise.resolve().then(go);
    } catch (error) {
      this.breakOff(error);
    }
  }

  private readonly aborted = (): void => {
    const { attempt, plan } = this;
    const reason = plan.signal?.reason;
    this.held?.giveBack();
    this.end(reason);
    attempt?.abort(reason);
  };

  /** Ends a call whose clock has failed. */
  private breakOff(error: unknown): void {
    this.held?.giveBack();
    this.end(error);
  }

  private end(error: unknown): void {
    this.leave();
    this.release();
    this.reject(error);
  }

  private release(): void {
    const { held } = this;
    this.held = null;
    held?.release();
  }

  /** Nothing of this call is waited for from here on. */
  private leave(): void {
    this.over = true;
    this.era += 1;
    this.stopTimer();
    if (this.plan.signal !== undefined) unlisten(this.plan.signal, this.aborted);
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private keep(outcome: unknown, servedBy: string | null): void {
    if (kindOfKey(outcome)) this.held?.report((told) => remember(outcome, told, servedBy, this.chained));
  }

  private facts(): events.CallFacts {
    const category = this.held?.category() ?? null;
    return { attempt: this.number, label: this.plan.label, category, error: this.error };
  }
}

const NOT_BEGUN = "the call's deadline came before it could be made";
