// Levels of service: what moves them, who is told, and what they make of the parameters of a call.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft } from './support.mjs';

const { ConfigError, GracefulDegradation } = failsoft;

function scene(settings) {
  const time = new FakeTime();
  return { time, degradation: new GracefulDegradation(settings, { clock: time.clock }) };
}

test('S6: there are five levels, and each step down is one', () => {
  const { degradation } = scene();
  const levels = [];
  for (let step = 0; step < 5; step += 1) {
    const { level, percentage } = degradation.describe();
    levels.push([level, percentage]);
    degradation.degrade('load');
  }
  assert.deepEqual(levels, [
    ['full', 100],
    ['high', 80],
    ['medium', 60],
    ['low', 40],
    ['minimal', 20],
  ]);
  assert.deepEqual([degradation.level, degradation.degrade('load')], ['minimal', null]);
});

test('S7: metrics lower the level a step at a time, with a dwell, and raise it again', () => {
  const { degradation, time } = scene({ triggers: { cpu_usage: { enter: 0.95, leave: 0.5 } }, dwell: 30 });
  const change = degradation.observe('cpu_usage', 0.97);
  assert.deepEqual(
    [change.from, change.to, change.cause],
    ['full', 'high', { kind: 'trigger', metric: 'cpu_usage', value: 0.97, threshold: 0.95 }],
  );
  assert.equal(degradation.observe('cpu_usage', 0.99), null, 'within the dwell');
  time.passes(30);
  assert.equal(degradation.observe('cpu_usage', 0.99).to, 'medium');
  time.passes(30);
  assert.equal(degradation.observe('cpu_usage', 0.6), null, 'between the thresholds');
  time.passes(30);
  assert.equal(degradation.observe('cpu_usage', 0.4).to, 'high');
});

test('S7: people lower, raise, choose and pin the level', () => {
  const { degradation } = scene();
  const to = (change) => change?.to ?? null;
  assert.deepEqual(
    [
      to(degradation.degrade('deploying')),
      to(degradation.setLevel('low')),
      to(degradation.restore()),
      to(degradation.pin('minimal')),
      to(degradation.restore()),
      degradation.describe().pinned,
    ],
    ['high', 'low', 'medium', 'minimal', null, true],
  );
  degradation.unpin();
  assert.deepEqual([degradation.describe().pinned, degradation.level], [false, 'minimal']);
});

test("S8: the document's parameters at medium", () => {
  const { degradation } = scene();
  degradation.setLevel('medium');
  const given = { quality: 1.0, resolution: '1080p', steps: 50, model: 'premium' };
  assert.deepEqual(degradation.adjustParameters(given), {
    quality: 0.8,
    resolution: '720p',
    steps: 30,
    model: 'standard',
  });
  assert.deepEqual(given, { quality: 1.0, resolution: '1080p', steps: 50, model: 'premium' });
});

test('parameters that no rule is about keep their types, order and identity', () => {
  const { degradation } = scene();
  degradation.setLevel('medium');
  const when = new Date(0);
  const tag = Symbol('tag');
  const inner = { steps: 50 };
  const given = {
    prompt: 'a "story" \ud83d',
    when,
    big: 10n,
    quality: 1,
    callback: () => {},
    nothing: undefined,
    none: null,
    nan: Number.NaN,
    inner,
    steps: 50,
    list: [when],
    [tag]: 1,
  };
  const adjusted = degradation.adjustParameters(given);
  assert.deepEqual(Reflect.ownKeys(adjusted), Reflect.ownKeys(given));
  for (const key of Reflect.ownKeys(given)) {
    const expected = { quality: 0.8, steps: 30 }[key] ?? given[key];
    assert.ok(Object.is(adjusted[key], expected), String(key));
  }
});

test('an object of a class stays one', () => {
  class Request {
    constructor(steps) {
      this.steps = steps;
    }
    get half() {
      return this.steps / 2;
    }
  }
  const { degradation } = scene();
  degradation.setLevel('low');
  const adjusted = degradation.adjustParameters(new Request(50));
  assert.deepEqual([adjusted instanceof Request, adjusted.steps, adjusted.half], [true, 20, 10]);
});

test('a name like __proto__ does no harm', () => {
  const { degradation } = scene({ parameters: { __proto__: null, steps: { cap: { medium: 30 } } } });
  degradation.setLevel('medium');
  const given = JSON.parse('{"__proto__": {"steps": 1}, "steps": 50}');
  const adjusted = degradation.adjustParameters(given);
  assert.deepEqual(
    [adjusted.steps, Object.getPrototypeOf(adjusted) === Object.prototype || adjusted.polluted === undefined, {}.steps],
    [30, true, undefined],
  );
});

test('listeners are told of each change, whatever the others do', (t) => {
  const failed = t.mock.method(console, 'error', () => {});
  const { degradation } = scene();
  const told = [];
  degradation.onChange(() => {
    throw new Error('a broken listener');
  });
  const stop = degradation.onChange(({ from, to, cause }) => told.push([from, to, cause.kind]));
  degradation.degrade('load');
  degradation.restore();
  assert.equal(degradation.restore(), null);
  stop();
  degradation.degrade('load');
  assert.deepEqual(told, [
    ['full', 'high', 'manual'],
    ['high', 'full', 'manual'],
  ]);
  assert.equal(failed.mock.callCount(), 3);
});

// mode: listener that re-enters
test('a listener may change the level itself: everybody hears of both, in order', () => {
  const { degradation } = scene();
  const told = [];
  degradation.onChange(({ to }) => {
    if (to === 'high') degradation.setLevel('low');
  });
  degradation.onChange(({ from, to }) => told.push([from, to]));
  degradation.degrade();
  assert.deepEqual(told, [
    ['full', 'high'],
    ['high', 'low'],
  ]);
});

test('what makes no sense says why and changes nothing', () => {
  const { degradation } = scene();
  const message = (act) => {
    try {
      act();
    } catch (error) {
      return [error instanceof ConfigError, error.message];
    }
    return null;
  };
  assert.deepEqual(
    [
      message(() => degradation.observe('disk', 1)),
      message(() => degradation.observe('cpu_usage', Number.NaN)),
      message(() => degradation.pin('best')),
    ],
    [
      [true, 'metric: unknown metric "disk" (expected cpu_usage, error_rate, memory_usage or response_time)'],
      [true, 'value: cpu_usage: NaN is out of range (expected a finite number)'],
      [true, 'level: unknown level "best" (expected full, high, medium, low or minimal)'],
    ],
  );
  assert.equal(degradation.level, 'full');
  assert.throws(() => new GracefulDegradation({ dwell: -1, levls: [] }), { name: 'ConfigError' });
});

test('a level that is saved and restored is the same', () => {
  const { degradation } = scene();
  degradation.pin('low');
  const other = scene().degradation;
  const told = [];
  other.onChange(({ to }) => told.push(to));
  other.restoreSnapshot(JSON.parse(JSON.stringify(degradation.snapshot())));
  assert.deepEqual([other.level, other.describe().pinned, told], ['low', true, ['low']]);
});
