// What failsoft's calls cost beside the peers', on both engines: node bench.mjs [rounds] [--json] [--only words]
// Needs scripts/build-js.sh all. Figures are nanoseconds over a bare call.
import { loads } from './load.mjs';
import { measure, options, print } from './measure.mjs';
import * as peers from './peers.mjs';

process.env.FAILSOFT_ENGINE = 'native';
const dist = new URL('../../bindings-node/dist/', import.meta.url);
const engines = {
  native: await import(new URL('node.js', dist)),
  wasm: await import(new URL('inline.js', dist)), // the same driver; only the engine differs
};

const down = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const fn = async () => {};

/** One case for each engine. */
function onBoth(make) {
  const cases = Object.entries(engines).flatMap(([engine, failsoft]) => Object.entries(make(failsoft)).map(([name, call]) => [`**failsoft**, ${name}, ${engine}`, call]));
  return Object.fromEntries(cases);
}

const healthy = onBoth(({ Policy, withRetry }) => {
  const policies = { retry: { retry: {} }, breaker: { circuit_breaker: {} }, both: { retry: {}, circuit_breaker: {} } };
  const cases = Object.entries(policies).map(([name, document]) => {
    const policy = Policy.from(document);
    return [name, () => policy.run(fn)];
  });
  return Object.fromEntries([...cases, ['a wrapped function (retry)', withRetry(fn)]]);
});

/** Breakers that count: a failure is in the window. */
const counting = onBoth(({ CircuitBreaker }) => {
  const settings = {
    'a count window that has seen a failure': { failure_threshold: 50, count_window: 1_000_000 },
    'a failure rate over time': { failure_rate: 0.9, time_window: 60 },
  };
  return Object.fromEntries(
    Object.entries(settings).map(([name, each]) => {
      const breaker = new CircuitBreaker(each);
      breaker.run(() => Promise.reject(down())).catch(() => {});
      return [name, () => breaker.run(fn)];
    }),
  );
});

const caught = (calls) =>
  Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, () => call().catch(() => {})]));
const fails = async () => {
  throw new Error('down');
};
const open = onBoth(({ CircuitBreaker }) => {
  const breaker = new CircuitBreaker();
  breaker.forceOpen();
  return { breaker: () => breaker.run(fn) };
});

/** What such an error costs by itself, where three functions of a library lie between it and the caller. */
const { CircuitBreakerOpenError } = engines.wasm;
const innermost = () => Promise.reject(new CircuitBreakerOpenError());
const inside = () => innermost();
const entered = () => inside();
const stack = { "a rejection's error alone, as deep": () => entered() };

let turn = 0;
const everyOther = async () => {
  turn ^= 1;
  if (turn === 1) throw down();
};
const byHand = async () => {
  try {
    await everyOther();
  } catch {
    await everyOther();
  }
};
const retryOnce = onBoth(({ withRetry }) => ({
  retry: withRetry(everyOther, { initial_delay: 0, budget: false }),
}));

const tables = {
  'A call that succeeds': await measure(fn, { ...healthy, ...counting, ...peers.healthy(fn) }),
  'A call that an open breaker rejects': await measure(
    () => fails().catch(() => {}),
    caught({ ...open, ...stack, ...peers.open(fn) }),
  ),
  'One retry': await measure(byHand, { ...retryOnce, ...peers.retryOnce(everyOther) }),
};

if (options.json) {
  console.log(JSON.stringify({ node: process.version, rounds: options.rounds, tables, loads: loads() }));
} else {
  console.log(`Node ${process.version}, ${options.rounds} rounds; nanoseconds over the bare call`);
  for (const [title, table] of Object.entries(tables)) print(title, table);
  console.log('\n| first load | ms |\n|---|---:|');
  for (const [name, ms] of Object.entries(loads())) console.log(`| ${name} | ${ms.toFixed(1)} |`);
}
process.exit(); // opossum's snapshots keep a timer
