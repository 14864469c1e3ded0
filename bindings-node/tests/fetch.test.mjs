// fetch under a policy: which requests are repeated, and what comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, broken, RETRY, refused, scene, URL_ } from './fetch-script.mjs';
import { failsoft, rejection } from './support.mjs';

const { reportOf } = failsoft;

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
  // mode: write repeated that may have been done
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

// mode: consumed body or generator retried
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
