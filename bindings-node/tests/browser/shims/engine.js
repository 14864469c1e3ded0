// The engine under test, in a page.
import * as glue from '/pkg/failsoft_wasm.js';

export async function load() {
  await glue.default({ module_or_path: '/pkg/failsoft_wasm_bg.wasm' });
  return glue;
}

export const small = false;
export { test as inFull } from './test.js';
