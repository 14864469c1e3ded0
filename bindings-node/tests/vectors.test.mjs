// The vectors that every host runs; tests/vectors/README.md says what they mean.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { load } from './engine.mjs';
import { failsoft } from './support.mjs';

const { Engine } = await load();
const VECTORS = new URL('../../tests/vectors/', import.meta.url);
const ACTIONS = ['attempt', 'wait', 'stop', 'reject'];
const OUTAGE = JSON.stringify({ status: 503 });

const read = (name) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));

/** Runs every case of a file that is not for Rust alone. */
function cases(name, play) {
  test(name, async (file) => {
    const own = read(name).cases.filter(({ only }) => only !== 'rust');
    assert.ok(own.length > 0);
    for (const each of own) await file.test(each.description, () => play(each));
  });
}

test('the index lists every file, and every file is run', () => {
  const { files } = read('index.json');
  const there = readdirSync(VECTORS).filter((name) => name.endsWith('.json') && name !== 'index.json');
  assert.deepEqual(files.map(({ name }) => name).sort(), there.sort());
  const run = ['breaker', 'classify', 'explain', 'guards', 'policy_errors', 'retry', 'schedule'];
  const here = files.filter(({ only }) => only === undefined).map(({ name }) => name);
  assert.deepEqual(here.sort(), run.map((name) => `${name}.json`).sort());
});

cases('classify.json', ({ fault, classify, expect }) => {
  const { retryAfter, ...verdict } = failsoft.classifyFault(fault, classify);
  assert.deepEqual({ ...verdict, retry_after: retryAfter }, expect);
});

cases('schedule.json', ({ retry, seed, retries, expect }) => {
  const call = new Engine(JSON.stringify({ retry })).begin(seed, 0);
  const waits = new Map();
  let now = 0;
  for (let number = 1; number <= Math.max(...retries); number += 1) {
    assert.equal(answer(call.admit(now)).action, 'attempt');
    const said = answer(call.fail(OUTAGE, now));
    assert.equal(said.action, 'wait');
    waits.set(number, said.seconds);
    now += said.seconds;
  }
  assert.deepEqual(
    retries.map((number) => waits.get(number)),
    expect,
  );
});

for (const name of ['retry.json', 'breaker.json', 'guards.json']) cases(name, play);

cases('explain.json', ({ policy, expect }) => {
  assert.deepEqual(JSON.parse(new Engine(JSON.stringify(policy)).explain()), expect);
  const { sentences, worstCase } = failsoft.Policy.from(policy).explain();
  assert.deepEqual([sentences, worstCase], [expect.sentences, expect.worst_case]);
});

cases('policy_errors.json', ({ document, text, expect }) => {
  let problems = [];
  try {
    // A text is taken for the document's JSON, so what is no document has to be written first.
    failsoft.Policy.from(text ?? (typeof document === 'object' ? document : JSON.stringify(document)));
  } catch (error) {
    if (!(error instanceof failsoft.ConfigError)) throw error;
    problems = error.problems;
  }
  assert.deepEqual(problems, expect);
});

function play({ policy, seed, events }) {
  let engine = new Engine(JSON.stringify(policy));
  let calls = new Map();
  events.forEach((event, number) => {
    let said = null;
    if (event.do === 'restart') {
      const saved = engine.snapshot(event.at);
      engine = new Engine(JSON.stringify(policy));
      calls = new Map();
      engine.restore(saved, event.clock);
    } else {
      said = happen(event, engine, calls, seed);
    }
    assert.deepEqual(said, event.expect ?? null, `event ${number}: ${JSON.stringify(event)}`);
  });
}

function happen(event, engine, calls, seed) {
  const { at: now, call: label = '' } = event;
  if (event.do === 'resume') {
    calls.set(label, engine.resume(seed, now, engine.lane[0]));
    return null;
  }
  if (event.do === 'admit' && !calls.has(label)) calls.set(label, engine.begin(seed, now));
  const call = calls.get(label);
  return {
    admit: () => answer(call.admit(now)),
    fail: () => answer(call.fail(JSON.stringify(event.fault), now)),
    succeed: () => changed(call.succeed(now)),
    abandon: () => changed(call.abandon(now)),
    report: () => JSON.parse(call.report()),
    lane: () => engine.lane[0] !== 0,
    state: () => JSON.parse(engine.state(now)),
    set: () => changed(engine.set(event.command)),
  }[event.do]();
}

function answer([action, attempt, seconds, reason, change]) {
  const known = { seconds, reason, attempt: attempt || null };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null));
  return { action: ACTIONS[action], ...given, ...changed(change) };
}

function changed(change) {
  if (change === null) return {};
  const [from, to, reason] = change;
  return { transition: { from, to, reason } };
}
