// A hundred thousand calls at once, in real time, and nothing that stays behind.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { failsoft, reset } from './support.mjs';

const { Policy } = failsoft;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const CALLS = 100_000;

/** Every tenth call is retried after a wait, every tenth fails, every tenth is aborted while it hangs; one signal for all. */
async function outage(policy) {
  const caller = new AbortController();
  const aborter = new AbortController();
  const calls = Array.from({ length: CALLS }, (_, number) => {
    let failures = number % 10 === 1 ? 1 : 0;
    const fn = async () => {
      if (number % 10 === 3) throw Object.assign(new Error('bad request'), { status: 400 });
      if (number % 10 === 2) return new Promise(() => {});
      await null;
      if (failures-- > 0) throw reset();
      return number;
    };
    return policy.run(fn, { signal: (number % 10 === 2 ? aborter : caller).signal });
  });
  setTimeout(() => aborter.abort(), 50);
  const results = await Promise.allSettled(calls);
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, CALLS * 0.8);
  return [caller, aborter].flatMap(({ signal }) => getEventListeners(signal, 'abort')).length;
}

// mode: timer or listener left behind
test('calls leave no listener, timer, or memory behind', async () => {
  const policy = Policy.from({
    retry: { max_attempts: 2, initial_delay: '1ms', max_delay: '5ms', budget: false },
    circuit_breaker: { failure_rate: 1, minimum_calls: 1_000_000, count_window: 1_000_000 },
  });
  const used = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    return process.memoryUsage().heapUsed;
  };
  assert.equal(await outage(policy), 0);
  const before = await used();
  assert.equal(await outage(policy), 0);
  const grown = (await used()) - before;
  assert.ok(grown < 4e6, `${grown} bytes more`);
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  assert.deepEqual(timers, []);
});
