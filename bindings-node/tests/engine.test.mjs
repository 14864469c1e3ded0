// One file for both engines: FAILSOFT_ENGINE=native|wasm node --test bindings-node/tests
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { load } from './engine.mjs';

const { Engine, Guarded, classify, redact } = await load();

const [ATTEMPT, WAIT, STOP, REJECT] = [0, 1, 2, 3];
const RESET = JSON.stringify({ type: 'Error', code: 'ECONNRESET', message: 'read ECONNRESET' });
const INVALID = JSON.stringify({ type: 'Error', status: 400, message: 'bad request' });
const RETRY = { max_attempts: 3, initial_delay: 1, exponential_base: 2, jitter: 'none' };
const BREAKER = { failure_threshold: 2, recovery_timeout: 10 };

/** @param {object} policy */
const engineOf = (policy) => new Engine(JSON.stringify(policy));

/** A single attempt that fails. */
const fails = (engine, now) => {
  const guarded = engine.begin(1, now);
  const [action] = guarded.admit(now);
  assert.equal(action, ATTEMPT);
  return guarded.fail(RESET, now);
};

test('a call is retried after growing waits until it answers', () => {
  const call = engineOf({ retry: RETRY }).begin(7, 100);
  assert.deepEqual(call.admit(100), [ATTEMPT, 1, null, null, null]);
  assert.deepEqual(call.fail(RESET, 100.5), [WAIT, 0, 1, null, null]);
  assert.equal(call.category, 'connection');
  assert.deepEqual(call.admit(101.5), [ATTEMPT, 2, null, null, null]);
  assert.deepEqual(call.fail(RESET, 102), [WAIT, 0, 2, null, null]);
  assert.deepEqual(call.admit(104), [ATTEMPT, 3, null, null, null]);
  assert.equal(call.succeed(104.25), null);
  const report = JSON.parse(call.report());
  assert.equal(report.stop_reason, 'success');
  assert.equal(report.attempt_count, 3);
  assert.equal(report.elapsed, 4.25);
  assert.deepEqual(
    report.attempts.map((attempt) => attempt.waited),
    [0, 1, 2],
  );
});

test('the last attempt, and an error that will not go away, end the call', () => {
  const engine = engineOf({ retry: { ...RETRY, max_attempts: 2 } });
  const tired = engine.begin(1, 0);
  tired.admit(0);
  tired.fail(RESET, 0);
  tired.admit(1);
  assert.deepEqual(tired.fail(RESET, 1), [STOP, 0, null, 'exhausted', null]);
  const wrong = engine.begin(1, 0);
  wrong.admit(0);
  assert.deepEqual(wrong.fail(INVALID, 0), [STOP, 0, null, 'permanent', null]);
});

test('the same seed draws the same jitter', () => {
  const waits = (seed) => {
    const call = engineOf({ retry: { ...RETRY, jitter: 'full' } }).begin(seed, 0);
    call.admit(0);
    return call.fail(RESET, 0)[2];
  };
  assert.equal(waits(2 ** 52), waits(2 ** 52));
  assert.notEqual(waits(1), waits(2));
});

test('a breaker trips, half-opens and closes', () => {
  const engine = engineOf({ circuit_breaker: BREAKER });
  fails(engine, 1);
  assert.deepEqual(fails(engine, 2)[4], ['closed', 'open', 'consecutive_failures']);
  assert.deepEqual(engine.begin(1, 3).admit(3), [REJECT, 0, 9, 'circuit_open', null]);
  const probe = engine.begin(1, 12);
  assert.deepEqual(probe.admit(12), [ATTEMPT, 1, null, null, ['open', 'half_open', 'recovery_timeout']]);
  assert.equal(engine.begin(1, 12).admit(12)[0], REJECT, 'one probe at a time');
  assert.deepEqual(probe.succeed(12.5), ['half_open', 'closed', 'probes_succeeded']);
  assert.equal(JSON.parse(engine.state(13)).state, 'closed');
  assert.equal(JSON.parse(engine.state(13)).rejected, 2);
});

test('a breaker that is open turns calls away in one go, and counts them', () => {
  const engine = engineOf({ circuit_breaker: BREAKER });
  assert.ok(Number.isNaN(engine.refuse(0)), 'closed');
  fails(engine, 1);
  fails(engine, 2);
  assert.deepEqual([engine.refuse(3), engine.refuse(8), JSON.parse(engine.state(8)).rejected], [9, 4, 2]);
  assert.ok(Number.isNaN(engine.refuse(12)), 'its wait is over');
  assert.equal(JSON.parse(engine.state(12)).rejected, 2, 'and no probe was spent on asking');
  const probe = engine.begin(1, 12);
  probe.admit(12);
  assert.ok(engine.refuse(13) > 0, 'no second probe');
  engine.set('open');
  assert.equal(engine.refuse(13), Number.POSITIVE_INFINITY);
  const patient = engineOf({ retry: { retry_open_circuit: true }, circuit_breaker: BREAKER });
  patient.set('open');
  assert.ok(Number.isNaN(patient.refuse(0)), 'who waits for it is not turned away');
});

