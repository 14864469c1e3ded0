// fetch under a policy, with a fetch that plays a script.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { FakeTime, failsoft, isPending, rejection, settled } from './support.mjs';

const { AttemptTimeoutError, CircuitBreakerOpenError, Policy, reportOf, wrapFetch } = failsoft;
const URL_ = 'https://api.example.com/';
const RETRY = { max_attempts: 3, initial_delay: 1, exponential_base: 2, jitter: 'none' };

/** As undici throws it when a connection broke after the request had been sent, and when there was none. */
const broken = () => Object.assign(new TypeError('fetch failed'), { cause: error('ECONNRESET') });
const refused = () => Object.assign(new TypeError('fetch failed'), { cause: error('ECONNREFUSED', 'connect') });
const error = (code, syscall = 'read') => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

/** An answer that remembers whether its body was let go. */
function answer(status, headers = {}) {
  const cancel = () => {
    response.cancelled = true;
  };
  const body = new ReadableStream({ pull: (end) => end.enqueue(new Uint8Array([111, 107])), cancel });
  const response = Object.assign(new Response(body, { status, headers }), { cancelled: false });
  return response;
}

/** A wrapped fetch that plays a script (the last line repeats), and what was asked of the inner one. */
function scene(lines, document = { retry: RETRY }, options = {}) {
  const time = new FakeTime({ flows: options.flows ?? true });
  const asked = [];
  const inner = async (input, init) => {
    asked.push([input, init]);
    const line = lines[Math.min(asked.length, lines.length) - 1];
    if (typeof line === 'function') return line(input, init);
    if (line instanceof Error) throw line;
    return line;
  };
  return { time, asked, inner, fetch: wrapFetch(inner, document, { clock: time.clock, ...options }) };
}

test('an answer comes through as it is, and fetch is asked as it was meant', async () => {
  const good = answer(200);
  const { fetch, asked, time } = scene([good]);
  const init = { method: 'POST', body: 'x' };
  assert.equal(await fetch(URL_, init), good);
  assert.deepEqual([asked, time.waits, reportOf(good)], [[[URL_, init]], [], null]);
  assert.equal(asked[0][1], init);
});

test('a failing server is asked again, and what it answered before is let go', async () => {
  const [first, second, good] = [answer(503), answer(500), answer(200)];
  const { fetch, asked, time } = scene([first, broken(), good, second]);
  assert.equal(await fetch(URL_), good);
  assert.deepEqual([asked.length, time.waits, first.cancelled, good.cancelled], [3, [1, 2], true, false]);
  const { attemptCount, stopReason, servedBy, attempts } = reportOf(good);
  assert.deepEqual([attemptCount, stopReason, servedBy], [3, 'success', 'function']);
  assert.deepEqual(
    attempts.map(({ verdict }) => verdict?.category ?? null),
    ['server', 'connection', null],
  );
});

test('the last answer is returned, not thrown, and can be read', async () => {
  const answers = [answer(503), answer(502), answer(500)];
  const { fetch } = scene(answers);
  const last = await fetch(URL_);
  assert.deepEqual([last === answers[2], answers.map(({ cancelled }) => cancelled)], [true, [true, true, false]]);
  const { value } = await last.body.getReader().read();
  assert.equal(new TextDecoder().decode(value), 'ok');
  assert.equal(reportOf(last).stopReason, 'exhausted');
});

test('an answer that will stay the same comes back at once', async () => {
  for (const status of [400, 401, 403, 404, 409, 501]) {
    const { fetch, asked, time } = scene([answer(status)]);
    const response = await fetch(URL_);
    assert.deepEqual([response.status, asked.length, time.waits], [status, 1, []]);
    assert.deepEqual([response.cancelled, reportOf(response).stopReason], [false, 'permanent']);
  }
});

test('redirects and what was not modified are answers', async () => {
  for (const status of [304, 301]) {
    const { fetch, asked } = scene([new Response(null, { status })]);
    assert.deepEqual([(await fetch(URL_)).status, asked.length], [status, 1]);
  }
});

