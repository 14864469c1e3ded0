// Limits of attempts and of whole calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inFull } from './engine.mjs';
import { FakeTime, failsoft, isPending, rejection, reset, script, settled } from './support.mjs';

const { AttemptTimeoutError, DeadlineExceededError, Policy, classify, reportOf } = failsoft;

test('an attempt that hangs is cut off, aborted and made again', async () => {
  const time = new FakeTime({ flows: false });
  const document = { timeout: { attempt: 5 }, retry: { max_attempts: 2, initial_delay: 1, jitter: 'none' } };
  const policy = Policy.from(document, { clock: time.clock });
  const signals = [];
  const call = policy.run(({ signal, attempt, timeout }) => {
    signals.push(signal);
    assert.equal(timeout, 5);
    return attempt === 1 ? new Promise(() => {}) : 'answer';
  });
  assert.ok(await isPending(call));
  time.passes(5);
  assert.ok(await isPending(call));
  assert.ok(signals[0].reason instanceof AttemptTimeoutError);
  time.passes(1);
  assert.equal(await call, 'answer');
  assert.deepEqual([signals.map(({ aborted }) => aborted), time.waits, time.waiting], [[true, false], [5, 1, 5], 0]);
});

test('the error of an attempt that took too long says its limit', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ timeout: { attempt: '250ms' } }, { clock: time.clock });
  const error = await rejection(policy.run(() => new Promise(() => {})));
  assert.ok(error instanceof AttemptTimeoutError);
  assert.deepEqual([error.message, error.limit], ['attempt timed out after 0.25 s', 0.25]);
  const { category, retryable } = classify(error);
  assert.deepEqual([category, retryable], ['timeout', true]);
});

test('what the deadline leaves is the limit of an attempt', async () => {
  const time = new FakeTime();
  const policy = Policy.from(
    { retry: { deadline: 3, max_attempts: 5, initial_delay: 2, jitter: 'none' } },
    { clock: time.clock },
  );
  const limits = [];
  const error = await rejection(
    policy.run(({ attempt, timeout }) => {
      limits.push(timeout);
      if (attempt === 1) throw reset();
      return new Promise(() => {});
    }),
  );
  assert.ok(error instanceof DeadlineExceededError && error instanceof AttemptTimeoutError);
  assert.deepEqual([limits, time.now, reportOf(error).stopReason], [[3, 1], 1003, 'deadline']);
});

test('an attempt knows its deadline as Date.now counts it', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ timeout: { attempt: 5 } }, { clock: time.clock });
  const left = await policy.run(({ deadline }) => deadline - Date.now());
  assert.ok(Math.abs(left - 5000) < 1000, String(left));
  assert.equal(await Policy.from({}).run(({ deadline, timeout }) => deadline ?? timeout), null);
});

test('what an attempt answers or throws after its limit goes nowhere', async () => {
  const time = new FakeTime({ flows: false });
  const policy = Policy.from({ timeout: { attempt: 5 } }, { clock: time.clock });
  for (const outcome of ['resolve', 'reject']) {
    const end = {};
    const call = policy.run(() => new Promise((resolve, reject) => Object.assign(end, { resolve, reject })));
    await settled();
    time.passes(5);
    assert.ok((await rejection(call)) instanceof AttemptTimeoutError);
    end[outcome](reset());
    await settled();
  }
});

test('a function that blocks for longer than its limit was too late as well', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ timeout: { attempt: 5 } }, { clock: time.clock });
  const blocking = () => {
    time.passes(6);
    return 'late';
  };
  assert.ok((await rejection(policy.run(blocking))) instanceof AttemptTimeoutError);
  assert.equal(await policy.run(() => 'quick'), 'quick');
});

test('an attempt that is in time leaves no timer', async () => {
  const time = new FakeTime({ flows: false });
  const policy = Policy.from({ timeout: { attempt: 5 } }, { clock: time.clock });
  assert.equal(await policy.run(async () => 'answer'), 'answer');
  assert.equal((await rejection(policy.run(async () => Promise.reject(new Error('no'))))).message, 'no');
  assert.equal(time.waiting, 0);
});

// mode: timer or listener left behind
test('while a retry is waited for there is one timer', async () => {
  const time = new FakeTime({ flows: false });
  const document = { timeout: { attempt: 5 }, retry: { max_attempts: 2, initial_delay: 1 } };
  const policy = Policy.from(document, { clock: time.clock });
  const call = policy.run(script(reset(), 'answer'));
  assert.ok(await isPending(call));
  assert.equal(time.waiting, 1);
  time.passes(2);
  assert.equal(await call, 'answer');
});

