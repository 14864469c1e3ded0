// A system with two parts, the calls through them, and what it is asked; batches.
import { Calls } from './calls.mjs';
import { attempt, tokens } from './parts.mjs';

const TRY = 0;
const NAMES = ['search', 'pay'];
/** What every script asks at its end. */
const LAST = ['health', 'analytics', 'events', 'level', 'snapshot'];

export function playSystem({ System }, parts, [numbers, policies, seed, script]) {
  const document = parts.document('systems', numbers);
  const documents = policies.map((policy) => parts.document('policies', policy));
  const calls = new Calls(parts, seed);
  let system;
  let engines;
  let chain;
  const make = () => {
    system = new System(document);
    engines = documents.map((policy, which) => system.engine(NAMES[which], policy, calls.now));
    chain = system.chain('prices', parts.document('chains', [0]), calls.now);
  };
  const ask = (request) => calls.said.push(attempt(() => JSON.parse(system.ask(request, calls.now))));
  make();
  for (const [what, digit] of tokens(script)) {
    if (calls.time(what, digit)) continue;
    if (what === '@') ask(JSON.stringify(parts.lists.asks[Number.parseInt(digit, 36)]));
    else if (what === '%') {
      const saved = system.ask('{"do":"snapshot"}', calls.now);
      calls.forget();
      calls.now = parts.seconds(digit);
      make();
      ask(`{"do":"restore_snapshot","snapshot":${saved}}`);
    } else if (what === '=') calls.said.push(through(chain, parts, digit, calls.now));
    else calls.step(engines['abAB'.includes(what) ? 0 : 1], what, digit);
  }
  for (const last of LAST) ask(`{"do":"${last}"}`);
  return calls.done();
}

/** A run through a chain whose first step ends so; the others answer. */
function through(chain, parts, outcome, now) {
  const run = chain.begin(now);
  let fails = outcome !== '.' && outcome !== 'x';
  for (;;) {
    const next = attempt(() => run.next(now));
    // Whoever was cancelled, or has answered, has ended the call.
    if (next.problems || next[0] !== TRY) return JSON.parse(run.report());
    if (outcome === 'x') run.abandon(now);
    else if (fails) run.fail(next[1], parts.fault(outcome), now);
    else run.succeed(next[1], now);
    fails = false;
  }
}

export function playBatch({ Batch }, parts, [numbers, items, script]) {
  const batch = new Batch(`{"batch":${parts.document('batches', numbers)}}`, items);
  const said = tokens(script).map(([what, digit]) => {
    const index = Number.parseInt(digit, 36);
    if (what === 'n') return batch.next();
    if (what === '.') return batch.succeed(index);
    if (what === 'i') return batch.ignore(index);
    if (what === 's') return batch.stop() ?? null;
    return batch.fail(index, parts.lists.categories[index]);
  });
  return [...said, JSON.parse(batch.report())];
}
