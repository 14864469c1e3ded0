// The fallback section of a policy: which step stands in for the call itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, rejection, reset, script, settled } from './support.mjs';

const { Policy, reportOf } = failsoft;

const DOCUMENT = {
  name: 'images',
  retry: { max_attempts: 2, initial_delay: 1, jitter: 'none' },
  circuit_breaker: { failure_threshold: 4 },
  fallback: [
    { name: 'flux', quality: 0.8, cost: 0.05 },
    { name: 'cached', quality: 0.4 },
  ],
};

function policyScene(document = DOCUMENT) {
  const time = new FakeTime();
  const events = [];
  const onEvent = ({ type, message }) => events.push([type, message]);
  return { time, events, policy: Policy.from(document, { clock: time.clock, onEvent }) };
}

test('a policy with a fallback section tries its function first, and then the steps', async () => {
  const { policy, events } = policyScene();
  const fn = script(reset());
  const fallbacks = { flux: script(reset()), cached: ({ attempt }) => ({ attempt }) };
  const answer = await policy.run(fn, { fallbacks });
  const { servedBy, quality, stopReason, attemptCount, passed } = reportOf(answer);
  assert.deepEqual([answer, fn.calls, servedBy, quality], [{ attempt: 1 }, 2, 'cached', 0.4]);
  assert.deepEqual([stopReason, attemptCount, passed.map(({ name }) => name)], ['exhausted', 2, ['flux']]);
  assert.deepEqual(events.at(-1), ['fell_back', 'images: answered by its fallback cached']);
});

test('the steps of a policy stand in for a function whose breaker is open', async () => {
  const { policy } = policyScene({ ...DOCUMENT, retry: null, circuit_breaker: { failure_threshold: 1 } });
  const fn = script(reset());
  const fallbacks = { flux: script({ from: 'flux' }), cached: script('never') };
  await policy.run(fn, { fallbacks });
  const answer = await policy.run(fn, { fallbacks });
  const { attemptCount, stopReason, servedBy } = reportOf(answer);
  assert.deepEqual([fn.calls, attemptCount, stopReason, servedBy], [1, 0, 'circuit_open', 'flux']);
});

test('a bad request of the function itself does not lead to the steps', async () => {
  const { policy } = policyScene();
  const error = invalid();
  const flux = script('never');
  assert.equal(await rejection(policy.run(script(error), { fallbacks: { flux, cached: flux } })), error);
  assert.equal(flux.calls, 0);
});

test('when the steps of a policy fail too the last error comes out, unless a last resort answers', async () => {
  const { policy } = policyScene();
  const last = reset();
  const fallbacks = { flux: script(reset()), cached: script(last) };
  const error = await rejection(policy.run(script(reset()), { fallbacks }));
  const { passed, servedBy } = reportOf(error);
  assert.deepEqual([error === last, passed.length, servedBy], [true, 2, null]);
  const fallback = (failure) => [failure === last];
  assert.deepEqual(await policy.run(script(reset()), { fallbacks, fallback }), [true]);
});

test("when no step of a policy can be tried the function's own error comes out", async () => {
  const policy = { circuit_breaker: { failure_threshold: 1 } };
  const { policy: guarded } = policyScene({ fallback: [{ name: 'flux', policy }] });
  const fallbacks = { flux: script(reset()) };
  await rejection(guarded.run(script(reset()), { fallbacks }));
  const error = reset();
  assert.equal(await rejection(guarded.run(script(error), { fallbacks })), error);
  assert.deepEqual(
    reportOf(error).passed.map(({ name, why }) => [name, why]),
    [['flux', 'benched']],
  );
});

test('a healthy call of a policy with steps never looks at them', async () => {
  const { policy } = policyScene();
  const flux = script('never');
  assert.equal(await policy.run(script('fine'), { fallbacks: { flux, cached: flux } }), 'fine');
  assert.equal(flux.calls, 0);
});

test('the steps of a wrapped function get this and what it was called with', async () => {
  const { policy } = policyScene();
  const shop = {
    tax: 2,
    price: policy.wrap(
      () => {
        throw reset();
      },
      {
        fallbacks: {
          flux: script(reset()),
          cached(net, { attempt }) {
            return net + this.tax + attempt;
          },
        },
      },
    ),
  };
  assert.equal(await shop.price(10), 13);
});

test('an abort while a step is under way ends the call with its reason', async () => {
  const { policy } = policyScene();
  const controller = new AbortController();
  const fallbacks = { flux: () => new Promise(() => {}), cached: script('never') };
  const call = policy.run(script(invalid(), reset()), { fallbacks: { ...fallbacks }, signal: controller.signal });
  await rejection(call);
  const other = policy.run(script(reset()), { fallbacks, signal: controller.signal });
  await settled();
  await settled();
  await settled();
  controller.abort('enough');
  assert.equal(await rejection(other), 'enough');
  assert.equal(fallbacks.cached.calls, 0);
});

test('a step without a function, and a function without a step, are refused before anything is called', async () => {
  const { policy } = policyScene();
  const fn = script('fine');
  const message = (options) => {
    try {
      policy.run(fn, options);
    } catch (error) {
      return error.message;
    }
    return null;
  };
  assert.deepEqual(
    [
      message(undefined),
      message({ fallbacks: { flux: fn } }),
      message({ fallbacks: { flux: fn, cached: fn, cahced: fn } }),
    ],
    [
      'fallbacks: the step flux has no function',
      'fallbacks: the step cached has no function',
      'fallbacks: the policy has no step cahced',
    ],
  );
  assert.throws(() => Policy.from({}).run(fn, { fallbacks: {} }), { message: /has no fallback section/ });
  assert.equal(fn.calls, 0);
});
