/** What an error means. */

import type { PolicyDocument } from './document.js';
import { read, whole, write } from './documents.js';
import { engine } from './engine.js';
import { type FaultDocument, faultOf } from './fault/index.js';

/** What an error means for the call that met it. */
export interface Verdict {
  /**
   * `timeout`, `rate_limit`, `quota`, `connection`, `server`, `auth`, `invalid_request`, `not_found`, `resource`, `conflict`,
   * `cancelled`, `open_circuit` or `unknown`.
   */
  readonly category: string;
  /** `transient`, `permanent` or `degraded`. */
  readonly status: string;
  /**
   * Whether the same call, made again later, has a realistic chance of success. It says nothing about whether repeating it
   * is safe.
   */
  readonly retryable: boolean;
  /** Seconds that the server asked to wait, or null. */
  readonly retryAfter: number | null;
  /** What decided. */
  readonly rule: string;
}

/** A document's `classify` section. */
export type ClassifySettings = NonNullable<PolicyDocument['classify']>;

/**
 * Tells what an error means. It never throws because of the error, however strange that is.
 *
 * @param error - anything that was thrown.
 * @param classifier - a policy document's `classify` section; by default the library's own tables.
 * @throws ConfigError - `classifier` makes no sense.
 * @throws FailsoftError - the engine is not loaded yet.
 */
export function classify(error: unknown, classifier: ClassifySettings = {}): Verdict {
  return judge(faultText(error), classifier);
}

/**
 * Tells what a fault document means: an error as plain data, from any host.
 *
 * @param fault - what went wrong.
 * @param classifier - a policy document's `classify` section; by default the library's own tables.
 * @throws ConfigError - a key is unknown, or a value has the wrong shape.
 * @throws FailsoftError - the engine is not loaded yet.
 */
export function classifyFault(fault: FaultDocument, classifier: ClassifySettings = {}): Verdict {
  // A string would be taken for JSON text, which is no fault document.
  const document = typeof fault === 'string' ? JSON.stringify(fault) : fault;
  return read(write(document), (text) => judge(text, classifier));
}

/** A fault as the core reads it. */
export function faultText(error: unknown): string {
  const fault = faultOf(error);
  const text = JSON.stringify(fault);
  // Halves of surrogate pairs, which JSON.stringify writes as escapes that nobody else reads.
  if (!text.includes('\\ud')) return text;
  return JSON.stringify(fault, (_, value) => (typeof value === 'string' ? whole(value) : value));
}

/** A verdict in JavaScript's spelling. */
export function verdictOf({ retry_after, ...verdict }: RawVerdict): Verdict {
  return { ...verdict, retryAfter: retry_after };
}

interface RawVerdict extends Omit<Verdict, 'retryAfter'> {
  readonly retry_after: number | null;
}

function judge(fault: string, classifier: ClassifySettings): Verdict {
  const { classify } = engine();
  return read(write(classifier), (block) => verdictOf(JSON.parse(classify(fault, block))));
}
