// Named parts of a program: what they share, what the system knows, and the integrations of document 004.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTime, failsoft, isPending, rejection, reset, script, settled } from './support.mjs';

const { CircuitBreakerOpenError, ConfigError, System, reportOf } = failsoft;

function scene(document, options = {}) {
  const time = new FakeTime(options);
  const events = [];
  const onEvent = ({ type, policy }) => events.push([type, policy]);
  return { time, events, system: new System(document, { clock: time.clock, onEvent }) };
}

const opens = async (guard, times = 1) => {
  for (let call = 0; call < times; call += 1) await rejection(guard.run(script(reset())));
};
const isRefused = async (guard) => (await rejection(guard.run(() => 'fine'))) instanceof CircuitBreakerOpenError;

test('S4: breakers of different names are isolated, those of one name are one', async () => {
  const { system } = scene();
  const search = system.circuitBreaker('search', { failure_threshold: 2 });
  const [same, billing] = [system.circuitBreaker('search'), system.circuitBreaker('billing')];
  await opens(search, 2);
  assert.deepEqual([search.state, same.state, billing.state, same.name], ['open', 'open', 'closed', 'search']);
  assert.ok(await isRefused(same));
  assert.equal(await billing.run(() => 'fine'), 'fine');
});

test('S4: whatever one policy of a part does to its breaker, the others see at once', async () => {
  const breaker = { circuit_breaker: { failure_threshold: 2 } };
  const documents = [
    breaker,
    { ...breaker, retry: { max_attempts: 2, initial_delay: 0 } },
    { ...breaker, timeout: { attempt: 1 } },
    { ...breaker, retry: { budget: { name: 'shared', kind: 'ratio' } } },
    { ...breaker, retry: { budget: { name: 'tokens' } } },
    {},
  ];
  for (const opener of documents.keys()) {
    for (const first of documents.keys()) {
      const { system } = scene();
      // Whoever comes first makes the array that all of them read.
      const order = [...documents.keys()].sort((one, other) =>
        one === first ? -1 : other === first ? 1 : one - other,
      );
      const kept = [];
      if (documents[first] === documents.at(-1)) kept.push(system.policy('search', breaker));
      const policies = [];
      for (const index of order) policies[index] = system.policy('search', documents[index]);
      for (const policy of policies) assert.equal(await policy.run(() => 'fine'), 'fine');
      await opens(policies[opener], 2);
      const refused = [];
      for (const policy of policies) refused.push(await isRefused(policy));
      assert.deepEqual(refused, Array(documents.length).fill(true), `opened by ${opener}, made first by ${first}`);
    }
  }
});

test('S4: a policy that is made while the breaker is open is refused too', async () => {
  const { system } = scene();
  const breaker = system.circuitBreaker('search', { failure_threshold: 1 });
  await opens(breaker);
  assert.ok(await isRefused(system.policy('search', { retry: {} })));
  assert.ok(await isRefused(breaker));
});

test('S4: a call of one policy that was under way when another opened the breaker changes nothing', async () => {
  const { system } = scene();
  const [one, other] = [{}, { retry: { max_attempts: 1 } }].map((rest) =>
    system.policy('search', { circuit_breaker: { failure_threshold: 1 }, ...rest }),
  );
  let answer;
  const late = one.run(() => new Promise((resolve) => (answer = resolve)));
  await opens(other);
  answer('late');
  assert.equal(await late, 'late');
  assert.deepEqual([one.circuitBreaker.state, await isRefused(one)], ['open', true]);
});

test('S9: health tells how breakers, errors and the level stand', async () => {
  const { system, time } = scene();
  await opens(system.circuitBreaker('external_api', { failure_threshold: 2, timeout: 60 }), 2);
  await system.circuitBreaker('cache').run(() => 'fine');
  system.gracefulDegradation.degrade('load');
  time.passes(5);
  const { status, circuitBreakers, degradationLevel, errorRate, reasons } = system.health();
  assert.deepEqual(circuitBreakers, {
    external_api: { state: 'open', failureCount: 2, lastFailureAgo: 5, retryAfter: 55 },
    cache: { state: 'closed', failureCount: 0, lastFailureAgo: null, retryAfter: 0 },
  });
  assert.deepEqual([status, degradationLevel, errorRate], ['degraded', 'high', 0]);
  assert.deepEqual(
    reasons.map(({ path }) => path),
    ['circuit_breakers.external_api', 'degradation_level'],
  );
});

