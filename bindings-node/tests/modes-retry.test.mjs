// How retries and their budgets elsewhere failed in production (docs/reliability.md), tried on these.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, rejection, reset, script, settled } from './support.mjs';

const { Policy, withRetry } = failsoft;
const PLAIN = { max_attempts: 3, initial_delay: 1, jitter: 'none' };

/** A dependency that is down, and how often it was called. */
function down() {
  const fn = async () => {
    fn.calls += 1;
    throw reset();
  };
  fn.calls = 0;
  return fn;
}

// mode: nested retries multiply
test('three layers of three attempts put a third more load on what is down', async () => {
  const time = new FakeTime();
  const [inner, middle, outer] = [1, 2, 3].map(() => Policy.from({ retry: PLAIN }, { clock: time.clock }));
  const fn = down();
  const call = () => outer.run(() => middle.run(() => inner.run(fn)));
  for (let number = 0; number < 1000; number += 1) await rejection(call());
  assert.ok(fn.calls > 1000 && fn.calls <= 1333, `${fn.calls} calls`);
});

// mode: budget inert by default
test('without a word about a budget ten thousand calls to what is down are retried a hundred times', async () => {
  const time = new FakeTime();
  const fn = down();
  const call = withRetry(fn, {}, { clock: time.clock });
  for (let number = 0; number < 10_000; number += 1) await rejection(call());
  assert.equal(fn.calls, 10_000 + 100);
});

// mode: retries of one call taken from the next
test('a call after one that used up its attempts has all of its own', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ retry: PLAIN }, { clock: time.clock });
  for (let number = 0; number < 3; number += 1) {
    const fn = down();
    await rejection(policy.run(fn));
    assert.deepEqual([fn.calls, time.waits.splice(0)], [3, [1, 2]]);
  }
});

// mode: budget starves a cold start
test('the first call may retry, and successes bring retries back after an outage', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ retry: PLAIN }, { clock: time.clock });
  assert.equal(await policy.run(script(reset(), 'first')), 'first');
  for (let number = 0; number < 200; number += 1) await rejection(policy.run(down()));
  const spent = down();
  await rejection(policy.run(spent));
  for (let number = 0; number < 50; number += 1) await policy.run(() => 'fine');
  assert.deepEqual([spent.calls, await policy.run(script(reset(), reset(), 'again'))], [1, 'again']);
});

// mode: special retry rule without a bound
test('what a rule has retried is bounded by the attempts, the deadline and the budget too', async () => {
  const skewed = () => Object.assign(new Error('the clock is skewed'), { code: 'RequestTimeTooSkewed', status: 403 });
  const classify = { rules: [{ match: { code: 'RequestTimeTooSkewed' }, then: 'transient', retry_after: 1 }] };
  for (const [retry, attempts] of [
    [{ max_attempts: 4, budget: false }, 4],
    [{ max_attempts: 1000, deadline: 9.5, budget: false }, 10],
    [{ max_attempts: 1000, budget: { capacity: 10, retry_cost: 2 } }, 6],
  ]) {
    const time = new FakeTime();
    const fn = script(skewed());
    await rejection(Policy.from({ retry, classify }, { clock: time.clock }).run(fn));
    assert.equal(fn.calls, attempts, JSON.stringify(retry));
  }
});

// mode: write repeated that may have been done
test('what must not be done twice is repeated only if it surely was not done', async () => {
  const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  const answered = (status, headers = {}) => Object.assign(new Error('no'), { status, headers });
  for (const [error, calls] of [
    [reset(), 1],
    [answered(500), 1],
    [answered(503), 1],
    [Object.assign(new Error('late'), { code: 'ETIMEDOUT' }), 1],
    [refused(), 3],
    [Object.assign(new Error('no name'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }), 3],
    [answered(429), 3],
    [answered(503, { 'retry-after': '1' }), 3],
  ]) {
    const time = new FakeTime();
    const fn = script(error);
    await rejection(Policy.from({ retry: { ...PLAIN, idempotent: false } }, { clock: time.clock }).run(fn));
    assert.equal(fn.calls, calls, `${error.code ?? error.status}`);
  }
});

// mode: late failure of an abandoned attempt is unhandled
test('attempts that lost against their limit and fail later are nobody’s unhandled rejection', async () => {
  const unhandled = [];
  const hear = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  try {
    const [late, timers] = [[], []];
    let now = 0;
    const clock = { now: () => now, after: (_, wake) => timers.push(wake) && (() => {}) };
    const policy = Policy.from({ timeout: { attempt: 1 } }, { clock });
    const fn = () => new Promise((_, reject) => late.push(reject));
    const calls = Promise.allSettled(Array.from({ length: 10_000 }, () => policy.run(fn)));
    await settled();
    now = 1;
    for (const ring of timers) ring();
    const names = new Set((await calls).map(({ reason }) => reason.name));
    for (const reject of late) reject(reset());
    for (let turn = 0; turn < 3; turn += 1) await settled();
    assert.deepEqual([[...names], late.length, unhandled.length], [['AttemptTimeoutError'], 10_000, 0]);
  } finally {
    process.off('unhandledRejection', hear);
  }
});

// mode: consumed body or generator retried
test('an async generator is handed on as it is: what it gives comes once', async () => {
  const time = new FakeTime();
  const given = [];
  async function* pages() {
    for (const page of [1, 2]) {
      given.push(page);
      yield page;
    }
    throw reset();
  }
  const read = Policy.from({ retry: PLAIN }, { clock: time.clock }).wrap(pages);
  const error = await rejection(
    (async () => {
      for await (const _ of await read());
    })(),
  );
  assert.deepEqual([error.code, given, time.waits], ['ECONNRESET', [1, 2], []]);
});