test('a rule of the document has its say about a status', async () => {
  const classify = { rules: [{ match: { status: 404 }, then: 'transient' }] };
  const { fetch, asked } = scene([answer(404), answer(200)], { retry: RETRY, classify });
  assert.deepEqual([(await fetch(URL_)).status, asked.length], [200, 2]);
});

test('the last error comes out as the very object that was thrown', async () => {
  const last = broken();
  const { fetch } = scene([broken(), broken(), last]);
  assert.equal(await rejection(fetch(URL_)), last);
  assert.equal(reportOf(last).attemptCount, 3);
});

test('a server is not asked before the time that it named', async () => {
  const hints = { 'retry-after': '7', 'retry-after-ms': '1500' };
  for (const [name, value] of Object.entries(hints)) {
    const { fetch, time } = scene([answer(429, { [name]: value }), answer(200)]);
    await fetch(URL_);
    assert.deepEqual(time.waits, [name === 'retry-after' ? 7 : 1.5]);
  }
});

test('a time too far off is not waited for: the caller has the answer and can read it', async () => {
  const busy = answer(503, { 'retry-after': '3600' });
  const { fetch, asked } = scene([busy]);
  assert.deepEqual([await fetch(URL_), asked.length, busy.cancelled], [busy, 1, false]);
  assert.equal(reportOf(busy).stopReason, 'retry_after_over_cap');
});

for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'put']) {
  test(`${method} is repeated whatever happened to it`, async () => {
    for (const failure of [broken(), refused(), answer(503)]) {
      const { fetch, asked } = scene([failure, answer(200)]);
      assert.deepEqual([(await fetch(URL_, { method })).status, asked.length], [200, 2]);
    }
  });
}

for (const method of ['POST', 'PATCH', 'post', 'PROPFIND']) {
  test(`${method} is repeated only where it surely had no effect`, async () => {
    const harmless = [refused(), answer(429), answer(503, { 'retry-after': '1' })];
    const doubtful = [broken(), answer(503), answer(500), answer(408)];
    for (const [failures, calls] of [
      [harmless, 2],
      [doubtful, 1],
    ]) {
      for (const failure of failures) {
        const { fetch, asked } = scene([failure, answer(200)]);
        const outcome = await fetch(URL_, { method, body: 'x' }).catch((error) => error);
        assert.equal(asked.length, calls, `${failure.status ?? failure.cause.code}`);
        if (calls === 1) assert.deepEqual([outcome, reportOf(outcome).stopReason], [failure, 'not_idempotent']);
      }
    }
  });
}

test('a request with a key is repeated with the same key', async () => {
  const key = { 'Idempotency-Key': 'a1' };
  const request = () => new Request(URL_, { method: 'POST', headers: key });
  for (const [input, init] of [
    [URL_, { method: 'POST', body: 'x', headers: key }],
    [URL_, { method: 'PATCH', body: 'x', headers: new Headers(key) }],
    [URL_, { method: 'POST', body: 'x', headers: Object.entries(key) }],
    [request(), undefined],
  ]) {
    const { fetch, asked } = scene([broken(), answer(500), answer(200)]);
    assert.equal((await fetch(input, init)).status, 200);
    const keys = asked.map(([input, init]) => new Headers(init?.headers ?? input.headers).get('idempotency-key'));
    assert.deepEqual(keys, ['a1', 'a1', 'a1']);
  }
});

test('an empty key is none, and headers that make no sense are for fetch to refuse', async () => {
  for (const headers of [{ 'idempotency-key': '' }, { 'a b': 'c' }, 7]) {
    const { fetch, asked } = scene([broken()]);
    await rejection(fetch(URL_, { method: 'POST', headers }));
    assert.equal(asked.length, 1);
  }
});

test('a document that says so has no method repeated that may have had an effect', async () => {
  const { fetch, asked } = scene([broken()], { retry: { ...RETRY, idempotent: false } });
  await rejection(fetch(URL_));
  assert.equal(asked.length, 1);
});

