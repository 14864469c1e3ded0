// Retries: when there is another attempt, when it is made, and what comes out.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, isPending, rejection, reset, script } from './support.mjs';

const { Policy, withRetry, reportOf } = failsoft;
const SETTINGS = { max_attempts: 3, initial_delay: 1, exponential_base: 2, jitter: 'none' };

const retrying = (fn, time, settings = SETTINGS, options = {}) =>
  withRetry(fn, settings, { clock: time.clock, ...options });

test('a function that recovers answers after growing waits', async () => {
  const time = new FakeTime();
  const fn = script(reset(), reset(), 'answer');
  assert.equal(await retrying(fn, time)(), 'answer');
  assert.deepEqual([fn.calls, time.waits], [3, [1, 2]]);
});

test('the last error comes out as the very object that was thrown', async () => {
  const time = new FakeTime();
  const errors = [reset(), reset(), reset()];
  assert.equal(await rejection(retrying(script(...errors), time)()), errors[2]);
  assert.deepEqual(time.waits, [1, 2]);
});

test('an error that will not go away is not retried, and comes out as it is', async () => {
  const time = new FakeTime();
  const error = invalid();
  const fn = script(error);
  assert.equal(await rejection(retrying(fn, time)()), error);
  assert.deepEqual([fn.calls, time.waits], [1, []]);
});

test('a function need not be asynchronous', async () => {
  const time = new FakeTime();
  let calls = 0;
  const fn = () => {
    calls += 1;
    if (calls < 3) throw reset();
    return calls;
  };
  assert.equal(await retrying(fn, time)(), 3);
  assert.deepEqual(time.waits, [1, 2]);
});

test('a wait of zero uses no timer', async () => {
  const time = new FakeTime();
  const fn = script(reset(), reset(), 'answer');
  assert.equal(await retrying(fn, time, { ...SETTINGS, initial_delay: 0 })(), 'answer');
  assert.deepEqual([fn.calls, time.waits], [3, []]);
});

test('thousands of retries without a wait do not exhaust the stack', async () => {
  const time = new FakeTime();
  let calls = 0;
  const fn = () => {
    calls += 1;
    throw reset();
  };
  const settings = { max_attempts: 12_000, initial_delay: 0, budget: false };
  await rejection(retrying(fn, time, settings)());
  assert.equal(calls, 12_000);
});

test('this, arguments, name and length are kept', async () => {
  const time = new FakeTime();
  let failures = 1;
  const shop = {
    tax: 2,
    price(net, { shipping } = {}) {
      if (failures-- > 0) throw reset();
      return Promise.resolve(net + shipping + this.tax);
    },
  };
  shop.price = retrying(shop.price, time);
  assert.equal(await shop.price(10, { shipping: 5 }), 17);
  assert.deepEqual([shop.price.name, shop.price.length], ['price', 1]);
});

test('a hint takes the place of the computed wait', async () => {
  const time = new FakeTime();
  const rules = [{ match: { status: 429 }, then: 'transient', retry_after: '7s' }];
  const policy = Policy.from({ retry: SETTINGS, classify: { rules } }, { clock: time.clock });
  const busy = Object.assign(new Error('busy'), { status: 429 });
  assert.equal(await policy.run(script(busy, 'answer')), 'answer');
  assert.deepEqual(time.waits, [7]);
});

test('a wait that cannot end before the deadline is not begun', async () => {
  const time = new FakeTime();
  const error = reset();
  const fn = script(error);
  assert.equal(await rejection(retrying(fn, time, { ...SETTINGS, max_attempts: 9, deadline: 5 })()), error);
  assert.deepEqual([fn.calls, time.now, reportOf(error).stopReason], [3, 1003, 'deadline']);
});

test('the same seed draws the same waits, another one does not', async () => {
  const waits = async (seed) => {
    const time = new FakeTime();
    const settings = { max_attempts: 5, initial_delay: 1, jitter: 'full' };
    await rejection(retrying(script(reset()), time, settings, { seed })());
    return time.waits;
  };
  assert.deepEqual(await waits(7), await waits(7));
  assert.notDeepEqual(await waits(7), await waits(8));
});

test('what a fallback answers is the answer', async () => {
  const time = new FakeTime();
  const fallback = (error, ...args) => [error.code, ...args];
  const call = retrying(script(reset()), time, { max_attempts: 2 }, { fallback });
  assert.deepEqual(await call('a', 'b'), ['ECONNRESET', 'a', 'b']);
});

test('a fallback that fails too says so itself', async () => {
  const broken = new Error('no cache either');
  const time = new FakeTime();
  const fallback = () => {
    throw broken;
  };
  assert.equal(await rejection(retrying(script(invalid()), time, {}, { fallback })()), broken);
});

test('calls through one policy do not mix', async () => {
  const time = new FakeTime({ flows: false });
  const policy = Policy.from({ retry: SETTINGS }, { clock: time.clock });
  const [slow, quick] = [script(reset(), reset(), 'slow'), script(reset(), 'quick')];
  const first = policy.run(slow);
  await isPending(first);
  time.passes(0.5);
  const second = policy.run(quick);
  await isPending(second);
  time.passes(0.5);
  await isPending(first);
  time.passes(0.5);
  assert.equal(await second, 'quick');
  time.passes(1.5);
  assert.equal(await first, 'slow');
  assert.deepEqual([slow.calls, quick.calls, time.waits], [3, 2, [1, 1, 2]]);
});

test('a policy spends its budget and then retries no more', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ retry: { ...SETTINGS, budget: { capacity: 4, retry_cost: 2 } } }, { clock: time.clock });
  await rejection(policy.run(script(reset())));
  const error = reset();
  await rejection(policy.run(script(error)));
  assert.deepEqual([time.waits.length, reportOf(error).stopReason], [2, 'budget']);
});

test('successes on the lane earn the budget back', async () => {
  const time = new FakeTime();
  const document = {
    retry: { ...SETTINGS, max_attempts: 2, budget: { capacity: 2, retry_cost: 2, success_refund: 1 } },
  };
  const policy = Policy.from(document, { clock: time.clock });
  const fails = async () => {
    const error = reset();
    await rejection(policy.run(script(error)));
    return reportOf(error).stopReason;
  };
  assert.deepEqual([await fails(), await fails()], ['exhausted', 'budget']);
  for (let call = 0; call < 2; call += 1) await policy.run(script('fine'));
  assert.deepEqual([await fails(), await fails()], ['exhausted', 'budget']);
});

test('what is no function is refused', async () => {
  assert.throws(() => withRetry(3), { name: 'TypeError', message: 'expected a function, found number' });
  assert.throws(() => Policy.from({}).wrap(null), { message: 'expected a function, found null' });
  await assert.rejects(async () => Policy.from({}).run('fn'), { name: 'TypeError' });
});
