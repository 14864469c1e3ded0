// Where failsoft answers otherwise than a peer, on purpose: the rows of docs/differences.md are what both answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Breaker, hint, rows, wait } from './ours.mjs';
import { ConsecutiveBreaker, CountBreaker, cockatielBreaker, kyWaits, opossumBreaker, Wall } from './theirs.mjs';

const EPOCH = 1_700_000_000_000;

/** Five of ten fail; is it open then? */
async function half(breaker, state) {
  for (let call = 0; call < 10; call += 1) await breaker.call(call % 2 === 1);
  return state() ? 'open' : 'closed';
}

async function halfOfCockatiel() {
  const theirs = cockatielBreaker(new CountBreaker({ threshold: 0.5, size: 10 }), 1000);
  return half(theirs, () => theirs.policy.state !== 0);
}

async function halfOfOpossum() {
  const theirs = opossumBreaker({ errorThresholdPercentage: 50, volumeThreshold: 10 });
  try {
    return await half(theirs, () => theirs.breaker.opened);
  } finally {
    theirs.breaker.shutdown();
  }
}

function halfOfOurs(window) {
  const ours = new Breaker({ failure_rate: 0.5, minimum_calls: 10, ...window });
  return half({ call: (fails) => ours.call(fails, 0) }, () => ours.state(0) === 'open');
}

/** Open, closed by a probe, and two failures after that. */
async function afterProbe(call, pass) {
  for (let failure = 0; failure < 3; failure += 1) await call(true);
  pass(1);
  await call(false);
  await call(true);
  await call(true);
}

async function probeOfCockatiel(wall) {
  const breaker = new CountBreaker({ threshold: 0.6, size: 10, minimumNumberOfCalls: 3 });
  const { policy, call } = cockatielBreaker(breaker, 1000);
  await afterProbe(call, (seconds) => wall.passes(seconds * 1000));
  return policy.state === 0 ? 'closed' : 'open';
}

async function probeOfOurs() {
  let now = 0;
  const ours = new Breaker({ failure_rate: 0.6, count_window: 10, minimum_calls: 3, recovery_timeout: 1 });
  await afterProbe(
    (fails) => ours.call(fails, now),
    (seconds) => {
      now += seconds;
    },
  );
  return ours.state(now);
}

/** Opossum's own settings: a first call that fails. */
async function firstOfOpossum() {
  const theirs = opossumBreaker({});
  try {
    await theirs.call(true);
    return theirs.breaker.opened ? 'open' : 'closed';
  } finally {
    theirs.breaker.shutdown();
  }
}

function firstOfOurs() {
  const ours = new Breaker({ failure_rate: 0.5 });
  ours.call(true, 0);
  return ours.state(0);
}

const wrong = Object.assign(new Error('400'), { status: 400 });

/** Five calls that the server refuses, as they were wrong. */
async function wrongOfCockatiel() {
  const { policy } = cockatielBreaker(new ConsecutiveBreaker(5), 1000);
  for (let call = 0; call < 5; call += 1)
    await assert.rejects(
      policy.execute(() => Promise.reject(wrong)),
      wrong,
    );
  return policy.state === 0 ? 'closed' : 'open';
}

function wrongOfOurs() {
  const ours = new Breaker({ failure_threshold: 5 });
  for (let call = 0; call < 5; call += 1) ours.call(true, 0, { status: wrong.status });
  return ours.state(0);
}

const number = (seconds) => (typeof seconds === 'number' ? `${seconds} s` : String(seconds ?? 'none'));
const kys = async (value) => number((await kyWaits(value)) / 1000);
const ours = (value) => number(hint(value, EPOCH / 1000));

const answers = {
  'cockatiel: five failures of ten calls, half of them allowed': [
    halfOfCockatiel,
    () => halfOfOurs({ count_window: 10 }),
  ],
  'cockatiel: five answers 400 in a row, five failures allowed': [wrongOfCockatiel, wrongOfOurs],
  'cockatiel: a probe closes it, and two calls fail; 60 % are too many, of three calls or more': [
    probeOfCockatiel,
    probeOfOurs,
  ],
  'opossum: five failures of ten calls, half of them allowed': [halfOfOpossum, () => halfOfOurs({ time_window: '1h' })],
  'opossum: the first call ever fails, a share of one half and nothing else said': [firstOfOpossum, firstOfOurs],
  'ky: `Retry-After: soon`': [() => kys('soon'), () => ours('soon')],
  'ky: `Retry-After: 1e3`': [() => kys('1e3'), () => ours('1e3')],
  'ky: `Retry-After: 0x10`': [() => kys('0x10'), () => ours('0x10')],
  'ky: `Retry-After: -5`': [() => kys('-5'), () => ours('-5')],
  'ky: `Retry-After: Tue, 14 Nov 2023 22:13:10 GMT`, ten seconds ago': [
    () => kys('Tue, 14 Nov 2023 22:13:10 GMT'),
    () => ours('Tue, 14 Nov 2023 22:13:10 GMT'),
  ],
  'ky: `Retry-After: 86400`, nothing said about a longest wait': [
    () => kys('86400'),
    () => `gives up: \`${wait({ 'retry-after': '86400' })}\``,
  ],
};

const told = rows('cockatiel', 'opossum', 'ky');

for (const [peer, input, they, we] of told) {
  test(`${peer}: ${input}`, async () => {
    const wall = new Wall(EPOCH);
    try {
      const [theirs, own] = answers[`${peer}: ${input}`];
      assert.deepEqual([await theirs(wall), await own(wall)], [they, we]);
    } finally {
      wall.stops();
    }
  });
}

test('every difference is on the page', () => {
  assert.deepEqual(told.map(([peer, input]) => `${peer}: ${input}`).sort(), Object.keys(answers).sort());
});
