// What is thrown, however strange, and what is told of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { inFull } from './engine.mjs';
import { FakeTime, failsoft, rejection, reset, script } from './support.mjs';

const { Policy, TransientError, PermanentError, classify, classifyFault, reportOf, withRetry } = failsoft;

const hostile = () =>
  new Proxy(new Error('hostile'), {
    get() {
      throw new Error('trapped');
    },
    getPrototypeOf() {
      throw new Error('trapped');
    },
    ownKeys() {
      throw new Error('trapped');
    },
  });

/** Whatever can be thrown, and is no error, or a strange one. */
const STRANGE = {
  null: null,
  undefined: undefined,
  'a text': 'ECONNRESET',
  'a number': 42,
  'a symbol': Symbol('s'),
  'a function': () => {},
  'a frozen error': Object.freeze(new Error('frozen')),
  'an object without a prototype': Object.create(null),
  'an error of another realm': runInNewContext("new Error('elsewhere')"),
  'an error that is its own cause': (() => {
    const error = new Error('ring');
    error.cause = error;
    return error;
  })(),
  'half of a surrogate pair': new Error('\ud800'),
  'a message of a megabyte': new Error('x'.repeat(2 ** 20)),
  'a proxy that throws': hostile(),
};

for (const [name, thrown] of Object.entries(STRANGE)) {
  test(`${name} comes out as it was thrown`, async () => {
    const time = new FakeTime();
    const events = [];
    const policy = Policy.from({ retry: {} }, { clock: time.clock, onEvent: (event) => events.push(event) });
    const throws = () => {
      throw thrown;
    };
    for (const fn of [throws, async () => throws()]) {
      const [caught] = await caughtBy(policy.run(fn));
      assert.ok(Object.is(caught, thrown));
    }
    assert.ok(events.length > 0 && events.every(({ message }) => typeof message === 'string'));
    assert.equal(typeof classify(thrown).category, 'string');
    reportOf(thrown);
  });
}

test('a thenable that throws is a failure of its attempt', async () => {
  const broken = {
    get then() {
      throw invalidThen;
    },
  };
  const invalidThen = new Error('no then');
  assert.equal(await rejection(Policy.from({}).run(() => broken)), invalidThen);
});

test('a thenable that is no promise is waited for', async () => {
  const lazy = { then: (resolve) => resolve('answer') };
  assert.equal(await Policy.from({}).run(() => lazy), 'answer');
});

test("a client's own kind of promise is asked once, and its answer awaited", async () => {
  let asked = 0;
  class Lazy extends Promise {
    then(...handlers) {
      asked += 1;
      return Promise.resolve('parsed').then(...handlers);
    }
  }
  assert.equal(await Policy.from({}).run(() => new Lazy(() => {})), 'parsed');
  assert.equal(asked, 1);
});

test('a promise that can not be chained is a failure of its attempt', async () => {
  class Odd extends Promise {
    static get [Symbol.species]() {
      throw new Error('odd');
    }
  }
  assert.equal((await rejection(Policy.from({}).run(() => new Odd(() => {})))).message, 'odd');
});

test('code can say what its errors mean', async () => {
  const time = new FakeTime();
  const transient = script(new TransientError('busy'), 'answer');
  assert.equal(await withRetry(transient, {}, { clock: time.clock })(), 'answer');
  const permanent = script(new PermanentError('no such thing', 'not_found', { cause: reset() }));
  const error = await rejection(withRetry(permanent, {}, { clock: time.clock })());
  assert.deepEqual(
    [permanent.calls, error.name, error.errorType, error.cause.code],
    [1, 'PermanentError', 'not_found', 'ECONNRESET'],
  );
});

