// What a program may write: this file compiles, and is never run.
import {
  CircuitBreaker,
  CircuitBreakerOpenError,
  classify,
  classifyFault,
  type Duration,
  FallbackChain,
  GracefulDegradation,
  Policy,
  type PolicyDocument,
  type Report,
  reportOf,
  runBatch,
  System,
  type Verdict,
  withRetry,
  wrapFetch,
} from 'failsoft';

/** Compiles only if the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_ extends true>() => {};

const wait: Duration = '250ms';
const document: PolicyDocument = {
  name: 'llm',
  retry: { max_attempts: 5, initial_delay: wait, max_delay: 30, jitter: 'full', deadline: '2m', budget: false },
  timeout: { attempt: '1.5s' },
  circuit_breaker: { failure_threshold: 5, slow_call: { duration: '5s', rate: 0.5 } },
  classify: { rules: [{ match: { type: 'ModelLoading', status: [503, '5xx'] }, then: 'transient' }] },
  rate_limit: { rate: 10, per: '1s' },
  bulkhead: { max_concurrent: 3 },
};
const policy = Policy.from(document);
Policy.from('{"retry": {}}');

// Results keep their types, asynchronous or not.
const text = policy.run(async () => 'text');
same<Same<typeof text, Promise<string>>>();
const number = policy.run(({ attempt, signal, timeout, deadline }) => {
  signal.throwIfAborted();
  return attempt + (timeout ?? 0) + (deadline ?? 0);
});
same<Same<typeof number, Promise<number>>>();
const either = policy.run(async () => 'text', { fallback: () => null, signal: AbortSignal.timeout(1) });
same<Same<typeof either, Promise<string | null>>>();

// So do arguments and `this`.
async function price(this: { tax: number }, net: number, options?: { shipping: number }): Promise<number> {
  return net + (options?.shipping ?? 0) + this.tax;
}
const guarded = policy.wrap(price);
same<Same<typeof guarded, (this: { tax: number }, net: number, options?: { shipping: number }) => Promise<number>>>();
const retried = withRetry((id: string) => id.length, { max_attempts: 3, initial_delay: '250ms' });
same<Same<typeof retried, (id: string) => Promise<number>>>();
const cached = withRetry((id: string) => id.length, {}, { fallback: (_error, id) => id });
same<Same<typeof cached, (id: string) => Promise<number | string>>>();

// So does the signature of a fetch.
const ask = wrapFetch(fetch, policy);
same<Same<typeof ask, typeof fetch>>();
const asked: Promise<Response> = ask(new URL('https://example.com'), { method: 'PUT', body: 'x' });
wrapFetch(async (path: string, _init?: { trace: boolean }) => path.length, { retry: {} })('/', { trace: true });
wrapFetch(ask, '{"circuit_breaker": {}}', { breaker: new CircuitBreaker(), onEvent: () => {} });

const breaker = new CircuitBreaker('prices', { failure_threshold: 3, recovery_timeout: '30s' });
new CircuitBreaker({ failure_rate: 0.5, time_window: '1m' });
new CircuitBreaker();
if (breaker.state === 'half_open') breaker.reset();
const after: number | null = breaker.retryAfter;
Policy.from({}, { breaker, onEvent: ({ type, level, message }) => console.log(type, level, message) });
breaker.restore(breaker.snapshot());

// Steps get what the chain is run with, and their attempt.
const chain = new FallbackChain<[request: { text: string }], number>('lengths', { order: 'success', history: 50 });
chain
  .add(async ({ text }, { signal }) => text.length + (signal.aborted ? 1 : 0), {
    name: 'first',
    quality: 1,
    failNow: 'auth',
  })
  .addFallback(() => 0, { name: 'none', expectedQuality: 0, policy: { retry: { max_attempts: 2 } } });
const length = chain.run({ text: 'hello' });
same<Same<typeof length, Promise<number>>>();
chain.runWith({ signal: AbortSignal.timeout(1) }, { text: 'hello' });
const loose = new FallbackChain();
loose.add((id: string) => id, { name: 'any' });
const standby = Policy.from({ fallback: [{ name: 'cached', quality: 0.4 }] });
const either2 = standby.run(async () => 'text', { fallbacks: { cached: ({ attempt }) => attempt } });
same<Same<typeof either2, Promise<string | number>>>();
const wrapped = standby.wrap((id: string) => id.length, { fallbacks: { cached: (id, { attempt }) => [id, attempt] } });
same<Same<typeof wrapped, (id: string) => Promise<number | (string | number)[]>>>();

// A program with parts.
const system = new System({ analytics: { window: '5m' }, degradation: { triggers: { cpu: 0.9 }, dwell: '30s' } });
const resilient = system.executeWithResilience(async () => 'text', {
  circuitBreaker: 'api',
  retry: { max_attempts: 2 },
});
same<Same<typeof resilient, Promise<string>>>();
const share: number = system.health().errorRate + (system.errorAnalytics().byCategory.timeout ?? 0);
for (const event of system.events()) if (event.kind === 'level') console.log(event.from, event.cause.kind, share);
system.fallbackChain<[string], string>('names').add((name) => name, { name: 'same' });
new System({ degradation: false }).policy('search', { circuit_breaker: {} }).circuitBreaker?.reset();
const adjusted = new GracefulDegradation({ levels: ['all', 'none'] }).adjustParameters({ steps: 50 });
same<Same<typeof adjusted, { steps: number }>>();
const stop: () => void = system.gracefulDegradation.onChange(({ from, to, cause }) =>
  console.log(from, to, cause?.kind),
);
stop();

// A batch keeps the types of its items and answers.
export async function lengths(): Promise<[string, number][]> {
  const { successes, failures } = await runBatch(async (item: string) => item.length, new Set(['a']), {
    concurrency: 2,
    policy: { timeout: { attempt: '1s' } },
  });
  for (const { index, error, category } of failures) console.log(index, error, category);
  return successes.map(({ item, value }) => [item, value]);
}

export { asked };
export async function asks(): Promise<[Report | null, Verdict, Verdict, number | null]> {
  try {
    await breaker.run(() => text);
  } catch (error) {
    if (error instanceof CircuitBreakerOpenError) return [null, classify(error), classify(error), error.retryAfter];
    return [reportOf(error), classify(error, { kind: 'keyword' }), classifyFault({ status: 503 }), after];
  }
  return [null, classify(null), classifyFault({}), null];
}
