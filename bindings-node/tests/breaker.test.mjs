// Circuit breakers: alone, in a policy, shared, and by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inFull } from './engine.mjs';
import { FakeTime, failsoft, invalid, isPending, rejection, reset, script } from './support.mjs';

const { CircuitBreaker, CircuitBreakerOpenError, ConfigError, PermanentError, Policy, reportOf } = failsoft;
const SETTINGS = { failure_threshold: 3, recovery_timeout: 60, success_threshold: 2 };

function breakerAt(time, settings = SETTINGS) {
  return new CircuitBreaker('prices', settings, { clock: time.clock });
}

const fails = async (guard, times = 1) => {
  for (let call = 0; call < times; call += 1) await rejection(guard.run(script(reset())));
};

const seen = ({ state, failureCount, retryAfter, isOpen, isAvailable }) => [
  state,
  failureCount,
  retryAfter,
  isOpen,
  isAvailable,
];

test('it opens after failures in a row, and says when to come back', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  assert.deepEqual(seen(breaker), ['closed', 0, 0, false, true]);
  await fails(breaker, 3);
  time.passes(20);
  assert.deepEqual(seen(breaker), ['open', 3, 40, true, false]);
  const fn = script('answer');
  const error = await rejection(breaker.run(fn));
  assert.ok(error instanceof CircuitBreakerOpenError && error instanceof PermanentError);
  assert.deepEqual(
    [error.name, error.message, error.breaker, error.retryAfter, fn.calls],
    ['CircuitBreakerOpenError', 'circuit breaker open of prices: retry in 40 s', 'prices', 40, 0],
  );
});

test('every call that it turns away is told alike, counted, and has a report', async () => {
  const time = new FakeTime();
  const events = [];
  const [breaker, watched] = [undefined, (event) => events.push(event.type)].map(
    (onEvent) => new CircuitBreaker('prices', SETTINGS, { clock: time.clock, onEvent }),
  );
  for (const each of [breaker, watched]) {
    await fails(each, 3);
    const told = [];
    for (let call = 0; call < 3; call += 1) {
      const error = await rejection(each.run(() => 'fine'));
      told.push([error.message, error.retryAfter, reportOf(error)]);
    }
    const ofChain = { quality: null, cost: null, passed: [], retryAfter: null };
    const report = {
      attemptCount: 0,
      attempts: [],
      stopReason: 'circuit_open',
      elapsed: 0,
      servedBy: null,
      ...ofChain,
    };
    const all = ['circuit breaker open of prices: retry in 60 s', 60, report];
    assert.deepEqual(told, [all, all, all]);
    const error = await rejection(each.wrap(() => 'fine')());
    assert.equal(error.retryAfter, 60);
    assert.equal(await each.run(() => 'fine', { fallback: () => 'cached' }), 'cached');
  }
  assert.deepEqual(events.slice(-5), ['refused', 'refused', 'refused', 'refused', 'fell_back'].slice(-5));
  breaker.forceOpen();
  assert.equal((await rejection(breaker.run(() => 'fine'))).retryAfter, null);
  breaker.reset();
  assert.equal(await breaker.run(() => 'fine'), 'fine');
});

test('a success in between starts the count over', async () => {
  const breaker = breakerAt(new FakeTime());
  await fails(breaker, 2);
  await breaker.run(() => 'fine');
  await fails(breaker, 2);
  assert.deepEqual(seen(breaker), ['closed', 2, 0, false, true]);
});

// mode: success threshold behaves as one
test('it lets probes through after its wait, and closes after enough of them', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  await fails(breaker, 3);
  time.passes(60);
  assert.equal(breaker.state, 'half_open');
  await breaker.run(() => 'fine');
  assert.equal(breaker.state, 'half_open');
  await breaker.run(() => 'fine');
  assert.deepEqual(seen(breaker), ['closed', 0, 0, false, true]);
});

// mode: half-open permit lost when the probe is cancelled
test('one probe at a time; one that is aborted gives its place back', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  await fails(breaker, 3);
  time.passes(60);
  const caller = new AbortController();
  const probe = breaker.run(() => new Promise(() => {}), { signal: caller.signal });
  assert.ok((await rejection(breaker.run(() => 'fine'))) instanceof CircuitBreakerOpenError);
  caller.abort(new Error('enough'));
  assert.equal((await rejection(probe)).message, 'enough');
  assert.equal(await breaker.run(() => 'fine'), 'fine');
});

