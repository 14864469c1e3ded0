// Fallback chains: which step answers, what is passed over, and what comes out when none does.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, isPending, rejection, reset, script, settled } from './support.mjs';

const { CircuitBreakerOpenError, FallbackChain, FallbackExhaustedError, ConfigError, reportOf } = failsoft;

function scene(steps, settings = {}) {
  const time = new FakeTime();
  const events = [];
  const onEvent = ({ type, message }) => events.push([type, message]);
  const chain = new FallbackChain('content', settings, { clock: time.clock, onEvent });
  for (const [name, fn, step = {}] of steps) chain.add(fn, { name, ...step });
  return { time, events, chain };
}

test('T4: the first step that answers serves the call, and the report says who and at what quality and cost', async () => {
  const { chain } = scene([
    ['gpt', script(reset()), { quality: 0.99, cost: 0.1 }],
    ['claude', script({ text: 'hello' }), { quality: 0.95, cost: 0.05 }],
    ['local', script('never')],
  ]);
  const answer = await chain.run('a story');
  const { servedBy, quality, cost, passed, stopReason, attemptCount } = reportOf(answer);
  assert.deepEqual([answer, servedBy, quality, cost], [{ text: 'hello' }, 'claude', 0.95, 0.05]);
  assert.deepEqual([stopReason, attemptCount, passed.length], ['success', 1, 1]);
  const [{ name, why, verdict }] = passed;
  assert.deepEqual([name, why, verdict.category], ['gpt', 'failed', 'connection']);
});

test('S5: the statistics say what worked, step by step', async () => {
  const { chain } = scene([
    ['premium', script(reset()), { expectedQuality: 1, cost: 2 }],
    ['cached', script('old'), { expectedQuality: 0.4 }],
  ]);
  await chain.execute();
  await chain.execute();
  const { calls, served, lastSuccessfulFallback, overallSuccessRate, averageQuality, failedCost, steps } =
    chain.statistics();
  assert.deepEqual([calls, served, lastSuccessfulFallback, overallSuccessRate], [2, 2, 'cached', 1]);
  assert.deepEqual([averageQuality, failedCost], [0.4, 4]);
  assert.deepEqual(
    steps.map(({ name, successRate, failures }) => [name, successRate, failures]),
    [
      ['premium', 0, 2],
      ['cached', 1, 0],
    ],
  );
});

test('S5: a chain learns which step works best', async () => {
  const down = script(reset());
  const { chain } = scene(
    [
      ['premium', down],
      ['basic', script('fine')],
    ],
    { order: 'success', minimum_calls: 2, history: 10 },
  );
  for (let call = 0; call < 6; call += 1) await chain.run();
  assert.ok(down.calls < 6);
  assert.deepEqual(
    chain.statistics().steps.map(({ name, position }) => [name, position]),
    [
      ['premium', 2],
      ['basic', 1],
    ],
  );
});

test('steps are called with what the chain is run with, and their attempt', async () => {
  const seen = [];
  const { chain } = scene([['only', (...args) => seen.push(args) && 'fine']]);
  await chain.run('id', { deep: true });
  const [[id, options, { attempt, signal }]] = seen;
  assert.deepEqual([id, options, attempt, signal.aborted], ['id', { deep: true }, 1, false]);
});

test("when every step fails, the last step's own error comes out as it was thrown", async () => {
  const errors = [reset(), reset()];
  const { chain, events } = scene([
    ['one', script(errors[0])],
    ['two', script(errors[1])],
  ]);
  const error = await rejection(chain.run());
  assert.equal(error, errors[1]);
  const { servedBy, passed, stopReason } = reportOf(error);
  assert.deepEqual([servedBy, passed.map(({ name }) => name), stopReason], [null, ['one', 'two'], 'exhausted']);
  assert.deepEqual(
    events.map(([type]) => type),
    ['fallback_failed'],
  );
});

test('a bad request ends the call, as another step would only hide it', async () => {
  const error = invalid();
  const second = script('never');
  const { chain } = scene([
    ['one', script(error)],
    ['two', second],
  ]);
  assert.equal(await rejection(chain.run()), error);
  assert.equal(second.calls, 0);
});

test('what ends a call can be said for each step', async () => {
  const { chain } = scene([
    ['one', script(invalid()), { failNow: ['auth'] }],
    ['two', script('fine')],
  ]);
  assert.equal(await chain.run(), 'fine');
});

test('T10: each tool has its own way of recovery, and one chain carries them out', async () => {
  const busy = () => Object.assign(new Error('try again'), { status: 503 });
  const search = script(busy());
  const cached = script({ from: 'cache' });
  const { chain, time } = scene([
    ['search', search, { policy: { retry: { max_retries: 2, retry_backoff: 1, jitter: false } } }],
    ['cached', cached, { policy: { circuit_breaker: { failure_threshold: 1 } } }],
  ]);
  const found = await chain.run();
  assert.deepEqual(
    [found, search.calls, cached.calls, time.waits, reportOf(found).servedBy],
    [{ from: 'cache' }, 3, 1, [1, 2], 'cached'],
  );
});

test("a step's policy retries it before the chain goes on", async () => {
  const one = script(reset());
  const { chain, time } = scene([
    ['one', one, { policy: { retry: { max_attempts: 3, initial_delay: 1, jitter: 'none' } } }],
    ['two', script('fine')],
  ]);
  assert.equal(await chain.run(), 'fine');
  assert.deepEqual([one.calls, time.waits], [3, [1, 2]]);
});

