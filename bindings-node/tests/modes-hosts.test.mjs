// How listeners, registries, logs and endings of programs elsewhere failed in production (docs/reliability.md), tried here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { FakeTime, failsoft, invalid, rejection, reset, script } from './support.mjs';

const { CircuitBreaker, CircuitBreakerOpenError, Policy, System, reportOf, wrapFetch } = failsoft;

/** Calls that make every event that there is; what came of each call, and how the breaker stood after it. */
async function everything(onEvent) {
  const time = new FakeTime();
  const document = {
    name: 'prices',
    retry: { max_attempts: 2, initial_delay: 1, jitter: 'none' },
    circuit_breaker: { failure_threshold: 4, recovery_timeout: 60 },
  };
  const policy = Policy.from(document, { clock: time.clock, onEvent });
  const outcomes = [];
  for (const [fn, fallback, wait] of [
    [script(reset(), 'recovered')],
    [script(invalid())],
    [script(invalid()), () => 'cached'],
    [script(invalid()), script(new Error('no cache'))],
    [script(reset())],
    [script(reset())],
    [script('refused')],
    [script('back'), undefined, 60],
  ]) {
    time.passes(wait ?? 0);
    const said = await policy.run(fn, fallback && { fallback }).catch((error) => `${error}`);
    outcomes.push([said, fn.calls, policy.circuitBreaker.state, policy.circuitBreaker.failureCount, time.now]);
  }
  policy.circuitBreaker.forceOpen();
  policy.circuitBreaker.reset();
  return outcomes;
}

// mode: listener that throws
test('a listener that throws at every event changes no result, no state, no count and no time', async (t) => {
  const written = t.mock.method(console, 'error', () => {});
  const told = [];
  const quiet = await everything(({ type, to }) => told.push(to ?? type));
  const thrown = await everything(() => {
    throw new Error('broken listener');
  });
  assert.deepEqual(thrown, quiet);
  assert.deepEqual(thrown, await everything(undefined));
  assert.equal(written.mock.callCount(), told.length);
  const kinds = ['retry', 'gave_up', 'refused', 'recovered', 'fell_back', 'fallback_failed'];
  const states = ['open', 'half_open', 'closed', 'forced_open'];
  assert.deepEqual(
    [...kinds, ...states].filter((kind) => !told.includes(kind)),
    [],
  );
});

// mode: listener that re-enters
test('a listener may read, reset, hold and call what it hears of, and its changes are a chain', async () => {
  const time = new FakeTime();
  const changes = [];
  const calls = [];
  const onEvent = ({ type, from, to }) => {
    if (type !== 'transition') return;
    changes.push([from, to]);
    calls.push(breaker.run(script(reset())).catch(() => null));
    assert.equal(typeof breaker.snapshot().version, 'number');
    if (to === 'open') breaker.forceOpen();
    if (to === 'forced_open') breaker.reset();
  };
  const breaker = new CircuitBreaker('prices', { failure_threshold: 2 }, { clock: time.clock, onEvent });
  for (let call = 0; call < 2; call += 1) await rejection(breaker.run(script(reset())));
  await Promise.all(calls);
  assert.deepEqual(changes.slice(0, 3), [
    ['closed', 'open'],
    ['open', 'forced_open'],
    ['forced_open', 'closed'],
  ]);
  for (const [index, [from]] of changes.entries()) assert.equal(from, index === 0 ? 'closed' : changes[index - 1][1]);
  breaker.reset();
  assert.equal(await breaker.run(() => 'fine'), 'fine');
});

/** Runs a program of its own, with the engine under test. */
function program(text) {
  const entry = process.env.FAILSOFT_ENGINE === 'wasm' ? 'inline.js' : 'node.js';
  const from = new URL(`../dist/${entry}`, import.meta.url).href;
  const source = `import { CircuitBreaker, Policy } from ${JSON.stringify(from)};\n${text}`;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  return [status, signal, stdout.trim()];
}
const OPEN = `
  const breaker = new CircuitBreaker({ failure_threshold: 1, recovery_timeout: 3600 });
  await breaker.run(() => { throw Object.assign(new Error('down'), { code: 'ECONNRESET' }); }).catch(() => {});
  console.log(breaker.state);`;

