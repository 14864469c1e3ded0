/** What a program imports from `failsoft`, whatever the engine. */

export type { Attempt } from './attempt.js';
export {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  type CircuitBreakerSnapshot,
  type CircuitBreakerState,
} from './breaker.js';
export type { RunOptions, WrapOptions } from './call.js';
export type { Clock } from './clock.js';
export type { Duration, PolicyDocument } from './document.js';
export { ready } from './engine.js';
export {
  AttemptTimeoutError,
  BulkheadFullError,
  CircuitBreakerOpenError,
  ConfigError,
  DeadlineExceededError,
  FailsoftError,
  PermanentError,
  type Problem,
  RateLimitedError,
  TransientError,
} from './errors.js';
export type { Listener, PolicyEvent } from './events.js';
export type { AttemptPlan, Explanation, PolicyWarning } from './explanation.js';
export type { FaultDocument } from './fault/index.js';
export { Policy, type PolicyOptions } from './policy.js';
export { type AttemptReport, type Report, reportOf } from './report.js';
export { type RetryOptions, type RetrySettings, withRetry } from './retry.js';
export { type ClassifySettings, classify, classifyFault, type Verdict } from './verdict.js';