test('an abandoned probe frees its place', () => {
  const engine = engineOf({ circuit_breaker: BREAKER });
  fails(engine, 1);
  fails(engine, 2);
  const probe = engine.begin(1, 12);
  probe.admit(12);
  assert.equal(probe.abandon(13), null);
  assert.equal(engine.begin(1, 13).admit(13)[0], ATTEMPT);
});

test('the lane is shut while a failure is remembered, and free again after a success', () => {
  const engine = engineOf({ retry: RETRY, circuit_breaker: BREAKER });
  const { lane } = engine;
  assert.ok(lane instanceof Float64Array);
  assert.equal(lane, engine.lane, 'the same array every time');
  const ticket = lane[0];
  assert.ok(Number.isSafeInteger(ticket) && ticket > 0);
  assert.equal(ticket & 1, 0, 'a breaker without a window counts no successes');

  const call = engine.resume(1, 5, ticket);
  assert.deepEqual(call.fail(RESET, 6), [WAIT, 0, 1, null, null]);
  assert.equal(lane[0], 0);
  call.admit(7);
  call.succeed(7);
  assert.equal(lane[0], ticket);
  assert.equal(engine.succeed(ticket, 8), null);
});

test('a lane that counts is told of successes', () => {
  const engine = engineOf({ circuit_breaker: { failure_threshold: 2, count_window: 3 } });
  const { lane } = engine;
  fails(engine, 1);
  const ticket = lane[0];
  assert.equal(ticket & 1, 1);
  for (let call = 0; call < 2; call += 1) assert.equal(engine.succeed(ticket, 0), null);
  assert.equal(JSON.parse(engine.state(2)).failure_count, 1);
  engine.succeed(ticket, 0);
  assert.equal(JSON.parse(engine.state(2)).failure_count, 0, 'the failure has left the window');
});

test('successes that were added up are handed in together', () => {
  const engine = engineOf({ circuit_breaker: { failure_threshold: 2, count_window: 3 } });
  fails(engine, 1);
  const [ticket] = engine.lane;
  assert.equal(engine.laneEnds(), null);
  assert.equal(engine.succeed(ticket, 2, 3), null);
  assert.equal(JSON.parse(engine.state(2)).failure_count, 0);
  assert.equal(engine.lane[0] & 1, 0, 'nothing is left to count for');
  assert.equal(engine.succeed(ticket, 2, 4_000_000_000), null, 'too many are not looked at');
});

test('where the time of a success matters a lane says until when they may be added up', () => {
  const engine = engineOf({ circuit_breaker: { failure_rate: 0.5, minimum_calls: 4, time_window: 60 } });
  fails(engine, 1);
  const [ticket] = engine.lane;
  assert.deepEqual([ticket & 1, engine.laneEnds()], [1, 2]);
  engine.succeed(ticket, 1.5, 2);
  engine.succeed(ticket, 30);
  assert.deepEqual([engine.laneEnds(), JSON.parse(engine.state(30)).counts.calls], [32, 4]);
});

test('engines that share a breaker share its lane', () => {
  const one = engineOf({ circuit_breaker: BREAKER });
  const other = Engine.sharing(JSON.stringify({ retry: { ...RETRY, budget: false } }), one);
  assert.equal(one.lane, other.lane);
  const free = one.lane[0];
  for (const [failing, healing] of [
    [one, other],
    [other, one],
    [one, one],
  ]) {
    failing.resume(1, 1, free).fail(RESET, 1);
    assert.equal(one.lane[0], 0);
    healing.resume(1, 1, free).succeed(1);
    assert.equal(one.lane[0], free);
  }
});

test('the lane counts as long as a budget wants to hear of successes', () => {
  const engine = engineOf({ retry: { ...RETRY, budget: { capacity: 2, retry_cost: 2 } }, circuit_breaker: BREAKER });
  const free = engine.lane[0];
  const call = engine.begin(1, 0);
  call.admit(0);
  assert.equal(call.fail(RESET, 0)[0], WAIT, 'the retry that the budget pays for');
  call.admit(0);
  call.succeed(0);
  assert.equal(engine.lane[0], free, 'a success after a retry earns back what that has cost');
  const spent = engine.begin(1, 0);
  spent.admit(0);
  spent.fail(RESET, 0);
  spent.abandon(0);
  engine.set('reset');
  const counted = engine.lane[0];
  assert.equal(counted % 2, 1);
  for (let call = 0; call < 2; call += 1) engine.succeed(counted, 0);
  assert.equal(engine.lane[0] % 2, 0);
});

