/** What a policy does, in plain words. */

/** One attempt as planned; times in seconds. */
export interface AttemptPlan {
  /** From 1. */
  readonly number: number;
  /** The shortest wait before it that the schedule draws. */
  readonly shortestWait: number;
  /** The longest. */
  readonly longestWait: number;
  /** How long it may take; null for no limit. */
  readonly limit: number | null;
}

/** A doubt about a policy: nothing wrong, but hardly what was meant. */
export interface PolicyWarning {
  /** The setting that it is about, such as `retry.max_attempts`. */
  readonly path: string;
  /** What follows from it. */
  readonly message: string;
}

/** What a policy does. As text it is its sentences and warnings, a line each. */
export interface Explanation {
  /** In the order in which a call meets what they describe. */
  readonly sentences: readonly string[];
  /** The first attempts, ten at most. */
  readonly attempts: readonly AttemptPlan[];
  /** The longest that a call can take, in seconds; null if nothing bounds it. */
  readonly worstCase: number | null;
  /** How many calls a dependency may see for each of the program's, in an outage. */
  readonly amplification: number;
  /** What cannot work, or hardly as it was meant. */
  readonly warnings: readonly PolicyWarning[];
  toString(): string;
}

/** Reads the core's own explanation. */
export function explanationOf(text: string): Explanation {
  const { sentences, attempts, worst_case: worstCase, amplification, warnings } = JSON.parse(text);
  const explanation = {
    sentences,
    attempts: attempts.map((plan: RawPlan) => ({
      number: plan.number,
      shortestWait: plan.shortest_wait,
      longestWait: plan.longest_wait,
      limit: plan.limit,
    })),
    worstCase,
    amplification,
    warnings,
  };
  const lines = [...sentences, ...warnings.map((doubt: PolicyWarning) => `warning: ${doubt.path}: ${doubt.message}`)];
  // Out of sight, so that what is compared and logged is the data.
  return Object.defineProperty(explanation, 'toString', { value: () => lines.join('\n') });
}

interface RawPlan {
  readonly number: number;
  readonly shortest_wait: number;
  readonly longest_wait: number;
  readonly limit: number | null;
}