test('S9: debug information is one JSON document with every part in it', async () => {
  const { system } = scene();
  const breaker = system.circuitBreaker('search', { failure_threshold: 1 });
  await opens(breaker);
  const info = JSON.parse(JSON.stringify(system.debugInfo()));
  assert.deepEqual(
    [info.version, info.parts.search.circuit_breaker.state, info.analytics.errors, info.health.status],
    [1, 'open', 1, 'unhealthy'],
  );
});

test('S10: the error rate is exact whenever it is asked for', async () => {
  const { system, time } = scene({ analytics: { window: 60, minimum_calls: 1 } });
  const [search, billing] = ['search', 'billing'].map((part) => system.policy(part, { circuit_breaker: {} }));
  for (let call = 0; call < 6; call += 1) await search.run(() => 'fine');
  for (let call = 0; call < 3; call += 1) await billing.run(() => 'fine');
  await opens(billing);
  const told = () => {
    const { succeeded, failed, errorRate, recent } = system.errorAnalytics();
    return [succeeded, failed, errorRate, recent.calls];
  };
  assert.deepEqual(told(), [9, 1, 0.1, 10]);
  time.passes(30);
  await search.run(() => 'fine');
  time.passes(40);
  assert.deepEqual(told(), [10, 1, 0, 1], 'what is older than the window is not recent, though told of late');
});

test('S10: successes count for the time at which they were, however late somebody asks', async () => {
  const { system, time } = scene({ analytics: { window: 60 } });
  const search = system.policy('search', { circuit_breaker: {} });
  for (let call = 0; call < 5; call += 1) await search.run(() => 'fine');
  time.passes(100);
  const { succeeded, recent } = system.errorAnalytics();
  assert.deepEqual([succeeded, recent.calls], [5, 0]);
});

test('S10: analytics say what went wrong, and can be cleared', async () => {
  const { system } = scene();
  await opens(system.policy('search', { retry: { max_attempts: 2, initial_delay: 0 } }));
  const { errors, attempts, retries, byCategory, bySource, history, topMessages } = system.errorAnalytics();
  assert.deepEqual([errors, attempts, retries, byCategory], [2, 2, 1, { connection: 2 }]);
  assert.deepEqual([bySource[0].name, history.length, topMessages[0].count], ['search', 2, 2]);
  system.clearHistory();
  assert.equal(system.errorAnalytics().errors, 0);
});

test('S10: the history is bounded', async () => {
  const { system } = scene({ analytics: { history: 3 } });
  const policy = system.policy('search', {});
  await opens(policy, 5);
  const { errors, history } = system.errorAnalytics();
  assert.deepEqual([errors, history.length], [5, 3]);
});

test('S7: the level follows the error rate by itself, and listeners hear of it', async () => {
  const { system, time } = scene({ analytics: { minimum_calls: 4 } });
  const told = [];
  system.gracefulDegradation.onChange(({ from, to, cause }) => told.push([from, to, cause.metric]));
  const policy = system.policy('search', {});
  await opens(policy, 4);
  await settled();
  assert.deepEqual([told, system.gracefulDegradation.level], [[['full', 'high', 'error_rate']], 'high']);
  time.passes(600);
  assert.equal(system.tick()?.to, 'full');
});

