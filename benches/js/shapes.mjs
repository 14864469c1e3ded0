// Shapes around a call that were measured and not chosen: node shapes.mjs [rounds] [--json] [--only words]
// Needs scripts/build-js.sh all shapes.
import { createRequire } from 'node:module';

import { load } from '../../bindings-node/tests/engine.mjs';
import { measure, options, print } from './measure.mjs';

const policy = JSON.stringify({ retry: {}, circuit_breaker: {} });
const fn = async () => {};

const wasm = await load('wasm');
const { memory } = wasm.initSync({}); // again, for what it answers: the module's exports
const native = await load('native');
const shapes = createRequire(import.meta.url)('./shapes.node');

/** A wrapper that does nothing: the floor of everything that awaits. */
async function nothing(fn) {
  return await fn();
}

/** The lane around `await`; the driver chains with `then` instead. */
function awaited({ lane }) {
  return async function run(fn) {
    const ticket = lane[0];
    if (ticket === 0) throw new Error('shut');
    const value = await fn();
    if (lane[0] !== ticket || ticket & 1) throw new Error('changed');
    return value;
  };
}

/** A crossing before the call and one after it, instead of a lane. */
function twoCrossings(before, after) {
  return async function run(fn) {
    before();
    const value = await fn();
    after();
    return value;
  };
}

/** The lane as a view of the module's memory, with a way to notice that the memory has grown. */
function memoryLane(memory, address, moved) {
  let view = new Float64Array(memory.buffer, address, 1);
  const read = {
    never: () => view[0],
    length: () => {
      if (view.length === 0) view = new Float64Array(memory.buffer, address, 1);
      return view[0];
    },
    identity: () => {
      if (view.buffer !== memory.buffer) view = new Float64Array(memory.buffer, address, 1);
      return view[0];
    },
  }[moved];
  return async function run(fn) {
    const ticket = read();
    if (ticket === 0) throw new Error('shut');
    const value = await fn();
    if (read() !== ticket || ticket & 1) throw new Error('changed');
    return value;
  };
}

const own = (run) => () => run(fn);
const [onWasm, onNative] = [new wasm.Engine(policy), new native.Engine(policy)];
const ticket = onWasm.lane[0];
const crossing = (engine) => twoCrossings(() => engine.succeed(ticket, 1), () => engine.succeed(ticket, 1));
const closures = new shapes.Engine(policy).closures();
// The lowest words of the module's stack, which nothing reaches, stand in for a lane.
new Float64Array(memory.buffer, 64, 1)[0] = ticket;

const table = await measure(fn, {
  'an async wrapper that does nothing': own(nothing),
  'lane around `await`': own(awaited(onWasm)),
  'lane as a view of wasm memory, growth not noticed': own(memoryLane(memory, 64, 'never')),
  'the same, noticed by `view.length`': own(memoryLane(memory, 64, 'length')),
  'the same, noticed by `memory.buffer`': own(memoryLane(memory, 64, 'identity')),
  'two calls into wasm': own(crossing(onWasm)),
  'two napi class methods': own(crossing(onNative)),
  'two napi closures': own(twoCrossings(() => closures.admit(1), () => closures.succeed(ticket, 1))),
});
if (options.json) console.log(JSON.stringify({ node: process.version, ...table }));
else print(`Node ${process.version}, shapes`, table);
