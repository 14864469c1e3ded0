/** Batches: many calls of one kind, of which some may fail without taking the rest down. */

import { listen, unlisten } from './abort.js';
import type { Attempt } from './attempt.js';
import type { PolicyDocument } from './document.js';
import { read, write } from './documents.js';
import { type Batch, DONE, engine, inFull, surfaced, WAIT } from './engine.js';
import { documentOf, Policy, type PolicyOptions } from './policy.js';
import { classify } from './verdict.js';

/** How a batch is worked through. */
export interface BatchOptions extends Omit<PolicyOptions, 'breaker'> {
  /** So many items at a time. Default: 8, or what the policy's `batch` section says. */
  readonly concurrency?: number | undefined;
  /** After so many failed items no further one is begun. Default: none; all are, however many fail. */
  readonly stopAfterFailures?: number | undefined;
  /** What guards each item: a policy, its document, or the JSON text of one. Default: nothing. */
  readonly policy?: Policy | PolicyDocument | string | undefined;
  /** Aborting it begins no further item and cancels those under way. The batch then ends with what it has. */
  readonly signal?: AbortSignal | undefined;
}

/** An item, and its place among all. */
export interface BatchItem<I> {
  readonly index: number;
  readonly item: I;
}

/** What became of a batch. Each list is in the order of the items. */
export interface BatchOutcome<I, T> {
  readonly successes: readonly (BatchItem<I> & { readonly value: T })[];
  /** Those that failed for good, with their own errors and what these mean. */
  readonly failures: readonly (BatchItem<I> & { readonly error: unknown; readonly category: string })[];
  /** Those that were under way when the batch was aborted, and those that cancelled themselves. */
  readonly cancelled: readonly BatchItem<I>[];
  /** Those that were never begun. */
  readonly skipped: readonly BatchItem<I>[];
  /** The share of all items that succeeded, from 0 to 1; of an empty batch 1. */
  readonly successRate: number;
}

/**
 * Calls a function for each item, so many at a time, and tells of each what became of it.
 *
 * @param fn - works on one item; called with it, the attempt, and the item's index. It may be asynchronous or not.
 * @param items - in the order in which they are begun. An asynchronous iterable is read to its end before the first is.
 * @param options - how many at a time, under which policy; a signal.
 * @returns what became of every item. An item that fails rejects nothing.
 * @throws ConfigError - some setting makes no sense.
 * @throws whatever `items` throws.
 */
export async function runBatch<I, T>(
  fn: (item: I, attempt: Attempt, index: number) => T | PromiseLike<T>,
  items: Iterable<I> | AsyncIterable<I>,
  options: BatchOptions = {},
): Promise<BatchOutcome<I, Awaited<T>>> {
  if (typeof fn !== 'function') throw new TypeError(`expected a function, found ${fn === null ? 'null' : typeof fn}`);
  const { policy: given, concurrency, stopAfterFailures, signal, ...rest } = options;
  const policy = given instanceof Policy ? given : Policy.from(given ?? {}, rest);
  await policy.ready();
  const { batch: section, classify: classifier, fallback } = documentOf(policy);
  if (fallback)
    throw new TypeError('the policy of a batch has no fallback section: call a policy with one in the function');
  const list = await collected(items, signal);
  const settings = { batch: { ...section, ...own({ concurrency, stop_after_failures: stopAfterFailures }) } };
  const batch = read(write(settings), (text) => new (inFull(engine().Batch, 'runBatch'))(text, list.length));
  const ends: Ended[] = new Array(list.length);
  const work = (index: number) =>
    policy.run((attempt) => fn(list[index] as I, attempt, index), signal === undefined ? undefined : { signal });
  await worked(batch, signal, async (index) => {
    try {
      ends[index] = { value: await work(index) };
      batch.succeed(index);
    } catch (error) {
      const category = signal?.aborted ? 'cancelled' : classify(error, classifier ?? {}).category;
      ends[index] = { error, category };
      if (category === 'cancelled') batch.ignore(index);
      else batch.fail(index, category);
    }
  });
  const report = JSON.parse(batch.report());
  batch.free?.();
  const item = (index: number) => ({ index, item: list[index] as I });
  const begun = list.length - report.skipped;
  return {
    successes: report.successes.map((index: number) => ({ ...item(index), value: ends[index]?.value as Awaited<T> })),
    failures: report.failures.map(({ index }: { index: number }) => {
      const { error, category = '' } = ends[index] ?? {};
      return { ...item(index), error, category };
    }),
    cancelled: report.cancelled.map(item),
    skipped: list.slice(begun).map((_, place) => item(begun + place)),
    successRate: report.success_rate,
  };
}

/** Begins items whenever there is a place, until all have ended. */
function worked(batch: Batch, signal: AbortSignal | undefined, work: (index: number) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => batch.stop();
    const over = (act: () => void) => {
      if (signal !== undefined) unlisten(signal, stop);
      act();
    };
    const begin = () => {
      try {
        for (;;) {
          const index = batch.next();
          if (index === WAIT) return;
          if (index === DONE) return over(resolve);
          work(index).then(begin, broke);
        }
      } catch (error) {
        broke(error);
      }
    };
    const broke = (error: unknown) => over(() => reject(surfaced(error)));
    if (signal?.aborted) stop();
    else if (signal !== undefined) listen(signal, stop);
    begin();
  });
}

/** All items; of an asynchronous iterable those that came before the batch was aborted. */
async function collected<I>(items: Iterable<I> | AsyncIterable<I>, signal: AbortSignal | undefined): Promise<I[]> {
  if (!(Symbol.asyncIterator in items)) return [...items];
  const list: I[] = [];
  const iterator = items[Symbol.asyncIterator]();
  let stop = () => {};
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null);
  });
  if (signal !== undefined) listen(signal, stop);
  try {
    while (!signal?.aborted) {
      const next = await Promise.race([iterator.next(), stopped]);
      if (next?.done) return list;
      if (next !== null) list.push(next.value);
    }
    // Nobody waits for it: it may be in the middle of something that never ends.
    Promise.resolve(iterator.return?.()).catch(() => {});
    return list;
  } finally {
    if (signal !== undefined) unlisten(signal, stop);
  }
}

/** What was given, and so takes the place of what a document says. */
function own(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

interface Ended {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly category?: string;
}
