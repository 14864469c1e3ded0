// An engine that breaks in mid-call: a module of WebAssembly whose exports are called with a wild pointer, so that it
// really traps.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, rejection, reset, script } from './support.mjs';

let breaks = '';
const Real = WebAssembly.Instance;
WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new Real(module, imports);
    const own = Object.entries(exports).map(([name, value]) => {
      if (typeof value !== 'function') return [name, value];
      return [name, (...args) => (name === breaks ? value(WILD, ...args.slice(1)) : value(...args))];
    });
    this.exports = Object.fromEntries(own);
  }
};
const WILD = 0xffff_fff0;

const { CircuitBreaker, FailsoftError, FallbackChain, Policy, System } = await import('../dist/inline.js');

/** Breaks one export for as long as `act` takes. */
async function broken(name, act) {
  breaks = name;
  try {
    return await act();
  } finally {
    breaks = '';
  }
}

function scene(document = { circuit_breaker: { failure_threshold: 2 } }) {
  const time = new FakeTime();
  const events = [];
  const onEvent = ({ type, level }) => events.push([type, level]);
  return { events, policy: Policy.from({ name: 'prices', ...document }, { clock: time.clock, onEvent }) };
}

// mode: trap poisons the WebAssembly instance
test('the call that meets the trap fails with its own error, and the next call is guarded anew', async () => {
  const { policy, events } = scene();
  const error = reset();
  assert.equal(await broken('guarded_fail', () => rejection(policy.run(script(error)))), error);
  assert.equal(await policy.run(() => 'fine'), 'fine');
  for (let call = 0; call < 2; call += 1) await rejection(policy.run(script(reset())));
  assert.equal((await rejection(policy.run(() => 'fine'))).name, 'CircuitBreakerOpenError');
  assert.deepEqual(events[0], ['engine_lost', 'warn']);
});

// mode: trap poisons the WebAssembly instance
test('what the breaker knew is gone with its engine', async () => {
  const { policy, events } = scene();
  for (let call = 0; call < 2; call += 1) await rejection(policy.run(script(reset())));
  const error = await broken('guarded_admit', () => rejection(policy.run(() => 'fine')));
  assert.ok(error instanceof FailsoftError && error.cause instanceof WebAssembly.RuntimeError);
  assert.equal(await policy.run(() => 'fine'), 'fine');
  assert.deepEqual([policy.circuitBreaker.state, events.at(-1)], ['closed', ['engine_lost', 'warn']]);
});

test('a call that answered keeps its answer', async () => {
  const { policy } = scene({ retry: { max_attempts: 2 } });
  assert.equal(await broken('guarded_succeed', () => policy.run(script(reset(), 'answer'))), 'answer');
  assert.equal(await policy.run(script(reset(), 'answer')), 'answer');
});

// mode: trap poisons the WebAssembly instance
test('calls of the engine that is gone end by themselves', async () => {
  const { policy } = scene({ retry: { max_attempts: 3, initial_delay: 1 } });
  const ends = [];
  const hanging = () => policy.run(() => new Promise((resolve, reject) => ends.push({ resolve, reject })));
  const [one, other] = [hanging(), hanging()];
  await broken('guarded_fail', () => rejection(policy.run(script(reset()))));
  ends[0].resolve('answer');
  assert.equal(await one, 'answer');
  const error = Object.assign(new Error('no'), { status: 400 });
  ends[1].reject(error);
  assert.equal(await rejection(other), error);
});

test('who asks a broken engine is told, and asks a new one next time', async () => {
  const breaker = new CircuitBreaker('prices', {}, { onEvent: () => {} });
  await broken('engine_state', () => assert.throws(() => breaker.state, FailsoftError));
  assert.equal(breaker.state, 'closed');
});

test('other policies are made anew without a word to their callers', async (t) => {
  const warned = t.mock.method(console, 'warn', () => {});
  const { policy } = scene();
  const other = new CircuitBreaker('silent', { failure_threshold: 1 });
  await rejection(other.run(script(reset())));
  await broken('guarded_fail', () => rejection(policy.run(script(reset()))));
  assert.equal(await other.run(() => 'fine'), 'fine', 'its breaker was open, and begins anew');
  assert.match(warned.mock.calls[0].arguments[0], /^failsoft: silent: the engine broke and was replaced/);
});

function chainScene() {
  const events = [];
  const onEvent = ({ type, message }) => events.push([type, message]);
  const chain = new FallbackChain('stories', {}, { onEvent });
  const error = reset();
  chain.add(script(error, 'premium'), { name: 'premium' }).add(script('standard'), { name: 'standard' });
  return { chain, error, events };
}

test("a chain whose engine breaks ends with its step's own error, or with its answer", async () => {
  const { chain, error, events } = chainScene();
  assert.equal(await broken('chaincall_fail', () => rejection(chain.run())), error);
  assert.equal(await chain.run(), 'premium');
  assert.deepEqual(
    events.filter(([type]) => type === 'engine_lost'),
    [['engine_lost', 'stories: the engine broke and was replaced; the statistics of its steps begin anew']],
  );
  assert.equal(await broken('chaincall_succeed', () => chain.run()), 'premium');
  assert.deepEqual([chain.statistics().served, await chain.run()], [0, 'premium']);
});

// mode: trap poisons the WebAssembly instance
test('the parts of a system go on with a new one, and say so', async () => {
  const events = [];
  const system = new System({}, { onEvent: ({ type }) => events.push(type) });
  const breaker = system.circuitBreaker('search', { failure_threshold: 1 });
  await rejection(breaker.run(script(reset())));
  await broken('system_ask', () => assert.throws(() => system.health(), FailsoftError));
  assert.equal(await breaker.run(() => 'fine'), 'fine');
  assert.deepEqual([system.health().circuitBreakers.search.state, system.errorAnalytics().errors], ['closed', 0]);
  assert.deepEqual(
    events.filter((type) => type === 'engine_lost'),
    ['engine_lost', 'engine_lost'],
  );
  await rejection(breaker.run(script(reset())));
  assert.equal((await rejection(breaker.run(() => 'fine'))).name, 'CircuitBreakerOpenError');
});
