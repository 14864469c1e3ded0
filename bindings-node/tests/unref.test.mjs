// Which waits keep a process alive: all of them, unless it was said that nobody waits for the calls.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { FakeTime, failsoft, reset, script, settled } from './support.mjs';

const { CircuitBreaker, FallbackChain, Policy, System, runBatch, withRetry, wrapFetch } = failsoft;

const HOUR = { initial_delay: '1h', max_delay: '1h', jitter: 'none' };
const failing = () => script(reset());
const never = () => new Promise(() => {});
const caller = new AbortController();
const { signal } = caller;

/** Calls that wait for an hour, by what makes them. */
const CALLS = {
  'the back-off of a policy': (options) => Policy.from({ retry: HOUR }, options).run(failing(), { signal }),
  'the limit of an attempt': (options) => Policy.from({ timeout: { attempt: '1h' } }, options).run(never, { signal }),
  'a place in a queue': (options) => {
    const policy = Policy.from({ bulkhead: { max_concurrent: 1, max_queue: 1, max_wait: '1h' } }, options);
    policy.run(never, { signal }).catch(() => {});
    return policy.run(never, { signal });
  },
  'a policy that shares a breaker': (options) => {
    const breaker = new CircuitBreaker({}, options);
    return Policy.from({ retry: HOUR }, { breaker }).run(failing(), { signal });
  },
  'a step of a chain': (options) => {
    const chain = new FallbackChain('steps', {}, options).add(failing(), { name: 'first', policy: { retry: HOUR } });
    return chain.runWith({ signal });
  },
  'a part of a system': (options) => new System({}, options).policy('db', { retry: HOUR }).run(failing(), { signal }),
  'an item of a batch': (options) => runBatch(failing(), [1], { ...options, policy: { retry: HOUR }, signal }),
  'a request': (options) => wrapFetch(failing(), { retry: HOUR }, options)('http://127.0.0.1/', { signal }),
};

after(() => caller.abort());

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** How many timers that keep the process alive are there because of a call. */
async function timersOf(call) {
  const before = timers();
  call().catch(() => {});
  await settled();
  return timers() - before;
}

for (const [name, begin] of Object.entries(CALLS)) {
  test(`${name} keeps a process alive`, async () => assert.equal(await timersOf(() => begin({})), 1));

  test(`${name} lets it end where that was said`, async () => {
    assert.equal(await timersOf(() => begin({ unref: true })), 0);
  });
}

test('a retried function lets it end where that was said', async () => {
  assert.equal(await timersOf(withRetry(failing(), HOUR, { unref: true })), 0);
});

test('a clock of its own decides for itself', async () => {
  const { clock } = new FakeTime({ flows: false });
  const asked = [];
  const counted = { ...clock, after: (seconds, wake) => asked.push(seconds) && clock.after(seconds, wake) };
  assert.equal(await timersOf(() => CALLS['the back-off of a policy']({ clock: counted, unref: true })), 0);
  assert.deepEqual(asked, [3600]);
});
