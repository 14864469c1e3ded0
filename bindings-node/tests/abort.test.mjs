// Callers that give up, and attempts that are told about it.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { FakeTime, failsoft, isPending, rejection, reset, script, settled } from './support.mjs';

const { Policy, reportOf } = failsoft;
const RETRY = { max_attempts: 3, initial_delay: 10, jitter: 'none' };

function scene(document = { retry: RETRY }, flows = false) {
  const time = new FakeTime({ flows });
  const caller = new AbortController();
  const policy = Policy.from(document, { clock: time.clock });
  const listeners = () => getEventListeners(caller.signal, 'abort').length;
  return { time, caller, policy, listeners, signal: caller.signal };
}

// mode: wait that cannot be interrupted
test('an abort ends a wait at once, with the reason that the caller gave', async () => {
  const { time, caller, policy, listeners, signal } = scene();
  const fn = script(reset());
  const call = policy.run(fn, { signal });
  assert.ok(await isPending(call));
  assert.deepEqual([time.waiting, listeners()], [1, 1]);
  const reason = { any: 'thing' };
  caller.abort(reason);
  assert.equal(await rejection(call), reason);
  assert.deepEqual([fn.calls, time.waiting, listeners()], [1, 0, 0]);
});

test('an abort reaches the attempt under way, and does not wait for it', async () => {
  const { caller, policy, listeners, signal } = scene();
  let inside;
  const call = policy.run(
    (attempt) => {
      inside = attempt.signal;
      return new Promise(() => {});
    },
    { signal },
  );
  assert.equal(inside.aborted, false);
  caller.abort();
  assert.equal((await rejection(call)).name, 'AbortError');
  assert.deepEqual([inside.aborted, inside.reason === signal.reason, listeners()], [true, true, 0]);
});

test('a signal that was aborted before makes no call', async () => {
  const { caller, policy, listeners, signal } = scene();
  const fn = script('answer');
  caller.abort('never mind');
  assert.equal(await rejection(policy.run(fn, { signal })), 'never mind');
  assert.deepEqual([fn.calls, listeners()], [0, 0]);
});

test('a call that is over listens no more and aborts nothing', async () => {
  const { caller, policy, listeners, signal } = scene();
  let inside;
  const fn = async (attempt) => {
    inside = attempt.signal;
    return 'answer';
  };
  assert.equal(await policy.run(fn, { signal }), 'answer');
  assert.equal(listeners(), 0);
  caller.abort();
  assert.equal(inside.aborted, false, 'what it answered with may still be read');
});

test('every attempt has a signal of its own', async () => {
  const { policy, signal } = scene({ retry: { ...RETRY, initial_delay: 0 } });
  const signals = [];
  const fn = (attempt) => {
    signals.push(attempt.signal, attempt.signal);
    throw reset();
  };
  await rejection(policy.run(fn, { signal }));
  assert.deepEqual([signals.length, new Set(signals).size, signals[0] === signals[1]], [6, 3, true]);
});

test('an attempt that was aborted and answers or fails later goes nowhere', async () => {
  for (const finish of ['resolve', 'reject']) {
    const { caller, policy, signal } = scene({ retry: RETRY, circuit_breaker: { failure_threshold: 1 } });
    const end = Promise.withResolvers?.() ?? withResolvers();
    const call = policy.run(() => end.promise, { signal });
    caller.abort('enough');
    assert.equal(await rejection(call), 'enough');
    end[finish](reset());
    await settled();
    assert.equal(policy.circuitBreaker.state, 'closed');
  }
});

test('an abort from within the attempt is an abort', async () => {
  const { caller, policy, signal } = scene();
  const fn = () => {
    caller.abort('from within');
    throw reset();
  };
  assert.equal(await rejection(policy.run(fn, { signal })), 'from within');
});

