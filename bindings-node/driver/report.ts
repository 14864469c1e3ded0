/** What became of a call, for those who ask afterwards. */

import { CircuitBreakerOpenError } from './errors.js';
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
   * `bulkhead_full`, `concurrency_limited`, `retry_after_over_cap`, `not_idempotent` or `cancelled`. Of a chain it is that of
   * the step whose answer or error came out, or `all_benched`.
   */
  readonly stopReason: string | null;
  /** Seconds from the beginning of the call to its end. */
  readonly elapsed: number;
  /** Who answered: `function`, `fallback`, the name of a chain's step, or null if nobody did. */
  readonly servedBy: string | null;
  /** How good the answer of a chain's step is, from 0 to 1; null if no step answered. */
  readonly quality: number | null;
  /** What the answer of a chain's step cost; null if no step answered. */
  readonly cost: number | null;
  /** The steps of a chain that did not answer, in the order of events. */
  readonly passed: readonly PassedStep[];
  /** Seconds until a step of a chain that could not be tried may be; null if there is none, or nobody knows. */
  readonly retryAfter: number | null;
}

/** A step of a chain that did not answer. */
export interface PassedStep {
  readonly name: string;
  /**
   * `benched`: its breaker or limits would refuse it, or did. `failed`. `ignored`: it ended in an error that a rule ignores.
   * `abandoned`: the caller gave up.
   */
  readonly why: string;
  /** What was wrong with it; null if it was not tried. */
  readonly verdict: Verdict | null;
  /** Seconds after the chain's beginning. */
  readonly started: number;
  /** Seconds that it took; null if it was not tried. */
  readonly took: number | null;
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
  const kept = keptOf(outcome);
  if (kept === undefined) return null;
  const call = kept.text === null ? null : JSON.parse(kept.text);
  const chain = kept.chain === null ? null : JSON.parse(kept.chain.text);
  const served = chain?.served ?? null;
  const before = kept.chain?.after === true ? call.elapsed : 0;
  return {
    attemptCount: call?.attempt_count ?? (chain?.ending === 'all_benched' ? 0 : 1),
    attempts: (call?.attempts ?? []).map(({ number, started, waited, verdict }: RawAttempt) => ({
      number,
      started,
      waited,
      verdict: verdict === null ? null : verdictOf(verdict),
    })),
    stopReason: call?.stop_reason ?? (served === null ? chain.ending : 'success'),
    elapsed: chain === null ? call.elapsed : before + chain.elapsed,
    servedBy: served?.name ?? kept.servedBy,
    quality: served?.quality ?? null,
    cost: served?.cost ?? null,
    passed: (chain?.passed ?? []).map(({ verdict, ...step }: RawStep) => ({
      ...step,
      verdict: verdict === null ? null : verdictOf(verdict),
    })),
    retryAfter: chain?.retry_after ?? null,
  };
}

/** Keeps a report (the core's JSON) where {@link reportOf} finds it; the outcome itself is not touched. */
export function remember(outcome: unknown, text: string, servedBy: string | null, chain?: Chained): void {
  keep(outcome, { text, servedBy, chain: chain ?? null });
}

/** Keeps what became of a call through a chain, beside what became of the step that gave the outcome. */
export function rememberChain(outcome: unknown, text: string): void {
  if (!kindOfKey(outcome)) return;
  const step = keptOf(outcome);
  const own = step === undefined || step.chain !== null ? null : step.text;
  keep(outcome, { text: own, servedBy: null, chain: { text, after: false } });
}

function keep(outcome: unknown, kept: Kept): void {
  if (kindOfKey(outcome)) records.set(outcome, kept);
}

function keptOf(outcome: object): Kept | undefined {
  // An outage raises these by the thousand, and of a call that was never made there is nothing to keep.
  return records.get(outcome) ?? (outcome instanceof CircuitBreakerOpenError ? REFUSED : undefined);
}

/** Whether a report could be kept for this outcome. */
export function kindOfKey(outcome: unknown): outcome is object {
  return (typeof outcome === 'object' && outcome !== null) || typeof outcome === 'function';
}

interface RawAttempt extends Omit<AttemptReport, 'verdict'> {
  readonly verdict: Parameters<typeof verdictOf>[0] | null;
}

interface RawStep extends Omit<PassedStep, 'verdict'> {
  readonly verdict: RawAttempt['verdict'];
}

/** The core's report of a call through a chain. */
export interface Chained {
  readonly text: string;
  /** Whether the chain began when the call itself had failed. */
  readonly after: boolean;
}

/** The core's own JSON, read when somebody asks. */
interface Kept {
  /** Null for a call that went through a chain and was not worth a report by itself. */
  readonly text: string | null;
  readonly servedBy: string | null;
  readonly chain: Chained | null;
}

const records = new WeakMap<object, Kept>();
/** That of every call that a breaker turns away before its first attempt. */
const REFUSED: Kept = {
  text: '{"attempt_count":0,"attempts":[],"stop_reason":"circuit_open","elapsed":0}',
  servedBy: null,
  chain: null,
};
