// The host's own clock: timers of a page in the background ring late, a lid is closed for hours, a wall clock is set back.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { failsoft, isPending, rejection, reset, script, settled } from './support.mjs';

const { AttemptTimeoutError, CircuitBreaker, Policy, reportOf, wrapFetch } = failsoft;
const RETRY = { max_attempts: 3, strategy: 'constant', initial_delay: 1, jitter: 'none' };
const real = { setTimeout, clearTimeout, now: performance.now, date: Date.now };

/** The host's time in our hands: it passes when we say, and timers ring when the host gets round to it. */
class Host {
  now = 5000;
  timers = new Map();
  #count = 0;

  constructor() {
    globalThis.setTimeout = (ring, milliseconds) => {
      this.#count += 1;
      this.timers.set(this.#count, { ring, at: this.now + milliseconds, milliseconds });
      return this.#count;
    };
    globalThis.clearTimeout = (timer) => this.timers.delete(timer);
    performance.now = () => this.now;
  }

  /** Time goes by, and no timer rings. */
  async freezes(seconds) {
    this.now += seconds * 1000;
    await settled();
  }

  /** The host gets round to its timers: those that are due ring, or all of them. */
  async wakes({ all = false } = {}) {
    for (const [timer, { ring, at }] of [...this.timers]) {
      if (!all && at > this.now) continue;
      this.timers.delete(timer);
      ring();
    }
    await settled();
  }

  async passes(seconds) {
    await this.freezes(seconds);
    await this.wakes();
  }
}

afterEach(() => {
  Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
  performance.now = real.now;
  Date.now = real.date;
});

// mode: timers of a hidden page come late
test('a timer that rings a minute late begins the next attempt then, once', async () => {
  const host = new Host();
  const fn = script(reset(), 'answer');
  const call = Policy.from({ retry: RETRY }).run(fn);
  await settled();
  await host.freezes(60);
  assert.deepEqual([fn.calls, host.timers.size], [1, 1]);
  await host.wakes();
  assert.deepEqual([await call, fn.calls, host.timers.size], ['answer', 2, 0]);
});

// mode: timer that is too long fires at once
test('a timer that rings too early is wound up for the rest', async () => {
  const host = new Host();
  const fn = script(reset(), 'answer');
  const call = Policy.from({ retry: RETRY }).run(fn);
  await settled();
  await host.freezes(0.9995);
  await host.wakes({ all: true });
  assert.deepEqual([fn.calls, [...host.timers.values()].map(({ milliseconds }) => milliseconds)], [1, [1]]);
  await host.passes(0.001);
  assert.equal(await call, 'answer');
});

// mode: deadline overshot
// mode: timers of a hidden page come late
test('a deadline that came while nothing rang ends the call without another attempt', async () => {
  const host = new Host();
  const error = reset();
  const fn = script(error, 'too late');
  const call = rejection(Policy.from({ retry: { ...RETRY, deadline: 30 } }).run(fn));
  await settled();
  await host.passes(60);
  assert.deepEqual([await call, fn.calls, reportOf(error).stopReason], [error, 1, 'deadline']);
});

test('a response that was waiting for another try is the answer, unread, if the deadline came meanwhile', async () => {
  const host = new Host();
  const busy = new Response('busy', { status: 503 });
  const fetch = wrapFetch(async () => busy, { retry: { ...RETRY, deadline: 30 } });
  const call = fetch('/');
  await isPending(call);
  await host.passes(3600);
  assert.deepEqual([await call, await busy.text()], [busy, 'busy']);
});

test('an answer that was there before the late timer of its limit counts', async () => {
  const host = new Host();
  const end = {};
  const call = Policy.from({ timeout: { attempt: 5 } }).run(
    () => new Promise((resolve) => Object.assign(end, { resolve })),
  );
  await settled();
  await host.freezes(3600);
  end.resolve('answer');
  assert.deepEqual([await call, host.timers.size], ['answer', 0]);
});

// mode: timers of a hidden page come late
test('an attempt that was under way while the lid was closed is cut off afterwards, and made again', async () => {
  const host = new Host();
  const policy = Policy.from({ timeout: { attempt: 5 }, retry: RETRY });
  const signals = [];
  const call = policy.run(({ signal, attempt }) => {
    signals.push(signal);
    return attempt === 1 ? new Promise(() => {}) : 'answer';
  });
  await settled();
  await host.passes(3 * 3600);
  assert.ok(signals[0].reason instanceof AttemptTimeoutError);
  await host.passes(1);
  assert.equal(await call, 'answer');
});

test('a breaker that was open when the lid was closed lets a probe through when it is opened', async () => {
  const host = new Host();
  const breaker = new CircuitBreaker({ failure_threshold: 1, recovery_timeout: 60 });
  await rejection(breaker.run(script(reset())));
  assert.deepEqual([breaker.state, breaker.retryAfter, host.timers.size], ['open', 60, 0]);
  await host.freezes(3 * 3600);
  assert.deepEqual([await breaker.run(() => 'back'), breaker.state], ['back', 'closed']);
});

test('failures of before the lid was closed are not counted with those of after', async () => {
  const host = new Host();
  const breaker = new CircuitBreaker({ failure_threshold: 3, time_window: '1m' });
  for (let call = 0; call < 2; call += 1) await rejection(breaker.run(script(reset())));
  await host.freezes(3 * 3600);
  await rejection(breaker.run(script(reset())));
  assert.deepEqual([breaker.state, breaker.failureCount], ['closed', 1]);
});

test('an abort after hours ends a wait that no timer has ended', async () => {
  const host = new Host();
  const caller = new AbortController();
  const call = Policy.from({ retry: RETRY }).run(script(reset()), { signal: caller.signal });
  assert.ok(await isPending(call));
  await host.freezes(3 * 3600);
  caller.abort('enough');
  assert.deepEqual([await rejection(call), host.timers.size], ['enough', 0]);
});

// mode: wall clock steps
test('a wall clock that is set back or forward does not matter', async () => {
  for (const days of [-400, 400]) {
    const host = new Host();
    const fn = script(reset(), 'answer');
    const call = Policy.from({ retry: RETRY, timeout: { attempt: 5 } }).run(fn);
    await settled();
    Date.now = () => real.date() + days * 86_400_000;
    await host.passes(1);
    assert.deepEqual([await call, fn.calls], ['answer', 2]);
  }
});

// mode: wall clock steps
test('a monotonic clock that goes backwards all the same makes nobody wait for ever', async () => {
  const host = new Host();
  const breaker = new CircuitBreaker({ failure_threshold: 1, recovery_timeout: 60 });
  await host.freezes(10);
  await rejection(breaker.run(script(reset())));
  await host.freezes(-12);
  assert.deepEqual([breaker.state, breaker.retryAfter], ['open', 60]);
  await host.freezes(72);
  assert.equal(breaker.state, 'half_open');
});
