// Eight workers, each with a breaker of its own, which the engine's module serves at once. FAILSOFT_LOAD=1000 makes a thousand
// times as many calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const WORKERS = 8;
const CALLS = 1_000 * Number(process.env.FAILSOFT_LOAD ?? 1);
const EVERY = 50;
const AT_ONCE = 16;

/** What one worker does: so many calls, one in fifty of which fails, sixteen at a time. */
async function work(first) {
  const { failsoft, reset } = await import('./support.mjs');
  const policy = failsoft.Policy.from({
    circuit_breaker: { failure_threshold: 1_000_000, time_window: '1h' },
    bulkhead: { max_concurrent: AT_ONCE },
  });
  let number = first;
  let failed = 0;
  const caller = async () => {
    while (number < first + CALLS) {
      const own = number++;
      const call = policy.run(async () => {
        if (own % EVERY === 0) throw reset();
      });
      await call.catch(() => {
        failed += 1;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  // All places are free again.
  const held = Array.from({ length: AT_ONCE }, () => policy.run(async () => 'in'));
  const refused = await policy.run(async () => 'one too many').catch((error) => error.name);
  return { failed, counted: policy.circuitBreaker.failureCount, places: (await Promise.all(held)).length, refused };
}

if (!isMainThread && workerData?.first !== undefined) {
  work(workerData.first).then((told) => parentPort.postMessage(told));
} else {
  test('workers lose no count and no place', async () => {
    const told = await Promise.all(
      Array.from(
        { length: WORKERS },
        (_, place) =>
          new Promise((resolve, reject) => {
            const data = { workerData: { first: place * CALLS } };
            const worker = new Worker(fileURLToPath(import.meta.url), data);
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    const failed = CALLS / EVERY;
    assert.deepEqual(
      told,
      Array.from({ length: WORKERS }, () => ({
        failed,
        counted: failed,
        places: AT_ONCE,
        refused: 'BulkheadFullError',
      })),
    );
  });
}
