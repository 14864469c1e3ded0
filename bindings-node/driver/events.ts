/**
 * What a policy tells its `onEvent` listener.
 *
 * Texts of errors are redacted before they go into a message. Without a listener no message is made.
 */

import { type Change, type EngineModule, loaded } from './engine.js';

/** Something that happened to a policy's calls. */
export interface PolicyEvent {
  /**
   * `retry`: an attempt failed and there will be another. `gave_up`: the call is over, and its last attempt failed. `refused`:
   * it is over before an attempt was made. `recovered`: an attempt after the first answered. `fell_back`, `fallback_failed`:
   * the fallback was called. `transition`: the breaker changed its state. `engine_lost`: the engine broke and was replaced; its
   * breaker and budget begin anew.
   */
  readonly type:
    | 'retry'
    | 'gave_up'
    | 'refused'
    | 'recovered'
    | 'fell_back'
    | 'fallback_failed'
    | 'transition'
    | 'engine_lost';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** A line for the log, without secrets; the document's own words, where its `error_handling` has some. */
  readonly message: string;
  /** The policy's or breaker's name. */
  readonly policy: string | null;
  /** The number of the last attempt. */
  readonly attempt?: number;
  /** The wait before the next attempt, in seconds. */
  readonly wait?: number;
  /** Why the call ended, or why the breaker changed its state. */
  readonly reason?: string;
  /** The category of the last error. */
  readonly category?: string | null;
  /** The breaker's states. */
  readonly from?: string;
  readonly to?: string;
  /** The caller's own error, as it is. */
  readonly error?: unknown;
}

/** Is told what happens. What it throws is written to the console and reaches no call. */
export type Listener = (event: PolicyEvent) => void;

/** What a document says to write in the place of our own words. */
export type Templates = Readonly<Record<string, { readonly message?: string | null } | null | undefined>>;

/** What an event is about. */
export interface Told {
  readonly name: string | null;
  readonly breakerName: string | null;
  readonly maxAttempts: number;
  readonly templates: Templates;
  readonly listener: Listener | undefined;
}

/** How one call stands. */
export interface CallFacts {
  readonly attempt: number;
  readonly label: string;
  readonly category: string | null;
  readonly error: unknown;
}

export function retrying(told: Told, call: CallFacts, wait: number): void {
  const { attempt, category, error } = call;
  const ours = () =>
    `${label(told, call)}: attempt ${attempt} of ${told.maxAttempts} failed (${category}: ${brief(error)}), ` +
    `retrying in ${Number(wait.toPrecision(3))} s`;
  const message = filled(told, 'on_retry', attempt + 1) ?? ours();
  tell(told, { type: 'retry', level: 'warn', message, policy: told.name, attempt, wait, category, error });
}

export function gaveUp(told: Told, call: CallFacts, reason: string): void {
  const { attempt, category, error } = call;
  const ours = () =>
    `${label(told, call)}: giving up after ${attempt} of ${told.maxAttempts} attempts, ${reason} ` +
    `(${category}: ${brief(error)})`;
  const message = filled(told, 'on_failure', attempt) ?? ours();
  tell(told, { type: 'gave_up', level: 'error', message, policy: told.name, attempt, reason, category, error });
}

export function refused(told: Told, call: CallFacts, reason: string): void {
  const message = `${label(told, call)}: not called: ${brief(call.error)}`;
  tell(told, { type: 'refused', level: 'debug', message, policy: told.name, reason, error: call.error });
}

export function recovered(told: Told, call: CallFacts): void {
  const { attempt } = call;
  const message = filled(told, 'on_recovery', attempt) ?? `${label(told, call)}: succeeded on attempt ${attempt}`;
  tell(told, { type: 'recovered', level: 'info', message, policy: told.name, attempt });
}

export function fellBack(told: Told, call: CallFacts, step?: string): void {
  const message = `${label(told, call)}: answered by its fallback${step === undefined ? '' : ` ${clean(step)}`}`;
  tell(told, { type: 'fell_back', level: 'info', message, policy: told.name, error: call.error });
}

export function fallbackFailed(told: Told, call: CallFacts, error: unknown): void {
  const message = `${label(told, call)}: its fallback failed (${brief(error)})`;
  tell(told, { type: 'fallback_failed', level: 'error', message, policy: told.name, error });
}

export function changed(told: Told, [from, to, reason]: Change): void {
  const level = to === 'open' || to === 'forced_open' ? 'warn' : 'info';
  const name = told.breakerName ?? 'policy';
  const template = to === 'open' ? told.templates.on_circuit_open?.message : undefined;
  const message = template ? clean(template) : `${name}: circuit breaker ${to}, was ${from} (${reason})`;
  tell(told, { type: 'transition', level, message, policy: told.breakerName, from, to, reason });
}

/** The only event that is worth a line where nobody listens: what the breaker had learnt is gone. */
export function engineLost(told: Told, what = 'breaker and budget begin'): void {
  const name = told.name ?? told.breakerName ?? 'policy';
  const message = `${name}: the engine broke and was replaced; ${what} anew`;
  if (told.listener === undefined) console.warn(`failsoft: ${message}`);
  else tell(told, { type: 'engine_lost', level: 'warn', message, policy: told.name });
}

function tell({ listener }: Told, event: PolicyEvent): void {
  try {
    listener?.(event);
  } catch (error) {
    console.error('failsoft: a listener failed:', error);
  }
}

function filled(told: Told, event: string, attempt: number): string | null {
  const template = told.templates[event]?.message;
  if (!template) return null;
  const text = template.replace(/\$\{attempt_number\}/g, String(attempt));
  return clean(text.replace(/\$\{max_attempts\}/g, String(told.maxAttempts)));
}

function label(told: Told, call: CallFacts): string {
  return told.name ?? (call.label || 'call');
}

/** What an error says of itself, without secrets; a broken one must not turn a retry into a crash. */
function brief(error: unknown): string {
  let text = '';
  try {
    text = (answered(error) ?? String(error)).slice(0, 8 * LONGEST);
  } catch {
    return 'an error that says nothing';
  }
  // Redacted before it is cut: half of a secret would not be known as one.
  text = clean(text);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** What an answer of `fetch` says of itself; it has no text of its own. */
function answered(error: unknown): string | undefined {
  if (typeof Response === 'undefined' || !(error instanceof Response)) return undefined;
  return `status ${error.status} ${error.statusText}`.trim();
}

function clean(text: string): string {
  let module: EngineModule | null = null;
  try {
    module = loaded();
    // Without what could forge a line of the log or move a terminal's cursor.
    return (module?.redact(text) ?? '').replace(/[\p{Cc}]/gu, (character) => {
      return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    });
  } catch {
    return '';
  }
}

/** How many characters of an error's text go into a line. */
const LONGEST = 1000;
