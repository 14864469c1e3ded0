// How waits, clocks and hints elsewhere failed in production (docs/reliability.md), tried on these.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';

import { FakeTime, failsoft, rejection, reset, script, settled } from './support.mjs';

const { ConfigError, Policy, classify, reportOf, wrapFetch } = failsoft;

// mode: delay overflows before its cap
test('the two thousandth wait is as long as the cap, and no wait is anything else', async () => {
  const time = new FakeTime();
  const retry = { max_attempts: 2000, initial_delay: 1, max_delay: 60, jitter: 'none', budget: false };
  await rejection(Policy.from({ retry }, { clock: time.clock }).run(script(reset())));
  assert.deepEqual(time.waits, [1, 2, 4, 8, 16, 32, ...Array(1993).fill(60)]);
});

// mode: timer that is too long fires at once
test('a wait of weeks is one timer that the host can count, and no further attempt', async (t) => {
  const set = t.mock.method(globalThis, 'setTimeout');
  const caller = new AbortController();
  const retry = { initial_delay: '25d', max_delay: '25d', jitter: 'none' };
  const fn = script(reset());
  const call = rejection(Policy.from({ retry }).run(fn, { signal: caller.signal }));
  await new Promise((resolve) => setImmediate(resolve));
  const asked = set.mock.calls.map(({ arguments: [, milliseconds] }) => milliseconds);
  assert.ok(asked.length === 1 && asked[0] > 0 && asked[0] < 2 ** 31, `${asked}`);
  for (let turn = 0; turn < 50; turn += 1) await settled();
  assert.deepEqual([fn.calls, set.mock.callCount()], [1, 1]);
  caller.abort('enough');
  assert.equal(await call, 'enough');
});

// mode: timer that is too long fires at once
test('a time that is none is refused with its document', () => {
  for (const time of [Number.POSITIVE_INFINITY, Number.NaN, -1, 1e300, '1e999s', 'NaN']) {
    for (const document of [
      { retry: { initial_delay: time } },
      { retry: { max_delay: time } },
      { retry: { deadline: time } },
      { timeout: { attempt: time } },
      { circuit_breaker: { recovery_timeout: time } },
    ]) {
      const refusal = (() => {
        try {
          Policy.from(document);
        } catch (error) {
          return error;
        }
      })();
      assert.ok(refusal instanceof ConfigError, `${JSON.stringify(document)} ${time}`);
    }
  }
});

// mode: jitter lost
test('ten thousand clients that fail in one moment come back spread out', async () => {
  const time = new FakeTime({ flows: false });
  const retry = { initial_delay: 60, max_delay: 60, jitter: 'full', budget: false };
  const caller = new AbortController();
  const policies = Array.from({ length: 100 }, () => Policy.from({ retry }, { clock: time.clock }));
  const calls = policies.flatMap((policy) =>
    Array.from({ length: 100 }, () => rejection(policy.run(script(reset()), { signal: caller.signal }))),
  );
  await settled();
  const slots = Array(100).fill(0);
  for (const wait of time.waits) slots[Math.min(99, Math.floor((wait / 60) * 100))] += 1;
  assert.equal(time.waits.length, 10_000);
  assert.ok(Math.max(...slots) < 200, `${Math.max(...slots)} of 10 000 in one hundredth`);
  caller.abort();
  await Promise.all(calls);
});

// mode: bare number taken for a status
test('a number in a message is no status', () => {
  for (const message of ['GET http://127.0.0.1:40329/ broke', 'expected 403 items, found 401', 'order 429 is lost']) {
    const { category, rule } = classify(new Error(message));
    assert.equal(category, 'unknown', `${message}: ${rule}`);
  }
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:40329'), { code: 'ECONNREFUSED' });
  assert.equal(classify(refused).category, 'connection');
});

/** A server that answers 503 with the hint that its path says, and how often it was asked. */
async function busyServer() {
  const asked = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.writeHead(503, { 'retry-after': decodeURIComponent(url.slice(1)) }).end('busy');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, base: `http://127.0.0.1:${server.address().port}/` };
}

// mode: Retry-After that is no sane wait
test('a hint that is no time leaves the own wait, and one that is too long ends the call', async () => {
  const { asked, base } = await busyServer();
  const retry = { max_attempts: 2, initial_delay: '1ms', max_delay: '2s', jitter: 'none', budget: false };
  const ask = wrapFetch(fetch, { retry });
  const ownWait = [
    '-5',
    'nan',
    'NaN',
    '1e999',
    'inf',
    '1_000',
    '0x10',
    'soon',
    '-1e999',
    'Thu, 99 Foo 9999 99:99:99 GMT',
  ];
  const noWait = ['Thu, 01 Jan 1970 00:00:00 GMT', '0'];
  const tooLong = ['9999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', '86400'];
  for (const [hints, times, reason] of [
    [ownWait, 2, 'exhausted'],
    [noWait, 2, 'exhausted'],
    [tooLong, 1, 'retry_after_over_cap'],
  ]) {
    for (const hint of hints) {
      asked.length = 0;
      const response = await ask(base + encodeURIComponent(hint));
      assert.deepEqual([response.status, await response.text()], [503, 'busy']);
      const { stopReason, elapsed } = reportOf(response);
      assert.deepEqual([asked.length, stopReason], [times, reason], hint);
      assert.ok(elapsed < 2, `${hint}: ${elapsed} s`);
    }
  }
});
