// The package as a page has it: the engine is fetched, and calls wait for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { FakeTime, isPending, rejection, reset, script } from './support.mjs';

let served = 0;
let answer = () => Promise.reject(new TypeError('Failed to fetch'));
globalThis.fetch = (url) => {
  served += 1;
  assert.match(String(url), /^file:.*\/dist\/failsoft\.wasm$/);
  return answer();
};
const module = async () => {
  const bytes = readFileSync(new URL('../dist/failsoft.wasm', import.meta.url));
  return new Response(bytes, { headers: { 'content-type': 'application/wasm' } });
};

const { CircuitBreaker, ConfigError, FailsoftError, Policy, classify, ready, withRetry } = await import(
  '../dist/web.js'
);

test('nothing is fetched before a policy is made', () => {
  assert.equal(served, 0);
});

test('a call without an engine says why, and the next one fetches again', async () => {
  const policy = Policy.from({});
  const error = await rejection(policy.run(() => 'answer'));
  assert.ok(error instanceof FailsoftError);
  assert.deepEqual([error.message, error.cause.message], ['the engine could not be loaded', 'Failed to fetch']);
  const before = served;
  await rejection(policy.ready());
  assert.ok(served > before);
});

test('what needs the engine at once says what to wait for', () => {
  const policy = Policy.from({ circuit_breaker: {} });
  for (const ask of [
    () => policy.explain(),
    () => policy.circuitBreaker,
    () => classify(new Error('x')),
    () => new CircuitBreaker().state,
  ]) {
    assert.throws(ask, { name: 'FailsoftError', message: 'the engine is not loaded yet: await ready() first' });
  }
});

test('calls that came before the engine wait for it; it is fetched once', async () => {
  let arrive;
  answer = () =>
    new Promise((resolve) => {
      arrive = () => resolve(module());
    });
  const before = served;
  const time = new FakeTime();
  const options = { clock: time.clock };
  const early = Policy.from({ retry: { initial_delay: 1, jitter: 'none' } }, options);
  const wrong = Policy.from({ retry: { max_attempts: 0 } });
  const breaker = new CircuitBreaker('prices', {}, options);
  const fn = script(reset(), 'answer');
  const caller = new AbortController();
  const calls = [early.run(fn), withRetry(script('retried'), {}, options)(), breaker.run(() => 'guarded')];
  const refused = [rejection(wrong.run(() => 'never')), rejection(wrong.ready())];
  const aborted = early.run(() => 'never', { signal: caller.signal });
  assert.ok(await isPending(calls[0]));
  assert.equal(fn.calls, 0);
  caller.abort('enough');
  assert.equal(await rejection(aborted), 'enough');
  arrive();
  assert.deepEqual(await Promise.all(calls), ['answer', 'retried', 'guarded']);
  assert.deepEqual([served - before, time.waits, breaker.state], [1, [1], 'closed']);
  for (const error of await Promise.all(refused)) assert.ok(error instanceof ConfigError);
  assert.throws(() => Policy.from({ retry: { max_attempts: 0 } }), ConfigError, 'now it can be said at once');
  await ready();
  assert.equal(classify(reset()).category, 'connection');
});
