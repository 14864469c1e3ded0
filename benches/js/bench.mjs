// What a call costs beyond the bare call, in nanoseconds: node bench.mjs [rounds] [--json] [--only words]
// Needs scripts/build-js.sh all and shapes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

import { load } from '../../bindings-node/tests/engine.mjs';
import { driver } from './driver.mjs';
import { memoryLane, nothing, peers, thenDriver, twoCrossings } from './shapes.mjs';

const ROUND_MS = 4;
const options = process.argv.slice(2);
const rounds = Number(options.find((word) => /^\d+$/.test(word)) ?? 40);
const only = options.includes('--only') ? options[options.indexOf('--only') + 1] : '';

const fn = async () => {};
const policy = JSON.stringify({ retry: {}, circuit_breaker: {} });
const counting = JSON.stringify({ retry: {}, circuit_breaker: { failure_threshold: 50, count_window: 1000 } });

const wasm = await load('wasm');
const { memory } = wasm.initSync({}); // again, for what it answers: the module's exports
const native = await load('native');
const shapes = createRequire(import.meta.url)('./shapes.node');

/** An engine whose lane counts: its window remembers a failure. */
function countingEngine(Engine) {
  const engine = new Engine(counting);
  engine.resume(1, 0, engine.lane[0]).fail(JSON.stringify({ code: 'ECONNRESET' }), 0);
  if (!(engine.lane[0] & 1)) throw new Error('the lane does not count');
  return engine;
}

/** An engine that has changed its state so often that its ticket is no small integer of V8's any more. */
function oldEngine(Engine) {
  const engine = new Engine(policy);
  for (let change = 0; change < 40; change += 1) {
    engine.set('open');
    engine.set('reset');
  }
  return engine;
}

/** @returns {Record<string, () => Promise<unknown>>} */
function cases() {
  const own = (run) => () => run(fn);
  const [onWasm, onNative] = [new wasm.Engine(policy), new native.Engine(policy)];
  const ticket = onWasm.lane[0];
  const crossing = (engine) => twoCrossings(() => engine.succeed(ticket, 1), () => engine.succeed(ticket, 1));
  const closures = new shapes.Engine(policy).closures();
  // The lowest words of the module's stack, which nothing reaches, stand in for a lane.
  new Float64Array(memory.buffer, 64, 1)[0] = ticket;
  return {
    'an async wrapper that does nothing': own(nothing),
    '**lane, wasm engine** (retry + breaker)': own(driver(onWasm)),
    '**lane, native engine** (retry + breaker)': own(driver(onNative)),
    'lane, wasm engine, after 80 changes of state': own(driver(oldEngine(wasm.Engine))),
    'lane that counts, wasm engine': own(driver(countingEngine(wasm.Engine))),
    'lane that counts, native engine': own(driver(countingEngine(native.Engine))),
    'lane, `.then` for `await`': own(thenDriver(onWasm)),
    'lane as a view of wasm memory, growth not noticed': own(memoryLane(memory, 64, 'never')),
    'the same, noticed by `view.length`': own(memoryLane(memory, 64, 'length')),
    'the same, noticed by `memory.buffer`': own(memoryLane(memory, 64, 'identity')),
    'two calls into wasm': own(crossing(onWasm)),
    'two napi class methods': own(crossing(onNative)),
    'two napi closures': own(twoCrossings(() => closures.admit(1), () => closures.succeed(ticket, 1))),
    ...peers(fn),
  };
}

/** A loop of its own for each case, so that its call site stays monomorphic. */
function loopOf() {
  const AsyncFunction = fn.constructor;
  return AsyncFunction('call', 'count', 'for (let index = 0; index < count; index += 1) await call();');
}

async function time(loop, call, count) {
  const started = process.hrtime.bigint();
  await loop(call, count);
  return Number(process.hrtime.bigint() - started) / count;
}

/** Warms up, and finds how many calls fill a round. */
async function calibrate(loop, call) {
  let count = 500;
  for (let warm = 0; warm < 8; warm += 1) {
    const each = await time(loop, call, count);
    count = Math.max(100, Math.round((ROUND_MS * 1e6) / each));
  }
  return count;
}

/** Every case with a bare round beside it, round after round, so that a quiet moment of the machine is everybody's. */
async function measure(chosen) {
  const bare = { call: fn, loop: loopOf(), count: 0, times: [] };
  const all = chosen.map(([name, call]) => ({ name, call, loop: loopOf(), count: 0, times: [] }));
  for (const each of [bare, ...all]) each.count = await calibrate(each.loop, each.call);
  for (let round = 0; round < rounds; round += 1) {
    for (const each of all) {
      for (const { loop, call, count, times } of [bare, each]) times.push(await time(loop, call, count));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const over = (which, times) => which(times) - which(bare.times);
  const results = all.map(({ name, times }) => [name, { min: over(least, times), median: over(median, times) }]);
  return { bare: { min: least(bare.times), median: median(bare.times) }, results: Object.fromEntries(results) };
}

const least = (numbers) => Math.min(...numbers);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const { bare, results } = await measure(Object.entries(cases()).filter(([name]) => name.includes(only)));

const sizes = {};
for (const path of ['bindings-wasm/pkg/failsoft_wasm_bg.wasm', 'bindings-node/failsoft.node']) {
  const bytes = readFileSync(new URL(`../../${path}`, import.meta.url));
  sizes[path.split('/').at(-1)] = { raw: bytes.length, gz: gzipSync(bytes, { level: 9 }).length };
}

if (options.includes('--json')) {
  console.log(JSON.stringify({ node: process.version, rounds, bare, results, sizes }));
} else {
  console.log(`Node ${process.version}; the bare call takes ${bare.min.toFixed(0)} ns, median ${bare.median.toFixed(0)}\n`);
  console.log('| shape | min | median |\n|---|---|---|');
  for (const [name, { min, median: middle }] of Object.entries(results)) {
    console.log(`| ${name} | ${min.toFixed(0)} | ${middle.toFixed(0)} |`);
  }
  console.log('\n| file | bytes | gzip -9 |\n|---|---|---|');
  for (const [name, { raw, gz }] of Object.entries(sizes)) console.log(`| ${name} | ${raw} | ${gz} |`);
}
process.exit(); // opossum's snapshots keep a timer