for (const moment of ['retry', 'transition', 'gave_up', 'refused']) {
  test(`a listener that aborts the call at its ${moment} has aborted it`, async () => {
    const time = new FakeTime({ flows: false });
    const caller = new AbortController();
    const onEvent = ({ type }) => type === moment && caller.abort(moment);
    const circuit_breaker = { failure_threshold: 1, recovery_timeout: 5 };
    const documents = {
      retry: { retry: RETRY },
      transition: { retry: { ...RETRY, retry_open_circuit: true }, circuit_breaker },
      gave_up: { retry: { ...RETRY, max_attempts: 1 } },
      refused: { circuit_breaker: { mode: 'forced_open' } },
    };
    const policy = Policy.from(documents[moment], { clock: time.clock, onEvent });
    const fn = script(reset());
    const fallback = () => assert.fail('it was aborted');
    assert.equal(await rejection(policy.run(fn, { signal: caller.signal, fallback })), moment);
    time.passes(100);
    await settled();
    assert.deepEqual([fn.calls, time.waiting], [moment === 'refused' ? 0 : 1, 0]);
  });
}

test('an attempt that aborts the call when it is cut off has aborted it', async () => {
  const { time, caller, policy, signal } = scene({ retry: RETRY, timeout: { attempt: 1 } });
  const fn = (attempt) => {
    attempt.signal.addEventListener('abort', () => caller.abort('with it'));
    return new Promise(() => {});
  };
  const call = policy.run(fn, { signal });
  await settled();
  time.passes(1);
  assert.equal(await rejection(call), 'with it');
  assert.equal(time.waiting, 0);
});

// mode: cancellation counted or retried
test('an aborted call leaves no failure behind', async () => {
  const document = { retry: RETRY, circuit_breaker: { failure_threshold: 2 } };
  const { caller, policy, signal } = scene(document);
  const call = policy.run(() => new Promise(() => {}), { signal });
  caller.abort();
  const error = await rejection(call);
  assert.deepEqual([policy.circuitBreaker.failureCount, reportOf(error)], [0, null]);
});

// mode: cancellation counted or retried
test('an AbortError that the function throws by itself is not retried', async () => {
  const { policy } = scene();
  const fn = script(new DOMException('This operation was aborted', 'AbortError'));
  const error = await rejection(policy.run(fn));
  assert.deepEqual([error.name, fn.calls], ['AbortError', 1]);
});

test('what was cancelled has no fallback', async () => {
  const { policy } = scene();
  const fn = script(new DOMException('This operation was aborted', 'AbortError'));
  assert.equal((await rejection(policy.run(fn, { fallback: () => 'cached' }))).name, 'AbortError');
});

test('a call that ends leaves the others their signal', async () => {
  const { caller, policy, signal } = scene();
  const other = policy.run(() => new Promise(() => {}), { signal });
  await policy.run(() => 'answer', { signal });
  caller.abort('enough');
  assert.equal(await rejection(other), 'enough');
});

test('an aborted call has no fallback', async () => {
  const { caller, policy, signal } = scene();
  const call = policy.run(script(reset()), { signal, fallback: () => 'cached' });
  await settled();
  caller.abort('enough');
  assert.equal(await rejection(call), 'enough');
});

test('a fallback under way can be aborted too', async () => {
  const { caller, policy, signal, listeners } = scene({});
  const call = policy.run(script(reset()), { signal, fallback: () => new Promise(() => {}) });
  assert.ok(await isPending(call));
  caller.abort('enough');
  assert.equal(await rejection(call), 'enough');
  assert.equal(listeners(), 0);
});

// mode: timer or listener left behind
test('thousands of calls that share a signal are aborted together, and leave nothing on it', async () => {
  const { caller, policy, listeners, signal, time } = scene({ retry: { ...RETRY, budget: false } });
  const many = (fn) => Array.from({ length: 5000 }, () => policy.run(fn(), { signal }));
  await Promise.all(many(() => script('answer')));
  assert.equal(listeners(), 0);
  const calls = many(() => script(reset()));
  assert.ok(await isPending(calls[0]));
  assert.deepEqual([listeners(), time.waiting], [1, 5000]);
  const errors = Promise.all(calls.map(rejection));
  caller.abort('enough');
  assert.deepEqual([new Set(await errors), listeners(), time.waiting], [new Set(['enough']), 0, 0]);
});

function withResolvers() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}
