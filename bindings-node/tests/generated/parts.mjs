// What cases are put together from; tests/generated/README.md says how.
import { canonical, merge } from './canonical.mjs';

export class Parts {
  constructor(lists) {
    this.lists = { ...lists, documents: [...lists.policies, ...lists.wrong] };
  }

  /** The parts of these numbers in one, a later one over an earlier one. */
  joined(list, numbers) {
    return numbers.map((number) => this.lists[list][number]).reduce(merge, {});
  }

  /** The same as text, as every host writes it. */
  document(list, numbers) {
    return canonical(this.joined(list, numbers));
  }

  seconds(digit) {
    return this.lists.waits[digit];
  }

  /** The fault that an outcome of a script stands for, as text. */
  fault(outcome) {
    return JSON.stringify(outcome === '~' ? this.lists.limit : this.lists.faults[Number.parseInt(outcome, 36)]);
  }
}

/** A script's tokens: what to do, and with what. */
export const tokens = (script) => script.match(/../g) ?? [];

/** What is answered, or everything that is wrong with the question. */
export function attempt(asks) {
  try {
    return asks();
  } catch (error) {
    if (error.code !== 'ConfigError') throw error;
    return { problems: JSON.parse(error.problems) };
  }
}