// mode: too few calls or the caller's own errors open the breaker
test("the caller's own mistakes neither trip nor heal it", async () => {
  const breaker = breakerAt(new FakeTime());
  await fails(breaker, 2);
  for (let call = 0; call < 5; call += 1) await rejection(breaker.run(script(invalid())));
  assert.deepEqual(seen(breaker), ['closed', 2, 0, false, true]);
});

// mode: late result of a call from before the trip
// mode: success of an old call closes an open breaker
test('a result from before a trip changes nothing', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  let answer;
  const early = breaker.run(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await fails(breaker, 3);
  answer('late');
  assert.equal(await early, 'late');
  assert.equal(breaker.state, 'open');
});

test('it can be held open and closed by hand', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  breaker.forceOpen();
  assert.deepEqual(seen(breaker), ['forced_open', 0, null, true, false]);
  const error = await rejection(breaker.run(() => 'fine'));
  assert.deepEqual([error.message, error.retryAfter], ['circuit breaker open of prices: held open by hand', null]);
  breaker.forceClose();
  await fails(breaker, 5);
  assert.deepEqual(seen(breaker), ['forced_closed', 0, 0, false, true]);
  breaker.reset();
  assert.equal(breaker.state, 'closed');
});

// mode: monotonic time in a store that others read
inFull('it can be saved, and restored in another process', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  await fails(breaker, 3);
  time.passes(10);
  const saved = JSON.parse(JSON.stringify(breaker.snapshot()));
  const later = new FakeTime();
  const other = breakerAt(later);
  other.restore(saved);
  assert.deepEqual(seen(other), ['open', 3, 50, true, false]);
  assert.throws(() => other.restore({ version: 99 }), ConfigError);
  assert.equal(other.state, 'open');
});

test('its name may be left out', async () => {
  const time = new FakeTime();
  const breaker = new CircuitBreaker({ failure_threshold: 1 }, { clock: time.clock });
  await fails(breaker);
  const { message, breaker: name } = await rejection(breaker.run(() => 'fine'));
  assert.deepEqual([breaker.name, name, message], [null, '', 'circuit breaker open: retry in 60 s']);
  assert.equal(new CircuitBreaker().state, 'closed');
  assert.throws(() => new CircuitBreaker('x', { failure_treshold: 1 }), ConfigError);
});

test('what it turns calls away with is the same the first time and later on, and shows who called', async () => {
  const breaker = breakerAt(new FakeTime());
  breaker.forceOpen();
  async function thePriceList() {
    return await breaker.run(() => 'fine');
  }
  const [made, ...refusals] = [
    new CircuitBreakerOpenError('prices', null),
    await rejection(thePriceList()),
    await rejection(thePriceList()),
  ];
  for (const refusal of refusals) {
    assert.equal(Object.getPrototypeOf(refusal), CircuitBreakerOpenError.prototype);
    assert.deepEqual({ ...refusal, message: refusal.message }, { ...made, message: made.message });
    assert.deepEqual(Object.getOwnPropertyNames(refusal).sort(), Object.getOwnPropertyNames(made).sort());
    assert.match(refusal.stack, /^CircuitBreakerOpenError: circuit breaker open of prices: held open by hand\n/);
    assert.match(refusal.stack, /thePriceList/);
  }
});

test("a policy's breaker can be watched and forced", async () => {
  const time = new FakeTime();
  const policy = Policy.from({ name: 'llm', circuit_breaker: { ...SETTINGS, max_attempts: 2 } }, { clock: time.clock });
  await fails(policy, 2);
  const { circuitBreaker: breaker } = policy;
  assert.equal(breaker, policy.circuitBreaker);
  assert.deepEqual([breaker.name, breaker.state, breaker.failureCount], ['llm', 'closed', 2]);
  await fails(breaker);
  assert.ok((await rejection(policy.run(() => 'fine'))) instanceof CircuitBreakerOpenError);
  breaker.reset();
  assert.equal(await policy.run(() => 'fine'), 'fine');
  assert.equal(Policy.from({}).circuitBreaker, null);
});

