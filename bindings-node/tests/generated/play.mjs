// Every generated case on one engine: a line for each answer. Runs under Node and in a page.
import { playCalls, playSchedule } from './calls.mjs';
import { canonical, see } from './canonical.mjs';
import { playChain } from './chains.mjs';
import { attempt, Parts } from './parts.mjs';
import { playBatch, playSystem } from './systems.mjs';

const PLAYS = {
  classify: ({ classifyFault }, parts, [evidence, cause, classifier]) => {
    const fault = parts.joined('evidence', evidence);
    if (cause.length > 0) fault.cause = parts.joined('evidence', cause);
    const { retryAfter, ...verdict } = classifyFault(fault, parts.lists.classifiers[classifier]);
    return { ...verdict, retry_after: retryAfter };
  },
  schedules: playSchedule,
  calls: playCalls,
  documents: ({ Engine }, parts, [numbers, length]) => {
    const text = typeof numbers === 'number' ? parts.lists.texts[numbers].slice(0, length) : null;
    return attempt(() => {
      const engine = new Engine(text ?? parts.document('documents', numbers));
      return { explains: JSON.parse(engine.explain()), describes: JSON.parse(engine.describe()) };
    });
  },
  chains: playChain,
  systems: playSystem,
  batches: playBatch,
};

export const FAMILIES = Object.keys(PLAYS);

/**
 * @param engine what an engine exports, and `classifyFault` of the package
 * @param lists parts.json, read
 * @param cases the text of a family's file
 */
export function play(engine, lists, family, cases) {
  const parts = new Parts(lists);
  const seen = new Set();
  let calls = 0;
  const lines = [];
  for (const line of cases.trimEnd().split('\n')) {
    const found = PLAYS[family](engine, parts, JSON.parse(line));
    calls += found.calls ?? 0;
    see(found, seen);
    lines.push(canonical(found));
  }
  return { lines, calls, seen: [...seen].sort() };
}
