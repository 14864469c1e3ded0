// What a listener is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, rejection, reset, script } from './support.mjs';

const { CircuitBreaker, Policy, withRetry } = failsoft;

function scene(document, name = 'prices') {
  const time = new FakeTime();
  const events = [];
  const onEvent = (event) => events.push(event);
  const policy = Policy.from({ ...(name && { name }), ...document }, { clock: time.clock, onEvent });
  return { time, events, policy, lines: () => events.map(({ level, message }) => `${level} ${message}`) };
}

const RETRY = { max_attempts: 2, initial_delay: 1, jitter: 'none' };

test('a retry and a recovery', async () => {
  const { policy, lines, events } = scene({ retry: RETRY });
  const error = reset();
  await policy.run(script(error, 'answer'));
  assert.deepEqual(lines(), [
    'warn prices: attempt 1 of 2 failed (connection: Error: read ECONNRESET), retrying in 1 s',
    'info prices: succeeded on attempt 2',
  ]);
  const { message, ...retry } = events[0];
  assert.deepEqual(retry, {
    type: 'retry',
    level: 'warn',
    policy: 'prices',
    attempt: 1,
    wait: 1,
    category: 'connection',
    error,
  });
});

test('giving up, and the fallback', async () => {
  const { policy, lines } = scene({ retry: { max_attempts: 3 } });
  await rejection(policy.run(script(invalid())));
  await policy.run(script(invalid()), { fallback: () => 'cached' });
  const gaveUp = 'error prices: giving up after 1 of 3 attempts, permanent (invalid_request: Error: bad request)';
  assert.deepEqual(lines(), [gaveUp, gaveUp, 'info prices: answered by its fallback']);
});

test('a breaker that opens and closes', async () => {
  const { policy, lines, time } = scene({ circuit_breaker: { failure_threshold: 1 } });
  await rejection(policy.run(script(reset())));
  await rejection(policy.run(() => 'refused'));
  time.passes(60);
  await policy.run(() => 'fine');
  assert.deepEqual(lines(), [
    'warn prices: circuit breaker open, was closed (consecutive_failures)',
    'debug prices: not called: CircuitBreakerOpenError: circuit breaker open of prices: retry in 60 s',
    'info prices: circuit breaker half_open, was open (recovery_timeout)',
    'info prices: circuit breaker closed, was half_open (probes_succeeded)',
  ]);
});

test('a function lends its name to a policy without one', async () => {
  const events = [];
  async function fetchPrices() {
    throw reset();
  }
  const time = new FakeTime();
  const call = withRetry(fetchPrices, RETRY, { clock: time.clock, onEvent: (event) => events.push(event.message) });
  await rejection(call());
  assert.match(events[0], /^fetchPrices: attempt 1 of 2 failed/);
});

test("the document's own words take the place of ours", async () => {
  const { policy, lines } = scene({
    retry: RETRY,
    error_handling: {
      on_retry: { message: 'Retrying (${attempt_number}/${max_attempts})' },
      on_failure: { message: 'Gone' },
    },
  });
  await rejection(policy.run(script(reset())));
  assert.deepEqual(lines(), ['warn Retrying (2/2)', 'error Gone']);
});

// mode: secret in a log
test('no secret and no control character gets into a line', async () => {
  const { policy, events } = scene({ retry: RETRY });
  const error = Object.assign(new Error('GET https://ann:hunter2@example.com/\u001b[2J\nforged'), {
    code: 'ECONNRESET',
  });
  await rejection(policy.run(script(error)));
  for (const { message } of events) {
    assert.ok(!message.includes('hunter2') && !/\p{Cc}/u.test(message), message);
  }
});

// mode: listener that throws
test('a listener that throws reaches no call', async (t) => {
  const written = t.mock.method(console, 'error', () => {});
  const time = new FakeTime();
  const onEvent = () => {
    throw new Error('broken listener');
  };
  const policy = Policy.from({ retry: RETRY }, { clock: time.clock, onEvent });
  assert.equal(await policy.run(script(reset(), 'answer')), 'answer');
  assert.equal(written.mock.callCount(), 2);
});

test('a breaker by hand says so', () => {
  const events = [];
  const breaker = new CircuitBreaker(
    'prices',
    {},
    { onEvent: ({ from, to, reason }) => events.push([from, to, reason]) },
  );
  breaker.forceOpen();
  breaker.reset();
  assert.deepEqual(events, [
    ['closed', 'forced_open', 'manual'],
    ['forced_open', 'closed', 'manual'],
  ]);
});
