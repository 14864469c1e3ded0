/** What a system tells of itself. Times are seconds. */

/** How well a program is. */
export interface SystemHealth {
  /** `healthy`, `degraded` or `unhealthy`. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** Why it is not healthy, the worst first. */
  readonly reasons: readonly { readonly status: string; readonly path: string; readonly message: string }[];
  /** The breakers by the names of their parts. */
  readonly circuitBreakers: Readonly<Record<string, BreakerHealth>>;
  /** The share of calls that failed of late; 0 where there were too few to tell. */
  readonly errorRate: number;
  /** The name of the level; `full` in a program that does not degrade. */
  readonly degradationLevel: string;
}

/** How a breaker stands. */
export interface BreakerHealth {
  readonly state: string;
  /** The failures that count toward opening it. */
  readonly failureCount: number;
  /** How long ago its last failure was. */
  readonly lastFailureAgo: number | null;
  /** When it admits a call again, if it does not and this is known. */
  readonly retryAfter: number | null;
}

/** What has gone wrong, and how calls ended; since the beginning, or since the history was cleared. */
export interface ErrorAnalytics {
  /** Errors of attempts. */
  readonly errors: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly attempts: number;
  readonly retries: number;
  /** Calls that had more than one attempt. */
  readonly retried: number;
  readonly successRate: number;
  readonly averageAttempts: number;
  readonly retryRate: number;
  /** Failed calls among those of the window, from 0 to 1; null with too few. */
  readonly errorRate: number | null;
  readonly recent: { readonly window: number; readonly calls: number; readonly failed: number };
  readonly byCategory: Readonly<Record<string, number>>;
  readonly bySource: readonly Counted[];
  readonly byRule: readonly Counted[];
  readonly byCode: readonly Counted[];
  readonly topMessages: readonly MessageCount[];
  /** The last errors, the oldest first. */
  readonly history: readonly HistoryEntry[];
}

/** How often a name came up: at most `count`, which may be too high by `over`. */
export interface Counted {
  readonly name: string;
  readonly count: number;
  readonly over: number;
}

/** How often a kind of error came up. */
export interface MessageCount {
  readonly message: string;
  readonly type: string;
  readonly category: string;
  readonly source: string;
  readonly count: number;
  readonly over: number;
  readonly lastAgo: number;
}

/** One error, without secrets. */
export interface HistoryEntry {
  readonly ago: number;
  readonly source: string;
  readonly category: string;
  readonly retryable: boolean;
  readonly rule: string;
  readonly code: string;
  readonly type: string;
  readonly message: string;
}

/** Something that happened to a program. What else there is depends on its kind. */
export type SystemEvent = Readonly<
  {
    /** Goes up by one; who has read up to one asks for what is above it. */
    seq: number;
    /** How long ago. */
    ago: number;
  } & (
    | { kind: 'breaker'; part: string; from: string; to: string; reason: string }
    | {
        kind: 'call';
        part: string;
        stopReason: string;
        attempts: number;
        category: string | null;
        rule: string | null;
      }
    | { kind: 'chain'; chain: string; ending: string; servedBy: string | null; passed: number }
    | { kind: 'level'; from: string; to: string; cause: { kind: string } & Record<string, unknown> }
  )
>;
