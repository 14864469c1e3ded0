/** One call through a fallback chain: the steps one after the other, as the engine says. */

import type { Attempt } from './attempt.js';
import { run } from './call.js';
import { Course } from './engine.js';
import { BulkheadFullError, CircuitBreakerOpenError, FallbackExhaustedError, RateLimitedError } from './errors.js';
import type { Link, Links } from './links.js';
import { reportOf } from './report.js';
import { faultText } from './verdict.js';

/** What became of it, with the core's report; that is null where the engine broke. */
export type Followed =
  | { readonly step: string; readonly value: unknown; readonly report: string | null }
  | { readonly step: null; readonly error: unknown; readonly report: string | null };

/** Makes the attempts of a step. */
export type StepFunction = (attempt: Attempt) => unknown;

/** Whether the error of a call that was made before leads to the steps at all. */
export function leadsOn(links: Links, error: unknown): boolean {
  try {
    const fault = faultText(error);
    return links.ask((chain) => chain.follows(fault));
  } catch {
    // The engine broke; the caller's own error says more.
    return false;
  }
}

/**
 * Tries the steps, each under its own policy.
 *
 * @param functions - what makes the attempts of each step, in the order of the document.
 * @param failed - the error with which the call came here, if it was made before; `none` if not.
 * @returns what became of it. Only the caller's own abort rejects it.
 */
export async function follow(
  links: Links,
  functions: readonly StepFunction[],
  signal: AbortSignal | undefined,
  failed: readonly [error: unknown] | [],
): Promise<Followed> {
  let last: readonly [error: unknown] | [] = failed;
  let link: Link | null = null;
  try {
    signal?.throwIfAborted();
    const here = links.begin();
    link = here;
    for (;;) {
      const [course, step, seconds] = links.carryOn(here, (call, now) => call.next(now));
      if (course !== Course.Try) {
        if (course === Course.AllBenched && last.length === 0) {
          last = [new FallbackExhaustedError(links.name ?? '', seconds)];
        }
        return { step: null, error: last[0], report: here.call.report() };
      }
      let value: unknown;
      try {
        const options = signal === undefined ? undefined : { signal };
        value = await run(links.core(step), functions[step] as StepFunction, options);
      } catch (error) {
        if (signal?.aborted) throw error;
        last = [error];
        settle(links, here, step, error);
        continue;
      }
      let report: string | null = null;
      try {
        links.carryOn(here, (call, now) => call.succeed(step, now));
        report = here.call.report();
      } catch {
        // The engine broke; the answer is as good as ever.
      }
      return { step: links.steps[step]?.name ?? '', value, report };
    }
  } catch (error) {
    if (signal?.aborted) {
      if (link !== null) abandon(links, link);
      throw signal.reason;
    }
    // The engine broke: the caller's own error says more.
    return { step: null, error: last.length === 0 ? error : last[0], report: null };
  } finally {
    if (link !== null) links.release(link);
  }
}

/** Tells the chain of a step that did not answer. */
function settle(links: Links, link: Link, step: number, error: unknown): void {
  const seconds = refusedFor(error);
  if (seconds === undefined) {
    const fault = faultText(error);
    links.carryOn(link, (call, now) => call.fail(step, fault, now));
  } else {
    links.carryOn(link, (call, now) => call.refuse(step, seconds, now));
  }
}

/** For how long the step's own guards have refused it before it was called at all; undefined if they have not. */
function refusedFor(error: unknown): number | null | undefined {
  if (error instanceof BulkheadFullError) return reportOf(error)?.attemptCount === 0 ? null : undefined;
  const refused = error instanceof CircuitBreakerOpenError || error instanceof RateLimitedError;
  return refused && reportOf(error)?.attemptCount === 0 ? error.retryAfter : undefined;
}

function abandon(links: Links, link: Link): void {
  try {
    links.carryOn(link, (call, now) => call.abandon(now));
  } catch {
    // It is gone with its engine.
  }
}
