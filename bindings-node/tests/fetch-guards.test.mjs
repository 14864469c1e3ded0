// fetch under a policy: aborts, limits, the breaker, and wrappers around wrappers.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { inFull } from './engine.mjs';
import { answer, broken, RETRY, scene, URL_ } from './fetch-script.mjs';
import { FakeTime, failsoft, isPending, rejection, settled } from './support.mjs';

const { AttemptTimeoutError, CircuitBreakerOpenError, Policy, reportOf, wrapFetch } = failsoft;

test("an abort ends a wait with the caller's reason, and lets the answer go", async () => {
  for (const where of ['init', 'request']) {
    const busy = answer(503);
    const { fetch, asked, time } = scene([busy], undefined, { flows: false });
    const caller = new AbortController();
    const { signal } = caller;
    const call = where === 'init' ? fetch(URL_, { signal }) : fetch(new Request(URL_, { signal }));
    assert.ok(await isPending(call));
    assert.equal(time.waiting, 1);
    const reason = { any: 'thing' };
    caller.abort(reason);
    assert.equal(await rejection(call), reason);
    assert.deepEqual([asked.length, time.waiting, busy.cancelled], [1, 0, true]);
    if (where === 'init') assert.equal(getEventListeners(signal, 'abort').length, 0);
  }
});

test('a signal that was aborted before makes no request', async () => {
  const { fetch, asked } = scene([answer(200)]);
  assert.equal(await rejection(fetch(URL_, { signal: AbortSignal.abort('never mind') })), 'never mind');
  assert.equal(asked.length, 0);
});

test('two signals both count, and a signal of null is none', async () => {
  for (const aborted of [0, 1]) {
    const callers = [new AbortController(), new AbortController()];
    const { fetch, asked } = scene([() => new Promise(() => {})]);
    const call = fetch(new Request(URL_, { signal: callers[0].signal }), { signal: callers[1].signal });
    await settled();
    callers[aborted].abort('enough');
    assert.equal(await rejection(call), 'enough');
    assert.equal(
      asked[0][1].signal.reason,
      'enough',
      'the request itself hears of it, and what of its answer is unread',
    );
  }
  const { fetch, asked } = scene([answer(200)]);
  const request = new Request(URL_, { signal: AbortSignal.abort('not me') });
  assert.deepEqual([(await fetch(request, { signal: null })).status, asked.length], [200, 1]);
});

