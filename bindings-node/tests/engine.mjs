// The engine under test: FAILSOFT_ENGINE is native (the default) or wasm.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const root = new URL('../../', import.meta.url);

/**
 * @param {string} [which] native or wasm
 * @returns {Promise<any>} `{ Engine, Guarded, classify, redact }`
 */
export async function load(which = process.env.FAILSOFT_ENGINE ?? 'native') {
  if (which === 'native') return createRequire(import.meta.url)('../failsoft.node');
  if (which !== 'wasm') throw new Error(`unknown engine ${which} (expected native or wasm)`);
  const glue = await import(new URL('bindings-wasm/pkg/failsoft_wasm.js', root).href);
  glue.initSync({ module: readFileSync(new URL('bindings-wasm/pkg/failsoft_wasm_bg.wasm', root)) });
  return glue;
}