test('a body that can be read again is sent again', async () => {
  const form = new FormData();
  form.set('a', 'b');
  const bodies = ['text', '', new URLSearchParams('a=b'), new Blob(['x']), form, new Uint8Array(3), new ArrayBuffer(3)];
  for (const body of bodies) {
    const { fetch, asked } = scene([broken(), answer(200)]);
    await fetch(URL_, { method: 'PUT', body });
    assert.deepEqual(
      asked.map(([, init]) => init.body === body),
      [true, true],
    );
  }
});

test('a body that can be read once is sent once, whatever happened', async () => {
  const requests = [
    [URL_, { method: 'PUT', body: new ReadableStream(), duplex: 'half' }],
    [URL_, { method: 'PUT', body: (async function* () {})(), duplex: 'half' }],
    [URL_, { method: 'PUT', body: { pipe() {} } }],
    // Safari's streams are not iterable.
    [URL_, { method: 'PUT', body: { getReader() {} } }],
    [new Request(URL_, { method: 'PUT', body: 'text' }), undefined],
    [{ method: 'PUT', url: URL_ }, undefined],
  ];
  for (const [input, init] of requests) {
    for (const failure of [refused(), answer(429)]) {
      const { fetch, asked } = scene([failure, answer(200)]);
      const outcome = await fetch(input, init).catch((error) => error);
      assert.deepEqual([outcome, asked.length], [failure, 1]);
    }
  }
});

/** A Request that does not show whether it has a body; a GET has none. */
const FIREFOX = { method: 'GET', url: URL_ };

test('a Request without a body is made as often as it takes', async () => {
  for (const request of [new Request(URL_), new Request(URL_, { method: 'DELETE' }), new URL(URL_), FIREFOX]) {
    const { fetch, asked } = scene([answer(503), answer(200)]);
    assert.equal((await fetch(request)).status, 200);
    assert.deepEqual(asked, [[request, undefined]].concat([[request, undefined]]));
  }
});

test("a Request's method and headers yield to those beside it", async () => {
  const request = new Request(URL_, { method: 'POST', headers: { 'idempotency-key': 'a1' } });
  const { fetch, asked } = scene([broken()]);
  await rejection(fetch(request, { headers: {} }));
  assert.equal(asked.length, 1);
  const other = scene([broken(), answer(200)]);
  await other.fetch(request, { headers: {}, method: 'PUT' });
  assert.equal(other.asked.length, 2);
});

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
    [time.waits, events, policy.breaker.failureCount],
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

test('methods of every kind count for one breaker', async () => {
  const policy = Policy.from({ retry: { max_attempts: 2 }, circuit_breaker: { failure_threshold: 9 } });
  const { fetch } = scene([answer(500)], policy);
  await fetch(URL_, { method: 'POST' });
  await fetch(URL_, { method: 'PUT', body: new ReadableStream(), duplex: 'half' });
  assert.equal(policy.breaker.failureCount, 2);
});

test('around another wrapper the outer one retries, and both breakers hold', async () => {
  const inner = Policy.from({ name: 'inner', retry: RETRY, circuit_breaker: { failure_threshold: 3 } });
  const one = scene([answer(503)], inner);
  const time = new FakeTime();
  const outer = wrapFetch(one.fetch, { retry: RETRY }, { clock: time.clock });
  assert.equal((await outer(URL_)).status, 503);
  assert.deepEqual([one.asked.length, time.waits, inner.breaker.state], [3, [1, 2], 'open']);
  assert.equal((await rejection(outer(URL_))).breaker, 'inner');
});

test('around another wrapper without retries of its own it leaves them to that one', async () => {
  const one = scene([answer(503)]);
  const outer = wrapFetch(one.fetch, { circuit_breaker: {} });
  assert.equal((await outer(URL_)).status, 503);
  assert.deepEqual([one.asked.length, one.time.waits], [3, [1, 2]]);
});

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
