/** What became of a call, for those who ask afterwards. */

import { keepWith, keptWith } from './errors.js';
import { type Verdict, verdictOf } from './verdict.js';

/** One attempt of a call. */
export interface AttemptReport {
  /** From 1. */
  readonly number: number;
  /** Seconds after the beginning of the call. */
  readonly started: number;
  /** Seconds waited before it. */
  readonly waited: number;
  /** What was wrong with it; null if it succeeded or was abandoned. */
  readonly verdict: Verdict | null;
}

/** The record of one call. */
export interface Report {
  /** How often the function was called. */
  readonly attemptCount: number;
  /** The attempts, oldest first; of very many, the last hundred failures. */
  readonly attempts: readonly AttemptReport[];
  /**
   * Why the call ended: `success`, `permanent`, `exhausted`, `deadline`, `budget`, `circuit_open`, `throttled`, `rate_limited`,
   * `bulkhead_full`, `concurrency_limited`, `retry_after_over_cap`, `not_idempotent` or `cancelled`.
   */
  readonly stopReason: string | null;
  /** Seconds from the beginning of the call to its end. */
  readonly elapsed: number;
  /** Who answered: `function`, `fallback`, or null if nobody did. */
  readonly servedBy: 'function' | 'fallback' | null;
}

/**
 * Tells what became of the call that resolved with, or was rejected with, `outcome`.
 *
 * @param outcome - the very object that a guarded call gave.
 * @returns the call's report; null for a call that simply succeeded or was aborted, and for outcomes that are no objects, as
 *   those can't be told apart.
 */
export function reportOf(outcome: unknown): Report | null {
  if (!kindOfKey(outcome)) return null;
  const kept = (keptWith(outcome) as Kept | undefined) ?? records.get(outcome);
  if (kept === undefined) return null;
  const record = JSON.parse(kept.text);
  return {
    attemptCount: record.attempt_count,
    attempts: record.attempts.map(({ number, started, waited, verdict }: RawAttempt) => ({
      number,
      started,
      waited,
      verdict: verdict === null ? null : verdictOf(verdict),
    })),
    stopReason: record.stop_reason,
    elapsed: record.elapsed,
    servedBy: kept.servedBy,
  };
}

/** Keeps a report (the core's JSON) where {@link reportOf} finds it; the outcome itself is not touched. */
export function remember(outcome: unknown, text: string, servedBy: Report['servedBy']): void {
  if (!kindOfKey(outcome)) return;
  const kept: Kept = { text, servedBy };
  if (!keepWith(outcome, kept)) records.set(outcome, kept);
}

/** Whether a report could be kept for this outcome. */
export function kindOfKey(outcome: unknown): outcome is object {
  return (typeof outcome === 'object' && outcome !== null) || typeof outcome === 'function';
}

interface RawAttempt extends Omit<AttemptReport, 'verdict'> {
  readonly verdict: Parameters<typeof verdictOf>[0] | null;
}

/** The core's own JSON, read when somebody asks. */
interface Kept {
  readonly text: string;
  readonly servedBy: Report['servedBy'];
}

const records = new WeakMap<object, Kept>();