// mode: program that does not end
test('a program ends by itself with a breaker open, a probe out and waits given up', () => {
  const rest = `
  const hangs = new CircuitBreaker({ failure_threshold: 1, recovery_timeout: 0 });
  await hangs.run(() => { throw Object.assign(new Error('down'), { code: 'ECONNRESET' }); }).catch(() => {});
  hangs.run(() => new Promise(() => {}));
  const caller = new AbortController();
  const policy = Policy.from({ retry: { initial_delay: '1h', max_delay: '1h' }, timeout: { attempt: '1h' } });
  const wait = policy.run(async () => { throw Object.assign(new Error('down'), { code: 'ECONNRESET' }); },
    { signal: caller.signal }).catch((reason) => console.log(reason));
  setImmediate(() => caller.abort('enough'));
  await wait;`;
  assert.deepEqual(program(OPEN + rest), [0, null, 'open\nenough']);
});

// mode: program that does not end
test('workers with open breakers come and go', () => {
  const workers = `
  import { isMainThread, Worker } from 'node:worker_threads';
  if (isMainThread) {
    for (let round = 0; round < 2; round += 1) {
      const ends = [1, 2].map(() => new Promise((resolve) => new Worker(SOURCE, { eval: true }).on('exit', resolve)));
      console.log(...(await Promise.all(ends)));
    }
  }`;
  const entry = process.env.FAILSOFT_ENGINE === 'wasm' ? 'inline.js' : 'node.js';
  const from = new URL(`../dist/${entry}`, import.meta.url).href;
  const source = `import(${JSON.stringify(from)}).then(async ({ CircuitBreaker }) => {${OPEN.replace('console.log', 'String')}});`;
  const told = program(`const SOURCE = ${JSON.stringify(source)};${workers}`);
  assert.deepEqual(told, [0, null, Array(2).fill('0 0').join('\n')]);
});

// mode: registry grows with its keys
test('so many names as one likes are so many parts as there may be, and what is open stays', async () => {
  const time = new FakeTime();
  const system = new System({ parts: { most: 100 } }, { clock: time.clock });
  const settings = { failure_threshold: 1, recovery_timeout: 3600 };
  await rejection(system.circuitBreaker('down', settings).run(script(reset())));
  for (let user = 0; user < 3000; user += 1) {
    await system.circuitBreaker(`user ${user}`, settings).run(() => 'fine');
  }
  const { parts } = system.debugInfo();
  assert.ok(Object.keys(parts).length <= 100, `${Object.keys(parts).length} parts`);
  const refused = await rejection(system.circuitBreaker('down', settings).run(() => 'fine'));
  assert.ok(refused instanceof CircuitBreakerOpenError);
});

// mode: secret in a log
test('what is secret in an error is in no line, report, state or explanation', async (t) => {
  const canary = 'sk-live-canary0123456789abcdef';
  const lines = [];
  for (const name of ['log', 'warn', 'error']) t.mock.method(console, name, (...texts) => lines.push(inspect(texts)));
  const secret = () =>
    Object.assign(new Error(`GET https://ann:${canary}@example.com/?api_key=${canary} failed, token=${canary}`), {
      code: 'ECONNRESET',
      config: { headers: { authorization: `Bearer ${canary}` } },
      response: { headers: { 'set-cookie': `session=${canary}`, authorization: `Bearer ${canary}` } },
      cause: new Error(`password=${canary}`),
    });
  const time = new FakeTime();
  const onEvent = ({ error, ...told }) => lines.push(inspect(told));
  const system = new System({}, { clock: time.clock, onEvent });
  const document = { retry: { max_attempts: 2 }, circuit_breaker: { failure_threshold: 3 } };
  const policy = system.policy('search', document);
  for (let call = 0; call < 3; call += 1) {
    const error = await rejection(policy.run(script(secret()), { fallback: script(secret()) }));
    lines.push(inspect(reportOf(error), { depth: 9 }));
  }
  const ask = wrapFetch(
    async () => {
      throw secret();
    },
    { retry: { max_attempts: 2 } },
    { clock: time.clock, onEvent },
  );
  await rejection(ask(`https://ann:${canary}@example.com/?api_key=${canary}`));
  for (const told of [system.debugInfo(), system.health(), system.errorAnalytics(), system.events(), policy.explain()])
    lines.push(inspect(told, { depth: 20, maxArrayLength: null, maxStringLength: null }));
  lines.push(
    JSON.stringify(policy.circuitBreaker.snapshot()),
    inspect(policy),
    inspect(policy.circuitBreaker, { depth: 5 }),
  );
  assert.deepEqual(
    lines.filter((line) => line.includes('canary')),
    [],
  );
  assert.ok(lines.length > 15 && lines.some((line) => line.includes('[redacted]')));
});
