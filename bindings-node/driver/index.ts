/** What a program imports from `failsoft`, whatever the engine. */

import { Links } from './links.js';
import { withChains } from './policy.js';

withChains((document, options) => new Links(document, options));

export type { Attempt } from './attempt.js';
export { type BatchItem, type BatchOptions, type BatchOutcome, runBatch } from './batch.js';
export {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  type CircuitBreakerSnapshot,
  type CircuitBreakerState,
} from './breaker.js';
export type { Fallbacks, PolicyRunOptions, PolicyWrapOptions, RunOptions, WrapOptions } from './call.js';
export {
  FallbackChain,
  type FallbackChainOptions,
  type FallbackSettings,
  type FallbackSnapshot,
  type FallbackStatistics,
  type FallbackStep,
  type StepFunction,
  type StepStatistics,
} from './chain.js';
export type { Clock } from './clock.js';
export {
  type DegradationOptions,
  type DegradationSnapshot,
  GracefulDegradation,
  type LevelReport,
} from './degradation.js';
export type { DegradationSettings, Duration, PolicyDocument } from './document.js';
export { ready } from './engine.js';
export {
  AttemptTimeoutError,
  BulkheadFullError,
  CircuitBreakerOpenError,
  ConfigError,
  DeadlineExceededError,
  FailsoftError,
  FallbackExhaustedError,
  PermanentError,
  type Problem,
  RateLimitedError,
  TransientError,
} from './errors.js';
export type { Listener, PolicyEvent } from './events.js';
export type { AttemptPlan, Explanation, PolicyWarning } from './explanation.js';
export type { FaultDocument } from './fault/index.js';
export { wrapFetch } from './fetch/index.js';
export type { LevelChange, LevelListener } from './levels.js';
export { Policy, type PolicyOptions } from './policy.js';
export { type AttemptReport, type PassedStep, type Report, reportOf } from './report.js';
export { type RetryOptions, type RetrySettings, withRetry } from './retry.js';
export {
  type PartOptions,
  type ResilientOptions,
  System,
  type SystemDocument,
  type SystemOptions,
  type SystemSnapshot,
} from './system.js';
export type {
  BreakerHealth,
  Counted,
  ErrorAnalytics,
  HistoryEntry,
  MessageCount,
  SystemEvent,
  SystemHealth,
} from './told.js';
export { type ClassifySettings, classify, classifyFault, type Verdict } from './verdict.js';