test('a clock that can take no timer back does no harm', async () => {
  const time = new FakeTime({ flows: false });
  const clock = { now: time.clock.now, after: (seconds, wake) => void time.clock.after(seconds, wake) };
  const policy = Policy.from({ timeout: { attempt: 5 }, retry: { initial_delay: 7, jitter: 'none' } }, { clock });
  const fn = script(reset(), 'answer');
  const call = policy.run(fn);
  await settled();
  time.passes(6);
  await settled();
  assert.equal(fn.calls, 1, 'the limit of an attempt that is over rang for nobody');
  time.passes(1);
  assert.equal(await call, 'answer');
});

test('who looks at the signal of an attempt that was cut off finds it aborted', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ timeout: { attempt: 5 } }, { clock: time.clock });
  let late;
  const fn = (attempt) => {
    late = attempt;
    return new Promise(() => {});
  };
  const error = await rejection(policy.run(fn));
  assert.deepEqual([late.signal.aborted, late.signal.reason], [true, error]);
});

inFull('limits refuse calls and say when to come back', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ name: 'api', rate_limit: { rate: 1, per: '4s' } }, { clock: time.clock });
  await policy.run(() => 'fine');
  time.passes(1);
  const error = await rejection(policy.run(() => 'fine'));
  assert.deepEqual(
    [error.name, error.retryAfter, error.message],
    ['RateLimitedError', 3, 'rate limit of api reached: retry in 3 s'],
  );
  const { category, retryable } = classify(error);
  assert.deepEqual([category, retryable], ['rate_limit', true]);
});

inFull('a bulkhead lets so many in, and the next when one has left', async () => {
  const time = new FakeTime({ flows: false });
  const policy = Policy.from({ bulkhead: { max_concurrent: 1 } }, { clock: time.clock });
  let leave;
  const first = policy.run(
    () =>
      new Promise((resolve) => {
        leave = resolve;
      }),
  );
  assert.equal((await rejection(policy.run(() => 'no room'))).name, 'BulkheadFullError');
  leave('done');
  assert.equal(await first, 'done');
  assert.equal(await policy.run(() => 'room'), 'room');
});

inFull('who still queues when the deadline comes is told what for', async () => {
  const time = new FakeTime();
  const document = { retry: { deadline: 2 }, bulkhead: { max_concurrent: 1, max_queue: 5, max_wait: '10s' } };
  const policy = Policy.from(document, { clock: time.clock });
  const first = policy.run(() => new Promise(() => {}), { fallback: () => 'cut off' });
  const fn = script('never');
  const { name } = await rejection(policy.run(fn));
  assert.deepEqual([name, fn.calls, await first], ['BulkheadFullError', 0, 'cut off']);
});

test('who waits for a breaker, and wakes up after the deadline, is told so', async () => {
  const time = new FakeTime({ flows: false });
  const document = {
    retry: { deadline: 10, retry_open_circuit: true },
    circuit_breaker: { failure_threshold: 1, recovery_timeout: 5 },
  };
  const policy = Policy.from(document, { clock: time.clock });
  await rejection(policy.circuitBreaker.run(script(reset())));
  const call = policy.run(script('never'));
  assert.ok(await isPending(call));
  // A laptop that was asleep.
  time.now += 11;
  time.passes(0);
  const error = await rejection(call);
  assert.ok(error instanceof DeadlineExceededError);
  assert.equal(error.message, "the call's deadline came before it could be made");
});

inFull('who queues for a place gets it', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ bulkhead: { max_concurrent: 1, max_queue: 5, max_wait: '10s' } }, { clock: time.clock });
  const end = {};
  const first = policy.run(() => new Promise((resolve) => Object.assign(end, { resolve })));
  const second = policy.run(() => 'second');
  await settled();
  end.resolve('first');
  assert.deepEqual(await Promise.all([first, second]), ['first', 'second']);
});

// mode: timer that is too long fires at once
test('the system clock waits as long as it is told, and for more than a timer can count', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const { setTimeout: mocked } = globalThis;
  const delays = [];
  t.mock.method(globalThis, 'setTimeout', (act, ms) => {
    delays.push(ms);
    return mocked(act, ms);
  });
  const passes = (ms) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const week = 7 * 24 * 3600;
  const policy = Policy.from({ retry: { initial_delay: 8 * week, max_delay: 8 * week, jitter: 'none' } });
  const fn = script(reset(), 'answer');
  const call = policy.run(fn);
  await settled();
  for (let passed = 0; passed < 8; passed += 1) {
    assert.equal(fn.calls, 1, `after ${passed} weeks`);
    passes(week * 1000);
  }
  assert.equal(await call, 'answer');
  assert.ok(delays.length > 1 && delays.every((ms) => ms < 2 ** 31));
});
