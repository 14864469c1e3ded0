// Calls through a fallback chain whose steps have guards of their own.
import { answer, changed } from './calls.mjs';
import { attempt, tokens } from './parts.mjs';

const TRY = 0;
const WAIT = 1;
const STOP = 2;

export function playChain({ Chain }, parts, [numbers, seed, script]) {
  const document = parts.document('chains', numbers);
  const said = [];
  const slots = new Map();
  let chain = new Chain(document);
  let begun = 0;
  let now = 0;

  const ask = (key, run) => {
    const next = attempt(() => run.next(now));
    said.push(next);
    // Whoever was cancelled has ended the call.
    if (next.problems) return said.push(JSON.parse(run.report()));
    const [course, step] = next;
    if (course !== TRY) return said.push(JSON.parse(run.report()));
    const engine = chain.engine(step);
    if (engine === null) return slots.set(key, { run, step, call: null, due: null });
    const call = engine.begin(seed + begun, now);
    follow(key, run, step, call, call.admit(now));
  };
  const follow = (key, run, step, call, given) => {
    said.push(answer(given));
    const [action, , seconds] = given;
    if (action >= STOP) {
      run.refuse(step, seconds, now);
      slots.set(key, { run, asks: true });
    } else slots.set(key, { run, step, call, due: action === WAIT ? now + (seconds ?? 0) : null });
  };
  const settle = (key, { run, step, call }, outcome) => {
    if (outcome === '.' || outcome === 'x') {
      const moved = outcome === '.' ? call?.succeed(now) : call?.abandon(now);
      if (outcome === '.') run.succeed(step, now);
      else run.abandon(now);
      return said.push(changed(moved ?? null), JSON.parse(run.report()));
    }
    const fault = parts.fault(outcome);
    if (call !== null) {
      const given = call.fail(fault, now);
      if (given[0] === WAIT) return follow(key, run, step, call, given);
      said.push(answer(given));
    }
    run.fail(step, fault, now);
    slots.set(key, { run, asks: true });
  };
  const act = (key, outcome) => {
    let slot = slots.get(key);
    slots.delete(key);
    if (slot === undefined) {
      begun += 1;
      slot = { run: chain.begin(now), asks: true };
    }
    if (slot.asks) return ask(key, slot.run);
    if (slot.due === null) return settle(key, slot, outcome);
    now = Math.max(now, slot.due);
    follow(key, slot.run, slot.step, slot.call, slot.call.admit(now));
  };

  for (const [what, digit] of tokens(script)) {
    if (what === '+') now += parts.seconds(digit);
    else if (what === '?') said.push(JSON.parse(chain.statistics(now)));
    else if (what === '%') {
      const saved = chain.snapshot(now);
      chain = new Chain(document);
      slots.clear();
      now = parts.seconds(digit);
      chain.restore(saved, now);
    } else act(what, digit);
  }
  for (const key of [...slots.keys()].sort()) said.push(JSON.parse(slots.get(key).run.report()));
  said.push(JSON.parse(chain.statistics(now)), JSON.parse(chain.snapshot(now)));
  return { calls: begun, said };
}
