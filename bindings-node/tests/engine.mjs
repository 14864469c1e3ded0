// The engine under test: FAILSOFT_ENGINE is native (the default), wasm or small.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);

/** Whether it is the engine of `failsoft/small`. */
export const small = process.env.FAILSOFT_ENGINE === 'small';

/** For stories about what the small engine leaves out: it has no part in them. `small.test.mjs` says what that is. */
export const inFull = small ? () => {} : test;

/**
 * @param {string} [which] native, wasm or small
 * @returns {Promise<any>} `{ Engine, Guarded, classify, redact }`
 */
export async function load(which = process.env.FAILSOFT_ENGINE ?? 'native') {
  if (which === 'native') return createRequire(import.meta.url)('../failsoft.node');
  const folder = { wasm: 'pkg', small: 'pkg-small' }[which];
  if (folder === undefined) throw new Error(`unknown engine ${which} (expected native, wasm or small)`);
  const glue = await import(new URL(`bindings-wasm/${folder}/failsoft_wasm.js`, root).href);
  glue.initSync({ module: readFileSync(new URL(`bindings-wasm/${folder}/failsoft_wasm_bg.wasm`, root)) });
  return glue;
}
