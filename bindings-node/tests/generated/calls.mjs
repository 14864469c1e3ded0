// Calls through engines, made as a driver makes them: it begins, waits until it may, and says how the attempt ended.
import { tokens } from './parts.mjs';

const ACTIONS = ['attempt', 'wait', 'stop', 'reject'];
const COMMANDS = { o: 'open', c: 'closed', r: 'reset' };

/** Calls that are not over, by their letters, and what was said so far. */
export class Calls {
  now = 0;
  said = [];
  begun = 0;
  slots = new Map();

  constructor(parts, seed) {
    this.parts = parts;
    this.seed = seed;
  }

  /** What a token says that every family knows; false for another one. */
  time(what, digit) {
    if (what === '+') this.now += this.parts.seconds(digit);
    else if (what === '-') this.now = Math.max(0, this.now - this.parts.seconds(digit));
    else return false;
    return true;
  }

  /** The next thing that happens to the call of this letter. A small letter begins on the lane, where that is open. */
  step(engine, letter, outcome) {
    const key = letter.toLowerCase();
    const slot = this.slots.get(key);
    if (slot === undefined) return this.begin(engine, letter, key);
    this.slots.delete(key);
    const { call } = slot;
    if (slot.due !== null) {
      this.now = Math.max(this.now, slot.due);
      return this.follow(key, call, call.admit(this.now));
    }
    if (outcome === '.') return this.ended(call, changed(call.succeed(this.now)));
    if (outcome === 'x') return this.ended(call, changed(call.abandon(this.now)));
    if (outcome === '~') this.now += slot.limit ?? 1;
    this.follow(key, call, call.fail(this.parts.fault(outcome), this.now));
  }

  begin(engine, letter, key) {
    this.begun += 1;
    const seed = this.seed + this.begun;
    const lane = letter === key ? laneOf(engine) : 0;
    if (lane !== 0) {
      this.said.push('lane');
      this.slots.set(key, { call: engine.resume(seed, this.now, lane), due: null, limit: null });
      return;
    }
    const call = engine.begin(seed, this.now);
    this.follow(key, call, call.admit(this.now));
  }

  follow(key, call, said) {
    const [action, , seconds] = said;
    if (ACTIONS[action] === 'stop' || ACTIONS[action] === 'reject') return this.ended(call, answer(said));
    const waits = ACTIONS[action] === 'wait';
    this.said.push(answer(said));
    this.slots.set(key, { call, due: waits ? this.now + (seconds ?? 0) : null, limit: waits ? null : seconds });
  }

  ended(call, how) {
    this.said.push(how, JSON.parse(call.report()));
    call.free?.();
  }

  forget() {
    this.slots.clear();
  }

  /** How many calls there were, and everything that was said; calls that are not over report last. */
  done() {
    for (const key of [...this.slots.keys()].sort()) this.said.push(JSON.parse(this.slots.get(key).call.report()));
    return { calls: this.begun, said: this.said };
  }
}

/** One engine and the calls of a script. */
export function playCalls({ Engine }, parts, [policy, seed, script]) {
  const document = parts.document('policies', policy);
  let engine = new Engine(document);
  const calls = new Calls(parts, seed);
  const stands = () => ({ breaker: JSON.parse(engine.state(calls.now)), lane: laneOf(engine) !== 0 });
  for (const [what, digit] of tokens(script)) {
    if (calls.time(what, digit)) continue;
    if (what === '?') calls.said.push(stands());
    else if (what === '!') calls.said.push(changed(engine.set(COMMANDS[digit])));
    else if (what === '%') {
      const saved = engine.snapshot(calls.now);
      engine = new Engine(document);
      calls.forget();
      calls.now = parts.seconds(digit);
      engine.restore(saved, calls.now);
    } else calls.step(engine, what, digit);
  }
  calls.said.push(stands(), JSON.parse(engine.snapshot(calls.now)));
  return calls.done();
}

/** What a driver sees of the lane: one that has to time its attempts, or has limits to ask, does not look at it. */
const laneOf = (engine) => (JSON.parse(engine.describe()).timed ? 0 : engine.lane[0]);

/** The waits of a call that keeps failing, so many or until it stops. */
export function playSchedule({ Engine }, parts, [numbers, seed, count]) {
  const call = new Engine(`{"retry":${parts.document('schedules', numbers)}}`).begin(seed, 0);
  const waits = [];
  for (let now = 0; waits.length < count; ) {
    call.admit(now);
    const [action, , seconds, reason] = call.fail('{"status":503}', now);
    waits.push(ACTIONS[action] === 'wait' ? seconds : reason);
    if (ACTIONS[action] !== 'wait') break;
    now += seconds;
  }
  return waits;
}

/** An answer as the vectors write it. */
export function answer([action, attempt, seconds, reason, change]) {
  const known = { attempt: attempt || null, seconds, reason };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null));
  return { action: ACTIONS[action], ...given, ...changed(change) };
}

export function changed(change) {
  if (change === null) return {};
  const [from, to, reason] = change;
  return { transition: { from, to, reason } };
}
