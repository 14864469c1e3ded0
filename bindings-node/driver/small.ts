/** What a program imports from `failsoft/small`: what its engine carries out. */

export type { Attempt } from './attempt.js';
export {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  type CircuitBreakerState,
} from './breaker.js';
export type { PolicyRunOptions, PolicyWrapOptions, RunOptions, WrapOptions } from './call.js';
export type { Clock } from './clock.js';
export type { Duration, PolicyDocument } from './document.js';
export { ready } from './engine.js';
export {
  AttemptTimeoutError,
  CircuitBreakerOpenError,
  ConfigError,
  DeadlineExceededError,
  FailsoftError,
  PermanentError,
  type Problem,
  TransientError,
} from './errors.js';
export type { Listener, PolicyEvent } from './events.js';
export type { FaultDocument } from './fault/index.js';
export { wrapFetch } from './fetch/index.js';
export { Policy, type PolicyOptions } from './policy.js';
export { type AttemptReport, type Report, reportOf } from './report.js';
export { type RetryOptions, type RetrySettings, withRetry } from './retry.js';
export { type ClassifySettings, classify, classifyFault, type Verdict } from './verdict.js';
