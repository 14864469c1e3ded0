// The vectors that every host runs; tests/vectors/README.md says what they mean.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { load, small } from './engine.mjs';
import { HOST, leave } from './generated/account.mjs';
import { see } from './generated/canonical.mjs';
import { refusals, sorted, withoutThem } from './left-out.mjs';
import { failsoft } from './support.mjs';

const { Batch, Chain, Engine, System } = await load();
const VECTORS = new URL('../../tests/vectors/', import.meta.url);
const FAULTS = ['classify'];
FAULTS.push('python_http', 'python_services', 'python_shapes', 'python_stores', 'python_system');
const ACTIONS = ['attempt', 'wait', 'stop', 'reject'];
const OUTAGE = JSON.stringify({ status: 503 });

const read = (name) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));

/** Runs every case of a file that is not for Rust alone. */
function cases(name, play) {
  test(name, async (file) => {
    const own = read(name).cases.filter(({ only }) => only !== 'rust');
    assert.ok(own.length > 0);
    const differences = [];
    const seen = new Set();
    for (const each of own) {
      await file.test(each.description, () => {
        try {
          carriedOut(each, play);
        } catch (error) {
          differences.push({ case: each.description, expected: 'as in the file', found: error.message });
          throw error;
        }
        // It has answered what is expected.
        see([each.expect ?? null, each.events ?? []], seen);
      });
    }
    const account = { cases: own.length, differences, seen: [...seen].sort() };
    // What the small engine leaves out it has no account of.
    if (!small) leave(HOST, name.replace('.json', ''), readFileSync(new URL(name, VECTORS), 'utf8'), account);
  });
}

/** The same for what the small engine has no classes for. */
const casesInFull = small ? () => {} : cases;

/** Plays a case, if the engine under test carries out what its policy says; otherwise that must be refused, by its name. */
function carriedOut(each, play) {
  const refused = small ? refusals(each.policy) : [];
  if (refused.length === 0) return play(each);
  assert.deepEqual(problemsOf(JSON.stringify(each.policy)), refused);
}

/** A document, as far as the text is one. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a document. */
function problemsOf(document) {
  try {
    failsoft.Policy.from(document);
  } catch (error) {
    if (!(error instanceof failsoft.ConfigError)) throw error;
    return error.problems;
  }
  return [];
}

test('the index lists every file, and every file is run', () => {
  const { files } = read('index.json');
  const there = readdirSync(VECTORS).filter((name) => name.endsWith('.json') && name !== 'index.json');
  assert.deepEqual(files.map(({ name }) => name).sort(), there.sort());
  const run = ['batch', 'breaker', 'degradation', 'explain', 'fallback', 'guards', 'health'];
  run.push(...FAULTS, 'policy_errors', 'retry', 'schedule');
  const here = files.filter(({ only = 'javascript' }) => only.includes('javascript')).map(({ name }) => name);
  assert.deepEqual(here.sort(), run.map((name) => `${name}.json`).sort());
});

for (const name of FAULTS) {
  cases(`${name}.json`, ({ fault, classify, expect }) => {
    const { retryAfter, ...verdict } = failsoft.classifyFault(fault, classify);
    assert.deepEqual({ ...verdict, retry_after: retryAfter }, expect);
  });
}

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

casesInFull('explain.json', ({ policy, expect }) => {
  assert.deepEqual(JSON.parse(new Engine(JSON.stringify(policy)).explain()), expect);
  const { sentences, worstCase } = failsoft.Policy.from(policy).explain();
  assert.deepEqual([sentences, worstCase], [expect.sentences, expect.worst_case]);
});

cases('policy_errors.json', ({ document, text, expect }) => {
  // A text is taken for the document's JSON, so what is no document has to be written first.
  const problems = problemsOf(text ?? (typeof document === 'object' ? document : JSON.stringify(document)));
  if (!small) assert.deepEqual(problems, expect);
  else assert.deepEqual(sorted(problems), sorted([...withoutThem(expect), ...refusals(document ?? parsed(text))]));
});

casesInFull('batch.json', ({ batch: section, items, events }) => {
  const batch = new Batch(JSON.stringify({ batch: section }), items);
  const said = ({ do: what, index, category }) =>
    ({
      next: () => {
        const next = batch.next();
        return { '-1': 'wait', '-2': 'done' }[next] ?? { start: next };
      },
      succeed: () => batch.succeed(index),
      fail: () => batch.fail(index, category),
      ignore: () => batch.ignore(index),
      stop: () => batch.stop() ?? null,
      report: () => JSON.parse(batch.report()),
    })[what]();
  each(events, said);
});