test('limits leave no lane and say who refused', () => {
  const engine = engineOf({ rate_limit: { rate: 1, per: '4s' } });
  assert.equal(engine.lane[0], 0);
  const call = engine.begin(1, 0);
  call.admit(0);
  call.succeed(0);
  assert.deepEqual(engine.begin(1, 1).admit(1), [REJECT, 0, 3, 'rate_limited', null]);
});

test('a breaker can be held by hand', () => {
  const engine = engineOf({ circuit_breaker: BREAKER });
  assert.deepEqual(engine.set('open'), ['closed', 'forced_open', 'manual']);
  assert.equal(engine.set('open'), null);
  assert.equal(engine.lane[0], 0);
  assert.deepEqual(engine.begin(1, 0).admit(0), [REJECT, 0, null, 'circuit_open', null]);
  assert.deepEqual(engine.set('reset'), ['forced_open', 'closed', 'manual']);
  assert.throws(() => engine.set('ajar'), { code: 'ConfigError', message: /unknown command "ajar"/ });
});

test('a saved breaker goes on where it was', () => {
  const engine = engineOf({ circuit_breaker: BREAKER });
  fails(engine, 1);
  fails(engine, 2);
  const restored = engineOf({ circuit_breaker: BREAKER });
  restored.restore(engine.snapshot(4), 104);
  assert.deepEqual(restored.begin(1, 104).admit(104), engine.begin(1, 4).admit(4));
  assert.equal(restored.lane[0], 0);
  assert.throws(() => restored.restore('{}', 0), { code: 'ConfigError' });
});

test('a wrong document lists every problem', () => {
  const wrong = { retry: { jitter: 'ful', max_delay: -1 }, tiemout: 1 };
  assert.throws(
    () => engineOf(wrong),
    (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.code, 'ConfigError');
      const problems = JSON.parse(error.problems);
      const expected = [
        ['retry.max_delay', 'out_of_range'],
        ['retry.jitter', 'unknown_value'],
        ['tiemout', 'unknown_key'],
      ];
      assert.deepEqual(problems.map(({ path, code }) => [path, code]).sort(), expected.sort());
      assert.equal(error.message, problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
      return true;
    },
  );
});

// mode: arithmetic of durations panics
test('numbers that make no sense are harmless', () => {
  const engine = engineOf({ retry: RETRY, circuit_breaker: BREAKER });
  for (const odd of [NaN, -1, Infinity, -Infinity, 1e300, 0.5]) {
    assert.equal(engine.succeed(odd, odd), null);
    assert.equal(engine.ignore(odd, odd), null);
    const call = engine.resume(odd, odd, odd);
    assert.equal(call.fail(RESET, odd)[0], WAIT);
    assert.equal(call.abandon(odd), null);
  }
  assert.equal(JSON.parse(engine.state(0)).state, 'closed');
});

test('classify answers with the rule that decided', () => {
  const verdict = JSON.parse(classify(RESET, '{}'));
  assert.equal(verdict.category, 'connection');
  assert.equal(verdict.retryable, true);
  const rules = JSON.stringify({ kind: 'none' });
  assert.equal(JSON.parse(classify(RESET, rules)).category, 'unknown');
  assert.throws(() => classify('[', '{}'), { code: 'ConfigError' });
});

test('redact takes secrets out', () => {
  const text = 'GET https://ann:hunter2@example.com/?api_key=abcdef0123456789 failed';
  const clean = redact(text);
  assert.ok(!clean.includes('hunter2') && !clean.includes('abcdef0123456789'), clean);
});

test('a policy says what it does, as the vectors have it', () => {
  const { cases } = JSON.parse(readFileSync(new URL('../../tests/vectors/explain.json', import.meta.url), 'utf8'));
  for (const { description, policy, expect } of cases.filter(({ only }) => only !== 'rust')) {
    assert.deepEqual(JSON.parse(new Engine(JSON.stringify(policy)).explain()), expect, description);
  }
});

test('the surface is that of the other engine', () => {
  const names = (type) =>
    Object.getOwnPropertyNames(type.prototype)
      .filter((name) => !MEMORY.has(name))
      .sort();
  assert.deepEqual(names(Engine), [
    'begin',
    'constructor',
    'describe',
    'explain',
    'ignore',
    'lane',
    'laneEnds',
    'refuse',
    'restore',
    'resume',
    'set',
    'snapshot',
    'state',
    'succeed',
  ]);
  assert.deepEqual(names(Guarded), ['abandon', 'admit', 'category', 'constructor', 'fail', 'report', 'succeed']);
});

// How WebAssembly gives memory back before the collector does.
const MEMORY = new Set(['free', '__destroy_into_raw']);
