// Batches: partial success, bounded concurrency, and the order of items kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, invalid, rejection, reset, settled } from './support.mjs';

const { Policy, runBatch } = failsoft;

test('T9: some items fail and the rest succeed all the same, in the order of the items', async () => {
  const error = invalid();
  const outcome = await runBatch(
    async (item) => {
      if (item === 'b') throw error;
      return item.toUpperCase();
    },
    ['a', 'b', 'c', 'd'],
    { concurrency: 2 },
  );
  assert.deepEqual(outcome, {
    successes: [
      { index: 0, item: 'a', value: 'A' },
      { index: 2, item: 'c', value: 'C' },
      { index: 3, item: 'd', value: 'D' },
    ],
    failures: [{ index: 1, item: 'b', error, category: 'invalid_request' }],
    cancelled: [],
    skipped: [],
    successRate: 0.75,
  });
  assert.equal(outcome.failures[0].error, error);
});

test('T9: so many items are under way at a time, and no more', async () => {
  const ends = [];
  let most = 0;
  let now = 0;
  const work = (item) => {
    now += 1;
    most = Math.max(most, now);
    return new Promise((resolve) =>
      ends.push(() => {
        now -= 1;
        resolve(item);
      }),
    );
  };
  const batch = runBatch(
    work,
    Array.from({ length: 7 }, (_, index) => index),
    { concurrency: 3 },
  );
  for (let round = 0; round < 20; round += 1) {
    await settled();
    // The last one that began ends first.
    ends.pop()?.();
  }
  const { successes } = await batch;
  assert.deepEqual([most, successes.map(({ value }) => value)], [3, [0, 1, 2, 3, 4, 5, 6]]);
});

test('each item has the retries of the policy, and its own attempts', async () => {
  const time = new FakeTime();
  const seen = [];
  const work = (item, { attempt }, index) => {
    seen.push([item, attempt, index]);
    if (attempt === 1) throw reset();
    return attempt;
  };
  const policy = { retry: { max_attempts: 2, initial_delay: 1, jitter: 'none' }, batch: { concurrency: 1 } };
  const { successRate } = await runBatch(work, new Set(['x', 'y']), { policy, clock: time.clock });
  assert.deepEqual([successRate, time.waits], [1, [1, 1]]);
  assert.deepEqual(seen, [
    ['x', 1, 0],
    ['x', 2, 0],
    ['y', 1, 1],
    ['y', 2, 1],
  ]);
});

test('a batch begins none after so many failures', async () => {
  const work = () => {
    throw reset();
  };
  const { failures, skipped, successRate } = await runBatch(work, [1, 2, 3, 4], {
    concurrency: 1,
    stopAfterFailures: 2,
  });
  assert.deepEqual(
    [failures.map(({ item }) => item), skipped, successRate],
    [
      [1, 2],
      [
        { index: 2, item: 3 },
        { index: 3, item: 4 },
      ],
      0,
    ],
  );
});

test('the batch section of a policy holds unless something else is said', async () => {
  const policy = Policy.from({ batch: { concurrency: 1, stop_after_failures: 1 } });
  const work = () => {
    throw reset();
  };
  const skipped = async (options) => (await runBatch(work, [1, 2, 3], options)).skipped.length;
  assert.deepEqual([await skipped({ policy }), await skipped({ policy, stopAfterFailures: 2 })], [2, 1]);
});

test('an asynchronous iterable is worked through like any other', async () => {
  async function* items() {
    yield 1;
    await settled();
    yield 2;
  }
  const { successes } = await runBatch((item) => item * 2, items());
  assert.deepEqual(
    successes.map(({ value }) => value),
    [2, 4],
  );
});

test('an abort cancels what is under way, begins nothing more, and keeps what was done', async () => {
  const controller = new AbortController();
  const signals = [];
  const work = (item, { signal }) => {
    if (item === 'quick') return 'done';
    return new Promise(() => signals.push(signal));
  };
  const { signal } = controller;
  const batch = runBatch(work, ['quick', 'slow', 'slow', 'never'], { concurrency: 2, signal });
  await settled();
  await settled();
  controller.abort('enough');
  const { successes, cancelled, skipped, failures, successRate } = await batch;
  assert.deepEqual(
    [successes.map(({ index }) => index), cancelled, skipped, failures, successRate],
    [
      [0],
      [
        { index: 1, item: 'slow' },
        { index: 2, item: 'slow' },
      ],
      [{ index: 3, item: 'never' }],
      [],
      0.25,
    ],
  );
  assert.ok(signals.every(({ aborted, reason }) => aborted && reason === 'enough'));
});

test('a batch that was aborted before is skipped as a whole', async () => {
  const { skipped, successRate } = await runBatch(() => 1, [1, 2], { signal: AbortSignal.abort() });
  assert.deepEqual([skipped.length, successRate], [2, 0]);
});

test('an abort does not wait for an iterable that never goes on', async () => {
  const controller = new AbortController();
  let closed = false;
  const items = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        closed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const batch = runBatch(() => 1, items, { signal: controller.signal });
  await settled();
  controller.abort();
  assert.deepEqual([(await batch).successRate, closed], [1, true]);
});

test('an empty batch did all that was asked for', async () => {
  assert.deepEqual(await runBatch(() => 1, []), {
    successes: [],
    failures: [],
    cancelled: [],
    skipped: [],
    successRate: 1,
  });
});

test('what makes no sense is refused before anything is called', async () => {
  let calls = 0;
  const work = () => {
    calls += 1;
  };
  const problem = await rejection(runBatch(work, [1], { concurrency: 0 }));
  assert.deepEqual([problem.name, problem.problems[0].path], ['ConfigError', 'batch.concurrency']);
  const broken = new Error('no items');
  const items = {
    [Symbol.iterator]() {
      throw broken;
    },
  };
  assert.equal(await rejection(runBatch(work, items)), broken);
  await assert.rejects(runBatch('work', [1]), TypeError);
  await assert.rejects(runBatch(work, [1], { policy: { fallback: [{ name: 'one' }] } }), TypeError);
  assert.equal(calls, 0);
});

test('thousands of items that take no time do not exhaust the stack', async () => {
  const { successes } = await runBatch(
    (item) => item,
    Array.from({ length: 20_000 }, (_, index) => index),
    {
      concurrency: 1,
    },
  );
  assert.equal(successes.length, 20_000);
});