test('S2: a call with retries, through a named breaker', async () => {
  const { system, time } = scene();
  const breaker = system.circuitBreaker('api', { failure_threshold: 3 });
  const fn = script(reset(), 'answer');
  assert.equal(await system.executeWithResilience(fn, { circuitBreaker: 'api' }), 'answer');
  assert.deepEqual([fn.calls, time.waits.length, breaker.state], [2, 1, 'closed']);
  const once = script(reset());
  await rejection(system.executeWithResilience(once, { circuitBreaker: 'api', retry: false }));
  await rejection(system.executeWithResilience(once, { retry: { max_attempts: 3, initial_delay: 0 } }));
  assert.equal(once.calls, 4);
  breaker.forceOpen();
  assert.ok((await rejection(system.executeWithResilience(fn, { circuitBreaker: 'api' }))).retryAfter === null);
  assert.equal(await system.executeWithResilience(() => 'no breaker'), 'no breaker');
});

test('S2: a signal ends such a call with its reason', async () => {
  const { system } = scene({}, { flows: false });
  const controller = new AbortController();
  const call = system.executeWithResilience(script(reset()), { signal: controller.signal });
  assert.ok(await isPending(call));
  controller.abort('enough');
  assert.equal(await rejection(call), 'enough');
});

test('S2: what contradicts a part is said, and rejects', async () => {
  const { system } = scene();
  const kept = system.policy('search', { circuit_breaker: { failure_threshold: 9 } });
  assert.throws(() => system.circuitBreaker('search', { failure_threshold: 2 }), ConfigError);
  assert.throws(() => system.policy('search', { fallback: [{ name: 'one' }] }), {
    name: 'ConfigError',
    message: /^fallback: /,
  });
  assert.ok(kept);
  const error = await rejection(system.executeWithResilience(() => 1, { retry: { max_atempts: 3 } }));
  assert.ok(error instanceof ConfigError);
  assert.throws(() => new System({ events: -1 }), { name: 'ConfigError', message: /^events: / });
});

test('S11: video: breakers inside a fallback chain inside a resilient call', async () => {
  const { system } = scene();
  const hunyuan = script(reset());
  const wan = script({ video: 'wan' });
  const [hunyuanBreaker, wanBreaker] = ['hunyuan_video', 'wan_video'].map((name) =>
    system.circuitBreaker(name, { failure_threshold: 2 }),
  );
  const chain = system.fallbackChain('video_generation');
  chain
    .addFallback((request) => hunyuanBreaker.run(() => hunyuan(request)), { name: 'hunyuan_premium' })
    .addFallback((request) => wanBreaker.run(() => wan(request)), { name: 'wan_standard' })
    .addFallback(() => ({ video: 'cached' }), { name: 'cached_fallback' });
  system.gracefulDegradation.setLevel('medium');
  const request = system.gracefulDegradation.adjustParameters({ prompt: 'A story scene', steps: 50 });
  const generate = () =>
    system.executeWithResilience(() => chain.execute(request), { circuitBreaker: 'video_generation' });
  const videos = [];
  for (let call = 0; call < 3; call += 1) videos.push(await generate());
  assert.deepEqual([videos.map(({ video }) => video), request.steps], [['wan', 'wan', 'wan'], 30]);
  assert.deepEqual([hunyuan.calls, reportOf(videos[2]).passed[0].why], [2, 'benched']);
  assert.deepEqual(
    Object.entries(system.health().circuitBreakers)
      .map(([name, { state }]) => [name, state])
      .sort(),
    [
      ['hunyuan_video', 'open'],
      ['video_generation', 'closed'],
      ['wan_video', 'closed'],
    ],
  );
});

