/** `failsoft/small/inline`: the same with the engine's bytes in this file. Node has this for `failsoft/small`, too. */

import text from 'small.wasm';
import * as glue from '../../bindings-wasm/pkg-small/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import { bytes } from './bytes.js';
import { synchronous } from './wasm.js';

install(synchronous(glue, () => new WebAssembly.Module(bytes(text) as Uint8Array<ArrayBuffer>)));

export * from '../driver/small.js';