test('policies may share a breaker', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time);
  const [one, other] = [{ retry: { max_attempts: 2, jitter: 'none' } }, {}].map((document) =>
    Policy.from(document, { breaker, clock: time.clock }),
  );
  await fails(one);
  assert.deepEqual([one.circuitBreaker, breaker.failureCount], [breaker, 2]);
  await fails(other);
  assert.equal(breaker.state, 'open');
  assert.ok((await rejection(one.run(() => 'fine'))) instanceof CircuitBreakerOpenError);
});

test('a call that is to wait for an open breaker does', async () => {
  const time = new FakeTime();
  const policy = Policy.from(
    {
      retry: { retry_open_circuit: true, max_attempts: 3, initial_delay: 1, jitter: 'none' },
      circuit_breaker: { failure_threshold: 1, recovery_timeout: 10 },
    },
    { clock: time.clock },
  );
  assert.equal(await policy.run(script(reset(), 'back')), 'back');
  assert.equal(time.now, 1010);
});

test('successes on a lane that counts are in time for the next failure', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time, { failure_threshold: 2, count_window: 3 });
  await fails(breaker);
  for (let call = 0; call < 2; call += 1) await breaker.run(() => 'fine');
  assert.equal(breaker.failureCount, 1);
  await breaker.run(() => 'fine');
  assert.equal(breaker.failureCount, 0);
  await fails(breaker);
  assert.equal(breaker.state, 'closed');
});

// mode: window miscounts
test('a share of failures counts the successes of a healthy day', async () => {
  const time = new FakeTime();
  const settings = { failure_rate: 0.5, minimum_calls: 10, time_window: 60 };
  const breaker = breakerAt(time, settings);
  for (let call = 0; call < 2500; call += 1) await breaker.run(() => 'fine');
  await fails(breaker, 12);
  assert.equal(breaker.state, 'closed', 'twelve of 2512');
  time.passes(120);
  for (let call = 0; call < 10; call += 1) await breaker.run(() => 'fine');
  time.passes(30);
  await fails(breaker, 9);
  assert.equal(breaker.state, 'closed', 'nine of nineteen');
  time.passes(45);
  await fails(breaker, 1);
  assert.equal(breaker.state, 'open', 'the successes have left the window, ten failures have not');
});

test('successes of a shared breaker count before the failures of another policy', async () => {
  const time = new FakeTime();
  const breaker = breakerAt(time, { failure_threshold: 2, count_window: 3 });
  const [one, other] = [1, 2].map(() => Policy.from({}, { breaker, clock: time.clock }));
  await fails(one);
  for (let call = 0; call < 3; call += 1) await one.run(() => 'fine');
  await fails(other);
  assert.deepEqual([breaker.state, breaker.failureCount], ['closed', 1]);
});

test('a success that was under way ends a run of failures', async () => {
  for (const make of ['run', 'wrap']) {
    const breaker = breakerAt(new FakeTime());
    const end = {};
    const fn = () => new Promise((resolve) => Object.assign(end, { resolve }));
    const early = make === 'run' ? breaker.run(fn) : breaker.wrap(fn)();
    await fails(breaker, 2);
    end.resolve();
    await early;
    assert.equal(breaker.failureCount, 0);
  }
});

test('successes count when they happened, not when they were handed in', async () => {
  const succeeds = async (breaker) => {
    for (let call = 0; call < 9; call += 1) await breaker.run(() => 'fine');
  };
  const settings = { failure_rate: 0.5, minimum_calls: 2, time_window: 60 };
  const time = new FakeTime();
  const [recent, old] = [breakerAt(time, settings), breakerAt(time, settings)];
  await Promise.all([succeeds(recent), succeeds(old)]);
  time.passes(50);
  await succeeds(recent);
  time.passes(20);
  await Promise.all([fails(recent, 2), fails(old, 2)]);
  assert.deepEqual([recent.state, old.state], ['closed', 'open'], 'two of eleven, and two of two');
});

test('a call under way is no failure yet', async () => {
  const time = new FakeTime({ flows: false });
  const breaker = breakerAt(time);
  const call = breaker.run(() => new Promise(() => {}));
  assert.ok(await isPending(call));
  assert.deepEqual([breaker.failureCount, time.waiting], [0, 0]);
});
