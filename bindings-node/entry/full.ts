/** The whole engine, in a file of its own that Node reads only without a native one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
import { synchronous } from './wasm.js';

export const source = synchronous(glue, () => new WebAssembly.Module(readFileSync(join(__dirname, 'failsoft.wasm'))));