test('S11: image: a chain by quality whose steps are parts of the system', async () => {
  const { system } = scene();
  const chain = system.fallbackChain('image_quality');
  const policy = { circuit_breaker: { failure_threshold: 1 } };
  chain.add(script(reset()), { name: 'qwen_ultra', quality: 1, policy });
  chain.add(script({ image: 'flux' }), { name: 'flux_high', quality: 0.8, policy });
  assert.equal(system.fallbackChain('image_quality'), chain);
  assert.deepEqual([reportOf(await chain.run({})).quality, reportOf(await chain.run({})).quality], [0.8, 0.8]);
  assert.equal(system.health().circuitBreakers['image_quality.qwen_ultra'].state, 'open');
  const { succeeded, failed, errors } = system.errorAnalytics();
  assert.deepEqual([succeeded, failed, errors], [2, 0, 1], 'a call that a step has saved is no failure');
  const [, { kind, chain: name, servedBy, passed }] = system.events();
  assert.deepEqual([kind, name, servedBy, passed], ['chain', 'image_quality', 'flux_high', 1]);
  assert.ok(
    await isRefused(system.circuitBreaker('image_quality.qwen_ultra')),
    'the lane of a step is that of its part',
  );
});

test('S11: workflow: chains one after the other in one resilient call', async () => {
  const { system } = scene();
  const chain = (name, ...steps) => {
    const made = system.fallbackChain(name);
    steps.forEach((fn, index) => {
      made.add(fn, { name: `step ${index}` });
    });
    return made;
  };
  const generation = chain('content_generation', script(reset(), 'story'), script('draft'));
  const processing = chain('content_processing', async ({ content }) => `${content}, enhanced`);
  const output = chain('output_generation', script(reset()), async ({ processed }) => ({ film: processed }));
  const workflow = async () => {
    const content = await generation.execute({ type: 'story' });
    const processed = await processing.execute({ content });
    return output.execute({ processed });
  };
  const options = { circuitBreaker: 'workflow_execution', retry: { max_attempts: 2 } };
  assert.deepEqual(await system.executeWithResilience(workflow, options), { film: 'draft, enhanced' });
  assert.deepEqual(await system.executeWithResilience(workflow, options), { film: 'story, enhanced' });
});

test('events are numbered, and told from a number on', async () => {
  const { system, time, events } = scene();
  await opens(system.circuitBreaker('search', { failure_threshold: 1 }));
  time.passes(2);
  system.gracefulDegradation.setLevel('low');
  const [breaker, call, level] = system.events();
  assert.deepEqual(breaker, {
    seq: 1,
    ago: 2,
    kind: 'breaker',
    part: 'search',
    from: 'closed',
    to: 'open',
    reason: 'consecutive_failures',
  });
  assert.deepEqual([call.kind, call.stopReason, level.to, level.ago], ['call', 'exhausted', 'low', 0]);
  assert.deepEqual([system.events(2), system.events(3)], [[level], []]);
  assert.deepEqual(events, [['transition', 'search']]);
});

test('a system that is saved and restored knows what it knew', async () => {
  const { system } = scene();
  await opens(system.policy('search', {}));
  system.gracefulDegradation.setLevel('low');
  const other = scene().system;
  other.restore(JSON.parse(JSON.stringify(system.snapshot())));
  assert.deepEqual([other.errorAnalytics().errors, other.gracefulDegradation.level], [1, 'low']);
  assert.throws(() => other.restore({}), ConfigError);
});

test('a system that does not degrade is always full', () => {
  const { system } = scene({ degradation: false });
  assert.deepEqual([system.gracefulDegradation.level, system.gracefulDegradation.describe()], ['full', null]);
  assert.throws(() => system.gracefulDegradation.setLevel('low'), ConfigError);
});

test('a budget with a name is shared by the parts that name it', async () => {
  const { system } = scene();
  const budget = { name: 'all', capacity: 5, retry_cost: 5 };
  const retry = { max_attempts: 3, initial_delay: 0, budget };
  const [one, other] = ['one', 'other'].map((part) => system.policy(part, { retry }));
  const [first, second] = [script(reset()), script(reset())];
  await rejection(one.run(first));
  await rejection(other.run(second));
  assert.deepEqual([first.calls, second.calls], [2, 1]);
});

test('sweep lets go what nobody uses any more', () => {
  const { system, time } = scene({ parts: { idle: 60 } });
  const kept = system.policy('kept', {});
  time.passes(3600);
  assert.deepEqual([system.sweep(), Object.keys(system.debugInfo().parts), kept.name], [0, ['kept'], null]);
});
