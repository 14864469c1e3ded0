// What failsoft answers, asked through the engine that the driver asks, and the page that says where others differ.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { load } from '../engine.mjs';

const { Engine, classify } = await load();
const PAGE = new URL('../../../docs/differences.md', import.meta.url);
const ADMITTED = 0;

/** Random numbers, the same ones each time. */
export function draws(seed) {
  let state = seed;
  const below = (most) => {
    // Park and Miller's.
    state = (state * 48_271) % 2_147_483_647;
    return state % most;
  };
  return { below, of: (list) => list[below(list.length)] };
}

/** A breaker that is told of one call after the other. */
export class Breaker {
  #engine;

  constructor(settings) {
    this.#engine = new Engine(JSON.stringify({ retry: { max_attempts: 1 }, circuit_breaker: settings }));
  }

  /** One call at so many seconds, which fails or not, and with which fault; whether it was let through. */
  call(fails, now, fault = { status: 503 }) {
    const call = this.#engine.begin(1, now);
    if (call.admit(now)[0] !== ADMITTED) return false;
    if (fails) call.fail(JSON.stringify(fault), now);
    else call.succeed(now);
    return true;
  }

  state(now) {
    return JSON.parse(this.#engine.state(now)).state;
  }
}

/** How long the server asked to wait with this `Retry-After`, in seconds, or null. */
export const hint = (value, now) =>
  JSON.parse(classify(JSON.stringify({ status: 503, headers: { 'retry-after': value }, now }), '{}')).retry_after;

/** The first wait of a call that is answered 503 with these headers, in seconds, or why there is none. */
export function wait(headers, retry = {}) {
  const call = new Engine(JSON.stringify({ retry: { jitter: 'none', ...retry } })).begin(1, 0);
  call.admit(0);
  const [, , seconds, reason] = call.fail(JSON.stringify({ status: 503, headers, now: 0 }), 0);
  return seconds ?? reason;
}

/** The rows of the page about these peers: `[peer, input, they, we]`. */
export function rows(...peers) {
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.slice(1, -1).split('|'));
  const found = cells.map((row) => row.slice(0, 4).map((cell) => cell.trim())).filter(([peer]) => peers.includes(peer));
  assert.ok(found.length > 0);
  return found;
}
