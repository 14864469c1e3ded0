/** `fetch` under a policy. */

import type { Attempt } from '../attempt.js';
import { coreOf as coreOfBreaker } from '../breaker.js';
import { run } from '../call.js';
import { Core } from '../core.js';
import type { PolicyDocument } from '../document.js';
import { coreOf, Policy, type PolicyOptions } from '../policy.js';
import { type Answer, isFailure, release } from './answer.js';
import { Cores } from './cores.js';
import { join } from './join.js';
import { type Init, type Input, listening, repeatsOf, signalsOf } from './request.js';

type Fetch = (input: Input, init?: Init) => Promise<Answer>;

/**
 * Wraps `fetch`, or a function like it, so that each request is made under a policy.
 *
 * - It answers as `fetch` does: the last response is returned, whatever its status, and what was thrown is thrown as it was.
 *   {@link reportOf} tells of either.
 * - Responses from 400 on are judged like errors: `Retry-After` and its kin are heeded, and what is not worth a retry (404) comes
 *   back at once. A response that is followed by another attempt is cancelled.
 * - GET, HEAD, PUT, DELETE and OPTIONS are repeated. Other methods are only where the request surely had no effect (nobody was
 *   reached; 429; 503 with `Retry-After`), or with an `Idempotency-Key` header, which stays the same. `idempotent: false` in the
 *   document says that of all methods.
 * - A body that can be read only once is not replayed: a stream, and the body of a `Request`. Such a request is made once, and
 *   still guarded by the breaker, the limits and the timeouts. Give a URL and an `init` with text, a `Blob` or a `FormData`.
 * - The caller's signals abort the request, waits and the reading of the answer's body, with the caller's own reason. The limit
 *   of an attempt ends with the headers of its answer.
 * - Around another wrapper only the outer one retries, if it retries at all; both breakers and timeouts hold.
 *
 * Requests of the three kinds (repeated freely, carefully, not at all) share the breaker; a `budget`, a `rate_limit` and a
 * `bulkhead` hold for each kind by itself.
 *
 * @param fetch - the host's, or a client's that takes and answers the same.
 * @param policy - a policy, a document, or the JSON text of one; by default retries alone.
 * @param options - as {@link Policy.from} takes them; for a document only, as a policy has its own.
 * @returns a function with the signature of `fetch`. Beyond that it rejects with `CircuitBreakerOpenError`, `RateLimitedError`,
 *   `BulkheadFullError`, `AttemptTimeoutError` and `DeadlineExceededError`.
 * @throws ConfigError - the document makes no sense.
 */
export function wrapFetch<F extends (...args: never[]) => Promise<unknown>>(
  fetch: F,
  policy: Policy | PolicyDocument | string = { retry: {} },
  { breaker, ...options }: PolicyOptions = {},
): F {
  if (typeof fetch !== 'function') throw new TypeError(`expected a function like fetch, found ${typeof fetch}`);
  const own = policy instanceof Policy ? coreOf(policy) : undefined;
  const core = own ?? new Core(policy, { ...options, breaker: breaker && coreOfBreaker(breaker) });
  const wrapper = new Wrapper(fetch as unknown as Fetch, new Cores(core, options.seed));
  const wrapped = (input: Input, init?: Init) => wrapper.fetch(input, init, false);
  wrappers.set(wrapped, wrapper);
  // What a host has put on its fetch, such as `preconnect`, is there as well.
  return Object.assign(wrapped, fetch) as unknown as F;
}

/** Which functions are ours, so that two of them do not retry one request. */
const wrappers = new WeakMap<object, Wrapper>();

class Wrapper {
  private readonly inner: Fetch;
  private readonly cores: Cores;
  /** The same request without retries of its own, where `inner` is a wrapper too. */
  private readonly innerOnce: Fetch;

  constructor(inner: Fetch, cores: Cores) {
    this.inner = inner;
    this.cores = cores;
    const wrapper = wrappers.get(inner);
    this.innerOnce = wrapper === undefined ? inner : (input, init) => wrapper.fetch(input, init, true);
  }

  /** Makes a request; `once` leaves retries to somebody else. */
  async fetch(input: Input, init: Init | undefined, once: boolean): Promise<Answer> {
    const core = this.cores.of(once ? 'once' : repeatsOf(input, init));
    const signals = signalsOf(input, init);
    const signal = signals.length > 0 ? join(signals) : undefined;
    /** The answer that was found wanting, until another attempt is made. */
    let failure: Answer | undefined;
    const attempts = {
      fetch: async (attempt: Attempt): Promise<Answer> => {
        release(failure);
        failure = undefined;
        // Its signal is looked at only where it can be aborted by something else than the caller's own.
        const isLimited = attempt.timeout !== null;
        const heard = isLimited ? [attempt.signal, ...signals] : signals;
        const args = isLimited || signals.length > 1 ? listening(input, init, join(heard)) : ([input, init] as const);
        const answer = await this.request(...args);
        if (heard.some(({ aborted }) => aborted)) {
          // Too late, whatever it says: nobody waits for it any more.
          release(answer);
          return answer;
        }
        if (!isFailure(answer)) return answer;
        failure = answer;
        throw answer;
      },
    };
    try {
      return (await run(core, attempts.fetch, signal && { signal })) as Answer;
    } catch (error) {
      if (error !== undefined && error === failure) return failure as Answer;
      release(failure);
      throw error;
    }
  }

  private request(input: Input, init: Init | undefined): Promise<Answer> {
    const { cores, inner, innerOnce } = this;
    const fetch = cores.freely.maxAttempts > 1 ? innerOnce : inner;
    return fetch(input, init);
  }
}
