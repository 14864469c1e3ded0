// The extraction under test, and what the engine makes of its faults.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { load } from '../engine.mjs';

const entry = fileURLToPath(new URL('../../driver/fault/index.ts', import.meta.url));

/** The extraction as one script: a module, or a global called `fault`. */
export async function bundle(format) {
  const options = { entryPoints: [entry], bundle: true, format, globalName: 'fault', write: false, logLevel: 'error' };
  const { outputFiles } = await build(options);
  return outputFiles[0].text;
}

export const { faultOf } = await import(`data:text/javascript,${encodeURIComponent(await bundle('esm'))}`);

const { classify } = await load();

/** What the engine makes of a fault document. */
export const judge = (fault) => JSON.parse(classify(JSON.stringify(fault), '{}'));

/** What a call throws. */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

/**
 * Asserts category, retryable, the rule and the server's hint (null where none is named) of what was thrown.
 *
 * @param {[string, boolean, string, (number | null)?]} expected
 */
export function assertMeans(thrown, [category, retryable, rule, wait = null], clock = undefined) {
  const fault = faultOf(thrown, clock);
  const found = judge(fault);
  const facts = [found.category, found.retryable, found.rule, found.retry_after];
  assert.deepEqual(facts, [category, retryable, rule, wait], JSON.stringify(fault));
}
