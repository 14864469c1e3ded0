// How circuit breakers elsewhere failed in production (docs/reliability.md), tried on this one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, rejection, reset, script, settled } from './support.mjs';

const { CircuitBreaker, CircuitBreakerOpenError, Policy, classifyFault, reportOf } = failsoft;

/** A breaker that has opened and whose wait is over. */
async function halfOpen(settings = {}, time = new FakeTime({ flows: false })) {
  const events = [];
  const onEvent = (event) => events.push(event);
  const document = { failure_threshold: 1, recovery_timeout: 60, ...settings };
  const breaker = new CircuitBreaker('prices', document, { clock: time.clock, onEvent });
  await rejection(breaker.run(script(reset())));
  time.passes(60);
  events.length = 0;
  return { breaker, time, events };
}

const isRefused = async (breaker) => (await rejection(breaker.run(() => 'fine'))) instanceof CircuitBreakerOpenError;
const hanging = () => {
  const end = {};
  const fn = () => new Promise((resolve, reject) => Object.assign(end, { resolve, reject }));
  return [fn, end];
};

// mode: half-open permit lost when the probe is cancelled
test('a probe that is aborted at any moment gives its place back', async () => {
  for (const ends of ['answers', 'fails']) {
    let ended = false;
    let moments = 0;
    for (; !ended; moments += 1) {
      const { breaker, time } = await halfOpen();
      const caller = new AbortController();
      const policy = Policy.from({ timeout: { attempt: 5 }, retry: {} }, { breaker, clock: time.clock });
      const probe = async () => {
        for (let step = 0; step < 5; step += 1) await null;
        if (ends === 'fails') throw invalid();
        return 'answer';
      };
      const call = policy.run(probe, { signal: caller.signal }).then(
        () => true,
        (reason) => reason !== 'enough',
      );
      for (let turn = 0; turn < moments; turn += 1) await null;
      caller.abort('enough');
      ended = await call;
      assert.equal(await breaker.run(() => 'next'), 'next', `${ends}, aborted after ${moments} turns`);
      assert.deepEqual([breaker.state, time.waiting], ['closed', 0]);
    }
    assert.ok(moments > 5, `${moments} moments`);
  }
});

// mode: probe that never settles
test('a probe that hangs for ever loses its place to one caller', async () => {
  const { breaker, time } = await halfOpen({ probe_timeout: 30 });
  const [hangs, first] = hanging();
  const early = breaker.run(hangs);
  time.passes(29);
  assert.ok(await isRefused(breaker));
  time.passes(1);
  const [alsoHangs, second] = hanging();
  const next = breaker.run(alsoHangs);
  assert.ok(await isRefused(breaker), 'only one of them takes its place');
  first.reject(reset());
  await rejection(early);
  assert.equal(breaker.state, 'half_open', 'what it says now is late');
  second.resolve('back');
  assert.deepEqual([await next, breaker.state], ['back', 'closed']);
});

// mode: ignored outcome uses up the probe
test('a probe that ends in an error of the caller frees its place and says nothing', async () => {
  const { breaker } = await halfOpen();
  for (let call = 0; call < 9; call += 1) {
    assert.equal((await rejection(breaker.run(script(invalid())))).status, 400);
    assert.equal(breaker.state, 'half_open');
  }
  assert.deepEqual([await breaker.run(() => 'back'), breaker.state], ['back', 'closed']);
});

// mode: half-open stampede
test('of a thousand calls at the end of the wait so many pass as there are places', async () => {
  for (const places of [1, 3]) {
    const { breaker } = await halfOpen({ half_open_max_calls: places, success_threshold: 1000 });
    let inside = 0;
    const ends = [];
    const probe = () => {
      inside += 1;
      return new Promise((resolve) => ends.push(resolve));
    };
    const calls = Promise.allSettled(Array.from({ length: 1000 }, () => breaker.run(probe)));
    await settled();
    for (const end of ends) end('back');
    const results = await calls;
    const refused = results.filter(({ reason }) => reason instanceof CircuitBreakerOpenError);
    assert.deepEqual([inside, refused.length, breaker.isAvailable], [places, 1000 - places, true]);
  }
});

// mode: transition repeated under a race
test('calls that fail together open the breaker once, and its changes are a chain', async () => {
  const time = new FakeTime();
  const changes = [];
  const onEvent = ({ type, from, to }) => type === 'transition' && changes.push([from, to]);
  const breaker = new CircuitBreaker({ failure_threshold: 5 }, { clock: time.clock, onEvent });
  for (let outage = 0; outage < 3; outage += 1) {
    const fails = async () => {
      await settled();
      throw reset();
    };
    await Promise.allSettled(Array.from({ length: 1000 }, () => breaker.run(fails)));
    time.passes(60);
    await breaker.run(() => 'back');
  }
  const once = [
    ['closed', 'open'],
    ['open', 'half_open'],
    ['half_open', 'closed'],
  ];
  assert.deepEqual(changes, [once, once, once].flat());
});

// mode: failed probe does not reopen
test('a failed probe opens it for the whole wait, though its window is empty by then', async () => {
  const { breaker, time } = await halfOpen({ failure_rate: 0.9, minimum_calls: 5, time_window: 10 });
  time.passes(3600);
  await rejection(breaker.run(script(reset())));
  assert.deepEqual([breaker.state, breaker.retryAfter], ['open', 60]);
});

// mode: too few calls or the caller's own errors open the breaker
test('below the minimum of calls no share of failures opens it', async () => {
  const time = new FakeTime();
  const settings = { failure_rate: 0.1, minimum_calls: 10, time_window: 60 };
  const breaker = new CircuitBreaker(settings, { clock: time.clock });
  const states = [];
  for (let call = 0; call < 10; call += 1) {
    await rejection(breaker.run(script(reset())));
    states.push(breaker.state);
  }
  assert.deepEqual(states, [...Array(9).fill('closed'), 'open']);
});

// mode: retry hammers an open breaker and hides the cause
test('a breaker that opens during a call ends it with the own error, and a refusal is not retried', async () => {
  const time = new FakeTime();
  const policy = Policy.from(
    { retry: { max_attempts: 9, jitter: 'none' }, circuit_breaker: { failure_threshold: 2, recovery_timeout: 3600 } },
    { clock: time.clock },
  );
  const error = reset();
  const fn = script(reset(), error);
  assert.equal(await rejection(policy.run(fn)), error);
  assert.deepEqual([fn.calls, reportOf(error).stopReason, time.waits], [2, 'circuit_open', [1]]);
  time.passes(600);
  const refused = await rejection(policy.run(fn));
  assert.deepEqual([fn.calls, time.waits, refused.name, refused.retryAfter], [2, [1], 'CircuitBreakerOpenError', 3000]);
});

// mode: clock skew between hosts
test("a server's date counts from the server's own clock", () => {
  const date = 'Fri, 01 May 2026 12:00:00 GMT';
  const headers = { date, 'retry-after': 'Fri, 01 May 2026 12:00:07 GMT' };
  const there = Date.parse(date) / 1000;
  for (const skew of [-36e5, -3600, 0, 3600, 36e5]) {
    assert.equal(classifyFault({ status: 503, headers, now: there + skew }).retryAfter, 7, `${skew} s`);
  }
});
