// Whatever a guarded call asks of its host fails once, at every position: nothing hangs, nothing is wedged, nothing is left behind.
//
// The positions are counted, not listed: first a call is made in which nothing fails, and then one for each thing that it asked for.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';

import { FakeTime, failsoft, rejection, reset } from './support.mjs';

const { Policy } = failsoft;

const DOCUMENT = {
  name: 'prices',
  retry: { max_attempts: 3, initial_delay: 1, jitter: 'none' },
  circuit_breaker: { failure_threshold: 4, recovery_timeout: 10, success_threshold: 2 },
  bulkhead: { max_concurrent: 1 },
  timeout: { attempt: 5 },
};

class Broken extends Error {}

/** A clock, a listener and a function that fails twice; one thing asked of them all fails. */
class Host {
  asked = [];
  calls = 0;
  time = new FakeTime();

  constructor(failsAt = 0) {
    this.failsAt = failsAt;
    const { clock } = this.time;
    this.clock = {
      now: () => this.meets('now') ?? clock.now(),
      after: (seconds, wake) => this.meets('after') ?? clock.after(seconds, wake),
    };
    this.policy = Policy.from(DOCUMENT, { clock: this.clock, onEvent: () => this.meets('listener') });
  }

  meets(what) {
    this.asked.push(what);
    if (this.asked.length === this.failsAt) throw new Broken(what);
  }

  fetch = async () => {
    this.meets('function');
    this.calls += 1;
    if (this.calls < 3) throw reset();
    return 'fresh';
  };

  /** What failed. */
  get failed() {
    return this.asked[this.failsAt - 1];
  }

  /** Whether a call by another function comes through, with the one place that there is. */
  async serves() {
    this.failsAt = 0;
    return (await this.policy.run(async () => 'served')) === 'served';
  }
}

async function outcome(make) {
  try {
    return { value: await make() };
  } catch (error) {
    return { error };
  }
}

/** A host for each thing that a call asks for, of which that thing fails. */
async function faults(make) {
  const undisturbed = new Host();
  assert.deepEqual(await outcome(() => make(undisturbed)), { value: 'fresh' });
  assert.deepEqual([...new Set(undisturbed.asked)].sort(), ['after', 'function', 'listener', 'now']);
  return undisturbed.asked.map((_, place) => new Host(place + 1));
}

const SHAPES = {
  run: (host) => host.policy.run(host.fetch),
  'run with a signal': (host) => host.policy.run(host.fetch, { signal: new AbortController().signal }),
  wrap: (host) => host.policy.wrap(host.fetch)(),
};

for (const [shape, make] of Object.entries(SHAPES)) {
  test(`${shape}: each thing asked of the host may fail, and the next call is served`, async () => {
    for (const host of await faults(make)) {
      const { value, error } = await outcome(() => make(host));
      if (host.failed === 'listener') assert.equal(value, 'fresh');
      else if (value === undefined) assert.ok(error instanceof Broken || error.code === 'ECONNRESET', `${error}`);
      assert.ok(await host.serves(), host.asked.join());
      assert.equal(host.time.waiting, 0, host.failed);
    }
  });

  test(`${shape}: a failure of the host is counted once at most`, async () => {
    for (const host of await faults(make)) {
      await outcome(() => make(host));
      const failures = host.calls + (host.failed === 'function' ? 1 : 0);
      host.failsAt = 0;
      assert.ok(host.policy.circuitBreaker.failureCount <= failures, host.asked.join());
      assert.equal(host.policy.circuitBreaker.state, 'closed');
    }
  });
}

// mode: half-open permit lost when the probe is cancelled
// mode: timer or listener left behind
test('aborted at any moment a call gives back what it holds and listens no more', async () => {
  let moments = 0;
  for (let place = 1; ; place += 1) {
    const host = new Host();
    const caller = new AbortController();
    // A moment is whatever the call asks its host for.
    host.meets = (what) => {
      host.asked.push(what);
      if (host.asked.length === place) queueMicrotask(() => caller.abort('enough'));
    };
    const { value, error } = await outcome(() => host.policy.run(host.fetch, { signal: caller.signal }));
    host.meets = () => undefined;
    assert.ok(value === 'fresh' || error === 'enough', `${error}`);
    assert.equal(getEventListeners(caller.signal, 'abort').length, 0);
    assert.ok(await host.serves(), `moment ${place}`);
    assert.equal(host.time.waiting, 0);
    if (host.asked.length < place) break;
    moments += 1;
  }
  assert.ok(moments > 10);
});

test('a fallback and its failure are no way around that', async () => {
  const broken = new Broken('fallback');
  const host = new Host();
  const failing = async () => {
    throw reset();
  };
  const fallback = () => {
    throw broken;
  };
  assert.equal(await rejection(host.policy.run(failing, { fallback })), broken);
  assert.ok(await host.serves());
});
