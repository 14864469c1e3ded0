/** `failsoft/inline`: the engine's bytes are part of this file, so that nothing has to be fetched or waited for. */

import text from 'failsoft.wasm';
import * as glue from '../../bindings-wasm/pkg/failsoft_wasm.js';
import { install } from '../driver/engine.js';
import { bytes } from './bytes.js';
import { synchronous } from './wasm.js';

install(synchronous(glue, () => new WebAssembly.Module(bytes(text) as Uint8Array<ArrayBuffer>)));

export * from '../driver/index.js';
