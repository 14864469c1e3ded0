/**
 * The errors that failsoft itself raises. The caller's own come out as they are; these are raised where there is none
 * to let out.
 */

/** One fault of a policy document. */
export interface Problem {
  /**
   * A stable word: `syntax`, `wrong_type`, `unknown_key`, `unknown_value`, `out_of_range`, `contradiction` or `missing`.
   */
  readonly code: string;
  /** Where it is, such as `retry.max_delay`; empty for the whole document. */
  readonly path: string;
  /** What was found and what is allowed. */
  readonly message: string;
}

/** Base of every error that failsoft raises itself. */
export class FailsoftError extends Error {}

/** An error that is worth another try, for code that wants to say so. */
export class TransientError extends FailsoftError {
  /** A word for the kind of error, such as `"timeout"`. */
  declare readonly errorType: string;

  /**
   * @param message - what happened.
   * @param errorType - a word for the kind of error; `"unknown"` if left out.
   * @param options - `cause`: the error that is behind it.
   */
  constructor(message = '', errorType = 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.errorType = errorType;
  }
}

/** An error that will not go away by itself, for code that wants to say so. */
export class PermanentError extends FailsoftError {
  /** A word for the kind of error, such as `"auth"`. */
  declare readonly errorType: string;

  /**
   * @param message - what happened.
   * @param errorType - a word for the kind of error; `"unknown"` if left out.
   * @param options - `cause`: the error that is behind it.
   */
  constructor(message = '', errorType = 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.errorType = errorType;
  }
}

// An outage makes thousands of the next, and to find the frames that a stack shows V8 walks over those of all constructors: so it has one,
// and is a PermanentError by its prototype alone.
const OneConstructor = Error as unknown as new (message: string, options?: ErrorOptions) => PermanentError;

/** The circuit breaker is open: the call was not made, or not made again. */
export class CircuitBreakerOpenError extends OneConstructor {
  declare readonly errorType: string;
  /** The breaker's name; empty if it has none. */
  declare readonly breaker: string;
  /** Seconds until a call may be admitted again; null if it is held open by hand. */
  declare readonly retryAfter: number | null;

  /**
   * @param breaker - the breaker's name.
   * @param retryAfter - seconds until a call may be admitted again; null if it is held open by hand.
   * @param options - `cause`: the last attempt's error, if there was one.
   */
  constructor(breaker = '', retryAfter: number | null = null, options?: ErrorOptions) {
    super(openCircuit(breaker, retryAfter), options);
    this.errorType = 'open_circuit';
    this.breaker = breaker;
    this.retryAfter = retryAfter;
  }
}
Object.setPrototypeOf(CircuitBreakerOpenError.prototype, PermanentError.prototype);

/** A rate limit of our own, or the client-side throttle, refused the call. */
export class RateLimitedError extends TransientError {
  /** Seconds until a call may be admitted again; null if that is not known. */
  declare readonly retryAfter: number | null;

  /**
   * @param message - what happened.
   * @param retryAfter - seconds until a call may be admitted again; null if that is not known.
   * @param options - `cause`: the last attempt's error, if there was one.
   */
  constructor(message = '', retryAfter: number | null = null, options?: ErrorOptions) {
    super(message, 'rate_limit', options);
    this.retryAfter = retryAfter;
  }
}

/** Too many calls are under way already. */
export class BulkheadFullError extends TransientError {
  /**
   * @param message - what happened.
   * @param options - `cause`: the last attempt's error, if there was one.
   */
  constructor(message = '', options?: ErrorOptions) {
    super(message, 'resource', options);
  }
}

/** No step of a fallback chain could be tried: each one's breaker or limits refuse calls. */
export class FallbackExhaustedError extends TransientError {
  /** Seconds until a step may be tried again; null if nobody knows. */
  declare readonly retryAfter: number | null;

  /**
   * @param chain - the chain's name.
   * @param retryAfter - seconds until a step may be tried again; null if nobody knows.
   * @param options - `cause`: the last step's error, if there was one.
   */
  constructor(chain = '', retryAfter: number | null = null, options?: ErrorOptions) {
    const when = retryAfter === null ? '' : `: retry in ${brief(retryAfter)} s`;
    super(`no step of the fallback chain${named(chain)} can be tried${when}`, 'open_circuit', options);
    this.retryAfter = retryAfter;
  }
}

/** An attempt took longer than the policy's `timeout` allows. */
export class AttemptTimeoutError extends FailsoftError {
  /** The limit in seconds. */
  declare readonly limit: number;

  /**
   * @param limit - the limit in seconds.
   * @param message - what happened, in other words.
   */
  constructor(limit = 0, message = `attempt timed out after ${brief(limit)} s`) {
    super(message);
    this.limit = limit;
  }
}

/** The deadline of the whole call came before an answer did. */
export class DeadlineExceededError extends AttemptTimeoutError {}

/** A policy document or a setting that makes no sense. */
export class ConfigError extends FailsoftError {
  /** Always `ConfigError`. */
  readonly code = 'ConfigError';
  /** Everything that is wrong: what only JavaScript can say first, then in the order of the document. */
  declare readonly problems: readonly Problem[];

  /** @param problems - everything that is wrong with it. */
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
    this.problems = problems;
  }
}

/** The error for a call that was refused for this reason. */
export function refusal(
  called: string,
  reason: string | null,
  seconds: number | null,
  options: ErrorOptions | undefined,
): FailsoftError {
  switch (reason) {
    case 'circuit_open':
      return new CircuitBreakerOpenError(called, seconds, options);
    case 'bulkhead_full':
    case 'concurrency_limited':
      return new BulkheadFullError(`too many calls${of(called)} are under way`, options);
    case 'throttled': {
      const message = `calls${of(called)} are held back, as most of them were refused of late`;
      return new RateLimitedError(message, null, options);
    }
    default: {
      const when = seconds === null ? '' : `: retry in ${brief(seconds)} s`;
      return new RateLimitedError(`rate limit${of(called)} reached${when}`, seconds, options);
    }
  }
}

// On the prototype and out of sight, as the names of JavaScript's own errors are; minifiers rename classes.
const NAMED = {
  FailsoftError,
  TransientError,
  PermanentError,
  CircuitBreakerOpenError,
  RateLimitedError,
  BulkheadFullError,
  FallbackExhaustedError,
  AttemptTimeoutError,
  DeadlineExceededError,
  ConfigError,
};
for (const [value, { prototype }] of Object.entries(NAMED)) {
  Object.defineProperty(prototype, 'name', { value, configurable: true, writable: true });
}

function openCircuit(breaker: string, retryAfter: number | null): string {
  const when = retryAfter === null ? 'held open by hand' : `retry in ${brief(retryAfter)} s`;
  return `circuit breaker open${of(breaker)}: ${when}`;
}

const of = (called: string) => (called === '' ? '' : ` of ${called}`);
const named = (chain: string) => (chain === '' ? '' : ` ${chain}`);
const brief = (seconds: number) => String(Number(seconds.toPrecision(3)));
