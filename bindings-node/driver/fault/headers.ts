/** The headers of an answer that say whether and when to come back. No other leaves the error: it could be a secret. */
import type { Left } from './bounds.js';
import { get, isObject, items } from './look.js';

/** How many headers of one answer are looked at. */
const MOST = 256;
/** How much of a header is kept. */
const LONGEST = 256;

const WANTED: ReadonlySet<string> = new Set([
  'date',
  'grpc-retry-pushback-ms',
  'grpc-status',
  'retry-after',
  'retry-after-ms',
  'stripe-should-retry',
  'x-amz-error-code',
  'x-amz-retry-after',
  'x-amzn-errortype',
  'x-error-code',
  'x-ms-error-code',
  'x-ms-retry-after-ms',
  'x-should-retry',
]);

const LIMIT = /rate-?limit/;

/** The hints of several places by their names in lower case; the first place that has one counts. */
export function hints(sources: readonly unknown[], left: Left): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const source of sources) {
    if (!isObject(source) || left.seen.has(source)) continue;
    left.seen.add(source);
    try {
      if (!fromPairs(source, kept) && !fromKeys(source, kept)) fromLookups(source, kept);
    } catch {
      // What was read before it broke stands.
    }
  }
  // The date of an answer is of use to a hint that names another.
  return Object.keys(kept).some((name) => name !== 'date') ? kept : {};
}

/** `Headers`, a `Map`, a list of pairs, and the classes of axios and Azure. Answers whether there was any pair. */
function fromPairs(source: object, kept: Record<string, string>): boolean {
  const begin = get(source, Symbol.iterator);
  if (typeof begin !== 'function') return false;
  const iterator: Iterator<unknown> = Reflect.apply(begin, source, []);
  for (let count = 0; count < MOST; count++) {
    const next = iterator.next();
    if (next.done) return count > 0;
    const [name, value] = items(next.value, 2);
    keep(name, value, kept);
  }
  return true;
}

/** A plain object. Answers whether it had any text in it. */
function fromKeys(source: object, kept: Record<string, string>): boolean {
  let any = false;
  for (const name of Object.keys(source).slice(0, MOST)) {
    if (!isWanted(name.toLowerCase())) continue;
    any = keep(name, get(source, name), kept) || any;
  }
  return any;
}

/** A class that shows nothing but answers questions, such as Angular's. */
function fromLookups(source: object, kept: Record<string, string>): void {
  const ask = get(source, 'get');
  if (typeof ask !== 'function') return;
  for (const name of WANTED) keep(name, Reflect.apply(ask, source, [name]), kept);
}

const isWanted = (name: string): boolean => WANTED.has(name) || LIMIT.test(name);

/** Keeps one value, of several the first. Answers whether there was one. */
export function keep(name: unknown, value: unknown, kept: Record<string, string>): boolean {
  if (typeof name !== 'string' || name.length > LONGEST) return false;
  const found = Array.isArray(value) ? items(value, 1)[0] : value;
  if (typeof found !== 'string' && typeof found !== 'number') return false;
  const lower = name.toLowerCase();
  if (isWanted(lower)) kept[lower] ??= String(found).slice(0, LONGEST);
  return true;
}