casesInFull('fallback.json', ({ policy, events }) => {
  let chain = new Chain(JSON.stringify(policy));
  let calls = new Map();
  const steps = JSON.parse(chain.describe());
  const number = (name) => {
    const found = steps.findIndex((step) => step.name === name);
    return found < 0 ? steps.length : found;
  };
  const happens = (event) => {
    const { at: now, call: label = '' } = event;
    const statistics = () => JSON.parse(chain.statistics(now));
    switch (event.do) {
      case 'statistics':
        return statistics();
      case 'snapshot':
        return JSON.parse(chain.snapshot(now));
      case 'order':
        return statistics()
          .steps.sort((one, other) => one.position - other.position)
          .map(({ name }) => name);
      case 'restart': {
        const saved = chain.snapshot(now);
        chain = new Chain(JSON.stringify(policy));
        calls = new Map();
        chain.restore(saved, event.clock);
        return null;
      }
    }
    if (!calls.has(label)) calls.set(label, chain.begin(now));
    const call = calls.get(label);
    const step = number(event.step);
    const done = () => ({});
    return {
      next: () => decided(call.next(now), now),
      fail: () => done(call.fail(step, JSON.stringify(event.fault), now)),
      refuse: () => done(call.refuse(step, event.retry_after ?? null, now)),
      succeed: () => {
        call.succeed(step, now);
        const { name, ...worth } = steps[step];
        return { step: name, ...worth };
      },
      // To give up what is over is no error here.
      abandon: () => call.abandon(now) ?? event.expect,
      report: () => JSON.parse(call.report()),
    }[event.do]();
  };
  const decided = ([course, step, seconds], now) => {
    const until = seconds === null ? {} : { until: now + seconds };
    return [
      { action: 'try', step: steps[step]?.name },
      { action: 'exhausted', ...until },
      { action: 'all_benched', ...until },
      { action: 'fail_now', step: steps[step]?.name },
    ][course];
  };
  each(events, (event) => {
    try {
      return happens(event);
    } catch (error) {
      if (!event.expect?.misuse) throw error;
      return { misuse: error.message.replace(/^step: /, '') };
    }
  });
});

casesInFull('degradation.json', ({ policy: { degradation: settings }, events }) => {
  const time = { now: 0 };
  const made = () => new failsoft.GracefulDegradation(settings, { clock: { now: () => time.now, after: () => {} } });
  let degradation = made();
  const moved = (change) => (change === null ? {} : { change });
  const happens = (event) => {
    time.now = event.at;
    const { metric, value, level, reason, parameters } = event;
    return {
      observe: () => moved(degradation.observe(metric, value ?? Number.NaN)),
      tick: () => moved(degradation.tick()),
      degrade: () => moved(degradation.degrade(reason)),
      restore: () => moved(degradation.restore()),
      set_level: () => moved(degradation.setLevel(level)),
      pin: () => moved(degradation.pin(level)),
      unpin: () => degradation.unpin() ?? {},
      adjust: () => degradation.adjustParameters(parameters),
      level: () => {
        const { level: name, percentage } = degradation.describe();
        return { name, percentage };
      },
      metrics: () => degradation.describe().metrics,
      restart: () => {
        const saved = JSON.parse(JSON.stringify(degradation.snapshot()));
        time.now = event.clock;
        degradation = made();
        degradation.restoreSnapshot(saved);
        return null;
      },
    }[event.do]();
  };
  const told = events.filter(({ do: what }) => !['wakeup', 'trace', 'snapshot'].includes(what));
  const expected = told.map(({ expect, ...event }) => {
    const { change, ...rest } = expect ?? {};
    if (change !== undefined) {
      const { at, ...known } = change;
      return { ...event, expect: { change: known } };
    }
    const { quality, ...level } = rest;
    return { ...event, expect: event.do === 'level' ? level : expect };
  });
  each(expected, (event) => {
    try {
      return happens(event);
    } catch (error) {
      if (!event.expect?.error) throw error;
      return { error: error.message.replace(/^(metric|value|level): /, '') };
    }
  });
});

/** What a snapshot says of a state, where that is more than its name. */
const SAVED = { open: { name: 'open', remaining: 1e9 }, half_open: { name: 'half_open', successes: 0 } };
const CALLS = 10_000;

casesInFull('health.json', ({ input, expect }) => {
  const level = input.level ?? { name: 'full', standing: 'best' };
  const ladders = { best: [level.name, 'less'], between: ['more', level.name, 'less'] };
  const names = ladders[level.standing] ?? ['more', level.name];
  const levels = names.map((name, place) => ({ name, percentage: 100 - 10 * place }));
  const system = new System(JSON.stringify({ analytics: { minimum_calls: 1 }, degradation: { levels, triggers: {} } }));
  system.ask(JSON.stringify({ do: 'set_level', level: level.name }), 0);
  for (const [name, state] of Object.entries(input.circuit_breakers ?? {})) {
    const breaker = system.engine(name, '{"circuit_breaker": {}}', 0);
    const saved = JSON.parse(breaker.snapshot(0));
    breaker.restore(JSON.stringify({ ...saved, state: SAVED[state] ?? { name: state } }), 0);
  }
  const rate = input.error_rate ?? 0;
  const calls = system.engine('calls', '{"retry": {"max_attempts": 1}}', 0);
  for (let number = 0; number < (rate > 0 ? CALLS : 0); number += 1) {
    const call = calls.begin(number, 0);
    call.admit(0);
    if (number < rate * CALLS) call.fail(OUTAGE, 0);
    else call.succeed(0);
    call.free?.();
  }
  const health = JSON.parse(system.ask('{"do": "health"}', 0));
  assert.deepEqual(Object.fromEntries(Object.keys(expect).map((key) => [key, health[key]])), expect);
});

/** What is said to each event is what is expected. */
function each(events, said) {
  events.forEach((event, number) => {
    assert.deepEqual(said(event), event.expect ?? null, `event ${number}: ${JSON.stringify(event)}`);
  });
}

function play({ policy, seed, events }) {
  // It saves no breaker.
  if (small && events.some(({ do: what }) => what === 'restart')) return;
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