inFull('our own errors mean what they say', () => {
  const verdicts = [
    new failsoft.CircuitBreakerOpenError('x', 3),
    new failsoft.RateLimitedError('x', 3),
    new failsoft.BulkheadFullError('x'),
    new failsoft.AttemptTimeoutError(3),
    new failsoft.DeadlineExceededError(3),
    new TransientError('x'),
    new PermanentError('x'),
  ].map((error) => [error.name, classify(error).category, classify(error).retryable]);
  assert.deepEqual(verdicts, [
    ['CircuitBreakerOpenError', 'open_circuit', false],
    ['RateLimitedError', 'rate_limit', true],
    ['BulkheadFullError', 'resource', true],
    ['AttemptTimeoutError', 'timeout', true],
    ['DeadlineExceededError', 'timeout', false],
    ['TransientError', 'server', true],
    ['PermanentError', 'unknown', false],
  ]);
});

test('a fault from elsewhere is judged as data', () => {
  const verdict = classifyFault({ host: 'python', type: 'httpx.ConnectTimeout', message: '' });
  assert.deepEqual([verdict.category, verdict.retryable, verdict.retryAfter], ['timeout', true, null]);
  const rules = [{ match: { status: 404 }, then: 'transient' }];
  assert.equal(classifyFault({ status: 404 }, { rules }).retryable, true);
  assert.throws(() => classifyFault({ statu: 404 }), { code: 'ConfigError' });
  assert.throws(() => classifyFault({}, { kindd: 'none' }), { code: 'ConfigError' });
  assert.throws(() => classifyFault('{}'), { code: 'ConfigError' });
});

test('a refusal that is made by hand reports what every refusal does', () => {
  const { attemptCount, stopReason, servedBy } = reportOf(new failsoft.CircuitBreakerOpenError('prices', 3));
  assert.deepEqual([attemptCount, stopReason, servedBy], [0, 'circuit_open', null]);
  assert.equal(reportOf(new PermanentError('no such thing')), null);
});

test('a report tells the attempts, and touches neither error nor result', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ retry: { max_attempts: 2, initial_delay: 4, jitter: 'none' } }, { clock: time.clock });
  const error = Object.freeze(reset());
  await rejection(policy.run(script(error)));
  const verdict = {
    category: 'connection',
    status: 'transient',
    retryable: true,
    retryAfter: null,
    rule: 'code:ECONNRESET',
  };
  const { attempts, ...rest } = reportOf(error);
  const ofChain = { quality: null, cost: null, passed: [], retryAfter: null };
  assert.deepEqual(rest, { attemptCount: 2, stopReason: 'exhausted', elapsed: 4, servedBy: null, ...ofChain });
  assert.deepEqual(
    attempts.map(({ verdict: { rule, ...judged }, ...attempt }) => ({ ...attempt, judged })),
    [
      { number: 1, started: 0, waited: 0 },
      { number: 2, started: 4, waited: 4 },
    ].map((attempt) => ({ ...attempt, judged: withoutRule(verdict) })),
  );
  const result = { answer: 42 };
  assert.equal(await policy.run(script(reset(), result)), result);
  assert.deepEqual([reportOf(result).attemptCount, reportOf(result).servedBy, result], [2, 'function', { answer: 42 }]);
  assert.equal(await policy.run(script(reset()), { fallback: () => result }), result);
  assert.deepEqual([reportOf(result).stopReason, reportOf(result).servedBy], ['exhausted', 'fallback']);
});

test('what simply succeeded, and what is no object, has no report', async () => {
  const time = new FakeTime();
  const policy = Policy.from({ retry: {} }, { clock: time.clock });
  const result = {};
  await policy.run(() => result);
  assert.equal(await policy.run(script(reset(), 'text')), 'text');
  assert.deepEqual([reportOf(result), reportOf('text'), reportOf(null), reportOf(undefined)], [null, null, null, null]);
});

/** In a list, as a promise would look at what it is resolved with. */
const caughtBy = (promise) =>
  promise.then(
    () => [],
    (error) => [error],
  );

const withoutRule = ({ rule, ...verdict }) => verdict;