test('a step whose breaker is open is passed over until its wait is over', async () => {
  const one = script(reset(), 'back');
  const { chain, time } = scene([
    ['one', one, { policy: { circuit_breaker: { failure_threshold: 1, recovery_timeout: 10 } } }],
    ['two', () => ({ from: 'two' })],
  ]);
  await chain.run();
  const passed = reportOf(await chain.run()).passed.map(({ name, why }) => [name, why]);
  assert.deepEqual([one.calls, passed], [1, [['one', 'benched']]]);
  time.passes(10);
  assert.equal(await chain.run(), 'back');
});

test('when no step can be tried the error says when one can', async () => {
  const policy = { circuit_breaker: { failure_threshold: 1, recovery_timeout: 10 } };
  const { chain, time } = scene([['only', script(reset()), { policy }]]);
  await rejection(chain.run());
  time.passes(4);
  const error = await rejection(chain.run());
  assert.ok(error instanceof FallbackExhaustedError);
  assert.deepEqual(
    [error.retryAfter, error.message],
    [6, 'no step of the fallback chain content can be tried: retry in 6 s'],
  );
  const { attemptCount, stopReason, retryAfter } = reportOf(error);
  assert.deepEqual([attemptCount, stopReason, retryAfter], [0, 'all_benched', 6]);
});

test('a step that its own full bulkhead refuses is passed over, and has not failed', async () => {
  const ends = [];
  const hanging = () => new Promise((resolve) => ends.push(resolve));
  const { chain } = scene([
    ['one', hanging, { policy: { bulkhead: { max_concurrent: 1, max_queue: 0 } } }],
    ['two', () => ({ from: 'two' })],
  ]);
  const first = chain.run();
  await settled();
  const second = await chain.run();
  assert.deepEqual(
    reportOf(second).passed.map(({ name, why }) => [name, why]),
    [['one', 'benched']],
  );
  ends[0]('one');
  assert.equal(await first, 'one');
});

test('a step whose own rate limit refuses it is passed over, and the report says until when', async () => {
  const { chain } = scene([
    ['one', script('one'), { policy: { rate_limit: { rate: 1, per: 60 } } }],
    ['two', script(reset())],
  ]);
  assert.equal(await chain.run(), 'one');
  const { passed, retryAfter } = reportOf(await rejection(chain.run()));
  assert.deepEqual(
    [passed.map(({ name, why }) => [name, why]), retryAfter],
    [
      [
        ['one', 'benched'],
        ['two', 'failed'],
      ],
      60,
    ],
  );
});

test('a breaker within a step that is open benches it too', async () => {
  const open = () => {
    throw new CircuitBreakerOpenError('hunyuan', 9);
  };
  const { chain } = scene([
    ['hunyuan', open],
    ['wan', () => ({ video: true })],
  ]);
  const [{ name, why }] = reportOf(await chain.run()).passed;
  assert.deepEqual([name, why], ['hunyuan', 'benched']);
});

test('an abort ends the chain at once with its own reason, and no further step begins', async () => {
  const controller = new AbortController();
  const seen = [];
  const two = script('never');
  const { chain } = scene([
    ['one', ({ signal }) => new Promise(() => seen.push(signal))],
    ['two', two],
  ]);
  const call = chain.runWith({ signal: controller.signal });
  assert.ok(await isPending(call));
  const reason = new Error('enough');
  controller.abort(reason);
  assert.equal(await rejection(call), reason);
  assert.deepEqual([seen[0].aborted, seen[0].reason, two.calls], [true, reason, 0]);
  const { abandoned, calls } = chain.statistics();
  assert.deepEqual([abandoned, calls], [1, 1]);
  assert.equal(await rejection(chain.runWith({ signal: controller.signal })), reason);
});

test('who listens is told of a step that stood in', async () => {
  const { chain, events } = scene([
    ['one', script(reset(), 'fine')],
    ['two', script('old')],
  ]);
  await chain.run();
  await chain.run();
  assert.deepEqual(events, [['fell_back', 'content: answered by its fallback two']]);
});

test('a chain that is saved and restored knows what it knew', async () => {
  const steps = [
    ['one', script(reset())],
    ['two', script('fine')],
  ];
  const { chain } = scene(steps);
  await chain.run();
  const other = scene(steps).chain;
  other.restore(JSON.parse(JSON.stringify(chain.snapshot())));
  assert.deepEqual(other.statistics(), chain.statistics());
  assert.throws(() => other.restore({}), ConfigError);
});

test('everything that is wrong with a chain is said, and a chain in use takes no more steps', async () => {
  const { chain } = scene([
    ['one', script('fine'), { quality: 2 }],
    ['one', script('fine'), { policy: { retry: { jitter: 'ful' } } }],
  ]);
  const { problems } = await rejection(chain.run());
  assert.deepEqual(problems.map(({ path }) => path).sort(), [
    'fallback.steps[0].quality',
    'fallback.steps[1].name',
    'fallback.steps[1].policy.retry.jitter',
  ]);
  const good = scene([['one', script('fine')]]).chain;
  await good.run();
  assert.throws(() => good.add(script('late'), { name: 'late' }), { message: /takes no more steps/ });
  assert.throws(() => good.add(null, { name: 'x' }), TypeError);
});