test('an attempt that takes too long is aborted and made again', async () => {
  const document = { retry: RETRY, timeout: { attempt: 5 } };
  const hangs = (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { fetch, asked, time } = scene([hangs, answer(200)], document);
  assert.equal((await fetch(URL_, { headers: { a: 'b' } })).status, 200);
  assert.deepEqual(
    [asked.map(([, { signal }]) => signal.aborted), time.waits],
    [
      [true, false],
      [5, 1, 5],
    ],
  );
  assert.ok(asked[0][1].signal.reason instanceof AttemptTimeoutError);
  assert.deepEqual(asked[1][1].headers, { a: 'b' });
  const { fetch: never } = scene([hangs], document);
  assert.ok((await rejection(never(URL_))) instanceof AttemptTimeoutError);
});

test('an answer that comes after its time is let go, and is nobody’s answer', async () => {
  for (const status of [200, 503]) {
    const late = answer(status);
    let arrive;
    const ignores = () => new Promise((resolve) => (arrive = () => resolve(late)));
    const { fetch, time } = scene([ignores, answer(200)], { retry: RETRY, timeout: { attempt: 5 } }, { flows: false });
    const call = fetch(URL_);
    await settled();
    time.passes(5);
    await settled();
    arrive();
    await settled();
    assert.equal(late.cancelled, true);
    time.passes(1);
    const response = await call;
    assert.deepEqual([response.status, response === late], [200, false]);
  }
});

test("the caller's signal reaches the body of an answer, an attempt's limit does not", async () => {
  const caller = new AbortController();
  const { fetch, asked, time } = scene([answer(200)], { timeout: { attempt: 5 } }, { flows: false });
  await fetch(URL_, { signal: caller.signal });
  const [, { signal }] = asked[0];
  time.passes(60);
  assert.equal(signal.aborted, false);
  caller.abort('enough');
  assert.deepEqual([signal.aborted, signal.reason], [true, 'enough']);
});

test('a host without AbortSignal.any passes the same on', async (t) => {
  const { any } = AbortSignal;
  delete AbortSignal.any;
  t.after(() => Object.assign(AbortSignal, { any }));
  const caller = new AbortController();
  const { fetch, asked } = scene([answer(200)], { timeout: { attempt: 5 } }, { flows: false });
  await fetch(URL_, { signal: caller.signal });
  caller.abort('enough');
  assert.equal(asked[0][1].signal.reason, 'enough');
  const request = new Request(URL_, { signal: AbortSignal.abort('before') });
  assert.equal(await rejection(fetch(request, { signal: new AbortController().signal })), 'before');
  assert.equal(asked.length, 1);
});

test('a class in the place of init keeps what it says', async () => {
  const { fetch, asked } = scene([answer(200)], { timeout: { attempt: 5 } });
  await fetch(URL_, new Request(URL_, { method: 'POST', body: 'x', headers: { a: 'b' } }));
  const [request] = asked[0];
  assert.deepEqual([request.method, request.headers.get('a'), await request.text()], ['POST', 'b', 'x']);
});

test('an open breaker refuses every method, and lets one through when its time is over', async () => {
  const document = { name: 'api', circuit_breaker: { failure_threshold: 2, recovery_timeout: 30 } };
  const { fetch, asked, time } = scene([answer(500), broken(), answer(200)], {
    ...document,
    retry: { max_attempts: 2 },
  });
  await fetch(URL_, { method: 'POST' });
  await rejection(fetch(URL_, { method: 'POST' }));
  for (const method of ['GET', 'POST', 'PATCH']) {
    const refusal = await rejection(fetch(URL_, { method }));
    assert.ok(refusal instanceof CircuitBreakerOpenError);
    assert.deepEqual([refusal.breaker, refusal.retryAfter], ['api', 30]);
  }
  assert.equal(asked.length, 2);
  time.passes(30);
  assert.equal((await fetch(URL_)).status, 200);
});

test('a client’s own mistakes do not open the breaker', async () => {
  const { fetch, asked } = scene([answer(404)], { circuit_breaker: { failure_threshold: 1 } });
  for (let call = 0; call < 3; call += 1) assert.equal((await fetch(URL_)).status, 404);
  assert.equal(asked.length, 3);
});

test('a policy brings its own breaker, listener and time', async () => {
  const time = new FakeTime();
  const events = [];
  const policy = Policy.from(
    { name: 'api', retry: RETRY, circuit_breaker: { failure_threshold: 9 } },
    { clock: time.clock, onEvent: ({ message }) => events.push(message) },
  );
  const { fetch } = scene([answer(503), answer(503), answer(200)], policy);
  assert.equal((await fetch(URL_)).status, 200);
  assert.deepEqual(
    [time.waits, events, policy.circuitBreaker.failureCount],
    [
      [1, 2],
      [
        'api: attempt 1 of 3 failed (server: status 503), retrying in 1 s',
        'api: attempt 2 of 3 failed (server: status 503), retrying in 2 s',
        'api: succeeded on attempt 3',
      ],
      0,
    ],
  );
});

test('requests of a kind have one budget', async () => {
  const { fetch, asked } = scene([answer(429)], { retry: { max_attempts: 2, budget: { capacity: 2, retry_cost: 2 } } });
  const post = async () => reportOf(await fetch(URL_, { method: 'POST' })).stopReason;
  assert.deepEqual([await post(), await post(), asked.length], ['exhausted', 'budget', 3]);
});

test('methods of every kind have one budget', async () => {
  const budget = { capacity: 2, retry_cost: 2 };
  const one = scene([answer(429)], { retry: { max_attempts: 2, budget } });
  const reason = async (method) => reportOf(await one.fetch(URL_, { method })).stopReason;
  assert.deepEqual([await reason('GET'), await reason('POST'), one.asked.length], ['exhausted', 'budget', 3]);
});

inFull('methods of every kind have one rate limit', async () => {
  const other = scene([answer(200)], { retry: {}, rate_limit: { rate: 1, per: 60 } });
  await other.fetch(URL_);
  const refusal = await rejection(other.fetch(URL_, { method: 'POST' }));
  assert.deepEqual([refusal.name, other.asked.length], ['RateLimitedError', 1]);
});

test('methods of every kind count for one breaker', async () => {
  const policy = Policy.from({ retry: { max_attempts: 2 }, circuit_breaker: { failure_threshold: 9 } });
  const { fetch } = scene([answer(500)], policy);
  await fetch(URL_, { method: 'POST' });
  await fetch(URL_, { method: 'PUT', body: new ReadableStream(), duplex: 'half' });
  assert.equal(policy.circuitBreaker.failureCount, 2);
});

test('around another wrapper the outer one retries, and both breakers hold', async () => {
  const inner = Policy.from({ name: 'inner', retry: RETRY, circuit_breaker: { failure_threshold: 3 } });
  const one = scene([answer(503)], inner);
  const time = new FakeTime();
  const outer = wrapFetch(one.fetch, { retry: RETRY }, { clock: time.clock });
  assert.equal((await outer(URL_)).status, 503);
  assert.deepEqual([one.asked.length, time.waits, inner.circuitBreaker.state], [3, [1, 2], 'open']);
  assert.equal((await rejection(outer(URL_))).breaker, 'inner');
});

test('around another wrapper without retries of its own it leaves them to that one', async () => {
  const one = scene([answer(503)]);
  const outer = wrapFetch(one.fetch, { circuit_breaker: {} });
  assert.equal((await outer(URL_)).status, 503);
  assert.deepEqual([one.asked.length, one.time.waits], [3, [1, 2]]);
});

// mode: nested retries multiply
test('three wrappers retry as often as one', async () => {
  const time = new FakeTime();
  const wrap = (fetch) => wrapFetch(fetch, { retry: RETRY }, { clock: time.clock });
  const { inner, asked } = scene([answer(503)]);
  await wrap(wrap(wrap(inner)))(URL_);
  assert.equal(asked.length, 3);
});

test('without a policy there are retries and nothing else', async () => {
  const time = new FakeTime();
  const { inner, asked } = scene([answer(503)]);
  assert.equal((await wrapFetch(inner, undefined, { clock: time.clock })(URL_)).status, 503);
  assert.deepEqual([asked.length, time.waits.length], [4, 3]);
});

test('without retries in the document there are none for any method', async () => {
  for (const method of ['GET', 'POST']) {
    const { fetch, asked } = scene([answer(429)], { circuit_breaker: {} });
    assert.deepEqual([(await fetch(URL_, { method })).status, asked.length], [429, 1]);
  }
});

test('a document in JSON does as well, and a wrong one is refused at once', async () => {
  const { inner, asked } = scene([answer(503)]);
  const fetch = wrapFetch(inner, '{"circuit_breaker": {}}');
  await fetch(URL_, { method: 'POST' });
  assert.equal(asked.length, 1);
  assert.throws(() => wrapFetch(inner, { retry: { max_attempts: 0 } }), { name: 'ConfigError' });
  assert.throws(() => wrapFetch(3, {}), { name: 'TypeError', message: 'expected a function like fetch, found number' });
});

test('a fetch that throws at once, or answers with what is no Response, is taken as it comes', async () => {
  const time = new FakeTime();
  const throwing = wrapFetch(
    () => {
      throw broken();
    },
    { retry: RETRY },
    { clock: time.clock },
  );
  assert.equal((await rejection(throwing(URL_))).message, 'fetch failed');
  assert.equal(time.waits.length, 2);
  for (const odd of [null, undefined, 7, {}]) assert.equal(await wrapFetch(async () => odd)(URL_), odd);
});

test('what a host has put on its fetch is still there, and fetch is called as a function', async () => {
  function inner() {
    return Promise.resolve(this);
  }
  inner.preconnect = () => 'done';
  const client = { fetch: wrapFetch(inner) };
  assert.deepEqual([client.fetch.preconnect(), await client.fetch(URL_)], ['done', undefined]);
});

test('an answer that somebody reads, and one with a body of another kind, are let go without a word', async () => {
  const read = answer(503);
  read.body.getReader();
  const destroyed = [];
  const other = { status: 503, body: { destroy: () => destroyed.push(503) } };
  const strange = Object.defineProperty({ status: 503 }, 'body', { value: { cancel: () => null } });
  const { fetch, asked } = scene([read, other, strange, answer(200)], { retry: { ...RETRY, max_attempts: 4 } });
  assert.equal((await fetch(URL_)).status, 200);
  assert.deepEqual([asked.length, destroyed], [4, [503]]);
});
